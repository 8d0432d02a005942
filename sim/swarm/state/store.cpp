#include "swarm/state/store.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/assert.h"

namespace glasshive::swarm {

void Store::propose(Proposer proposer, Transaction changes) {
    SIM_ASSERT(!changes.empty());
    SIM_ASSERT(changes.size() <= transaction_changes_max);
    changes.shrink_to_fit();   // Raft's log keeps it for long.
    ++outstanding_[index_of(proposer)];
    proposals_.push_back(std::make_shared<const Proposal>(Proposal{proposer, std::move(changes)}));
}

void Store::drop_proposals() {
    proposals_.clear();
    in_flight_.clear();
    outstanding_.fill(0);
    // Objects that were never created leave no gaps. Tasks may: their names were said already.
    node_ids_ = static_cast<std::uint32_t>(nodes_.size());
    service_ids_ = static_cast<std::uint32_t>(services_.size());
    file_ids_ = static_cast<std::uint32_t>(files_.size());
    network_ids_ = static_cast<std::uint32_t>(networks_.size());
}

ProposalPtr Store::take_proposal() {
    if (proposals_.empty()) return nullptr;
    in_flight_.push_back(std::move(proposals_.front()));
    proposals_.pop_front();
    return in_flight_.back();
}

bool Store::commit_next() {
    const ProposalPtr proposal = take_proposal();
    if (proposal == nullptr) return false;
    apply(proposal);
    return true;
}

Record Store::apply(const ProposalPtr& proposal) {
    const bool own = !in_flight_.empty() && in_flight_.front() == proposal;
    if (own) {
        in_flight_.pop_front();
        --outstanding_[index_of(proposal->proposer)];
    }
    Record record;
    record.at = kernel_.now();
    record.events.reserve(proposal->changes.size());
    make_true(*proposal, own, record, false);
    if (committed_.empty()) return record;   // Nothing became true: nobody hears of it.
    for (const Ear& ear : subscribers_) ear.subscriber->on_commit(committed_);
    return record;
}

void Store::replay(const ProposalPtr& proposal, const Record& record) {
    SIM_ASSERT(subscribers_.empty());
    Record as_it_was = record;
    make_true(*proposal, false, as_it_was, true);
}

void Store::make_true(const Proposal& proposal, bool own, Record& record, bool again) {
    now_ = record.at;
    forget_removed();
    for (std::size_t i = 0; i < proposal.changes.size(); ++i) {
        const Change& change = proposal.changes[i];
        Committed done;
        done.cause = change.cause;
        const bool applied =
            std::visit([&](const auto& what) { return apply(what, done); }, change.what);
        if (again) {
            if (applied) done.event = record.events[i];
        } else if (applied) {
            kernel::CauseScope scope(kernel_, change.cause);
            done.event = announcer_ != nullptr ? announcer_->announce(done) : change.cause;
        }
        if (!again) record.events.push_back(done.event);
        if (applied) {
            remember_event(done);
            committed_.push_back(done);
            continue;
        }
        if (!own) continue;
        for (const Ear& ear : subscribers_) {
            if (ear.as == proposal.proposer) ear.subscriber->on_rejected(change);
        }
    }
}

void Store::assume(const Store& other) {
    nodes_ = other.nodes_;
    services_ = other.services_;
    service_by_name_ = other.service_by_name_;
    node_by_host_ = other.node_by_host_;
    files_ = other.files_;
    file_by_name_ = other.file_by_name_;
    networks_ = other.networks_;
    network_by_name_ = other.network_by_name_;
    cluster_ = other.cluster_;
    tasks_ = other.tasks_;
    free_places_ = other.free_places_;
    places_by_id_ = other.places_by_id_;
    removed_ = other.removed_;
    committed_.clear();
    task_count_ = other.task_count_;
    // Ids that were given away stay so: their names may have been said.
    last_task_id_ = std::max(last_task_id_, other.last_task_id_);
    drop_proposals();
}

void Store::remember_event(const Committed& done) {
    using Kind = Committed::Kind;
    switch (done.kind) {
        case Kind::node_created:
        case Kind::node_updated:
        case Kind::node_removed: {
            Node& node = nodes_[done.node->id.index()];
            node.last_event = done.event;
            node.ever_ready = node.ever_ready || node.state == NodeState::ready;
            break;
        }
        case Kind::service_created:
        case Kind::service_updated:
        case Kind::service_allocated:
        case Kind::service_removed:
            services_[done.service->id.index()].last_event = done.event;
            break;
        case Kind::task_created:
        case Kind::task_updated: {
            Task& task = tasks_[done.task->place];
            task.last_event = done.event;
            if (done.status_changed) task.status_event = done.event;
            break;
        }
        case Kind::file_created:
        case Kind::file_removed:
            files_[done.file->id.index()].last_event = done.event;
            break;
        case Kind::network_created:
        case Kind::network_allocated:
        case Kind::network_removed:
            networks_[done.network->id.index()].last_event = done.event;
            break;
        case Kind::task_removed:
        case Kind::cluster_updated: break;
    }
}

// --- Nodes and services --------------------------------------------------------------------------

bool Store::apply(const NodeCreate& change, Committed& done) {
    SIM_ASSERT(change.node.index() == nodes_.size());   // Ids commit in the order they were given.
    Node& node = nodes_.emplace_back();
    node.id = change.node;
    node.host = change.host;
    node.hostname = change.hostname;
    node.config = change.config;
    node.created_at = now_;
    node.state_since = now_;
    node_by_host_[change.host] = change.node;
    done.kind = Committed::Kind::node_created;
    done.node = &node;
    return true;
}

bool Store::apply(const NodeUpdate& change, Committed& done) {
    Node& node = nodes_[change.node.index()];
    if (node.removed) return false;
    done.kind = Committed::Kind::node_updated;
    done.node = &node;
    done.state_before = node.state;
    done.availability_before = node.availability;
    done.role_before = node.config->role;
    if (change.state) {
        if (*change.state != node.state) node.state_since = now_;
        node.state = *change.state;
        node.message = change.message;
    }
    if (change.availability) node.availability = *change.availability;
    if (change.config) node.config = change.config;
    return true;
}

bool Store::apply(const NodeRemove& change, Committed& done) {
    Node& node = nodes_[change.node.index()];
    if (node.removed) return false;
    node.removed = true;
    const auto known = node_by_host_.find(node.host);
    if (known != node_by_host_.end() && known->second == node.id) node_by_host_.erase(known);
    done.kind = Committed::Kind::node_removed;
    done.node = &node;
    return true;
}

bool Store::apply(const ServiceCreate& change, Committed& done) {
    SIM_ASSERT(change.service.index() == services_.size());
    Service& service = services_.emplace_back();
    service.id = change.service;
    service.name = change.name;
    service.spec = change.spec;
    service.spec_version = 1;
    service.newest_spec_version = 1;
    service.job.last_execution = now_;
    service_by_name_[change.name] = change.service;
    done.kind = Committed::Kind::service_created;
    done.service = &service;
    return true;
}

bool Store::apply(const ServiceUpdate& change, Committed& done) {
    Service& service = services_[change.service.index()];
    if (service.removed) return false;
    const std::shared_ptr<const ServiceSpec> before = service.spec;
    if (!take_step(change, service)) return false;
    done.kind = Committed::Kind::service_updated;
    done.service = &service;
    done.spec_changed = service.spec != before;
    if (service.is_job() && done.spec_changed) {   // Even `docker service scale` begins anew.
        service.job = {.iteration = service.job.iteration + 1, .last_execution = now_};
    }
    done.why = change.message;
    return true;
}

/// Source: swarmkit manager/controlapi/service.go UpdateService; orchestrator/update/updater.go
/// startUpdate, pauseUpdate, rollbackUpdate, completeUpdate.
bool Store::take_step(const ServiceUpdate& change, Service& service) {
    using What = ServiceUpdate::What;
    UpdateStatus& update = service.update;
    const bool rolling_back = update.state == UpdateState::rollback_started;
    switch (change.what) {
        case What::spec:
            service.previous_spec = std::move(service.spec);
            service.previous_spec_version = service.spec_version;
            service.spec = change.spec;
            service.spec_version = ++service.newest_spec_version;
            update = {};
            return true;
        case What::rollback:
            if (service.previous_spec == nullptr) return false;
            std::swap(service.spec, service.previous_spec);
            std::swap(service.spec_version, service.previous_spec_version);
            update = {UpdateState::rollback_started, change.message, now_, {}};
            return true;
        case What::started:
            if (update.state != UpdateState::none) return false;
            update = {UpdateState::updating, change.message, now_, {}};
            return true;
        case What::give_up:
            if (update.state == UpdateState::none || service.previous_spec == nullptr) return false;
            service.spec = std::move(service.previous_spec);
            service.spec_version = service.previous_spec_version;
            service.previous_spec = nullptr;
            update.state = UpdateState::rollback_started;
            update.message = change.message;
            return true;
        case What::paused:
            if (update.state == UpdateState::none) return false;
            update.state = rolling_back ? UpdateState::rollback_paused : UpdateState::paused;
            update.message = change.message;
            return true;
        case What::completed:
            if (update.state == UpdateState::none) return false;
            update.state = rolling_back ? UpdateState::rollback_completed : UpdateState::completed;
            update.message = change.message;
            update.completed_at = now_;
            return true;
    }
    return false;
}

bool Store::apply(const ServiceRemove& change, Committed& done) {
    Service& service = services_[change.service.index()];
    if (service.removed) return false;
    service.removed = true;
    service_by_name_.erase(service.name);
    done.kind = Committed::Kind::service_removed;
    done.service = &service;
    return true;
}

// --- Secrets, configs, the cluster ---------------------------------------------------------------

bool Store::apply(const FileCreate& change, Committed& done) {
    SIM_ASSERT(change.file.index() == files_.size());
    FileObject& file = files_.emplace_back();
    file.id = change.file;
    file.kind = change.kind;
    file.name = change.name;
    file.spec = change.spec;
    file.created_at = now_;
    file_by_name_[{change.kind, change.name}] = change.file;
    done.kind = Committed::Kind::file_created;
    done.file = &file;
    return true;
}

bool Store::apply(const FileRemove& change, Committed& done) {
    FileObject& file = files_[change.file.index()];
    if (file.removed) return false;
    file.removed = true;
    file_by_name_.erase({file.kind, file.name});
    done.kind = Committed::Kind::file_removed;
    done.file = &file;
    return true;
}

bool Store::apply(const ClusterUpdate& change, Committed& done) {
    cluster_ = change.cluster;
    done.kind = Committed::Kind::cluster_updated;
    done.why = change.what;
    return true;
}

const FileObject* Store::find_file(FileKind kind, NameId name) const {
    const auto found = file_by_name_.find({kind, name});
    return found == file_by_name_.end() ? nullptr : &files_[found->second.index()];
}

// --- Networks ------------------------------------------------------------------------------------

bool Store::apply(const NetworkCreate& change, Committed& done) {
    SIM_ASSERT(change.network.index() == networks_.size());
    Network& network = networks_.emplace_back();
    network.id = change.network;
    network.name = change.name;
    network.spec = change.spec;
    network_by_name_[change.name] = change.network;
    done.kind = Committed::Kind::network_created;
    done.network = &network;
    return true;
}

bool Store::apply(const NetworkAllocated& change, Committed& done) {
    Network& network = networks_[change.network.index()];
    if (network.removed) return false;
    network.subnet = change.subnet;
    done.kind = Committed::Kind::network_allocated;
    done.network = &network;
    return true;
}

bool Store::apply(const NetworkRemove& change, Committed& done) {
    Network& network = networks_[change.network.index()];
    if (network.removed) return false;
    network.removed = true;
    network_by_name_.erase(network.name);
    done.kind = Committed::Kind::network_removed;
    done.network = &network;
    return true;
}

bool Store::apply(const ServiceAllocated& change, Committed& done) {
    Service& service = services_[change.service.index()];
    if (service.removed) return false;
    service.endpoint = change.endpoint;
    done.kind = Committed::Kind::service_allocated;
    done.service = &service;
    return true;
}

const Network* Store::find_network(NameId name) const {
    const auto found = network_by_name_.find(name);
    return found == network_by_name_.end() ? nullptr : &networks_[found->second.index()];
}

// --- Queries -------------------------------------------------------------------------------------

const Service* Store::find_service(NameId name) const {
    const auto found = service_by_name_.find(name);
    return found == service_by_name_.end() ? nullptr : &services_[found->second.index()];
}

const Node* Store::find_node(HostId host) const {
    const auto found = node_by_host_.find(host);
    return found == node_by_host_.end() ? nullptr : &nodes_[found->second.index()];
}

ServiceStatus Store::status(ServiceId id) const {
    const Service& service = services_[id.index()];
    ServiceStatus status;
    status.running = service.running;
    status.completed = service.is_job() ? service.job.completed : service.completed;
    switch (service.spec->mode) {
        case ServiceMode::replicated: status.desired = service.spec->replicas; break;
        case ServiceMode::global: status.desired = service.desired_running; break;
        case ServiceMode::replicated_job: status.desired = service.spec->max_concurrent; break;
        case ServiceMode::global_job: status.desired = service.job.active; break;
    }
    return status;
}

}   // namespace glasshive::swarm
