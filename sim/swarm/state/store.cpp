#include "swarm/state/store.h"

#include <string>
#include <utility>

#include "base/assert.h"

namespace glasshive::swarm {

void Store::propose(Proposer proposer, Transaction changes) {
    SIM_ASSERT(!changes.empty());
    SIM_ASSERT(changes.size() <= transaction_changes_max);
    ++outstanding_[index_of(proposer)];
    proposals_.push_back({proposer, std::move(changes)});
}

void Store::drop_proposals() {
    proposals_.clear();
    outstanding_.fill(0);
}

bool Store::commit_next() {
    if (proposals_.empty()) return false;
    const Proposal proposal = std::move(proposals_.front());
    proposals_.pop_front();
    --outstanding_[index_of(proposal.proposer)];
    forget_removed();
    for (const Change& change : proposal.changes) {
        Committed done;
        done.cause = change.cause;
        const bool applied =
            std::visit([&](const auto& what) { return apply(what, done); }, change.what);
        if (!applied) {
            for (const Ear& ear : subscribers_) {
                if (ear.as == proposal.proposer) ear.subscriber->on_rejected(change);
            }
            continue;
        }
        kernel::CauseScope scope(kernel_, change.cause);
        done.event = announcer_ != nullptr ? announcer_->announce(done) : change.cause;
        remember_event(done);
        committed_.push_back(done);
    }
    if (committed_.empty()) return true;   // Nothing became true: nobody hears of it.
    for (const Ear& ear : subscribers_) ear.subscriber->on_commit(committed_);
    return true;
}

void Store::remember_event(const Committed& done) {
    using Kind = Committed::Kind;
    switch (done.kind) {
        case Kind::node_created:
        case Kind::node_updated: {
            Node& node = nodes_[done.node->id.index()];
            node.last_event = done.event;
            node.ever_ready = node.ever_ready || node.state == NodeState::ready;
            break;
        }
        case Kind::service_created:
        case Kind::service_updated:
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
    node.state_since = kernel_.now();
    node_by_host_[change.host] = change.node;
    done.kind = Committed::Kind::node_created;
    done.node = &node;
    return true;
}

bool Store::apply(const NodeUpdate& change, Committed& done) {
    Node& node = nodes_[change.node.index()];
    done.kind = Committed::Kind::node_updated;
    done.node = &node;
    done.state_before = node.state;
    done.availability_before = node.availability;
    if (change.state) {
        if (*change.state != node.state) node.state_since = kernel_.now();
        node.state = *change.state;
        node.message = change.message;
    }
    if (change.availability) node.availability = *change.availability;
    if (change.config) node.config = change.config;
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
            update = {UpdateState::rollback_started, change.message, kernel_.now(), {}};
            return true;
        case What::started:
            if (update.state != UpdateState::none) return false;
            update = {UpdateState::updating, change.message, kernel_.now(), {}};
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
            update.completed_at = kernel_.now();
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
    file.created_at = kernel_.now();
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
    status.completed = service.completed;
    status.desired = service.is_global() ? service.desired_running : service.spec->replicas;
    return status;
}

}   // namespace glasshive::swarm
