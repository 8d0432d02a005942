#pragma once

#include <cstdint>
#include <vector>

#include "base/ids.h"
#include "kernel/process.h"
#include "swarm/protocol.h"

/// The words of a request on its way: client → entry node's published port → a backend's node. One
/// stream per leg: opened for the request and closed after it, unless the client keeps it open.
namespace glasshive::swarm {

/// Message::type on a request's streams.
enum class RequestMessage : std::uint16_t {
    request = 300,   ///< client → entry node [a: port_of/service_of, b: number | keep_open].
    chosen,     ///< entry node → client [a: backend's name, b: its daemon]. No bytes on the wire:
                ///< not a word of any protocol, it lets events name the backend that stays silent.
    forward,    ///< entry node → backend's node [a: task id, b: backend's name | keep_open].
    response,   ///< back along the same streams [a: backend's name].
    refused,    ///< back along the same streams [a: backend's name or NameId::none, b: RefusedWhy].
    // From here on: requests that a service's tasks send. The client's process acts inside their
    // containers, so these words go between it and the tasks' daemons and cost nothing.
    caller_up,      ///< daemon → client, a datagram: a task runs [a: task id, b: its name].
    caller_down,    ///< The same: its container has ended [a: task id].
    resolve,        ///< Asks the node's resolver, 127.0.0.11 [a: call_target, b: WhichName].
    resolved,       ///< Its answer: body Addresses.
    call,           ///< Connects to the virtual address and asks [a: call_target, b: as request's].
    call_task,      ///< Connects to a task's own address, likewise; body Addresses with that one.
};

enum class WhichName : std::uint64_t {
    service,   ///< web
    tasks,     ///< tasks.web
};

/// What a resolver answers. Empty and not virtual: NXDOMAIN.
struct Addresses final : kernel::MessageBody {
    bool is_virtual = false;     ///< The one address of the service; else those of its tasks.
    std::vector<TaskId> tasks;
};

/// Who calls whom: names of services.
constexpr std::uint64_t call_target(std::uint32_t caller, std::uint32_t called) {
    return static_cast<std::uint64_t>(caller) << 32 | called;
}
constexpr std::uint32_t caller_of(std::uint64_t target) {
    return static_cast<std::uint32_t>(target >> 32);
}
constexpr std::uint32_t called_of(std::uint64_t target) {
    return static_cast<std::uint32_t>(target);
}

/// The stream stays after the answer, and so does the backend it was given: IPVS chooses once per
/// connection. A refusal ends it.
inline constexpr std::uint64_t keep_open = std::uint64_t{1} << 63;

enum class RefusedWhy : std::uint64_t {
    no_backend = 1,   ///< IPVS has no destination (or nobody publishes the port): refused at once.
    not_serving,      ///< The backend's container does not listen (yet, or any more).
    reset,            ///< The backend died under the request.
    error,            ///< The application answered with an error (HTTP 500).
};

/// A request names its target by published port; a service whose port the swarm chose (0) by name.
constexpr std::uint64_t request_target(std::uint32_t port, std::uint32_t service_name) {
    return static_cast<std::uint64_t>(service_name) << 32 | port;
}
constexpr std::uint32_t port_of(std::uint64_t target) { return static_cast<std::uint32_t>(target); }
constexpr std::uint32_t service_of(std::uint64_t target) {
    return static_cast<std::uint32_t>(target >> 32);
}

}   // namespace glasshive::swarm
