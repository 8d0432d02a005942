#include "swarm/allocator/allocator.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "swarm/events.h"

namespace glasshive::swarm {

namespace {

/// Source: swarmkit manager/allocator/network.go retryInterval.
constexpr Duration retry_interval = std::chrono::minutes(5);

/// Networks of a single engine; the swarm has nothing to give there.
bool is_local(std::string_view network) {
    return network == "host" || network == "bridge" || network == "none";
}

bool in_mesh(const PortConfig& port) { return port.mode == PublishMode::ingress; }

/// Source: swarmkit manager/allocator/network.go taskDead.
bool is_dead(TaskState desired, TaskState observed) {
    return desired > TaskState::running && observed > TaskState::running;
}

}   // namespace

Allocator::Allocator(Store& store)
    : store_(store), message_(store.kernel().names().intern("pending task scheduling")),
      ingress_(store.kernel().names().intern(ingress_network)) {}

/// A new leader knows what is in use from what is stored.
void Allocator::start() {
    for (const Network& network : store_.networks()) {
        if (network.removed) continue;
        if (network.subnet.length == 0) {
            fresh_networks_.push_back(network.id);
            continue;
        }
        subnets_.reserve(network.subnet);
        pools_.emplace(network.id, network.subnet);
    }
    const auto reserve = [&](const AddressList& addresses) {
        for (const Address& address : addresses) {
            const auto pool = pools_.find(address.network);
            if (pool != pools_.end()) pool->second.reserve(address.ip);
        }
    };
    for (const Service& service : store_.services()) {
        if (service.removed) continue;
        // Whether that is what its spec wants is looked at anew.
        fresh_services_.push_back(service.id);
        if (service.endpoint == nullptr) continue;
        reserve(service.endpoint->virtual_ips);
        for (const PortConfig& port : service.endpoint->ports) {
            if (in_mesh(port)) ports_.take(port.protocol, port.published);
        }
    }
    store_.for_each_task([&](const Task& task) {
        if (task.observed == TaskState::new_) fresh_tasks_.push_back(task.id);
        if (task.addresses != nullptr && !is_dead(task.desired, task.observed)) {
            reserve(*task.addresses);
        }
    });
    last_retry_ = store_.kernel().now();
}

// --- Following the store -------------------------------------------------------------------------

void Allocator::on_commit(std::span<const Committed> changes) {
    for (const Committed& change : changes) take(change);
}

void Allocator::take(const Committed& change) {
    using Kind = Committed::Kind;
    switch (change.kind) {
        case Kind::network_created: fresh_networks_.push_back(change.network->id); break;
        case Kind::network_removed:
            pools_.erase(change.network->id);
            subnets_.release(change.network->subnet);
            something_given_back_ = true;
            break;
        case Kind::service_created: fresh_services_.push_back(change.service->id); break;
        case Kind::service_updated:
            if (change.spec_changed) fresh_services_.push_back(change.service->id);
            break;
        case Kind::service_removed:
            allocated_.erase(change.service->id);
            waiting_services_.erase(change.service->id);
            if (const Endpoint* endpoint = change.service->endpoint.get(); endpoint != nullptr) {
                put_back(endpoint->virtual_ips);
                put_back_ports(endpoint->ports);
            }
            break;
        case Kind::task_created: fresh_tasks_.push_back(change.task->id); break;
        case Kind::task_updated:
        case Kind::task_removed: {
            const Task& task = *change.task;
            const bool removed = change.kind == Kind::task_removed;
            if (removed) {
                const auto waiting = waiting_tasks_.find(task.service);
                if (waiting != waiting_tasks_.end()) waiting->second.tasks.erase(task.id);
            }
            if (task.addresses == nullptr ||
                is_dead(change.desired_before, change.observed_before)) {
                break;
            }
            if (removed || is_dead(task.desired, task.observed)) put_back(*task.addresses);
            break;
        }
        default: break;
    }
}

/// Who was to get it went away meanwhile.
void Allocator::on_rejected(const Change& change) {
    if (const auto* task = std::get_if<TaskUpdate>(&change.what); task != nullptr) {
        if (task->addresses != nullptr) put_back(*task->addresses);
    } else if (const auto* service = std::get_if<ServiceAllocated>(&change.what);
               service != nullptr && service->endpoint != nullptr) {
        put_back(service->endpoint->virtual_ips);
        put_back_ports(service->endpoint->ports);
    } else if (const auto* network = std::get_if<NetworkAllocated>(&change.what);
               network != nullptr) {
        pools_.erase(network->network);
        subnets_.release(network->subnet);
    }
}

void Allocator::put_back(const AddressList& addresses) {
    for (const Address& address : addresses) {
        const auto pool = pools_.find(address.network);
        if (pool != pools_.end()) pool->second.release(address.ip);
    }
    something_given_back_ = something_given_back_ || !addresses.empty();
}

void Allocator::put_back_ports(const std::vector<PortConfig>& ports) {
    for (const PortConfig& port : ports) {
        if (!in_mesh(port)) continue;
        ports_.release(port.protocol, port.published);
        something_given_back_ = true;
    }
}

// --- Giving --------------------------------------------------------------------------------------

Allocator::Wants Allocator::wants_of(const ServiceSpec& spec) const {
    Wants wants;
    const auto want = [&](NameId name) {
        const Network* network = name.valid() ? store_.find_network(name) : nullptr;
        if (network == nullptr || pools_.count(network->id) == 0) wants.missing = name;
        else wants.networks.push_back(network->id);
        wants.any = true;
    };
    if (std::any_of(spec.ports.begin(), spec.ports.end(), in_mesh)) want(ingress_);
    for (const NetworkAttachment& each : spec.task.networks) {
        if (!is_local(each.network)) want(store_.kernel().names().intern(each.network));
    }
    wants.any = wants.any || !spec.ports.empty();
    return wants;
}

std::optional<Address> Allocator::take_address(NetworkId network) {
    const std::optional<std::uint32_t> ip = pools_.at(network).take();
    if (!ip) return std::nullopt;
    return Address{network, *ip};
}

/// Said once: a task may wait for hours.
void Allocator::say_why_not(NameId subject, NameId message, NameId network) {
    if (!said_.insert({subject, network}).second) return;
    store_.kernel().emit(events::allocation_failed, subject,
                         {field::name(message), field::name(network)});
}

bool Allocator::allocate_network(Batch& batch, const Network& network) {
    std::optional<Subnet> subnet = parse_subnet(network.spec->subnet);
    if (subnet && !subnets_.reserve(*subnet)) {
        say_why_not(network.name, name("Pool overlaps with other one on this address space"),
                    network.name);
        return false;
    }
    if (!subnet) subnet = subnets_.take();
    if (!subnet) return false;
    pools_.emplace(network.id, *subnet);
    something_given_back_ = true;   // Somebody may have waited for just this.
    kernel::CauseScope scope(store_.kernel(), network.last_event);
    batch.add(NetworkAllocated{network.id, *subnet});
    return true;
}

/// A port keeps its number while its target stays published: cnmallocator allocateEndpoints.
bool Allocator::take_ports(const ServiceSpec& spec, const Endpoint* before, Endpoint& endpoint) {
    for (PortConfig port : spec.ports) {
        if (in_mesh(port)) {
            std::uint32_t number = port.published;
            if (number == 0 && before != nullptr) {
                for (const PortConfig& old : before->ports) {
                    const bool same = in_mesh(old) && old.target == port.target &&
                                      old.protocol == port.protocol;
                    if (same) number = old.published;
                }
            }
            const std::optional<std::uint32_t> got = ports_.take(port.protocol, number);
            if (!got) {
                put_back_ports(endpoint.ports);
                return false;
            }
            port.published = *got;
        }
        endpoint.ports.push_back(port);
    }
    return true;
}

bool Allocator::take_virtual_ips(const Service& service, const Wants& wants,
                                 Endpoint& endpoint) {
    if (service.spec->endpoint_mode == EndpointMode::dnsrr) return true;
    static const AddressList none;
    const AddressList& before =
        service.endpoint == nullptr ? none : service.endpoint->virtual_ips;
    AddressList fresh;
    for (const NetworkId network : wants.networks) {
        const auto old = std::find_if(before.begin(), before.end(), [&](const Address& each) {
            return each.network == network;
        });
        if (old != before.end()) {
            endpoint.virtual_ips.push_back(*old);
            continue;
        }
        const std::optional<Address> address = take_address(network);
        if (!address) {
            say_why_not(service.name, name("could not find an available IP while allocating VIP"),
                        store_.networks()[network.index()].name);
            put_back(fresh);
            return false;
        }
        fresh.push_back(*address);
        endpoint.virtual_ips.push_back(*address);
    }
    return true;
}

bool Allocator::allocate_service(Batch& batch, const Service& service) {
    const Wants wants = wants_of(*service.spec);
    const Endpoint* before = service.endpoint.get();
    kernel::CauseScope scope(store_.kernel(), service.last_event);
    if (wants.missing.valid()) {
        say_why_not(service.name, name("network is not there or has no subnet"), wants.missing);
        return false;
    }
    auto endpoint = std::make_shared<Endpoint>();
    // What it had is taken again, or given back: nobody else can come between.
    if (before != nullptr) put_back_ports(before->ports);
    if (!take_ports(*service.spec, before, *endpoint)) {
        for (const PortConfig& port : before == nullptr ? std::vector<PortConfig>{}
                                                        : before->ports) {
            if (in_mesh(port)) ports_.take(port.protocol, port.published);
        }
        say_why_not(service.name, name("port is already allocated by another service"), ingress_);
        return false;
    }
    if (!take_virtual_ips(service, wants, *endpoint)) {
        put_back_ports(endpoint->ports);
        return false;
    }
    if (before != nullptr) {
        AddressList left;
        for (const Address& old : before->virtual_ips) {
            const auto& now = endpoint->virtual_ips;
            if (std::find(now.begin(), now.end(), old) == now.end()) left.push_back(old);
        }
        put_back(left);
    }
    const bool same = before != nullptr ? *before == *endpoint
                                        : endpoint->ports.empty() && endpoint->virtual_ips.empty();
    if (!same) batch.add(ServiceAllocated{service.id, std::move(endpoint)});
    return true;
}

bool Allocator::allocate_task(Batch& batch, const Task& task, Waiting& why) {
    kernel::CauseScope scope(store_.kernel(), task.last_event);
    TaskUpdate update;
    update.task = task.id;
    update.observed = TaskState::pending;
    update.message = message_;
    const Wants wants = wants_of(*task.spec);
    if (wants.any) {
        if (allocated_.count(task.service) == 0 || wants.missing.valid()) {
            why.message = name("its service has not been given its addresses and ports");
            why.network = wants.missing;
            return false;
        }
        auto addresses = std::make_shared<AddressList>();
        for (const NetworkId network : wants.networks) {
            const std::optional<Address> address = take_address(network);
            if (!address) {
                why.message = name("could not find an available IP");
                why.network = store_.networks()[network.index()].name;
                put_back(*addresses);
                return false;
            }
            addresses->push_back(*address);
        }
        if (!addresses->empty()) update.addresses = std::move(addresses);
    }
    batch.add(std::move(update));
    return true;
}

void Allocator::tick() {
    if (store_.outstanding(Proposer::allocator) > 0) return;
    const bool waits = !waiting_networks_.empty() || !waiting_services_.empty() ||
                       !waiting_tasks_.empty();
    const Time now = store_.kernel().now();
    const bool again = waits && (something_given_back_ || now - last_retry_ >= retry_interval);
    if (!again && fresh_networks_.empty() && fresh_services_.empty() && fresh_tasks_.empty()) {
        return;
    }
    Batch batch(store_, Proposer::allocator);
    if (again) {
        last_retry_ = now;
        something_given_back_ = false;
        fresh_networks_.insert(fresh_networks_.begin(), waiting_networks_.begin(),
                               waiting_networks_.end());
        fresh_services_.insert(fresh_services_.begin(), waiting_services_.begin(),
                               waiting_services_.end());
    }
    allocate_fresh(batch);
    if (again) retry_tasks(batch);
}

void Allocator::allocate_fresh(Batch& batch) {
    for (const NetworkId id : std::exchange(fresh_networks_, {})) {
        const Network& network = store_.networks()[id.index()];
        waiting_networks_.erase(id);
        if (network.removed || network.subnet.length > 0) continue;
        if (!allocate_network(batch, network)) waiting_networks_.insert(id);
    }
    for (const ServiceId id : std::exchange(fresh_services_, {})) {
        const Service& service = store_.service(id);
        if (service.removed) continue;
        allocated_.erase(id);
        waiting_services_.erase(id);
        if (allocate_service(batch, service)) allocated_.insert(id);
        else waiting_services_.insert(id);
    }
    for (const TaskId id : std::exchange(fresh_tasks_, {})) {   // Keeps no room.
        const Task* task = store_.task(id);
        if (task == nullptr || task->observed != TaskState::new_) continue;
        const auto queue = waiting_tasks_.find(task->service);
        Waiting why;
        // Behind those of its service that wait already.
        if (queue == waiting_tasks_.end() && allocate_task(batch, *task, why)) continue;
        Waiting& waiting = queue == waiting_tasks_.end()
                               ? waiting_tasks_.emplace(task->service, why).first->second
                               : queue->second;
        waiting.tasks.insert(id);
        kernel::CauseScope scope(store_.kernel(), task->last_event);
        say_why_not(task->subject, waiting.message, waiting.network);
    }
}

/// Each service's tasks in order, until one gets nothing: the others would not either.
void Allocator::retry_tasks(Batch& batch) {
    for (auto queue = waiting_tasks_.begin(); queue != waiting_tasks_.end();) {
        std::set<TaskId>& tasks = queue->second.tasks;
        while (!tasks.empty()) {
            const Task* task = store_.task(*tasks.begin());
            const bool wanted = task != nullptr && task->observed == TaskState::new_ &&
                                task->desired <= TaskState::complete;
            if (wanted && !allocate_task(batch, *task, queue->second)) break;
            tasks.erase(tasks.begin());
        }
        queue = tasks.empty() ? waiting_tasks_.erase(queue) : std::next(queue);
    }
}

}   // namespace glasshive::swarm
