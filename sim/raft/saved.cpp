#include "raft/saved.h"

#include <utility>

#include "base/assert.h"

namespace glasshive::raft {

Saved Saved::genesis(std::vector<MemberId> first_voters) {
    Saved saved;
    saved.snapshot.membership = Membership(std::move(first_voters));
    return saved;
}

const Entry* Saved::find(Index index) const {
    if (index <= snapshot.at.index || index > last().index) return nullptr;
    return &entries[index - snapshot.at.index - 1];
}

Membership Saved::membership_at(Index index) const {
    SIM_ASSERT(index >= snapshot.at.index);
    SIM_ASSERT(index <= last().index);
    Membership membership = snapshot.membership;
    for (const Entry& entry : entries) {
        if (entry.at.index > index) break;
        if (entry.kind == Entry::Kind::change) membership.apply(entry.change);
    }
    return membership;
}

void Saved::write(const Persist& order) {
    SIM_ASSERT(order.hard.term >= hard.term);
    SIM_ASSERT(order.hard.commit >= hard.commit);
    hard = order.hard;
    for (const Snapshot& newer : order.snapshot) {
        SIM_ASSERT(newer.at.index > snapshot.at.index);
        const Entry* covered = find(newer.at.index);
        // An entry that the snapshot contradicts, and what follows it, is another history's.
        if (covered != nullptr && covered->at == newer.at) {
            const auto count = static_cast<std::ptrdiff_t>(newer.at.index - snapshot.at.index);
            entries.erase(entries.begin(), entries.begin() + count);
        } else {
            entries.clear();
        }
        snapshot = newer;
    }
    if (!order.entries.empty()) {
        const Index from = order.entries.front().at.index;
        SIM_ASSERT(from > snapshot.at.index);
        SIM_ASSERT(from <= last().index + 1);
        entries.resize(from - snapshot.at.index - 1);
        entries.insert(entries.end(), order.entries.begin(), order.entries.end());
    }
    SIM_ASSERT(hard.commit <= last().index);
}

Saved force_new_cluster(Saved saved, MemberId survivor) {
    const Index commit = std::max(saved.hard.commit, saved.snapshot.at.index);
    saved.entries.resize(commit - saved.snapshot.at.index);
    const Membership membership = saved.membership_at(commit);
    SIM_ASSERT(!membership.was_removed(survivor));
    const auto append = [&](Change::Kind kind, MemberId member) {
        Entry entry;
        entry.at = {saved.hard.term, saved.last().index + 1};
        entry.kind = Entry::Kind::change;
        entry.change = {kind, member};
        saved.entries.push_back(entry);
    };
    if (!membership.has(survivor)) append(Change::Kind::add, survivor);
    for (const MemberId voter : membership.voters()) {
        if (voter != survivor) append(Change::Kind::remove, voter);
    }
    saved.hard.commit = saved.last().index;
    return saved;
}

}   // namespace glasshive::raft
