#include "raft/membership.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace glasshive::raft {

namespace {
bool contains(const std::vector<MemberId>& sorted, MemberId member) {
    return std::binary_search(sorted.begin(), sorted.end(), member);
}

void insert(std::vector<MemberId>& sorted, MemberId member) {
    sorted.insert(std::lower_bound(sorted.begin(), sorted.end(), member), member);
}
}   // namespace

Membership::Membership(std::vector<MemberId> voters) : voters_(std::move(voters)) {
    std::sort(voters_.begin(), voters_.end());
    SIM_ASSERT(std::adjacent_find(voters_.begin(), voters_.end()) == voters_.end());
}

bool Membership::has(MemberId member) const { return contains(voters_, member); }

bool Membership::was_removed(MemberId member) const { return contains(removed_, member); }

Index Membership::reached_by_majority(const std::function<Index(MemberId)>& reached) const {
    if (voters_.empty()) return 0;
    std::vector<Index> indexes;
    for (const MemberId voter : voters_) indexes.push_back(reached(voter));
    // Descending: the majority-th greatest is what that many have reached at least.
    std::sort(indexes.begin(), indexes.end(), std::greater<>());
    return indexes[majority() - 1];
}

bool Membership::apply(const Change& change) {
    SIM_ASSERT(change.member.valid());
    if (change.kind == Change::Kind::add) {
        if (has(change.member) || was_removed(change.member)) return false;
        insert(voters_, change.member);
        return true;
    }
    if (!has(change.member)) return false;
    voters_.erase(std::lower_bound(voters_.begin(), voters_.end(), change.member));
    insert(removed_, change.member);
    return true;
}

}   // namespace glasshive::raft
