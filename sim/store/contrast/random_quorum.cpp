#include "store/contrast/random_quorum.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "store/contrast/events.h"

namespace glasshive::store::contrast {

RandomQuorum::RandomQuorum(kernel::Kernel& kernel, const std::vector<Place>& places,
                           std::size_t member, const Options& options)
    : Node(kernel, places, member, options),
      chance_(kernel.rng("store/draw/" + places[member].name)) {}

/// So many of the copies, each set as likely as any other: the first steps of a shuffle.
std::vector<std::size_t> RandomQuorum::draw(std::size_t count) {
    std::vector<std::size_t> copies(options_.copies);
    std::iota(copies.begin(), copies.end(), std::size_t{0});
    count = std::min(count, copies.size());
    for (std::size_t i = 0; i < count; ++i) {
        std::swap(copies[i], copies[i + chance_.below(copies.size() - i)]);
    }
    copies.resize(count);
    std::sort(copies.begin(), copies.end());
    return copies;
}

void RandomQuorum::begin(std::uint64_t number) {
    const Request& request = waiting(number)->request;
    const bool writes = request.writes();
    const std::size_t own = writes ? request.w : request.r;
    const std::vector<std::size_t> drawn = draw(own > 0 ? own : writes ? options_.w : options_.r);
    Round& round = rounds_[number];
    std::string who;
    for (const std::size_t copy : drawn) {
        round.drawn[copy] = false;
        who += (who.empty() ? "" : " ") + places_[copy].name;
    }
    kernel_.emit(events::db_draw, shown(request.key),
                 {field::name(node_name(member_)), field::name(named(writes ? "write" : "read")),
                  field::name(named(who))});
    if (!writes) {
        for (const std::size_t copy : drawn) tell(copy, LoadIt{number, request.key});
        return;
    }
    std::uint64_t& given = disk_.given[request.key];
    given = std::max(given, request.base.counter) + 1;
    round.record = {.version = {given, static_cast<std::uint32_t>(member_)},
                    .body = request.body,
                    .deleted = request.verb == Request::Verb::remove};
    for (const std::size_t copy : drawn) {
        tell(copy, StoreIt{number, request.key, request.base.counter, round.record},
             size_of(request));
    }
}

void RandomQuorum::receive(std::size_t from, const Word& word) {
    if (const auto* order = std::get_if<StoreIt>(&word.body)) return store(from, *order);
    if (const auto* reply = std::get_if<Stored>(&word.body)) return stored(from, *reply);
    if (const auto* found = std::get_if<Loaded>(&word.body)) return loaded(from, *found);
    if (const auto* asks = std::get_if<LoadIt>(&word.body)) {
        const auto record = disk_.contents.find(asks->key);
        Loaded out{asks->number, record == disk_.contents.end() ? Record{} : record->second};
        const Bytes size = size_of(out.record);
        tell(from, std::move(out), size);
    }
}

// --- A copy --------------------------------------------------------------------------------------

void RandomQuorum::store(std::size_t from, const StoreIt& order) {
    force(size_of(order.record), [this, from, order] {
        const auto held = disk_.contents.find(order.key);
        const Version newest = held == disk_.contents.end() ? Version{} : held->second.version;
        const bool repair = order.number == 0;
        const bool conflict = repair ? newest >= order.record.version : newest.counter > order.base;
        if (!conflict) {
            disk_.contents[order.key] = order.record;
            changed(order.key);
        }
        if (!repair) tell(from, Stored{order.number, conflict});
    });
}

// --- The coordinator -----------------------------------------------------------------------------

void RandomQuorum::stored(std::size_t from, const Stored& reply) {
    const auto found = rounds_.find(reply.number);
    if (found == rounds_.end()) return;
    Round& round = found->second;
    if (reply.conflict) {
        rounds_.erase(found);
        return finish(reply.number, {.outcome = Answer::Outcome::conflict,
                                     .why = places_[from].name + " holds a newer edit"});
    }
    round.drawn[from] = true;
    if (++round.answered < round.drawn.size()) return;
    const Version version = round.record.version;
    rounds_.erase(found);
    finish(reply.number, {.record = {.version = version}});
}

void RandomQuorum::loaded(std::size_t from, const Loaded& reply) {
    const auto found = rounds_.find(reply.number);
    if (found == rounds_.end()) return;
    Round& round = found->second;
    round.drawn[from] = true;
    round.read[from] = reply.record;
    if (++round.answered == round.drawn.size()) answer_read(reply.number);
}

void RandomQuorum::answer_read(std::uint64_t number) {
    const Round round = std::move(rounds_[number]);
    rounds_.erase(number);
    Record newest;
    for (const auto& [copy, record] : round.read) {
        if (record.version > newest.version) newest = record;
    }
    const std::string key = waiting(number)->request.key;
    std::int64_t behind = 0;
    for (const auto& [copy, record] : round.read) {
        if (!options_.read_repair || record.version == newest.version) continue;
        ++behind;
        tell(copy, StoreIt{0, key, 0, newest}, size_of(newest));
    }
    if (behind > 0) {
        kernel_.emit(events::db_mended, shown(key),
                     {field::name(node_name(member_)), field::integer(behind)});
    }
    if (newest.version.counter == 0) return finish(number, {.outcome = Answer::Outcome::missing});
    finish(number, {.record = std::move(newest)});
}

void RandomQuorum::fail(std::uint64_t number, const std::string& why) {
    rounds_.erase(number);
    const bool writes = waiting(number)->request.writes();
    finish(number, {.outcome = writes ? Answer::Outcome::unknown : Answer::Outcome::unavailable,
                    .why = why});
}

void RandomQuorum::expired(std::uint64_t number) {
    const Round& round = rounds_[number];
    std::vector<std::size_t> silent;
    std::string who;
    for (const auto& [copy, answered] : round.drawn) {
        if (answered) continue;
        silent.push_back(copy);
        who += (who.empty() ? "" : ", ") + places_[copy].name;
    }
    const std::string count = std::to_string(round.answered) + " of " +
                              std::to_string(round.drawn.size()) + " copies that were drawn";
    for (const std::size_t copy : silent) {
        say_silent(number, copy, "timeout");
        give_up_on(copy);
    }
    fail(number, count + " answered, not " + who);
}

void RandomQuorum::lost(std::size_t member) {
    std::vector<std::uint64_t> hopeless;
    for (const auto& [number, round] : rounds_) {
        const auto drawn = round.drawn.find(member);
        if (drawn != round.drawn.end() && !drawn->second) hopeless.push_back(number);
    }
    for (const std::uint64_t number : hopeless) {
        say_silent(number, member, "not there");
        fail(number, places_[member].name + ", which was drawn, is not there");
    }
}

}   // namespace glasshive::store::contrast
