#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "kernel/kernel.h"
#include "store/quorum/gatherer.h"
#include "store/quorum/replica.h"

namespace glasshive::store::reshard {

/// Edits shard maps on the node that all nodes take for this, the first one that lives: one edit
/// after the other, each of the newest map that any live node has, and told to all of them before
/// it is answered.
/// Source: mem3_reshard_dbdoc.erl.
class MapEditor {
  public:
    /// Which members live, this node among them.
    using Live = std::function<std::vector<std::size_t>()>;
    /// Empty: it is done.
    using Then = std::function<void(const std::string& error)>;

    /// All outlive it. `own`: which of the members this node is.
    MapEditor(kernel::Kernel& kernel, NodeFiles& files, Replica& replica, Gatherer& gatherer,
              std::size_t own, std::string node, Live live)
        : kernel_(kernel),
          files_(files),
          replica_(replica),
          gatherer_(gatherer),
          own_(own),
          node_(std::move(node)),
          live_(std::move(live)) {}

    /// The copy of this shard on `node` is two now. It may be so already.
    void split(const std::string& shard, const std::string& node, Then then);
    /// The node goes down: nobody is answered.
    void clear();

  private:
    struct Edit {
        std::string shard;
        std::string node;
        Then then;
    };
    void begin();
    void apply();
    void end(const std::string& error);
    std::string split_now(const Edit& edit);

    kernel::Kernel& kernel_;
    NodeFiles& files_;
    Replica& replica_;
    Gatherer& gatherer_;
    std::size_t own_;
    std::string node_;
    Live live_;
    std::deque<Edit> edits_;   // The first one is under way.
};

/// Whether the map gives this range to this node.
bool holds(const ShardMap& map, const Range& range, const std::string& node);
/// db.map: `map` is an edit of `before`, made on `node`, whose files these are.
void tell_edit(kernel::Kernel& kernel, const NodeFiles& files, const std::string& node,
               const ShardMap& before, const ShardMap& map);

}   // namespace glasshive::store::reshard
