#include "world/store_operator.h"

#include "store/quorum/node_files.h"
#include "store/reshard/map_editor.h"
#include "world/events.h"

namespace glasshive::world {

namespace json = store::json;

StoreOperator::StoreOperator(kernel::Kernel& kernel, std::deque<door::couch::Front>& stores,
                             std::deque<door::contrast::Front>& small_stores,
                             const std::vector<scenario::StoreCommandSpec>& commands,
                             const std::string& run_name)
    : kernel_(kernel),
      stores_(stores),
      small_stores_(small_stores),
      commands_(commands),
      subject_(kernel.names().intern(run_name)) {
    kernel_.add_process(HostId{}, *this);
}

void StoreOperator::on_start() {
    for (std::size_t i = 0; i < commands_.size(); ++i) {
        kernel_.after(id(), commands_[i].at, 0, i);
    }
}

void StoreOperator::on_timer(std::uint32_t, std::uint64_t argument) {
    take(commands_[static_cast<std::size_t>(argument)], "store");
}

EventId StoreOperator::take(const Command& command, const char* who) {
    const EventId event =
        kernel_.emit(events::command_applied, subject_,
                     {field::name(kernel_.names().intern(who)),
                      field::name(kernel_.names().intern("done")), field::text(command.line)});
    const kernel::CauseScope scope(kernel_, event);
    carry_out(command, event);
    return event;
}

void StoreOperator::carry_out(const Command& command, EventId event) {
    for (door::couch::Front& store : stores_) {
        if (!command.store.empty() && store.name() != command.store) continue;
        carry_out(command, store, event);
    }
    if (command.what != Command::Do::start && command.what != Command::Do::crash) return;
    for (door::contrast::Front& store : small_stores_) {
        if (!command.store.empty() && store.name() != command.store) continue;
        for (std::size_t i = 0; i < store.store().size(); ++i) {
            if (store.spec().hosts[i] != command.host) continue;
            if (command.what == Command::Do::start) {
                store.store().start(i);
            } else {
                store.store().crash(i, event);
            }
        }
    }
}

void StoreOperator::carry_out(const Command& command, door::couch::Front& store, EventId event) {
    store::Cluster& cluster = store.cluster();
    std::size_t there = cluster.size(), via = cluster.size();
    for (std::size_t i = 0; i < cluster.size(); ++i) {
        if (store.host_name(i) == command.host) there = i;
        const auto& files = cluster.node(cluster.first_member()).files();
        const bool member = files.has_member(cluster.node(i).name());
        if (via == cluster.size() && member && cluster.is_running(i)) via = i;
    }
    if (!command.host.empty() && there == cluster.size()) return;   // Of another store.
    const std::string node = command.host.empty() ? "" : cluster.node(there).name();
    if (command.what == Command::Do::start) return cluster.start(there);
    if (command.what == Command::Do::crash) return cluster.crash(there, event);
    if (via == cluster.size()) return;   // Nobody is left to ask.
    if (command.what == Command::Do::split) return split(command, cluster, via);
    if (!command.database.empty()) return move(command, cluster, via, node);
    const bool leaves = command.what == Command::Do::leave;
    const auto& members = cluster.node(via).files().members;
    const auto known = members.find(node);
    const store::MemberDocument* before = known == members.end() ? nullptr : &known->second;
    if (before == nullptr ? leaves : before->deleted == leaves) return;   // It is so.
    const json::Value body = store::member_body(cluster.members()[there].zone);
    cluster.node(via).replica().store_member(node, store::edited_member(before, body, leaves));
}

/// As POST /_reshard/jobs: a job for each copy, on its node.
void StoreOperator::split(const Command& command, store::Cluster& cluster, std::size_t via) {
    store::Node& node = cluster.node(via);
    const auto map = node.files().maps.find(command.database);
    if (map == node.files().maps.end()) return;
    for (const store::Copy& copy : map->second.copies()) {
        const auto member = cluster.find(copy.node);
        if (!member || (!command.range.empty() && copy.range.text() != command.range)) continue;
        store::reshard::ReshardRequest request;
        request.kind = store::reshard::ReshardRequest::Kind::start;
        request.shard = map->second.shard_name(copy.range);
        node.resharder().ask({*member}, request, [](const auto&) {});
    }
}

/// As PUT /_node/_local/_dbs/DATABASE.
void StoreOperator::move(const Command& command, store::Cluster& cluster, std::size_t via,
                         const std::string& node) {
    const auto known = cluster.node(via).files().maps.find(command.database);
    const auto range = store::Range::parse(command.range);
    if (known == cluster.node(via).files().maps.end() || !range) return;
    store::ShardMap map = known->second;
    const bool adds = command.what == Command::Do::add;
    if (!(adds ? map.add_copy(*range, node) : map.remove_copy(*range, node))) return;
    map.edit_of(known->second);
    store::reshard::tell_edit(kernel_, cluster.node(via).files(), cluster.node(via).name(),
                              known->second, map);
    cluster.node(via).replica().store_map(map);
}

}   // namespace glasshive::world
