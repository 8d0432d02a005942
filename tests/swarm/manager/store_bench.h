#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "kernel/support.h"
#include "swarm/events.h"
#include "swarm/scheduler/policies/policies.h"
#include "swarm/scheduler/scheduler.h"
#include "swarm/state/store.h"

namespace glasshive::test {

using namespace glasshive::swarm;

/// A process that owns timers and lets them pass: the test calls the loops itself.
struct Bystander final : kernel::Process {};

/// A store and a scheduler on a bare kernel: no manager, no agents. Changes commit at once.
struct StoreBench {
    explicit StoreBench(std::uint64_t seed = 1, bool keep_events = true,
                        PlacementPolicy policy = PlacementPolicy::spread)
        : StoreBench(built_in(policy), seed, keep_events) {}
    explicit StoreBench(const Policy& policy, std::uint64_t seed = 1, bool keep_events = true)
        : stream(names), topology(1), kernel(stream, topology, seed), driver(kernel),
          owner(added(kernel, bystander)), store(kernel),
          scheduler(store, owner, policy) {
        if (keep_events) stream.add_sink(&log);
        kernel.start(owner);
        store.subscribe(Proposer::scheduler, scheduler);
    }
    static ProcessId added(kernel::Kernel& kernel, Bystander& bystander) {
        return kernel.add_process(HostId{0}, bystander);
    }
    template <class What>
    void commit(What what) {
        { Batch batch(store, Proposer::api); batch.add(std::move(what)); }
        settle();
    }
    void settle() {
        while (store.commit_next()) {}
    }
    void schedule() {
        scheduler.schedule();
        settle();
    }
    NodeId add_node(NodeConfig config, NodeState state = NodeState::ready) {
        NodeCreate create;
        create.node = store.new_node_id();
        create.host = HostId{create.node.value};
        if (config.hostname.empty()) config.hostname = "n" + std::to_string(create.node.value + 1);
        create.hostname = names.intern(config.hostname);
        create.config = std::make_shared<const NodeConfig>(std::move(config));
        commit(create);
        set_state(create.node, state);
        return create.node;
    }
    NodeId add_node(std::int64_t cpus = 4, std::int64_t gibibytes = 8) {
        NodeConfig config;
        config.cpus = one_cpu * cpus;
        config.memory = gibibyte * gibibytes;
        return add_node(std::move(config));
    }
    void set_state(NodeId node, NodeState state) {
        NodeUpdate update;
        update.node = node;
        update.state = state;
        commit(update);
    }
    void set_availability(NodeId node, Availability availability) {
        NodeUpdate update;
        update.node = node;
        update.availability = availability;
        commit(update);
    }
    ServiceId add_service(ServiceSpec spec) {
        ServiceCreate create;
        create.service = store.new_service_id();
        create.name = names.intern(spec.name);
        create.spec = std::make_shared<const ServiceSpec>(std::move(spec));
        commit(create);
        return create.service;
    }
    /// `count` new tasks of a service, PENDING, in slots from `first_slot`.
    std::vector<TaskId> add_tasks(ServiceId service, std::uint32_t count,
                                  std::uint32_t first_slot = 1) {
        std::vector<TaskId> ids;
        {
            Batch batch(store, Proposer::api);
            for (std::uint32_t i = 0; i < count; ++i) {
                const TaskCreate create =
                    make_task(store, store.service(service), first_slot + i, NodeId{});
                ids.push_back(create.task);
                batch.add(create);
            }
        }
        settle();
        for (const TaskId id : ids)
            observe(id, TaskState::pending, "pending task scheduling", false);
        settle();
        return ids;
    }
    void observe(TaskId id, TaskState state, const char* message = "", bool now = true) {
        TaskUpdate update;
        update.task = id;
        update.observed = state;
        update.message = names.intern(message);
        { Batch batch(store, Proposer::api); batch.add(std::move(update)); }
        if (now) settle();
    }
    void desire(TaskId id, TaskState state) {
        TaskUpdate update;
        update.task = id;
        update.desired = state;
        commit(update);
    }
    std::string error(TaskId id) const {
        const NameId text = store.task(id)->error;
        return text.valid() ? std::string(names.text(text)) : std::string();
    }
    static ServiceSpec spec(const std::string& name) {
        ServiceSpec spec;
        spec.name = name;
        return spec;
    }

    Names names;
    EventStream stream;
    EventLog log;
    FlatTopology topology;
    kernel::Kernel kernel;
    kernel::BareDriver driver;
    Bystander bystander;
    ProcessId owner;
    Store store;
    Scheduler scheduler;
};

}   // namespace glasshive::test
