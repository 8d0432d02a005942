#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "swarm/discovery/messages.h"

namespace glasshive::swarm::discovery {

/// A place a request can be sent to.
struct Backend {
    TaskId task{};
    NameId subject;
    HostId host;
    ProcessId daemon;
    NameId service;
    std::uint64_t number = 0;      ///< Counts what this node learned of: greater is later.
    // What this node sent there and saw come back; counted for services with a balancer only.
    std::uint32_t open = 0;        ///< Requests that are not answered yet.
    Duration latency{};            ///< Moving average of its answers; 0 before the first one.
};

/// What one node's IPVS tables hold: per service the backends it knows, in the order it learned of
/// them, and its own round-robin pointer (scheduler rr, weight 1: libnetwork service_linux.go). Two
/// nodes' pointers are independent. Pure data.
class Backends {
  public:
    /// Both return how many backends of the service are known afterwards.
    std::size_t add(const Record& record, HostId host, ProcessId daemon);
    /// Requires a known task of the service.
    std::size_t remove(NameId service, TaskId task);
    /// The next backend in turn for a new connection to published `port`, or, when port is 0, to
    /// `service`; null when none is known. The pointer is valid until the next call.
    const Backend* choose(std::uint32_t port, NameId service);
    /// What the services' own networks hold of `service`, for a caller with `caller`'s spec: null
    /// without a backend, or without a network that both are attached to.
    struct Inside {
        std::shared_ptr<const ServiceSpec> spec;   // The newest that a record brought.
        std::vector<Backend> backends;
    };
    const Inside* find_inside(NameId service, const ServiceSpec& caller) const;
    /// The next in turn for a new connection to its virtual address; this pointer is another one
    /// than that of the published ports. Requires that find_inside found the service.
    const Backend* choose_inside(NameId service);
    /// All that `choose` would choose from; null when none is known.
    const Inside* find_published(std::uint32_t port, NameId service) const;
    /// A request goes to a backend, and is over: `took` when it was answered. One that left
    /// meanwhile is passed over, and so is one that came back since: its number is another one.
    void began(NameId service, TaskId task, std::uint64_t number);
    void ended(NameId service, TaskId task, std::uint64_t number, std::optional<Duration> took);
    std::size_t count(NameId service) const;
    void clear() { services_.clear(); }

  private:
    struct Service : Inside {
        NameId name;
        std::vector<std::uint32_t> ports;   // Published in ingress mode, as the newest record says.
        std::size_t next = 0;
        std::size_t next_inside = 0;
    };
    Service* find(NameId name);
    Backend* find(NameId service, TaskId task, std::uint64_t number);
    const Service* find(std::uint32_t port, NameId name) const;
    std::uint64_t learned_ = 0;
    std::vector<Service> services_;         // In order of first mention.
};

}   // namespace glasshive::swarm::discovery
