// Published ports: the short form of docker/go-connections nat.ParsePortSpec and the long form.
#include <algorithm>
#include <charconv>

#include "scenario/compose/loader.h"
#include "yaml/units.h"

namespace glasshive::compose {

namespace {

using swarm::PortConfig;
using swarm::Protocol;
using swarm::PublishMode;

struct PortRange {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    std::uint32_t size() const { return last - first + 1; }
};

std::optional<std::uint32_t> parse_port(std::string_view text) {
    std::uint32_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (text.empty() || error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return port <= 65535 ? std::optional(port) : std::nullopt;
}

/// "80" or "80-90".
std::optional<PortRange> parse_range(std::string_view text) {
    const std::size_t dash = text.find('-');
    const auto first = parse_port(text.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : parse_port(text.substr(dash + 1));
    if (!first || !last || *last < *first) return std::nullopt;
    return PortRange{*first, *last};
}

std::optional<Protocol> parse_protocol(std::string_view text) {
    std::string small(text);
    for (char& c : small) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    if (small == "tcp" || small.empty()) return Protocol::tcp;
    if (small == "udp") return Protocol::udp;
    if (small == "sctp") return Protocol::sctp;
    return std::nullopt;
}

/// The parts of "[ip:][host:]container[/protocol]".
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

const char* port_hint =
    "write CONTAINER, HOST:CONTAINER or HOST:CONTAINER/udp, such as \"8080:80\"";

void warn_address(Loader& loader, const Item& item, const PortParts& parts, std::uint32_t published,
                  std::uint32_t target, std::string_view protocol) {
    if (parts.ip.empty() || parts.ip == "0.0.0.0" || parts.ip == "[::]" || parts.ip == "::") return;
    // opts/port.go ConvertPortToPortConfig.
    loader.warning(item, "ignoring IP-address (" + std::string(parts.ip) + ":" +
                             (published == 0 ? "" : std::to_string(published)) + ":" +
                             std::to_string(target) + "/" + std::string(protocol) +
                             ") service will listen on '0.0.0.0'");
}

void short_port(Loader& loader, const Item& item, std::vector<PortConfig>& ports) {
    const PortParts parts = split_port(item.text);
    const auto fail = [&](std::string message) {
        loader.error(item, std::move(message), port_hint);
    };
    if (parts.container.empty()) return fail("no port specified: " + item.text + "<empty>");
    const auto target = parse_range(parts.container);
    if (!target) return fail("invalid containerPort: " + std::string(parts.container));
    PortRange host;
    if (!parts.host.empty()) {
        const auto parsed = parse_range(parts.host);
        if (!parsed) return fail("invalid hostPort: " + std::string(parts.host));
        host = *parsed;
        if (host.size() != target->size() && target->size() != 1) {
            return fail("Invalid ranges specified for container and host Ports: " +
                        std::string(parts.container) + " and " + std::string(parts.host));
        }
    }
    const auto protocol = parse_protocol(parts.protocol);
    if (!protocol) return fail("invalid proto: " + std::string(parts.protocol));
    const std::string_view proto = parts.protocol.empty() ? "tcp" : parts.protocol;
    // A range of host ports before one container port publishes that port under each of them.
    const std::uint32_t count = parts.host.empty() ? target->size() : host.size();
    for (std::uint32_t i = 0; i < count; ++i) {
        PortConfig port;
        port.target = target->first + (target->size() == 1 ? 0 : i);
        port.published = parts.host.empty() ? 0 : host.first + i;
        port.protocol = *protocol;
        if (i == 0) warn_address(loader, item, parts, port.published, port.target, proto);
        ports.push_back(port);
    }
}

void long_port(Loader& loader, const Item& item, std::vector<PortConfig>& ports) {
    Fields fields(loader, item);
    PortConfig port;
    const auto in_range = [&](std::string_view key, std::int64_t low) {
        const std::int64_t value = fields.integer(key).value_or(low == 0 ? 0 : -1);
        const Item* at = item.find(key);
        if (at && at->type == Type::integer && (value < low || value > 65535)) {
            loader.error(*at, "invalid port: " + at->text, "ports go from 1 to 65535");
        }
        return static_cast<std::uint32_t>(std::clamp<std::int64_t>(value, 0, 65535));
    };
    port.target = in_range("target", 1);
    port.published = in_range("published", 0);
    if (!item.find("target")) {
        loader.error(item, "no target port specified", "write target: with the container's port");
    }
    const std::string protocol = fields.text("protocol");
    if (const auto parsed = parse_protocol(protocol)) {
        port.protocol = *parsed;
    } else {
        loader.error(*item.find("protocol"), "invalid proto: " + protocol,
                     "write tcp, udp or sctp");
    }
    const std::string mode = fields.text("mode");
    if (mode == "host") {
        port.mode = PublishMode::host;
    } else if (mode != "ingress" && !mode.empty()) {
        loader.error(*item.find("mode"), "invalid publish mode value (" + mode + ")",
                     "must be either 'ingress' or 'host'");
    }
    ports.push_back(port);
}

}   // namespace

void load_ports(Fields& service, std::vector<PortConfig>& ports) {
    const Item* list = service.get("ports", static_cast<Types>(Type::list));
    if (!list) return;
    Loader& loader = service.loader();
    for (const Item& item : list->items) {
        if (!expect(loader, item, Type::text | Type::integer | Type::real | Type::map)) continue;
        if (item.type == Type::map) {
            long_port(loader, item, ports);
        } else {
            short_port(loader, item, ports);
        }
    }
    expect_unique(loader, *list);
    std::stable_sort(ports.begin(), ports.end(), [](const PortConfig& a, const PortConfig& b) {
        return a.published < b.published;   // convert/service.go convertEndpointSpec.
    });
    for (std::size_t i = 1; i < ports.size(); ++i) {
        for (std::size_t j = i; j > 0 && ports[j - 1].published == ports[i].published; --j) {
            const bool clash =
                ports[i].published != 0 && ports[j - 1].protocol == ports[i].protocol;
            if (!clash) continue;
            loader.error(*list, "EndpointSpec: duplicate published ports provided",   // SwarmKit
                         "port " + std::to_string(ports[i].published) + " is published twice");
            return;
        }
    }
}

}   // namespace glasshive::compose
