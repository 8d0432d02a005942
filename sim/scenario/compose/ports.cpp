// Published ports: the short form of docker/go-connections nat.ParsePortSpec and the long form.
#include <algorithm>

#include "scenario/compose/loader.h"
#include "words/grammar/port_spec.h"

namespace glasshive::compose {

namespace {

using swarm::PortConfig;
using swarm::PublishMode;

const char* port_hint =
    "write CONTAINER, HOST:CONTAINER or HOST:CONTAINER/udp, such as \"8080:80\"";

void warn_address(Loader& loader, const Item& item, const words::PortSpec& spec) {
    if (spec.ip.empty() || spec.ip == "0.0.0.0" || spec.ip == "[::]" || spec.ip == "::") return;
    const PortConfig& first = spec.ports.front();
    // opts/port.go ConvertPortToPortConfig.
    loader.warning(item, "ignoring IP-address (" + spec.ip + ":" +
                             (first.published == 0 ? "" : std::to_string(first.published)) + ":" +
                             std::to_string(first.target) + "/" + words::to_text(first.protocol) +
                             ") service will listen on '0.0.0.0'");
}

void short_port(Loader& loader, const Item& item, std::vector<PortConfig>& ports) {
    const words::PortSpec spec = words::parse_port_spec(item.text);
    if (!spec.problem.empty()) return loader.error(item, spec.problem, port_hint);
    warn_address(loader, item, spec);
    ports.insert(ports.end(), spec.ports.begin(), spec.ports.end());
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
    if (const auto parsed = words::parse_protocol(protocol)) {
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
