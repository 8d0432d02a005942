#include "scenario/read_services.h"

namespace glasshive::scenario {

namespace {

const yaml::Choices<swarm::Protocol>& protocols() {
    static const yaml::Choices<swarm::Protocol> choices{{"tcp", swarm::Protocol::tcp},
                                                        {"udp", swarm::Protocol::udp},
                                                        {"sctp", swarm::Protocol::sctp}};
    return choices;
}

/// A port number, 1 to 65535.
bool port_number(std::string_view text, std::uint32_t& out) {
    const yaml::Parsed<std::int64_t> parsed = yaml::parse_integer(text);
    if (!parsed || *parsed.value < 1 || *parsed.value > 65'535) return false;
    out = static_cast<std::uint32_t>(*parsed.value);
    return true;
}

bool read_short(const yaml::Value& value, swarm::PortConfig& port) {
    std::string_view text = value.node().text();
    const auto refuse = [&] {
        value.error(yaml::quoted(value.node().text()) + " is not a published port",
                    "\"8080:80\" publishes port 80 of the tasks as 8080 on the nodes");
        return false;
    };
    if (const std::size_t slash = text.find('/'); slash != std::string_view::npos) {
        const std::string_view protocol = text.substr(slash + 1);
        bool known = false;
        for (const auto& [word, meaning] : protocols()) {
            if (word != protocol) continue;
            port.protocol = meaning;
            known = true;
        }
        if (!known) return refuse();
        text = text.substr(0, slash);
    }
    if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
        if (!port_number(text.substr(0, colon), port.published)) return refuse();
        text = text.substr(colon + 1);
    }
    return port_number(text, port.target) || refuse();
}

bool read_number(Map& map, std::string_view key, std::uint32_t& out) {
    std::int64_t read = 0;
    if (!map.read(key, read, {1, 65'535})) return false;
    out = static_cast<std::uint32_t>(read);
    return true;
}

}   // namespace

bool read_port(const yaml::Value& value, swarm::PortConfig& port) {
    if (value.node().is_scalar()) return read_short(value, port);
    Map map(Part::port, value);
    map.required("target");
    const bool target = read_number(map, "target", port.target);
    read_number(map, "published", port.published);
    map.read("protocol", port.protocol, protocols());
    map.read("mode", port.mode, {{"ingress", swarm::PublishMode::ingress},
                                 {"host", swarm::PublishMode::host}});
    return target;
}

runtime::RegistrySpec read_registry(const yaml::Value& value, const yaml::Value& images) {
    runtime::RegistrySpec registry;
    Map map(Part::registry, value);
    map.read("host", registry.host);
    map.read("default_size", registry.default_image_size);
    map.check(registry.default_image_size.count > 0, "default_size", "an image has at least 1B");
    map.read("missing_is_error", registry.missing_is_error);
    for (const auto& [name, item] : images.entries()) {
        runtime::ImageSpec image{.name = name, .size = registry.default_image_size};
        if (item.node().is_scalar()) {
            item.into(image.size);
        } else {
            Map image_map(Part::image, item);
            for (const char* key : {"behaviour", "healthcheck"}) {
                image_map.value(key);   // What the application is, no registry knows.
            }
            image_map.read("size", image.size);
            for (const auto& [host, place] : texts_of(image_map.value("present_on"))) {
                image.present_on.push_back(host);
            }
        }
        if (image.size.count <= 0) item.error("an image has at least 1B");
        registry.images.push_back(std::move(image));
    }
    return registry;
}

}   // namespace glasshive::scenario
