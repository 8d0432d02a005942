#include <algorithm>

#include "swarm/agent/worker.h"

/// What the node's containers are on its networks: owners of ports, callers and called.
namespace glasshive::swarm::agent {

namespace {
runtime::ContainerKey key_of(TaskId id) {
    return runtime::ContainerKey{static_cast<std::uint64_t>(id)};
}
}   // namespace

discovery::Ingress& Worker::ingress() {
    if (ingress_ == nullptr) {
        discovery::LocalBackends& local = *this;   // A private base: only we may convert.
        ingress_ = std::make_unique<discovery::Ingress>(kernel_, daemon_.id(), backends_, local,
                                                        daemon_.environment_.mesh);
    }
    return *ingress_;
}

double Worker::cpu_used(TaskId task) const { return engine_.cpu_used(key_of(task)); }

std::optional<discovery::LocalTask> Worker::on_host_port(std::uint32_t number,
                                                         NameId service) const {
    for (const Task& task : tasks_) {
        const auto& ports = task.spec->ports;
        const bool meant = std::any_of(ports.begin(), ports.end(), [&](const PortConfig& port) {
            return port.mode == PublishMode::host &&
                   (number == 0 ? task.service == service : port.published == number);
        });
        // A container's ports are bound from its start to its end.
        if (meant && engine_.is_running(key_of(task.id))) {
            return discovery::LocalTask{task.id, task.subject};
        }
    }
    return std::nullopt;
}

const ServiceSpec* Worker::executes(NameId service) const {
    for (const Task& task : tasks_) {
        if (task.service == service && engine_.is_running(key_of(task.id))) return task.spec.get();
    }
    return nullptr;
}

/// Somebody may connect to it: through the mesh, or from a container on a network of its own. As
/// long as no container calls, nobody would use the second kind of record.
bool Worker::is_called(const Task& task) const {
    const bool inside = !daemon_.environment_.callers.empty();
    return publishes(task) || (inside && !task.spec->task.networks.empty());
}

void Worker::tell_callers(const Task& task, RequestMessage what) {
    const auto& callers = daemon_.environment_.callers;
    const auto clients = callers.find(task.service);
    if (clients == callers.end()) return;
    for (const ProcessId client : clients->second) {
        kernel_.send_datagram(daemon_.id(), client,
                              {.type = static_cast<std::uint16_t>(what),
                               .a = static_cast<std::uint64_t>(task.id),
                               .b = task.subject.value,
                               .size = Bytes{0}});
    }
}

}   // namespace glasshive::swarm::agent
