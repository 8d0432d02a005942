#include "base/assert.h"
#include "swarm/discovery/ingress.h"

/// Who gets a request where a service has a balancer of its own, and what is counted of requests at
/// the node that they enter.
namespace glasshive::swarm::discovery {

/// Null: the service has none.
const Backend* Ingress::balance(NameId service, const std::vector<Backend>& backends) {
    const auto maker = options_.balancers.find(service);
    if (maker == options_.balancers.end()) return nullptr;
    const HostId here = kernel_.host_of(owner_);
    auto& own = balancers_[service];
    if (own == nullptr) own = maker->second(here, lives_);
    const std::size_t index =
        own->pick(backends, {.service = service, .entry = here, .now = kernel_.now()});
    SIM_ASSERT(index < backends.size());
    return &backends[index];
}

/// For a new connection to a published port; null when no backend is known.
const Backend* Ingress::choose_published(std::uint32_t port, NameId service) {
    if (options_.balancers.empty()) return backends_.choose(port, service);
    const Backends::Inside* known = backends_.find_published(port, service);
    if (known == nullptr) return nullptr;
    const Backend* chosen = balance(known->backends.front().service, known->backends);
    return chosen != nullptr ? chosen : backends_.choose(port, service);
}

/// For a new connection to its virtual address.
const Backend& Ingress::choose_inside(NameId service, const Backends::Inside& known) {
    const Backend* chosen = balance(service, known.backends);
    return chosen != nullptr ? *chosen : *backends_.choose_inside(service);
}

Meter* Ingress::meter_of(NameId service) const {
    const auto at = options_.meters.find(service);
    return at == options_.meters.end() ? nullptr : at->second;
}

Ingress::Counted Ingress::counted(const Backend& backend) const {
    if (options_.balancers.contains(backend.service)) return {backend.service, backend.number};
    return {meter_of(backend.service) != nullptr ? backend.service : NameId{}};
}

void Ingress::begin(Call& call) {
    if (!call.counted.service.valid()) return;
    call.since = kernel_.now();
    if (Meter* meter = meter_of(call.counted.service); meter != nullptr) meter->entered();
    backends_.began(call.counted.service, call.task, call.counted.backend);
}

void Ingress::settle(const Call& call, bool answered) {
    if (!call.counted.service.valid()) return;
    const Duration took = kernel_.now() - call.since;
    if (Meter* meter = meter_of(call.counted.service); meter != nullptr) {
        meter->left(took, answered);
    }
    backends_.ended(call.counted.service, call.task, call.counted.backend,
                    answered ? std::optional(took) : std::nullopt);
}

}   // namespace glasshive::swarm::discovery
