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
/// - copies of one range that hold the same leaves show the same winner;
/// - after quiet time, in which nothing failed, was repaired or was written, copies are equal.
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
    /// One shard: the copies of a range, with their nodes.
    struct Shard {
        std::string database;
        std::vector<std::pair<std::string, const store::Database*>> copies;
    };
    static std::vector<Shard> shards_of(const store::Cluster& cluster);
    void look_at_shard(const Shard& shard, const store::ClusterSpec& spec, bool settled);
    void look_for_stored();
    void add(const char* rule, EventId event, std::string text);

    const Names& names_;
    std::map<std::string, std::vector<Told>> stored_;   // By database and id, as events call them.
    std::map<std::string, std::vector<store::Revision>> known_;   // Likewise: by any copy.
    std::set<std::string> others_;      // Databases of small stores: another watch's business.
    std::set<std::string> rewritten_;   // Databases about which something unusual was asked.
    Time last_write_{}, last_trouble_{}, end_{};
    int active_faults_ = 0;
    std::vector<check::Violation> found_;
};

}   // namespace glasshive::session
