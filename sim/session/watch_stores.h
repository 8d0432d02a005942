#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/event.h"
#include "check/invariants.h"
#include "store/cluster/cluster.h"
#include "world/world.h"

namespace glasshive::session {

/// What must be so of the stores of any run, whatever failed in it:
/// - no revision that a client was told is stored has vanished from all copies;
/// - each copy holds together (store::violations): every document stands once in its list of
///   changes, at its latest number;
/// - an index that knows all of its copy holds what the copy's documents emit;
/// - copies of one range that hold the same leaves show the same winner;
/// - after quiet time, in which nothing failed, was repaired or was written, each copy knows every
///   leaf of the others, and but for histories that were cut short (`_revs_limit`) they are equal.
class StoreWatch {
  public:
    explicit StoreWatch(const Names& names) : names_(names) {}
    void on_event(const Event& event, std::string_view text);
    /// The run is over. Looks into all files. `events`: how many there were.
    std::vector<check::Violation> finish(world::World& world, Time end);

  private:
    struct Told {
        std::string revision;
        EventId event{};
    };
    /// All copies of a database, with their nodes.
    struct Copy {
        std::string node;
        store::Range range;
        const store::Database* file;
    };
    struct Shard {
        std::string database;
        bool partitioned = false;
        std::vector<Copy> copies;
    };
    static std::vector<Shard> shards_of(const store::Cluster& cluster);
    void look_at_shard(const Shard& shard, const store::ClusterSpec& spec, bool settled);
    using Leaves = std::map<std::string, std::vector<store::Revision>>;   // By node and range.
    void look_at_document(const Shard& shard, const std::string& database, const std::string& id,
                          const Leaves& by_copy, bool settled);
    static bool stemmed_apart(const std::vector<const Copy*>& holders, const std::string& id,
                              const Leaves& by_copy);
    void look_at_indexes(const store::Cluster& cluster);
    void look_for_stored();
    void add(const char* rule, EventId event, std::string text);

    const Names& names_;
    using Place = std::pair<std::string, std::string>;   // Database, as events call it, and id.
    /// What all copies together know of a document.
    struct Known {
        std::set<store::Revision> revisions;
        std::int64_t deepest_root = 0;   // Position behind which nothing was cut off a history.
    };
    std::map<Place, std::vector<Told>> stored_;
    std::map<Place, Known> known_;
    std::set<std::string> others_;      // Databases of small stores: another watch's business.
    std::set<std::string> rewritten_;   // Databases about which something unusual was asked.
    Time last_write_{}, last_trouble_{}, end_{};
    int active_faults_ = 0;
    std::vector<check::Violation> found_;
};

}   // namespace glasshive::session
