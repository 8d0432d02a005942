#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "kernel/rng.h"
#include "swarm/scheduler/fill.h"

namespace glasshive::swarm {

/// The nodes as one group of tasks sees them, kept from one decision to the next: those that pass
/// by rank, those that do not by the filter that refused them.
///
/// Only nodes that changed since the last look are judged again, so that one task costs
/// O(log nodes) however large the cluster is. Equal nodes are drawn from when a choice is made,
/// each as likely as the others, whenever they came to be equal.
class GroupIndex {
  public:
    /// Follows what happened to the nodes. `needs` must be those of the same group each time.
    /// Returns how many nodes were judged.
    std::size_t catch_up(const NodeSet& nodes, const Needs& needs, Time now);

    std::size_t passed() const { return passed_; }
    /// Nodes that this filter refused, in order of joining.
    const std::set<std::uint32_t>& refused(Verdict filter) const {
        return refused_[static_cast<std::size_t>(filter)];
    }
    /// The best `most` nodes, best first, equals in an order drawn from `ties`.
    Ranking best(NodeSet& nodes, const Needs& needs, std::size_t tasks, kernel::Rng& ties);
    std::size_t size() const { return entries_.size(); }

  private:
    struct Entry {
        Rank rank;
        std::uint32_t position = 0;              // In its bucket.
        Verdict verdict = Verdict::passes;
        bool known = false;
        std::uint64_t version = 0;               // Of the node, when it was judged.
    };
    using Bucket = std::vector<std::uint32_t>;   // Nodes of equal rank, in any order.
    static constexpr std::uint32_t nobody = 0xFFFFFFFF;

    bool beats(std::uint32_t a, std::uint32_t b) const;
    void enter(std::uint32_t node, bool passes);
    void play_all();
    void best_of_winners(NodeSet& nodes, std::size_t most, Ranking& ranking) const;
    Ranking best_of_all(NodeSet& nodes, std::size_t most, kernel::Rng& ties);
    void judge_all(const NodeSet& nodes, const Needs& needs, Time now);
    void judge_changed(const NodeInfo& node, const Needs& needs, Time now);
    void judge_again(const NodeInfo& node, const Needs& needs, Time now);
    void take_out(std::uint32_t node);
    void put_in(const NodeInfo& node, Verdict verdict, const Needs& needs, Time now);

    std::vector<Entry> entries_;                 // By node.
    // Where ties are drawn: those that pass, by rank; no bucket is empty.
    std::map<Rank, Bucket> buckets_;
    // Where ties go by order, no two ranks are equal: a tournament of those that pass. The winner
    // of [i] is the better one of [2i] and [2i + 1]; the second half are the nodes, or nobody.
    std::vector<std::uint32_t> winners_;
    bool ordered_ = false;
    bool counting_ = false;                      // All are judged in a row: no winners yet.
    std::array<std::set<std::uint32_t>, filter_count> refused_;
    std::set<std::uint32_t> haunted_;            // Pass, but rank last until failures grow old.
    std::size_t passed_ = 0;
    std::size_t judged_ = 0;                     // In the catch-up that goes on.
    std::uint64_t seen_ = 0;                     // Changes of the NodeSet.
    std::uint64_t largest_seen_ = 0;             // Version of the policy's yardstick.
};

}   // namespace glasshive::swarm
