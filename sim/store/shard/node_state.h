#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace glasshive::store {

/// [couchdb] maintenance_mode of a node. Source: src/docs/src/config/couchdb.rst; rexi_server.
enum class Maintenance : std::uint8_t {
    off,    ///< "false": serves, and `_up` says 200.
    on,     ///< "true": serves no shard to anybody, `_up` says 404; still coordinates for clients.
    nolb,   ///< "nolb": serves, but `_up` says 404, so that a load balancer looks elsewhere.
};

/// Empty when it is none of the three words.
std::optional<Maintenance> parse_maintenance(std::string_view word);

/// What a coordinator sees of a node. A node in maintenance counts as down: its copies stay in the
/// shard map and are asked for nothing.
struct NodeState {
    bool connected = true;
    Maintenance maintenance = Maintenance::off;

    bool serves() const { return connected && maintenance != Maintenance::on; }
    /// What `GET /_up` answers; only a node that runs answers at all.
    bool up() const { return maintenance == Maintenance::off; }
};

}   // namespace glasshive::store
