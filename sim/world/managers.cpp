#include "world/managers.h"

#include <utility>

namespace glasshive::world {

void Managers::add(HostId host) {
    swarm::LogDisk* disk = this;   // A private base: only we may convert.
    managers_.emplace_back(kernel_, host, state_, disk);
}

void Managers::found() {
    std::vector<raft::MemberId> members;
    for (std::size_t i = 0; i < managers_.size(); ++i) {
        members.push_back(raft::MemberId{state_.members_given++});
    }
    for (std::size_t i = 0; i < managers_.size(); ++i) managers_[i].found(members[i], members);
    first_members_ = std::move(members);
}

std::string Managers::promote(HostId host) {
    swarm::Manager& leads = *leader();
    const swarm::Node* node = leads.store().find_node(host);
    if (node->config->role == swarm::NodeRole::manager) return "";
    leads.set_role(node->id, swarm::NodeRole::manager);
    // A member that was removed comes back under a new number only, and as a new process.
    add(host);
    swarm::Manager& fresh = managers_.back();
    const raft::MemberId member{state_.members_given++};
    fresh.join(member, first_members_);
    kernel_.start(fresh.id());
    leads.add_member(member);
    return "";
}

std::string Managers::demote(HostId host) {
    swarm::Manager& leads = *leader();
    const swarm::Manager* manager = on(host);
    const swarm::Node* node = leads.store().find_node(host);
    if (manager == nullptr || node->config->role == swarm::NodeRole::worker) return "";
    const std::string refused = leads.demotion_refusal(manager->member());
    if (refused.empty()) leads.set_role(node->id, swarm::NodeRole::worker);
    return refused;
}

void Managers::start() {
    for (swarm::Manager& manager : managers_) kernel_.start(manager.id());
}

const swarm::Manager* Managers::leader() const {
    for (const swarm::Manager& manager : managers_) {
        if (manager.acts()) return &manager;
    }
    return nullptr;
}

swarm::Manager* Managers::leader() {
    for (swarm::Manager& manager : managers_) {
        if (manager.acts()) return &manager;
    }
    return nullptr;
}

const swarm::Manager* Managers::on(HostId host) const {
    // The newest: one that was demoted and promoted again has a new life.
    for (auto each = managers_.rbegin(); each != managers_.rend(); ++each) {
        if (kernel_.host_of(each->id()) == host) return &*each;
    }
    return nullptr;
}

swarm::Manager* Managers::on(HostId host) {
    return const_cast<swarm::Manager*>(std::as_const(*this).on(host));
}

bool Managers::manages(HostId host) const {
    const swarm::Manager* manager = on(host);
    if (manager == nullptr || state_.is_expelled(manager->member())) return false;
    const swarm::Node* node = store().find_node(host);
    return node == nullptr || node->config->role == swarm::NodeRole::manager;
}

std::vector<ProcessId> Managers::processes() const {
    std::vector<ProcessId> all;
    for (const swarm::Manager& manager : managers_) all.push_back(manager.id());
    return all;
}

}   // namespace glasshive::world
