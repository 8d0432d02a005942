#pragma once

#include "swarm/manager/dispatcher.h"
#include "swarm/state/store.h"

namespace glasshive::swarm {

/// Turns every committed change into its node.*, service.* or task.* event.
class Herald final : public Announcer {
  public:
    explicit Herald(Store& store);
    /// Who knows for how long a node has been silent; null: nobody.
    void set_dispatcher(const Dispatcher* dispatcher) { dispatcher_ = dispatcher; }

    EventId announce(const Committed& change) override;

  private:
    EventId announce_node(const Committed& change);
    EventId announce_service(const EventKind& kind, const Service& service);
    EventId announce_run(EventId said, const Service& service);
    EventId announce_endpoint(const Service& service);
    EventId announce_update(const Committed& change);
    EventId announce_status(const Task& task);
    EventId announce_desired(const Committed& change);
    NameId name(const char* text);

    Store& store_;
    kernel::Kernel& kernel_;
    const Dispatcher* dispatcher_ = nullptr;
};

}   // namespace glasshive::swarm
