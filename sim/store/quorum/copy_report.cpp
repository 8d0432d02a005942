#include "store/quorum/copy_report.h"

#include "store/quorum/events.h"
#include "store/shard/shard_map.h"

namespace glasshive::store {

namespace {
constexpr Duration told_again_after = std::chrono::seconds{1};
}   // namespace

void CopyReport::start(ProcessId owner, std::uint32_t tag) {
    owner_ = owner;
    tag_ = tag;
    for (const auto& [shard, copy] : files_.copies) changed(shard);
}

void CopyReport::stop() {
    told_.clear();
    armed_ = false;
}

/// "orders.1700000000 00000000-7fffffff @ n1": a database that is made anew has other copies.
NameId CopyReport::subject_of(const std::string& shard) {
    const auto parts = parse_shard_name(shard);
    if (!parts) return name(shard + " @ " + node_);
    return name(files_.told(parts->database) + parts->suffix + " " + parts->range.text() + " @ " +
                node_);
}

void CopyReport::changed(const std::string& shard) {
    const auto [told, fresh] = told_.try_emplace(shard);
    if (!fresh && kernel_.now() - told->second.at < told_again_after) {
        told->second.waits = true;
        if (!armed_) kernel_.after(owner_, told_again_after, tag_);
        armed_ = true;
        return;
    }
    told->second = {kernel_.now(), false};
    say(shard);
}

void CopyReport::removed(const std::string& shard) {
    told_.erase(shard);
    kernel_.emit(events::db_copy_removed, subject_of(shard));
}

void CopyReport::on_timer() {
    armed_ = false;
    for (auto& [shard, told] : told_) {
        if (!told.waits) continue;
        told = {kernel_.now(), false};
        say(shard);
    }
}

void CopyReport::say(const std::string& shard) {
    const auto copy = files_.copies.find(shard);
    const auto parts = parse_shard_name(shard);
    if (copy == files_.copies.end() || !parts) return;
    const auto documents = static_cast<std::int64_t>(copy->second.info().documents);
    kernel_.emit(events::db_copy, subject_of(shard),
                 {field::name(name(files_.told(parts->database))),
                  field::name(name(parts->range.text())), field::name(name(node_)),
                  field::name(kernel_.name_of(kernel_.host_of(owner_))),
                  field::integer(static_cast<std::int64_t>(copy->second.update_seq())),
                  field::integer(documents)});
}

}   // namespace glasshive::store
