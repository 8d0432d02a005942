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
    service->backends.push_back({record.task, record.subject, host, daemon});
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

const Backend* Backends::choose(std::uint32_t port, NameId name) {
    for (Service& service : services_) {
        const bool meant = port == 0 ? service.name == name
                                     : std::find(service.ports.begin(), service.ports.end(),
                                                 port) != service.ports.end();
        if (!meant || service.backends.empty()) continue;
        const Backend& chosen = service.backends[service.next];
        service.next = (service.next + 1) % service.backends.size();
        return &chosen;
    }
    return nullptr;
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

std::size_t Backends::count(NameId name) const {
    const Service* service = const_cast<Backends*>(this)->find(name);
    return service == nullptr ? 0 : service->backends.size();
}

}   // namespace glasshive::swarm::discovery
