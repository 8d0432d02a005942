#include "store/cluster/cluster.h"

#include <algorithm>
#include <utility>

#include "kernel/jitter.h"
#include "store/cluster_events.h"

namespace glasshive::store {

namespace {

ReplicaMachine machine_of(const NodePlace& place) {
    ReplicaMachine machine{.node = place.name, .cpu = place.cpu, .disk = place.disk};
    machine.disk_unit = place.disk_unit;
    return machine;
}

}   // namespace

Cluster::Cluster(kernel::Kernel& kernel, std::vector<NodePlace> places,
                 const ClusterOptions& options)
    : kernel_(kernel),
      scripts_(options.shared_scripts
                   ? options.shared_scripts
                   : std::make_shared<search::Scripts>(kernel, options.scripts)) {
    if (options.jitter > Duration::zero()) {
        jitter_ = kernel::add_jitter(kernel, "store/jitter/" + options.name, options.jitter);
    }
    std::sort(places.begin(), places.end(),
              [](const NodePlace& a, const NodePlace& b) { return a.name < b.name; });
    for (const NodePlace& place : places) {
        auto node = std::make_unique<Node>();
        node->name_ = place.name;
        node->host_ = place.host;
        node->replica_ = std::make_unique<Replica>(kernel, node->files_, machine_of(place));
        members_.push_back({.node = place.name, .replica = {}, .zone = place.zone});
        nodes_.push_back(std::move(node));
    }
    const auto first = std::find_if(places.begin(), places.end(),
                                    [](const NodePlace& place) { return !place.joins_later; });
    first_member_ = first == places.end() ? 0 : static_cast<std::size_t>(first - places.begin());
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        for (std::size_t j = 0; j < nodes_.size(); ++j) {
            if (i != j && (places[i].joins_later || places[j].joins_later)) continue;
            const MemberDocument document = edited_member(nullptr, member_body(places[j].zone));
            nodes_[i]->files_.members.emplace(places[j].name, document);
        }
    }
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        members_[i].replica = attach(i, *nodes_[i]->replica_);
    }
    indexers_.resize(nodes_.size());
    resharders_.resize(nodes_.size());
    for (std::size_t i = 0; i < nodes_.size(); ++i) build(i, places[i], options);
    std::vector<ProcessId> watches, schedulers;
    for (const auto& node : nodes_) {
        watches.push_back(node->watch_->id());
        if (node->scheduler_) schedulers.push_back(node->scheduler_->id());
    }
    for (const auto& node : nodes_) {
        node->watch_->set_peers(watches);
        node->watch_->set_known([this, files = &node->files_](std::size_t member) {
            return files->has_member(members_[member].node);
        });
        if (node->scheduler_) node->scheduler_->set_peers(schedulers);
    }
}

void Cluster::build(std::size_t i, const NodePlace& place, const ClusterOptions& options) {
    Node& node = *nodes_[i];
    node.files_.prefix = options.prefix;
    node.coordinator_ = std::make_unique<Coordinator>(kernel_, node.files_, node.name_, members_,
                                                      options.coordinator);
    node.gatherer_ =
        std::make_unique<Gatherer>(kernel_, node.files_, *node.coordinator_, node.name_, members_,
                                   options.coordinator.request_timeout);
    node.feeds_ = std::make_unique<Feeds>(kernel_, *node.gatherer_, members_);
    node.internal_ = std::make_unique<InternalReplication>(kernel_, node.files_, *node.gatherer_, i,
                                                           members_, options.internal);
    node.watch_ = std::make_unique<NodeWatch>(
        kernel_, i, [this, i](std::size_t member, bool up) { noticed(i, member, up); },
        options.net_tick);
    node.replica_->set_listener([&node](const std::string& shard) {
        node.internal_->updated(shard);
        if (node.scheduler_) node.scheduler_->updated(shard);
        node.global_changes_->updated(shard);
        if (shard.empty()) node.resharder_->databases_changed();
    });
    attach(i, *node.coordinator_);
    attach(i, *node.gatherer_);
    attach(i, *node.feeds_);
    attach(i, *node.internal_);
    node.indexer_ =
        std::make_unique<search::Indexer>(kernel_, *scripts_,
                                          search::IndexerPlace{.files = node.files_,
                                                               .indexes = node.indexes_,
                                                               .replica = *node.replica_,
                                                               .gatherer = *node.gatherer_,
                                                               .machine = machine_of(place)},
                                          indexers_);
    node.replica_->set_validator(node.indexer_.get());
    indexers_[i] = attach(i, *node.indexer_);
    node.searcher_ = std::make_unique<search::Searcher>(
        kernel_, node.files_, *scripts_, *node.coordinator_, *node.gatherer_, node.name_, members_,
        indexers_, options.coordinator.request_timeout);
    attach(i, *node.searcher_);
    add_replications(i, options);
    add_resharder(i, place, options);
    attach(i, *node.watch_);
    node.global_changes_ =
        std::make_unique<GlobalChanges>(kernel_, node.files_, *node.coordinator_, node.name_);
    attach(i, *node.global_changes_);
}

void Cluster::add_resharder(std::size_t i, const NodePlace& place, const ClusterOptions& options) {
    Node& node = *nodes_[i];
    const auto build = [&node](const std::string& shard, std::function<void(bool)> then) {
        node.indexer_->build(shard, std::move(then));
    };
    node.resharder_ =
        std::make_unique<reshard::Resharder>(kernel_,
                                             reshard::ReshardPlace{.own = i,
                                                                   .files = node.files_,
                                                                   .jobs = node.splits_,
                                                                   .replica = *node.replica_,
                                                                   .gatherer = *node.gatherer_,
                                                                   .internal = *node.internal_,
                                                                   .machine = machine_of(place),
                                                                   .build = build,
                                                                   .members = members_,
                                                                   .resharders = resharders_},
                                             options.reshard);
    resharders_[i] = attach(i, *node.resharder_);
}

void Cluster::add_replications(std::size_t i, const ClusterOptions& options) {
    Node& node = *nodes_[i];
    node.peer_server_ = std::make_unique<replicate::PeerServer>(
        kernel_, replicate::PeerNode{node.files_, *node.coordinator_, *node.gatherer_, *node.feeds_,
                                     options.gates.empty() ? nullptr : options.gates[i]});
    node.peer_client_ = std::make_unique<replicate::PeerClient>(kernel_);
    attach(i, *node.peer_server_);
    attach(i, *node.peer_client_);
    if (options.resolver == nullptr) return;
    node.scheduler_ = std::make_unique<replicate::Scheduler>(
        kernel_,
        replicate::SchedulerNode{node.files_, *node.coordinator_, *node.gatherer_, *node.feeds_}, i,
        members_, *options.resolver, options.scheduler);
    attach(i, *node.scheduler_);
}

ProcessId Cluster::attach(std::size_t member, kernel::Process& process) {
    Node& node = *nodes_[member];
    node.processes_.push_back(kernel_.add_process(node.host_, process));
    if (jitter_ != 0) kernel::set_jitter(kernel_, node.processes_.back(), jitter_);
    return node.processes_.back();
}

void Cluster::start() {
    for (std::size_t i = 0; i < nodes_.size(); ++i) start(i);
}

void Cluster::start(std::size_t member) {
    const HostId host = nodes_[member]->host_;
    if (!kernel_.is_on(host)) return;
    EventId cause = kernel_.cause();
    if (nodes_[member]->crashed_ && !is_running(member)) {
        cause = kernel_.emit(cluster::events::db_node_up,
                             kernel_.names().intern(nodes_[member]->name_));
    }
    nodes_[member]->crashed_ = false;
    const kernel::CauseScope scope(kernel_, cause);
    for (const ProcessId process : nodes_[member]->processes_) {
        if (!kernel_.is_running(process)) kernel_.start(process);
    }
}

void Cluster::crash(std::size_t member, EventId why) {
    if (!is_running(member)) return;
    nodes_[member]->crashed_ = true;
    const kernel::CauseScope scope(kernel_, why);
    why =
        kernel_.emit(cluster::events::db_node_down, kernel_.names().intern(nodes_[member]->name_));
    const auto& processes = nodes_[member]->processes_;
    for (auto process = processes.rbegin(); process != processes.rend(); ++process) {
        if (kernel_.is_running(*process)) kernel_.kill(*process, why);
    }
}

bool Cluster::is_running(std::size_t member) const {
    return kernel_.is_running(nodes_[member]->watch_->id());
}

void Cluster::noticed(std::size_t node, std::size_t member, bool up) {
    Node& self = *nodes_[node];
    self.coordinator_->set_connected(member, up);
    self.gatherer_->set_connected(member, up);
    self.searcher_->set_connected(member, up);
    if (up) self.resharder_->node_up(member);
    if (self.scheduler_ && up) self.scheduler_->node_up(member);
    if (self.scheduler_ && !up) self.scheduler_->node_down(member);
    if (up) return self.internal_->node_up(member);
    self.internal_->node_down(member);
    self.coordinator_->node_down(member);
    self.gatherer_->node_down(member);
    self.searcher_->node_down(member);
    self.resharder_->node_is_down(member);
}

}   // namespace glasshive::store
