#include "store/contrast/two_phase.h"

#include <algorithm>

#include "base/assert.h"
#include "store/contrast/events.h"

namespace glasshive::store::contrast {

namespace {
constexpr std::uint32_t tag_inquire = 1;
}

/// The log tells what was promised and what was decided.
void TwoPhase::on_start() {
    for (auto& [transaction, prepared] : disk_.prepared) {
        locks_[prepared.key] = transaction;
        prepared.applying = false;
    }
    inquire();
    for (const auto& [number, members] : disk_.commits) {
        for (const std::size_t member : members) {
            tell(member, Decision{{static_cast<std::uint32_t>(member_), number}, true});
        }
    }
}

void TwoPhase::forget() {
    rounds_.clear();
    locks_.clear();
    preparing_.clear();
    readers_.clear();
    inquiring_ = false;
}

bool TwoPhase::may_lack(const std::string& key) const {
    return std::any_of(disk_.prepared.begin(), disk_.prepared.end(),
                       [&](const auto& each) { return each.second.key == key; });
}

void TwoPhase::begin(std::uint64_t number) {
    if (waiting(number)->request.writes()) return begin_write(number);
    if (!holds_copy()) return forward(number, member_ % options_.copies);
    if (!read(number)) readers_.insert(number);
}

void TwoPhase::receive(std::size_t from, const Word& word) {
    if (const auto* asks = std::get_if<Prepare>(&word.body)) return prepare(from, *asks);
    if (const auto* vote = std::get_if<Vote>(&word.body)) return voted(from, *vote);
    if (const auto* decision = std::get_if<Decision>(&word.body)) return decided(*decision);
    if (const auto* inquiry = std::get_if<Inquiry>(&word.body)) return asked(from, *inquiry);
    if (const auto* done = std::get_if<Committed>(&word.body)) {
        const auto found = disk_.commits.find(done->transaction.number);
        if (found == disk_.commits.end()) return;
        found->second.erase(from);
        if (found->second.empty()) disk_.commits.erase(found);
    }
}

// --- The coordinator -----------------------------------------------------------------------------

void TwoPhase::begin_write(std::uint64_t number) {
    const Request& request = waiting(number)->request;
    const auto self = static_cast<std::uint32_t>(member_);
    Round& round = rounds_[number];
    round.record = {.version = {request.base.counter + 1, self},
                    .body = request.body,
                    .deleted = request.verb == Request::Verb::remove};
    for (std::size_t copy = 0; copy < options_.copies; ++copy) round.missing.insert(copy);
    for (std::size_t copy = 0; copy < options_.copies; ++copy) {
        tell(copy, Prepare{{self, number}, request.key, request.base.counter, round.record},
             size_of(request));
    }
}

void TwoPhase::voted(std::size_t from, const Vote& vote) {
    const std::uint64_t number = vote.transaction.number;
    const auto found = rounds_.find(number);
    if (found == rounds_.end()) return asked(from, {vote.transaction});   // Too late.
    if (found->second.deciding) return;
    switch (vote.ballot) {
        case Ballot::conflict:
            return abort(number, Answer::Outcome::conflict,
                         places_[from].name + " holds another edit");
        case Ballot::locked:
            // No conflict yet: that edit may be aborted.
            return abort(number, Answer::Outcome::unavailable,
                         "another edit is being decided, through " + vote.holder);
        case Ballot::in_doubt:
            return abort(number, Answer::Outcome::unavailable,
                         "it is locked on " + places_[from].name + ", which hears nothing of " +
                             vote.holder + "'s decision");
        case Ballot::yes: break;
    }
    found->second.missing.erase(from);
    if (found->second.missing.empty()) commit(number);
}

void TwoPhase::commit(std::uint64_t number) {
    rounds_[number].deciding = true;
    force(Bytes{64}, [this, number] {
        const Record record = rounds_[number].record;
        rounds_.erase(number);
        std::set<std::size_t>& members = disk_.commits[number];
        const Transaction transaction{static_cast<std::uint32_t>(member_), number};
        for (std::size_t copy = 0; copy < options_.copies; ++copy) members.insert(copy);
        say_decided(number, "committed", "all voted yes");
        for (std::size_t copy = 0; copy < options_.copies; ++copy) {
            tell(copy, Decision{transaction, true});
        }
        finish(number, {.record = {.version = record.version}});
    });
}

void TwoPhase::abort(std::uint64_t number, Answer::Outcome outcome, const std::string& why) {
    rounds_.erase(number);
    say_decided(number, "aborted", why);
    const Transaction transaction{static_cast<std::uint32_t>(member_), number};
    for (std::size_t copy = 0; copy < options_.copies; ++copy) {
        tell(copy, Decision{transaction, false});
    }
    finish(number, {.outcome = outcome, .why = why});
}

void TwoPhase::expired(std::uint64_t number) {
    if (readers_.erase(number) > 0) {
        const auto lock = locks_.find(waiting(number)->request.key);
        SIM_ASSERT(lock != locks_.end());
        return finish(number,
                      {.outcome = Answer::Outcome::unavailable,
                       .why = "it is locked until " + places_[lock->second.coordinator].name +
                              " says what it "
                              "decided"});
    }
    const auto found = rounds_.find(number);
    if (found == rounds_.end() || found->second.deciding) return;   // The disk has the word.
    const std::set<std::size_t> missing = found->second.missing;
    std::string who;
    for (const std::size_t member : missing) {
        say_silent(number, member, "timeout");
        who += (who.empty() ? "" : ", ") + places_[member].name;
        give_up_on(member);
    }
    abort(number, Answer::Outcome::unavailable, "no vote from " + who);
}

/// Its vote will not come, and until it has voted the coordinator may abort.
void TwoPhase::lost(std::size_t member) {
    std::vector<std::uint64_t> hopeless;
    for (const auto& [number, round] : rounds_) {
        if (!round.deciding && round.missing.count(member) > 0) hopeless.push_back(number);
    }
    for (const std::uint64_t number : hopeless) {
        say_silent(number, member, "not there");
        abort(number, Answer::Outcome::unavailable, places_[member].name + " is not there");
    }
}

/// Presumed abort: what is neither open nor committed was aborted, or forgotten by all.
void TwoPhase::asked(std::size_t from, const Inquiry& inquiry) {
    const std::uint64_t number = inquiry.transaction.number;
    if (rounds_.count(number) > 0) return;   // Not decided yet.
    tell(from, Decision{inquiry.transaction, disk_.commits.count(number) > 0});
}

void TwoPhase::say_decided(std::uint64_t number, const char* outcome, const std::string& why) {
    const Waiting* of = waiting(number);
    if (of == nullptr) return;
    const kernel::CauseScope scope(kernel_, of->cause);
    kernel_.emit(
        events::db_transaction, shown(of->request.key),
        {field::name(node_name(member_)), field::name(named(outcome)), field::name(named(why))});
}

// --- A participant -------------------------------------------------------------------------------

Vote TwoPhase::vote_on(const Prepare& prepare) const {
    Vote vote{prepare.transaction, Ballot::yes, ""};
    const auto lock = locks_.find(prepare.key);
    if (lock != locks_.end()) {
        const auto prepared = disk_.prepared.find(lock->second);
        const bool doubt = prepared != disk_.prepared.end() && prepared->second.said;
        vote.ballot = doubt ? Ballot::in_doubt : Ballot::locked;
        vote.holder = places_[lock->second.coordinator].name;
        return vote;
    }
    const auto found = disk_.contents.find(prepare.key);
    const std::uint64_t newest = found == disk_.contents.end() ? 0 : found->second.version.counter;
    if (newest != prepare.base) vote.ballot = Ballot::conflict;
    return vote;
}

void TwoPhase::prepare(std::size_t from, const Prepare& prepare) {
    const Vote vote = vote_on(prepare);
    if (vote.ballot != Ballot::yes) return tell(from, vote);
    locks_[prepare.key] = prepare.transaction;
    preparing_.insert(prepare.transaction);
    force(size_of(prepare.record), [this, from, prepare, vote] {
        if (preparing_.erase(prepare.transaction) == 0) return;   // Aborted meanwhile.
        disk_.prepared[prepare.transaction] = {
            .key = prepare.key, .record = prepare.record, .since = kernel_.now()};
        tell(from, vote);
        arm_inquiry();
    });
}

void TwoPhase::decided(const Decision& decision) {
    const Transaction transaction = decision.transaction;
    const auto found = disk_.prepared.find(transaction);
    if (found == disk_.prepared.end()) {
        if (decision.commit) return tell(transaction.coordinator, Committed{transaction});
        if (preparing_.erase(transaction) == 0) return;
        for (const auto& [key, holder] : locks_) {
            if (holder == transaction) return release(transaction, std::string(key));
        }
        return;
    }
    Prepared& prepared = found->second;
    if (prepared.applying) return;
    if (prepared.said) {
        kernel_.emit(events::db_settled, shown(prepared.key),
                     {field::name(node_name(member_)),
                      field::name(named(decision.commit ? "committed" : "aborted")),
                      field::duration(kernel_.now() - prepared.since)});
    }
    if (!decision.commit) {
        const std::string key = prepared.key;
        disk_.prepared.erase(found);
        return release(transaction, key);
    }
    prepared.applying = true;
    force(size_of(prepared.record), [this, transaction] {
        const auto done = disk_.prepared.find(transaction);
        const std::string key = done->second.key;
        disk_.contents[key] = done->second.record;
        disk_.prepared.erase(done);
        tell(transaction.coordinator, Committed{transaction});
        changed(key);
        release(transaction, key);
    });
}

void TwoPhase::release(const Transaction& transaction, const std::string& key) {
    const auto lock = locks_.find(key);
    SIM_ASSERT(lock != locks_.end());
    SIM_ASSERT(lock->second == transaction);
    locks_.erase(lock);
    const std::set<std::uint64_t> readers = readers_;
    for (const std::uint64_t number : readers) {
        if (read(number)) readers_.erase(number);
    }
}

/// True when it is answered; false while the key is locked.
bool TwoPhase::read(std::uint64_t number) {
    const std::string& key = waiting(number)->request.key;
    if (locks_.count(key) > 0) return false;
    const auto found = disk_.contents.find(key);
    if (found == disk_.contents.end()) {
        finish(number, {.outcome = Answer::Outcome::missing});
    } else {
        finish(number, {.record = found->second});
    }
    return true;
}

void TwoPhase::arm_inquiry() {
    if (inquiring_ || disk_.prepared.empty()) return;
    inquiring_ = true;
    const Transaction& first = disk_.prepared.begin()->first;
    kernel_.after(id(), options_.request_timeout, tag_inquire, 0, process_of(first.coordinator));
}

void TwoPhase::on_own_timer(std::uint32_t, std::uint64_t) {
    inquiring_ = false;
    for (auto& [transaction, prepared] : disk_.prepared) {
        const bool late = kernel_.now() - prepared.since >= options_.request_timeout;
        if (!late || prepared.said || prepared.applying) continue;
        prepared.said = true;
        kernel_.emit(
            events::db_in_doubt, shown(prepared.key),
            {field::name(node_name(member_)), field::name(node_name(transaction.coordinator))});
    }
    inquire();
}

void TwoPhase::inquire() {
    for (const auto& [transaction, prepared] : disk_.prepared) {
        if (prepared.applying) continue;
        if (prepared.said) give_up_on(transaction.coordinator);   // Nothing older shall wait there.
        tell(transaction.coordinator, Inquiry{transaction});
    }
    arm_inquiry();
}

}   // namespace glasshive::store::contrast
