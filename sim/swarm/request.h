#pragma once

#include <cstdint>

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
};

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
