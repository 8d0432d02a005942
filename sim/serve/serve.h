#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "door/http/address.h"
#include "session/session.h"

namespace glasshive::serve {

/// A key of all nodes' configuration, set before clients come.
struct Preset {
    std::string section, key, value;
};

struct Options {
    door::http::Address address{"127.0.0.1", 5984};
    bool node_ports = false;   ///< Node k at the address's port + k - 1.
    bool loopback_only = true;
    double speed = 1;               ///< Virtual seconds in a second while nobody waits.
    std::size_t clients = 12'000;   ///< Connections at a time; others are refused.
    /// How long a client may be silent in a header, a body or an answer; 0: door::http::Limits'.
    std::chrono::seconds patience{0};
    std::size_t store = 0;         ///< Which of the scenario's.
    std::string control_socket;    ///< Empty: none.
    std::vector<Preset> presets;   ///< In this order.
    bool outbound = false;         ///< Replications may reach real servers.
};

/// Serves one store of a session until `stop` or the session's end. The session was started.
/// `ready` is told the addresses it listens at, once the cluster can be used. Diagnostics when an
/// address or the socket cannot be had.
Diagnostics serve(session::Session& session, const Options& options, const std::atomic<bool>& stop,
                  const std::function<void(const std::vector<door::http::Address>&)>& ready);

/// Where `glasshive ctl` finds a server: a socket of this user's, by its first address.
std::string control_socket_of(const door::http::Address& address);

}   // namespace glasshive::serve
