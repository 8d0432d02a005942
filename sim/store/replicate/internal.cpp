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

namespace {

/// The members that hold a copy of the shard, beside one.
std::vector<std::size_t> others(const NodeFiles& files, const std::vector<QuorumMember>& members,
                                std::size_t own, const std::string& shard) {
    std::vector<std::size_t> out;
    const auto name = parse_shard_name(shard);
    const auto map = name ? files.maps.find(name->database) : files.maps.end();
    if (map == files.maps.end() || map->second.suffix() != name->suffix) return out;
    for (const Copy& copy : map->second.copies()) {
        if (copy.range != name->range) continue;
        for (std::size_t member = 0; member < members.size(); ++member) {
            if (member != own && members[member].node == copy.node) out.push_back(member);
        }
    }
    return out;
}

}   // namespace

void InternalReplication::updated(const std::string& shard) {
    if (changed_.count(shard) > 0) return;   // The cheap way out, once per commit.
    const std::size_t before = due_.size();
    if (shard.empty()) {
        for (std::size_t member = 0; member < members_.size(); ++member) {
            if (member != own_) schedule({shard, member}, options_.delay);
        }
    }
    for (const std::size_t member : others(files_, members_, own_, shard)) {
        schedule({shard, member}, options_.delay);
    }
    if (due_.size() > before) changed_.insert(shard);
}

/// mem3_sync_nodes.erl: all databases, the shard maps first.
void InternalReplication::node_up(std::size_t member) {
    up_[member] = true;
    schedule({"", member}, {});
    for (const auto& [shard, copy] : files_.copies) {
        for (const std::size_t other : others(files_, members_, own_, shard)) {
            if (other == member) schedule({shard, member}, {});
        }
    }
}

void InternalReplication::node_down(std::size_t member) {
    up_[member] = false;
    changed_.clear();
    std::erase_if(due_, [&](const auto& entry) { return entry.first.second == member; });
    std::erase_if(ready_, [&](const Key& key) { return key.second == member; });
}

void InternalReplication::schedule(const Key& key, Duration delay) {
    if (!up_[key.second]) return;   // No hints: it is told everything when it is back.
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
        changed_.erase(at->first.first);   // From here on a change is news again.
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
        running_.insert(push->key);
        if (push->key.first.empty()) {
            push_maps(push);
        } else {
            meet(push);
        }
    }
    starting_ = false;
}

void InternalReplication::end(const PushPtr& push) {
    running_.erase(push->key);
    start_some();
}

/// Later again, if there is still somebody to push to.
void InternalReplication::fail(const PushPtr& push) {
    running_.erase(push->key);
    if (push->key.first.empty() || own_copy(*push) != nullptr) {
        schedule(push->key, options_.delay);
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
