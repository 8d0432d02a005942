#include "viewer/panels/reservations.h"

#include "yaml/node.h"
#include "yaml/units.h"

namespace glasshive::viewer {

namespace {

double cpus_of(const std::string& text) {
    const auto value = yaml::parse_cpus(text);
    return value ? static_cast<double>(value.value->count) / 1e9 : 0;
}

/// Our grammar first: "256MiB" is the same in both, "256M" is docker's alone.
double bytes_of(const std::string& text) {
    auto value = yaml::parse_bytes(text);
    if (!value) value = yaml::parse_docker_bytes(text);
    return value ? static_cast<double>(value.value->count) : 0;
}

Reserved reserved(const yaml::Node& node) {
    return {cpus_of(node.find("cpus").text()), bytes_of(node.find("memory").text())};
}

std::string joined(const SourceFile& file) {
    std::string text;
    for (const std::string& line : file.lines) text += line + "\n";
    return text;
}

}   // namespace

Reservations Reservations::of(const std::vector<SourceFile>& files) {
    Reservations found;
    const auto add = [&](const std::string& name, const Reserved& one) {
        if (one.cpus > 0 || one.memory_bytes > 0) found.by_service_.emplace(name, one);
    };
    for (const SourceFile& file : files) {
        if (file.path.find(".y") == std::string::npos) continue;   // Scripts and traces.
        const auto document = yaml::parse(joined(file), file.path);
        if (!document.ok()) continue;
        const yaml::Node services = document.value().root().find("services");
        for (const yaml::Node& service : services.items()) {
            const yaml::Node own = service.find("reservations");   // Else limits are reserved, too.
            add(service.find("name").text(),
                reserved(own.exists() ? own : service.find("resources")));
        }
        for (const yaml::Entry& service : services.entries())
            add(service.key.text(), reserved(service.value.find("deploy")
                                                 .find("resources")
                                                 .find("reservations")));
    }
    return found;
}

std::optional<Reservations> Reservations::said_of(const std::vector<ServiceRow>& services) {
    Reservations said;
    bool any = false;
    for (const ServiceRow& service : services) {
        if (service.reserved_cpus < 0) continue;
        any = true;
        if (service.reserved_cpus > 0 || service.reserved_memory > 0)
            said.by_service_.emplace(service.text,
                                     Reserved{service.reserved_cpus, service.reserved_memory});
    }
    return any ? std::optional(std::move(said)) : std::nullopt;
}

Reserved Reservations::of_service(std::string_view service) const {
    auto found = by_service_.find(service);
    const std::size_t stack = service.find('_');
    if (found == by_service_.end() && stack != std::string_view::npos)
        found = by_service_.find(service.substr(stack + 1));
    return found == by_service_.end() ? Reserved{} : found->second;
}

Reserved Reservations::on(const HostCell& host) const {
    Reserved all;
    for (const ContainerCell& container : host.containers) {
        const Reserved one = of_service(container.service);
        all.cpus += one.cpus;
        all.memory_bytes += one.memory_bytes;
    }
    return all;
}

}   // namespace glasshive::viewer
