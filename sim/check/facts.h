#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <utility>

#include "base/event.h"
#include "check/name_map.h"

namespace glasshive::check {

/// What the events have made true so far, as far as expectations ask. A fold over events.
///
/// A container executes from container.started to container.ended, whatever the managers believe;
/// one on a paused host counts: it is frozen, not gone.
class Facts {
  public:
    explicit Facts(const Names& names) : names_(names) {}

    /// True when the event changed a fact.
    bool apply(const Event& event);

    std::int64_t running(std::string_view service) const;
    std::int64_t reported_running(std::string_view service) const;
    /// Tasks observed COMPLETE since its newest run began, if it is a job; else since ever.
    std::int64_t completed(std::string_view service) const;
    /// The most executing containers of the service on one node.
    std::int64_t most_on_one_node(std::string_view service) const;
    /// "ready", "down", or "unknown" before the managers heard of it.
    std::string_view node_state(std::string_view host) const;
    /// "on", "off" or "paused".
    std::string_view host_state(std::string_view host) const;
    /// "updating", "paused", …; "none" before the service's first update.
    std::string_view update_state(std::string_view service) const;

    /// False while copies of a store's database differ for longer than a second.
    bool copies_agree(std::string_view database) const;
    /// Of the copy that has most.
    std::int64_t conflicts(std::string_view document) const;

  private:
    enum class NodeState : std::uint8_t { unknown, ready, down };
    enum class HostState : std::uint8_t { on, off, paused };

    bool container(NameId service, NameId host, int change);
    bool task(const Event& event);
    bool completes(const Event& event);
    bool set_host(NameId host, HostState state);
    bool set_node(NameId host, NodeState state);

    const Names& names_;
    NameMap<std::int64_t> running_;
    NameMap<std::int64_t> reported_;
    NameMap<NameId> running_task_service_;              // By task; invalid when it does not run.
    /// Of one service: how many containers execute on each host, and on how many hosts so many.
    struct Load {
        NameMap<int> on_host;
        std::map<int, int> hosts_with;                  // By number of containers, from 1.
    };
    std::map<NameId, Load> loads_;                      // By service.
    NameMap<std::int64_t> completed_;
    NameMap<EventId> made_;                             // By task of a job: its task.new.
    NameMap<EventId> run_;                              // By service: what began its newest run.
    NameMap<NodeState> nodes_;
    NameMap<HostState> hosts_;
    NameMap<int> differ_;   // By database: 1 while copies do.
    std::map<std::pair<NameId, NameId>, std::int64_t> conflicts_;   // By document and node.
    NameMap<std::uint16_t> updates_;                    // Kind of the newest update.*; 0: none.
};

}   // namespace glasshive::check
