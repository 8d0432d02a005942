#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "swarm/spec.h"

namespace glasshive::words {

/// What "[ip:][host:]container[/protocol]" publishes: one port, or one per port of a range.
struct PortSpec {
    std::vector<swarm::PortConfig> ports;
    std::string ip;        ///< As written; may be empty.
    std::string problem;   ///< Not empty: docker's words for what is wrong, `ports` is empty.
};

/// Source: github.com/docker/go-connections nat/nat.go, ParsePortSpec.
PortSpec parse_port_spec(std::string_view text);

/// "tcp", "udp" or "sctp" in any case; "" is tcp.
std::optional<swarm::Protocol> parse_protocol(std::string_view text);

const char* to_text(swarm::Protocol protocol);

}   // namespace glasshive::words
