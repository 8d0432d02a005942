#include <algorithm>
#include <string>
#include <utility>

#include "swarm/discovery/ingress.h"

/// What the containers of a node meet on their networks: the resolver, virtual addresses, and
/// nothing of what they share no network with.
namespace glasshive::swarm::discovery {

/// The called service as the caller's sandbox knows it; null: not at all.
const Backends::Inside* Ingress::reachable(const kernel::Message& message) const {
    const ServiceSpec* caller = local_.executes(NameId{caller_of(message.a)});
    if (caller == nullptr) return nullptr;
    return backends_.find_inside(NameId{called_of(message.a)}, *caller);
}

/// A service has a name while it has a backend: libnetwork adds the records with the first and
/// deletes them with the last (service_linux.go addServiceBinding, rmServiceBinding); its resolver
/// shuffles many answers (resolver.go shuffleAddr).
void Ingress::resolve(const kernel::Message& message) {
    auto answer = std::make_shared<Addresses>();
    if (const Backends::Inside* called = reachable(message); called != nullptr) {
        const bool by_tasks = static_cast<WhichName>(message.b) == WhichName::tasks ||
                              called->spec->endpoint_mode == EndpointMode::dnsrr;
        answer->is_virtual = !by_tasks;
        if (by_tasks) {
            for (const Backend& backend : called->backends) answer->tasks.push_back(backend.task);
        }
    }
    auto& tasks = answer->tasks;
    if (tasks.size() > 1) {
        if (!shuffles_) {
            shuffles_ = kernel_.rng("swarm/discovery/dns/" + std::to_string(owner_.value));
        }
        for (std::size_t i = tasks.size() - 1; i > 0; --i) {
            std::swap(tasks[i], tasks[shuffles_->below(i + 1)]);
        }
    }
    kernel_.send(owner_, message.channel,
                 {.type = static_cast<std::uint16_t>(RequestMessage::resolved),
                  .body = std::move(answer),
                  .size = Bytes{0}});
}

/// An address nobody has (any more), or on another network, is silence: the client's timeout runs.
void Ingress::call(const kernel::Message& message) {
    if (go_on(message)) return;
    const Backends::Inside* called = reachable(message);
    if (called == nullptr) return;
    if (static_cast<RequestMessage>(message.type) == RequestMessage::call) {
        // With dnsrr there is no virtual address.
        if (called->spec->endpoint_mode == EndpointMode::dnsrr) return;
        connect(message, choose_inside(NameId{called_of(message.a)}, *called));
        return;
    }
    const TaskId task = static_cast<const Addresses&>(*message.body).tasks.front();
    const auto at = std::find_if(called->backends.begin(), called->backends.end(),
                                 [&](const Backend& each) { return each.task == task; });
    if (at != called->backends.end()) connect(message, *at);
}

}   // namespace glasshive::swarm::discovery
