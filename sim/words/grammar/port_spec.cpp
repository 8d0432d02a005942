#include "words/grammar/port_spec.h"

#include "words/grammar/gotext.h"

namespace glasshive::words {

namespace {

using swarm::PortConfig;
using swarm::Protocol;

struct PortRange {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    std::uint32_t size() const { return last - first + 1; }
};

std::optional<std::uint32_t> parse_port(std::string_view text) {
    const auto port = go_uint(text, 10, 16);
    return port ? std::optional(static_cast<std::uint32_t>(*port.value)) : std::nullopt;
}

/// "80" or "80-90".
std::optional<PortRange> parse_range(std::string_view text) {
    const std::size_t dash = text.find('-');
    const auto first = parse_port(text.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : parse_port(text.substr(dash + 1));
    if (!first || !last || *last < *first) return std::nullopt;
    return PortRange{*first, *last};
}

struct PortParts {
    std::string_view ip, host, container, protocol;
};

PortParts split_port(std::string_view text) {
    PortParts parts;
    const std::size_t slash = text.rfind('/');
    if (slash != std::string_view::npos) {
        parts.protocol = text.substr(slash + 1);
        text = text.substr(0, slash);
    }
    const std::size_t colon = text.rfind(':');
    parts.container = text.substr(colon == std::string_view::npos ? 0 : colon + 1);
    if (colon == std::string_view::npos) return parts;
    text = text.substr(0, colon);
    const std::size_t before = text.rfind(':');
    parts.host = text.substr(before == std::string_view::npos ? 0 : before + 1);
    if (before != std::string_view::npos) parts.ip = text.substr(0, before);
    return parts;
}

PortSpec bad(std::string problem) { return {{}, "", std::move(problem)}; }

}   // namespace

std::optional<Protocol> parse_protocol(std::string_view text) {
    const std::string small = lower(text);
    if (small == "tcp" || small.empty()) return Protocol::tcp;
    if (small == "udp") return Protocol::udp;
    if (small == "sctp") return Protocol::sctp;
    return std::nullopt;
}

const char* to_text(Protocol protocol) {
    switch (protocol) {
        case Protocol::tcp: return "tcp";
        case Protocol::udp: return "udp";
        case Protocol::sctp: return "sctp";
    }
    return "";
}

PortSpec parse_port_spec(std::string_view text) {
    const PortParts parts = split_port(text);
    std::string_view ip = parts.ip;
    if (ip.size() > 1 && ip.front() == '[' && ip.back() == ']') ip = ip.substr(1, ip.size() - 2);
    if (!ip.empty() && !is_ip_address(ip)) return bad("invalid IP address: " + std::string(ip));
    if (parts.container.empty()) return bad("no port specified: " + std::string(text) + "<empty>");
    const auto target = parse_range(parts.container);
    if (!target) return bad("invalid containerPort: " + std::string(parts.container));
    PortRange host;
    if (!parts.host.empty()) {
        const auto parsed = parse_range(parts.host);
        if (!parsed) return bad("invalid hostPort: " + std::string(parts.host));
        host = *parsed;
        if (host.size() != target->size() && target->size() != 1) {
            return bad("invalid ranges specified for container and host Ports: " +
                       std::string(parts.container) + " and " + std::string(parts.host));
        }
    }
    const auto protocol = parse_protocol(parts.protocol);
    if (!protocol) return bad("invalid proto: " + std::string(parts.protocol));
    PortSpec spec{{}, std::string(parts.ip), ""};
    // A range of host ports before one container port publishes that port under each of them.
    const std::uint32_t count = parts.host.empty() ? target->size() : host.size();
    for (std::uint32_t i = 0; i < count; ++i) {
        PortConfig port;
        port.target = target->first + (target->size() == 1 ? 0 : i);
        port.published = parts.host.empty() ? 0 : host.first + i;
        port.protocol = *protocol;
        spec.ports.push_back(port);
    }
    return spec;
}

}   // namespace glasshive::words
