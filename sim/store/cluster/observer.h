#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "kernel/kernel.h"
#include "store/cluster/revision_log.h"
#include "store/quorum/replica.h"
#include "store/revtree/tree.h"

namespace glasshive::store {

class Cluster;
class ShardMap;

/// Says what is so of all copies together: whether they agree, which documents have conflicts, and
/// (RevisionLog) which revisions each copy holds.
/// It reads every node's files, so it knows what nobody in the cluster knows, and it changes
/// nothing. It stands outside: no fault stops it.
///
/// Two copies agree on a document when they have the same leaves, deleted or not. That copies
/// differ is said when it has lasted a second: each write makes them differ for a moment.
/// Cost: n look-ups for each changed document of a copy; nodes without one cost nothing.
class Observer final : public CommitWatch, public kernel::Process {
  public:
    /// Both outlive it. It adds itself to the kernel, starts, and watches all nodes.
    /// `prefix`: of documents' names in events, such as "west/"; with several clusters in one run.
    Observer(kernel::Kernel& kernel, Cluster& cluster, std::string prefix);
    Observer(const Observer&) = delete;
    Observer& operator=(const Observer&) = delete;

    void changed(const std::string& node, const std::string& shard, std::string_view id) override;
    void compacted(const std::string& node, const std::string& shard) override;
    void map_changed(const std::string& database) override { newest_.erase(database); }
    void dropped(const std::string& node, const std::string& database) override;
    void on_timer(std::uint32_t tag, std::uint64_t argument) override;

    /// The document in each copy that has it, deleted or not.
    std::vector<const Document*> documents_of(const std::string& database,
                                              std::string_view id) const;
    /// Documents whose copies differ now, in all databases.
    std::size_t differing() const;
    std::size_t differing(const std::string& database) const;

  private:
    struct Known {
        std::int64_t conflicts = 0;
        Revision winner{};
    };
    using Place = std::pair<std::string, std::string>;   ///< "orders.1415960794" and an id.
    struct Agreement {
        std::map<Place, Time> differing{};           ///< And since when.
        std::set<std::pair<Time, Place>> by_age{};   ///< The same, the oldest first.
        bool said = false;                           ///< That copies differ.
        Time since{};
        kernel::TimerId timer = kernel::TimerId::none;
    };
    /// Those of a document that the map names, as far as their files are there.
    std::vector<RevisionLog::Copy> copies_of(const ShardMap& map, std::string_view id) const;
    const ShardMap* newest_map(const std::string& database, const std::string& suffix);
    static void erase(Agreement& agreement, const Place& place);
    void look_at_leaves(const std::string& node, const std::string& database, std::string_view id,
                        const Tree* tree);
    /// Says what has become so; sets a timer for what will.
    void settle(const std::string& database, Agreement& agreement);
    NameId name(std::string_view text) { return kernel_.names().intern(text); }

    kernel::Kernel& kernel_;
    Cluster& cluster_;
    std::string prefix_;
    /// By node, database and document.
    std::map<std::tuple<std::string, std::string, std::string>, Known> conflicted_;
    std::map<std::string, Agreement> agreements_;   // By database.
    /// What newest_map() said, by database and suffix, until a node's map of the database changes.
    std::map<std::string, std::map<std::string, const ShardMap*>> newest_;
    RevisionLog revisions_;
};

}   // namespace glasshive::store
