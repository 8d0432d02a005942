#include "swarm/discovery/backends.h"

#include <algorithm>

#include "base/assert.h"

namespace glasshive::swarm::discovery {

Backends::Service* Backends::find(NameId name) {
    for (Service& service : services_) {
        if (service.name == name) return &service;
    }
    return nullptr;
}

std::size_t Backends::add(const Record& record, HostId host, ProcessId daemon) {
    Service* service = find(record.service);
    if (service == nullptr) {
        service = &services_.emplace_back();
        service->name = record.service;
    }
    service->ports.clear();
    service->spec = record.spec;
    if (record.spec != nullptr) {
        for (const PortConfig& port : record.spec->ports) {
            const bool entered = port.mode == PublishMode::ingress && port.published != 0;
            if (entered) service->ports.push_back(port.published);
        }
    }
    service->backends.push_back({.task = record.task, .subject = record.subject, .host = host,
                                 .daemon = daemon, .service = record.service,
                                 .number = ++learned_});
    return service->backends.size();
}

std::size_t Backends::remove(NameId name, TaskId task) {
    Service* service = find(name);
    SIM_ASSERT(service != nullptr);
    auto& backends = service->backends;
    const auto at = std::find_if(backends.begin(), backends.end(),
                                 [&](const Backend& b) { return b.task == task; });
    SIM_ASSERT(at != backends.end());
    const auto index = static_cast<std::size_t>(at - backends.begin());
    backends.erase(at);
    // The pointer stays before the backend whose turn it is.
    for (std::size_t* next : {&service->next, &service->next_inside}) {
        if (index < *next) --*next;
        if (*next >= backends.size()) *next = 0;
    }
    return backends.size();
}

const Backends::Service* Backends::find(std::uint32_t port, NameId name) const {
    for (const Service& service : services_) {
        const bool meant = port == 0 ? service.name == name
                                     : std::find(service.ports.begin(), service.ports.end(),
                                                 port) != service.ports.end();
        if (meant && !service.backends.empty()) return &service;
    }
    return nullptr;
}

const Backends::Inside* Backends::find_published(std::uint32_t port, NameId name) const {
    return find(port, name);
}

const Backend* Backends::choose(std::uint32_t port, NameId name) {
    auto* service = const_cast<Service*>(find(port, name));
    if (service == nullptr) return nullptr;
    const Backend& chosen = service->backends[service->next];
    service->next = (service->next + 1) % service->backends.size();
    return &chosen;
}

const Backends::Inside* Backends::find_inside(NameId name, const ServiceSpec& caller) const {
    const Service* service = const_cast<Backends*>(this)->find(name);
    if (service == nullptr || service->backends.empty() || service->spec == nullptr) return nullptr;
    for (const NetworkAttachment& own : caller.task.networks) {
        for (const NetworkAttachment& its : service->spec->task.networks) {
            if (own.network == its.network) return service;
        }
    }
    return nullptr;
}

const Backend* Backends::choose_inside(NameId name) {
    Service* service = find(name);
    SIM_ASSERT(service != nullptr);
    const Backend& chosen = service->backends[service->next_inside];
    service->next_inside = (service->next_inside + 1) % service->backends.size();
    return &chosen;
}

Backend* Backends::find(NameId name, TaskId task, std::uint64_t number) {
    Service* service = number == 0 ? nullptr : find(name);
    if (service == nullptr) return nullptr;
    for (Backend& each : service->backends) {
        if (each.task == task && each.number == number) return &each;
    }
    return nullptr;
}

void Backends::began(NameId service, TaskId task, std::uint64_t number) {
    if (Backend* at = find(service, task, number); at != nullptr) ++at->open;
}

void Backends::ended(NameId service, TaskId task, std::uint64_t number,
                     std::optional<Duration> took) {
    Backend* at = find(service, task, number);
    if (at == nullptr) return;
    SIM_ASSERT(at->open > 0);
    --at->open;
    if (!took) return;
    // The weight that TCP gives a new round trip: RFC 6298, section 2.3, alpha = 1/8.
    constexpr int smoothing = 8;
    at->latency = at->latency == Duration{} ? *took
                                            : at->latency + (*took - at->latency) / smoothing;
}

std::size_t Backends::count(NameId name) const {
    const Service* service = const_cast<Backends*>(this)->find(name);
    return service == nullptr ? 0 : service->backends.size();
}

}   // namespace glasshive::swarm::discovery
