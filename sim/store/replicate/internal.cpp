// When what is pushed; internal_push.cpp says how.
#include "store/replicate/internal.h"

#include <algorithm>

#include "store/shard/shard_map.h"

namespace glasshive::store {

InternalReplication::InternalReplication(kernel::Kernel& kernel, NodeFiles& files,
                                         Gatherer& gatherer, std::size_t own,
                                         const std::vector<QuorumMember>& members,
                                         const InternalOptions& options)
    : kernel_(kernel),
      files_(files),
      gatherer_(gatherer),
      own_(own),
      members_(members),
      options_(options),
      up_(members.size(), false) {}

/// Who else holds what this copy holds. Nobody, of a copy that the map does not name: its split is
/// not done, or it was taken away. Source: mem3_rep:find_source_seq/4, mem3_sync:shards_for/1.
std::vector<InternalReplication::Key> InternalReplication::others(const std::string& shard) const {
    std::vector<Key> out;
    const auto name = parse_shard_name(shard);
    const auto map = name ? files_.maps.find(name->database) : files_.maps.end();
    if (map == files_.maps.end() || map->second.suffix() != name->suffix) return out;
    bool named = false;
    for (const Copy& copy : map->second.copies()) {
        if (!copy.range.overlaps(name->range)) continue;
        const auto member = find_member(members_, copy.node);
        if (member == own_) {
            named |= copy.range == name->range;
        } else if (member) {
            out.push_back({shard, *member, copy.range});
        }
    }
    if (!named) out.clear();
    return out;
}

void InternalReplication::updated(const std::string& shard) {
    if (shard.empty()) changed_.clear();     // Others may hold what it is due for.
    if (changed_.count(shard) > 0) return;   // The cheap way out, once per commit.
    const std::size_t before = due_.size();
    if (shard.empty()) {
        for (std::size_t member = 0; member < members_.size(); ++member) {
            if (member != own_) schedule({shard, member}, options_.delay);
        }
    }
    for (const Key& key : others(shard)) schedule(key, options_.delay);
    if (due_.size() > before) changed_.insert(shard);
}

/// mem3_sync_nodes.erl: all databases, the shard maps first.
void InternalReplication::node_up(std::size_t member) {
    up_[member] = true;
    schedule({"", member}, {});
    for (const auto& [shard, copy] : files_.copies) {
        for (const Key& key : others(shard)) {
            if (key.member == member) schedule(key, {});
        }
    }
}

void InternalReplication::node_down(std::size_t member) {
    up_[member] = false;
    changed_.clear();
    std::erase_if(due_, [&](const auto& entry) { return entry.first.member == member; });
    std::erase_if(ready_, [&](const Key& key) { return key.member == member; });
}

void InternalReplication::schedule(const Key& key, Duration delay) {
    if (!up_[key.member]) return;   // No hints: it is told everything when it is back.
    due_.try_emplace(key, kernel_.now() + delay);
    arm();
}

void InternalReplication::arm() {
    if (armed_) return;
    armed_ = true;
    kernel_.after(id(), options_.frequency, 0);
}

void InternalReplication::on_timer(std::uint32_t, std::uint64_t) {
    armed_ = false;
    for (auto at = due_.begin(); at != due_.end();) {
        if (at->second > kernel_.now()) {
            ++at;
            continue;
        }
        changed_.erase(at->first.shard);   // From here on a change is news again.
        ready_.insert(at->first);
        at = due_.erase(at);
    }
    start_some();
    if (!due_.empty()) arm();
}

void InternalReplication::start_some() {
    if (starting_) return;   // A push that ends at once comes back here.
    starting_ = true;
    while (running_.size() < options_.at_once) {
        // One that runs already waits until it is done.
        const auto next = std::find_if(ready_.begin(), ready_.end(),
                                       [this](const Key& key) { return running_.count(key) == 0; });
        if (next == ready_.end()) break;
        const auto push = std::make_shared<Push>(Push{.key = *next});
        ready_.erase(next);
        begin(push);
    }
    starting_ = false;
}

void InternalReplication::begin(const PushPtr& push) {
    running_.insert(push->key);
    if (push->key.shard.empty()) return push_maps(push);
    const auto name = parse_shard_name(push->key.shard);
    const Range& range = push->key.range;
    push->partial = range.begin > name->range.begin || range.end < name->range.end;
    push->target = "shards/" + range.text() + "/" + name->database + name->suffix;
    meet(push);
}

void InternalReplication::top_off(const std::string& shard, const Range& target, bool before,
                                  ThenToppedOff then) {
    const auto push = std::make_shared<Push>(Push{.key = {shard, own_, target}});
    if (running_.count(push->key) > 0) return then({});   // The one before has not ended yet.
    push->topped_off = std::move(then);
    push->before = before;
    if (own_copy(*push) == nullptr) return push->topped_off({});
    push->until = own_copy(*push)->update_seq();
    begin(push);
}

void InternalReplication::end(const PushPtr& push) {
    running_.erase(push->key);
    if (push->topped_off) push->topped_off(push->seq);
    start_some();
}

/// Later again, if there is still somebody to push to.
void InternalReplication::fail(const PushPtr& push) {
    running_.erase(push->key);
    if (push->topped_off) {
        push->topped_off({});
    } else if (push->key.shard.empty()) {
        schedule(push->key, options_.delay);
    } else {
        const std::vector<Key> still = others(push->key.shard);
        const bool needed = std::find(still.begin(), still.end(), push->key) != still.end();
        if (needed && own_copy(*push) != nullptr) schedule(push->key, options_.delay);
    }
    start_some();
}

void InternalReplication::on_stop() {
    changed_.clear();
    due_.clear();
    ready_.clear();
    running_.clear();
    armed_ = false;
    up_.assign(members_.size(), false);
}

}   // namespace glasshive::store
