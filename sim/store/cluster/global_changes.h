#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "kernel/kernel.h"
#include "store/quorum/coordinator.h"
#include "store/quorum/node_files.h"

namespace glasshive::store {

/// The process of a node that writes down which databases were made, changed and deleted, so that
/// `_db_updates` can tell: documents such as "updated:orders" of the database `_global_changes`.
/// Without that database it does nothing. As each node with a copy does so, one event may be told
/// of several times.
///
/// Source: global_changes_listener.erl, global_changes_server.erl of CouchDB 3.5.
/// Leaves out: [global_changes] update_db, max_event_delay. Ours: the node that has a database's
/// copy writes, not those that have the event's document.
class GlobalChanges final : public kernel::Process {
  public:
    /// [global_changes] max_write_delay
    static constexpr Duration write_delay = std::chrono::milliseconds{500};

    /// All outlive it. `node`: its name.
    GlobalChanges(kernel::Kernel& kernel, const NodeFiles& files, Coordinator& coordinator,
                  std::string node)
        : kernel_(kernel),
          files_(files),
          coordinator_(coordinator),
          node_(std::move(node)) {}

    /// The replica's listener: a shard here changed, or with "" `_dbs` did.
    void updated(const std::string& shard);

    void on_timer(std::uint32_t tag, std::uint64_t argument) override;
    void on_message(const kernel::Message&) override {}
    void on_stop() override;

  private:
    void look_for_databases();
    void note(std::string_view what, const std::string& database);
    void write(const std::string& id);

    kernel::Kernel& kernel_;
    const NodeFiles& files_;
    Coordinator& coordinator_;
    std::string node_;
    /// Suffixes of those that have copies here. Empty: nobody has looked since it was of use.
    std::optional<std::map<std::string, std::string>> known_;
    std::set<std::string> pending_;   ///< Ids to be written.
};

}   // namespace glasshive::store
