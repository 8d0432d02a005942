#include "swarm/manager/manager.h"

#include <memory>
#include <string>

#include "base/assert.h"

namespace glasshive::swarm {

Manager::Manager(kernel::Kernel& kernel, HostId host)
    : kernel_(kernel), process_(kernel.add_process(host, *this)), store_(kernel),
      dispatcher_(store_, process_), herald_(store_, dispatcher_), allocator_(store_),
      restarts_(store_, process_), updates_(store_, restarts_, process_),
      replicated_(store_, restarts_, updates_), global_(store_, restarts_, updates_),
      enforcer_(store_), reaper_(store_, process_), scheduler_(store_, process_) {
    store_.set_announcer(&herald_);
}

// --- Life ----------------------------------------------------------------------------------------

void Manager::on_start() {
    if (!ever_started_) {
        ever_started_ = true;
        // The loops listen from the first start on; what joined before is read by their start().
        store_.subscribe(Proposer::allocator, allocator_);
        store_.subscribe(Proposer::restart, restarts_);
        store_.subscribe(Proposer::updater, updates_);
        store_.subscribe(Proposer::replicated, replicated_);
        store_.subscribe(Proposer::global, global_);
        store_.subscribe(Proposer::enforcer, enforcer_);
        store_.subscribe(Proposer::reaper, reaper_);
        store_.subscribe(Proposer::scheduler, scheduler_);
        store_.subscribe(Proposer::dispatcher, dispatcher_);
    }
    store_.drop_proposals();
    allocator_.start();
    restarts_.start();
    updates_.start();
    replicated_.start();
    global_.start();
    enforcer_.start();
    reaper_.start();
    scheduler_.start();
    dispatcher_.start();
    allocator_.tick();
    replicated_.tick();
    global_.tick();
    enforcer_.tick();
    pump();
}

void Manager::pump() {
    while (store_.has_proposals()) {
        while (store_.commit_next()) {}
        allocator_.tick();
        replicated_.tick();
        global_.tick();
        enforcer_.tick();
    }
}

void Manager::on_timer(std::uint32_t tag, std::uint64_t argument) {
    const auto timer = static_cast<LoopTimer>(tag);
    switch (timer) {
        case LoopTimer::scheduler_debounce: scheduler_.on_timer(); break;
        case LoopTimer::restart_delay:
        case LoopTimer::restart_timeout: restarts_.on_timer(timer, TaskId{argument}); break;
        case LoopTimer::update_delay:
        case LoopTimer::update_monitor: updates_.on_timer(timer, argument); break;
        case LoopTimer::reaper_batch: reaper_.on_timer(); break;
        case LoopTimer::dispatcher_batch:
        case LoopTimer::dispatcher_assign:
        case LoopTimer::dispatcher_grace:
        case LoopTimer::dispatcher_orphan:
            dispatcher_.on_timer(timer, NodeId{static_cast<std::uint32_t>(argument)});
            break;
    }
    pump();
}

void Manager::on_message(const kernel::Message& message) {
    dispatcher_.on_message(message);
    pump();
}

void Manager::on_channel_closed(ChannelId channel, kernel::CloseReason /*reason*/) {
    dispatcher_.on_channel_closed(channel);
}

// --- Commands ------------------------------------------------------------------------------------

NodeId Manager::add_node(HostId host, NodeConfig config) {
    SIM_ASSERT(store_.find_node(host) == nullptr);
    SIM_ASSERT(!ever_started_ || is_running());
    NodeCreate create;
    create.node = store_.new_node_id();
    create.host = host;
    create.hostname = kernel_.names().intern(config.hostname);
    create.config = std::make_shared<const NodeConfig>(std::move(config));
    const NodeId id = create.node;
    {
        Batch batch(store_, Proposer::api);
        batch.add(std::move(create));
    }
    pump();
    return id;
}

std::optional<ServiceId> Manager::create_service(ServiceSpec spec) {
    if (!is_running()) return std::nullopt;
    const NameId name = kernel_.names().intern(spec.name);
    if (store_.find_service(name) != nullptr) return std::nullopt;
    ServiceCreate create;
    create.service = store_.new_service_id();
    create.name = name;
    create.spec = std::make_shared<const ServiceSpec>(std::move(spec));
    const ServiceId id = create.service;
    {
        Batch batch(store_, Proposer::api);
        batch.add(std::move(create));
    }
    pump();
    return id;
}

std::optional<FileId> Manager::create_file(FileKind kind, FileObjectSpec spec) {
    if (!is_running()) return std::nullopt;
    const NameId name = kernel_.names().intern(spec.name);
    if (store_.find_file(kind, name) != nullptr) return std::nullopt;
    FileCreate create;
    create.file = store_.new_file_id();
    create.kind = kind;
    create.name = name;
    create.spec = std::make_shared<const FileObjectSpec>(std::move(spec));
    const FileId id = create.file;
    {
        Batch batch(store_, Proposer::api);
        batch.add(std::move(create));
    }
    pump();
    return id;
}

bool Manager::can_change(ServiceId service) const {
    return is_running() && service.index() < store_.services().size() &&
           !store_.service(service).removed;
}

bool Manager::update_service(ServiceId service, ServiceSpec spec) {
    if (!can_change(service)) return false;
    SIM_ASSERT(spec.name == store_.service(service).spec->name);
    SIM_ASSERT(spec.mode == store_.service(service).spec->mode);
    {
        Batch batch(store_, Proposer::api);
        batch.add(ServiceUpdate{.service = service,
                                .spec = std::make_shared<const ServiceSpec>(std::move(spec))});
    }
    pump();
    return true;
}

bool Manager::roll_back_service(ServiceId service) {
    if (!can_change(service) || store_.service(service).previous_spec == nullptr) return false;
    {
        Batch batch(store_, Proposer::api);
        batch.add(ServiceUpdate{.service = service, .what = ServiceUpdate::What::rollback,
                                .message = kernel_.names().intern("manually requested rollback")});
    }
    pump();
    return true;
}

bool Manager::scale_service(ServiceId service, std::uint64_t replicas) {
    if (!can_change(service) || store_.service(service).is_global()) return false;
    ServiceSpec spec = *store_.service(service).spec;
    spec.replicas = replicas;
    return update_service(service, std::move(spec));
}

bool Manager::remove_service(ServiceId service) {
    if (!can_change(service)) return false;
    {
        Batch batch(store_, Proposer::api);
        batch.add(ServiceRemove{service});
    }
    pump();
    return true;
}

bool Manager::set_availability(NodeId node, Availability availability) {
    if (!is_running() || node.index() >= store_.nodes().size()) return false;
    NodeUpdate update;
    update.node = node;
    update.availability = availability;
    {
        Batch batch(store_, Proposer::api);
        batch.add(std::move(update));
    }
    pump();
    return true;
}

bool Manager::set_labels(NodeId node, std::map<std::string, std::string> labels) {
    if (!is_running() || node.index() >= store_.nodes().size()) return false;
    auto config = std::make_shared<NodeConfig>(*store_.node(node).config);
    config->labels = std::move(labels);
    NodeUpdate update;
    update.node = node;
    update.config = std::move(config);
    {
        Batch batch(store_, Proposer::api);
        batch.add(std::move(update));
    }
    pump();
    return true;
}

std::optional<ServiceId> Manager::find_service(std::string_view name) const {
    const NameId id = kernel_.names().find(name);
    const Service* service = id.valid() ? store_.find_service(id) : nullptr;
    return service == nullptr ? std::nullopt : std::optional<ServiceId>(service->id);
}

}   // namespace glasshive::swarm
