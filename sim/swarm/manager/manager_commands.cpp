// What users ask of the acting leader.
#include <memory>
#include <utility>

#include "base/assert.h"
#include "swarm/manager/manager.h"

namespace glasshive::swarm {

template <class What>
bool Manager::commit(What what) {
    {
        Batch batch(store_, Proposer::api);
        batch.add(std::move(what));
    }
    pump();
    return true;
}

NodeId Manager::add_node(HostId host, NodeConfig config) {
    // A machine that left is another node when it joins again; the old one stays until it is
    // removed.
    SIM_ASSERT(ever_started_ ? acts() : store_.find_node(host) == nullptr);
    NodeCreate create;
    create.node = store_.new_node_id();
    create.host = host;
    create.hostname = kernel_.names().intern(config.hostname);
    create.config = std::make_shared<const NodeConfig>(std::move(config));
    const NodeId id = create.node;
    if (ever_started_) {
        commit(std::move(create));
        return id;
    }
    // What was so before the swarm ran is nobody's decision.
    {
        Batch batch(store_, Proposer::api);
        batch.add(std::move(create));
    }
    store_.commit_next();
    return id;
}

bool Manager::follows() const {
    return !locked_ && consensus_.running() && !consensus_.leads() &&
           consensus_.raft()->leader().valid();
}

void Manager::leave() {
    end_reign(false);
    stale_sessions_.clear();
    consensus_.stop();
    state_.expel(consensus_.id());
}

bool Manager::remove_node(NodeId id) {
    if (!can_change(id)) return false;
    const Node& node = store_.node(id);
    auto cluster = std::make_shared<ClusterObject>(store_.cluster());
    // Its newest certificate was signed now at the latest.
    cluster->removed_nodes[id] = kernel_.now() + cluster->certificate_validity;
    std::erase_if(cluster->removed_nodes,
                  [&](const auto& each) { return each.second < kernel_.now(); });
    const NameId message =
        kernel_.names().intern("Task belonged to a node that has been deleted");
    {
        Batch batch(store_, Proposer::api);
        batch.add(NodeRemove{id});
        batch.add(ClusterUpdate{std::move(cluster), kernel_.names().intern("node removed")});
        store_.for_each(node.tasks, Store::By::node, [&](const Task& task) {
            if (task.observed > TaskState::running) return;
            TaskUpdate update;
            update.task = task.id;
            update.observed = TaskState::orphaned;
            update.message = message;
            batch.add(std::move(update));
        });
    }
    pump();
    return true;
}

bool Manager::can_change(NodeId node) const {
    return acts() && node.index() < store_.nodes().size() && !store_.node(node).removed;
}

std::optional<ServiceId> Manager::create_service(ServiceSpec spec) {
    if (!acts()) return std::nullopt;
    const NameId name = kernel_.names().intern(spec.name);
    if (store_.find_service(name) != nullptr) return std::nullopt;
    ServiceCreate create;
    create.service = store_.new_service_id();
    create.name = name;
    create.spec = std::make_shared<const ServiceSpec>(std::move(spec));
    const ServiceId id = create.service;
    commit(std::move(create));
    return id;
}

std::optional<NetworkId> Manager::create_network(NetworkSpec spec) {
    const NameId name = kernel_.names().intern(spec.name);
    if (!acts() || store_.find_network(name) != nullptr) return std::nullopt;
    NetworkCreate create;
    create.network = store_.new_network_id();
    create.name = name;
    create.spec = std::make_shared<const NetworkSpec>(std::move(spec));
    const NetworkId id = create.network;
    commit(std::move(create));
    return id;
}

bool Manager::remove_network(NetworkId network) {
    if (!acts() || network.index() >= store_.networks().size()) return false;
    return commit(NetworkRemove{network});
}

std::optional<FileId> Manager::create_file(FileKind kind, FileObjectSpec spec) {
    if (!acts()) return std::nullopt;
    const NameId name = kernel_.names().intern(spec.name);
    if (store_.find_file(kind, name) != nullptr) return std::nullopt;
    FileCreate create;
    create.file = store_.new_file_id();
    create.kind = kind;
    create.name = name;
    create.spec = std::make_shared<const FileObjectSpec>(std::move(spec));
    const FileId id = create.file;
    commit(std::move(create));
    return id;
}

bool Manager::remove_file(FileId file) {
    if (!acts() || file.index() >= store_.files().size()) return false;
    return commit(FileRemove{file});
}

bool Manager::can_change(ServiceId service) const {
    return acts() && service.index() < store_.services().size() &&
           !store_.service(service).removed;
}

bool Manager::update_service(ServiceId service, ServiceSpec spec) {
    if (!can_change(service)) return false;
    SIM_ASSERT(spec.name == store_.service(service).spec->name);
    SIM_ASSERT(spec.mode == store_.service(service).spec->mode);
    return commit(ServiceUpdate{.service = service,
                                .spec = std::make_shared<const ServiceSpec>(std::move(spec))});
}

bool Manager::roll_back_service(ServiceId service) {
    if (!can_change(service) || store_.service(service).previous_spec == nullptr) return false;
    return commit(ServiceUpdate{.service = service, .what = ServiceUpdate::What::rollback,
                                .message = kernel_.names().intern("manually requested rollback")});
}

bool Manager::scale_service(ServiceId service, std::uint64_t replicas) {
    if (!can_change(service) || store_.service(service).is_global()) return false;
    ServiceSpec spec = *store_.service(service).spec;
    spec.replicas = replicas;
    return update_service(service, std::move(spec));
}

bool Manager::remove_service(ServiceId service) {
    if (!can_change(service)) return false;
    return commit(ServiceRemove{service});
}

bool Manager::set_cluster(std::shared_ptr<const ClusterObject> cluster, const char* what) {
    if (!acts()) return false;
    return commit(ClusterUpdate{std::move(cluster), kernel_.names().intern(what)});
}

bool Manager::set_availability(NodeId node, Availability availability) {
    if (!can_change(node)) return false;
    NodeUpdate update;
    update.node = node;
    update.availability = availability;
    return commit(std::move(update));
}

bool Manager::set_labels(NodeId node, std::map<std::string, std::string> labels) {
    if (!can_change(node)) return false;
    auto config = std::make_shared<NodeConfig>(*store_.node(node).config);
    config->labels = std::move(labels);
    NodeUpdate update;
    update.node = node;
    update.config = std::move(config);
    return commit(std::move(update));
}

bool Manager::set_role(NodeId node, NodeRole role) {
    if (!can_change(node)) return false;
    auto config = std::make_shared<NodeConfig>(*store_.node(node).config);
    config->role = role;
    NodeUpdate update;
    update.node = node;
    update.config = std::move(config);
    return commit(std::move(update));
}

std::optional<ServiceId> Manager::find_service(std::string_view name) const {
    const NameId id = kernel_.names().find(name);
    const Service* service = id.valid() ? store_.find_service(id) : nullptr;
    return service == nullptr ? std::nullopt : std::optional<ServiceId>(service->id);
}

}   // namespace glasshive::swarm
