// Goal: several managers are one swarm: they elect, replace and outlive one another as SwarmKit's
// do (golden check 10, exercises ORC-1 and ORC-10). Method: managers and daemons-in-words on a bare
// kernel; agents find the leader as real ones do.
#include "swarm/manager/cluster.h"
#include "swarm/security/tokens.h"

using namespace glasshive;
using namespace glasshive::test;

namespace {

/// Managers on hosts 0..managers-1 and fake agents on the hosts after them.
struct Swarm {
    explicit Swarm(std::uint32_t managers, std::uint32_t workers, std::uint64_t seed = 1)
        : stream(names), topology(managers + workers),
          kernel((stream.add_sink(&log), stream), topology, seed), driver(kernel), state(kernel) {
        std::vector<raft::MemberId> members;
        for (std::uint32_t i = 0; i < managers; ++i) {
            members.push_back(raft::MemberId{state.members_given++});
            all.push_back(std::make_unique<Manager>(kernel, HostId{i}, state));
        }
        for (std::uint32_t i = 0; i < managers; ++i) all[i]->found(members[i], members);
        for (std::uint32_t i = 0; i < managers + workers; ++i) {
            NodeConfig config;
            config.hostname = (i < managers ? "m" : "w") + std::to_string(i);
            config.role = i < managers ? NodeRole::manager : NodeRole::worker;
            config.cpus = one_cpu * 4;
            config.memory = gibibyte * 8;
            all[0]->add_node(HostId{i}, std::move(config));
            agents.push_back(
                std::make_unique<FakeAgent>(kernel, HostId{i}, all[0]->id(), fates));
            agents.back()->managers = processes();
        }
        for (const auto& manager : all) kernel.start(manager->id());
        for (const auto& agent : agents) kernel.start(agent->id());
        run_for(seconds{2});
    }
    std::vector<ProcessId> processes() const {
        std::vector<ProcessId> out;
        for (const auto& manager : all) out.push_back(manager->id());
        return out;
    }
    void run_for(Duration span) { driver.run_for(span); }
    Manager* leader() {
        for (const auto& manager : all) {
            if (manager->acts()) return manager.get();
        }
        return nullptr;
    }
    EventId power_off(std::uint32_t host) {
        const EventId fault = stream.emit(kernel.now(), scenario_cause, Cluster::fault_kind,
                                          names.intern("h" + std::to_string(host)), {});
        kernel.power_off(HostId{host}, fault);
        return fault;
    }
    void cut(const std::vector<std::uint32_t>& side) {
        for (std::uint32_t a = 0; a < agents.size(); ++a) {
            for (std::uint32_t b = 0; b < agents.size(); ++b) {
                const bool apart = (std::count(side.begin(), side.end(), a) > 0) !=
                                   (std::count(side.begin(), side.end(), b) > 0);
                if (apart) topology.cut(HostId{a}, HostId{b});
            }
        }
        kernel.topology_changed();
    }
    void heal() {
        for (std::uint32_t a = 0; a < agents.size(); ++a) {
            for (std::uint32_t b = 0; b < agents.size(); ++b) {
                if (a != b) topology.heal(HostId{a}, HostId{b});
            }
        }
        kernel.topology_changed();
    }
    ServiceId deploy(std::uint64_t replicas) {
        ServiceSpec spec = Cluster::spec("web", replicas);
        spec.task.placement.constraints = {"node.role == worker"};
        const ServiceId id = leader()->create_service(std::move(spec)).value();
        run_for(seconds{5});
        return id;
    }
    /// Runs until `done` or for `most`; how long it took.
    template <class Done>
    Duration until(Done done, Duration most = minutes{5}) {
        const Time begin = kernel.now();
        while (!done() && kernel.now() - begin < most) run_for(milliseconds{100});
        CHECK(done());
        return kernel.now() - begin;
    }
    std::string refusal(std::uint32_t manager) const {
        bool waits = false;
        return all[manager]->refusal(waits);
    }
    std::size_t count(const EventKind& kind) const { return log.count(kind); }
    std::vector<const Event*> said(const EventKind& kind) const {
        std::vector<const Event*> all_of_them;
        for (const Event& event : log.events) {
            if (event.kind == kind.id) all_of_them.push_back(&event);
        }
        return all_of_them;
    }

    Names names;
    EventStream stream;
    EventLog log;
    FlatTopology topology;
    kernel::Kernel kernel;
    kernel::BareDriver driver;
    std::map<std::string, Fate> fates;
    ReplicatedState state;
    std::vector<std::unique_ptr<Manager>> all;
    std::vector<std::unique_ptr<FakeAgent>> agents;
};

const std::string no_leader =
    "rpc error: code = Unknown desc = The swarm does not have a leader. It's possible that too few "
    "managers are online. Make sure more than half of the managers are online.";

}   // namespace

TEST_CASE("three managers: the first leads at once, every node finds it", "[swarm][failover]") {
    Swarm swarm(3, 3);
    REQUIRE(swarm.leader() == swarm.all[0].get());
    CHECK(swarm.count(events::raft_leader) == 1);
    CHECK(swarm.count(events::node_ready) == 6);
    const ServiceId web = swarm.deploy(4);
    CHECK(swarm.leader()->status(web).running == 4);
    // All of them have all of it.
    for (const auto& manager : swarm.all) {
        CHECK(manager->consensus().raft()->applied() == swarm.state.applied());
    }
}

TEST_CASE("a dead leader's task is back after 42 to 57 s, a dead worker's after 14 to 22",
          "[swarm][failover][golden]") {
    const std::uint64_t seed = GENERATE(range(1, 9));
    CAPTURE(seed);
    SECTION("the leader, with a task on its own host") {
        Swarm swarm(3, 2, seed);
        ServiceSpec spec = Cluster::spec("web", 1);
        spec.task.placement.constraints = {"node.hostname == m0"};
        const ServiceId web = swarm.leader()->create_service(spec).value();
        swarm.run_for(seconds{5});
        REQUIRE(swarm.leader()->status(web).running == 1);
        spec.task.placement.constraints.clear();   // Clean where it is: nothing moves.
        swarm.leader()->update_service(web, spec);
        swarm.run_for(seconds{3});
        const EventId fault = swarm.power_off(0);
        const std::size_t before = swarm.count(events::task_running);
        const Duration took =
            swarm.until([&] { return swarm.count(events::task_running) > before; });
        CHECK(seconds_of(took) >= 42);
        CHECK(seconds_of(took) <= 58);
        // Both the election and the node's death are blamed on the fault.
        for (const Event& event : swarm.log.events) {
            const bool elected =
                event.kind == events::raft_leader.id && event.time > Time{} + seconds{5};
            const bool blamed = event.kind == events::node_down.id || elected;
            if (!blamed) continue;
            EventId at = event.id;
            while (number_of(at) > 0 && at != fault) {
                at = swarm.log.events[number_of(at) - 1].cause;
            }
            CHECK(at == fault);
        }
    }
    SECTION("a worker") {
        Swarm swarm(3, 2, seed);
        const ServiceId web = swarm.deploy(2);
        REQUIRE(swarm.leader()->status(web).running == 2);
        swarm.power_off(3);
        const std::size_t before = swarm.count(events::task_running);
        const Duration took =
            swarm.until([&] { return swarm.count(events::task_running) > before; });
        CHECK(seconds_of(took) >= 14);
        CHECK(seconds_of(took) <= 22.5);
    }
}

TEST_CASE("quorum: of 3, 4 and 5 managers the 2nd, 2nd and 3rd loss is one too many (ORC-1)",
          "[swarm][failover][golden]") {
    struct Row { std::uint32_t managers, losses; };
    const Row row = GENERATE(values<Row>({{3, 2}, {4, 2}, {5, 3}}));
    CAPTURE(row.managers);
    Swarm swarm(row.managers, 2);
    const ServiceId web = swarm.deploy(2);
    for (std::uint32_t lost = 1; lost < row.losses; ++lost) {
        swarm.power_off(lost - 1);
        swarm.run_for(minutes{1});
        REQUIRE(swarm.leader() != nullptr);
        CHECK(swarm.leader()->scale_service(web, 2 + lost));
        swarm.run_for(seconds{10});
        CHECK(swarm.leader()->status(web).running == 2 + lost);
    }
    swarm.power_off(row.losses - 1);
    swarm.run_for(minutes{1});
    CHECK(swarm.leader() == nullptr);
    CHECK(swarm.refusal(row.managers - 1) == no_leader);
    // Containers go on; one that dies is not replaced.
    const std::size_t created = swarm.count(events::task_new);
    swarm.power_off(row.managers);
    swarm.run_for(minutes{2});
    CHECK(swarm.count(events::task_new) == created);
    CHECK(swarm.agents.back()->running() > 0);
    // One manager more is a majority again, and everything that waited is done.
    swarm.kernel.power_on(HostId{0});
    swarm.until([&] { return swarm.leader() != nullptr; });
    swarm.until([&] { return swarm.count(events::task_new) > created; });
}

TEST_CASE("force-new-cluster on the survivor brings everything back (golden check 10)",
          "[swarm][failover][golden]") {
    Swarm swarm(3, 3);
    const ServiceId web = swarm.deploy(3);
    swarm.power_off(0);
    swarm.power_off(1);
    swarm.run_for(minutes{1});
    REQUIRE(swarm.leader() == nullptr);
    CHECK(swarm.all[2]->force_new_cluster());
    CHECK(swarm.leader() == swarm.all[2].get());
    CHECK(swarm.refusal(2).empty());
    swarm.run_for(minutes{1});
    CHECK(swarm.leader()->store().services().size() == 1);
    CHECK(swarm.leader()->status(web).running == 3);
    for (std::uint32_t node = 3; node < 6; ++node) {
        CHECK(swarm.leader()->store().nodes()[node].state == NodeState::ready);
    }
    CHECK(swarm.leader()->store().nodes()[0].state == NodeState::down);
    CHECK(swarm.leader()->scale_service(web, 5));
    swarm.run_for(seconds{10});
    CHECK(swarm.leader()->status(web).running == 5);
    // The others are of another swarm: they come back and change nothing.
    swarm.kernel.power_on(HostId{0});
    swarm.kernel.power_on(HostId{1});
    swarm.run_for(minutes{2});
    CHECK(swarm.leader() == swarm.all[2].get());
    CHECK(swarm.leader()->consensus().raft()->membership().voters().size() == 1);
}

TEST_CASE("a survivor that is behind forces the state as it knew it", "[swarm][failover]") {
    Swarm swarm(3, 3);
    const ServiceId web = swarm.deploy(3);
    swarm.cut({2});                              // It hears nothing of what follows.
    swarm.run_for(seconds{3});
    REQUIRE(swarm.leader()->scale_service(web, 6));
    swarm.run_for(seconds{10});
    REQUIRE(swarm.leader()->status(web).running == 6);
    const raft::Index newest = swarm.state.applied();
    swarm.power_off(0);
    swarm.power_off(1);
    swarm.heal();
    swarm.run_for(minutes{1});
    REQUIRE(swarm.all[2]->force_new_cluster());
    CHECK(swarm.leader()->store().service(web).spec->replicas == 3);
    CHECK(swarm.state.applied() < newest + 3);
    swarm.run_for(minutes{1});
    CHECK(swarm.leader()->status(web).running == 3);
    // What nobody remembers is stopped when its node shows up.
    std::size_t running = 0;
    for (const auto& agent : swarm.agents) running += agent->running();
    CHECK(running == 3);
}

TEST_CASE("a leader cut off with a minority steps down after 10 to 20 s; the others elect",
          "[swarm][failover][golden]") {
    Swarm swarm(5, 2);
    const ServiceId web = swarm.deploy(2);
    swarm.cut({0, 1, 5});   // The leader, one more manager and a worker.
    const Duration took = swarm.until([&] { return swarm.count(events::raft_stepdown) > 0; });
    CHECK(seconds_of(took) >= 10);
    CHECK(seconds_of(took) <= 20);
    swarm.until([&] { return swarm.leader() != nullptr && swarm.leader() != swarm.all[0].get(); });
    swarm.run_for(seconds{12});
    CHECK(swarm.refusal(0) == no_leader);
    CHECK(swarm.leader()->scale_service(web, 3));
    swarm.run_for(minutes{1});
    // Two live replicas of one slot: the cut worker runs on, and is replaced.
    std::size_t running = 0;
    for (const auto& agent : swarm.agents) running += agent->running();
    CHECK(running == 4);
    CHECK(swarm.leader()->status(web).running == 4);   // docker service ls: 4/3.
    swarm.heal();
    swarm.run_for(minutes{2});
    running = 0;
    for (const auto& agent : swarm.agents) running += agent->running();
    CHECK(running == 3);
}

TEST_CASE("managers say how their logs stand once a second at most, and whom they vote for",
          "[swarm][failover]") {
    Swarm swarm(3, 3);
    swarm.deploy(40);
    swarm.run_for(seconds{8});
    const auto& names = swarm.names;
    std::map<NameId, const Event*> last;
    for (const Event* said : swarm.said(events::raft_log)) {
        const Event*& before = last[said->subject];
        const bool same_reign = before != nullptr &&
                                before->fields[0].integer == said->fields[0].integer &&
                                before->fields[3].integer == said->fields[3].integer;
        if (same_reign) CHECK(said->time - before->time >= seconds{1});
        CHECK(said->fields[1].integer >= said->fields[2].integer);   // Log and commit.
        before = said;
    }
    REQUIRE(last.size() == 3);
    for (const auto& [manager, said] : last) {
        const auto index = static_cast<std::int64_t>(swarm.state.applied());
        CHECK(said->fields[1].integer == index);
        CHECK(said->fields[2].integer == index);
        CHECK(names.text(NameId{static_cast<std::uint32_t>(said->fields[3].integer)}) == "h0");
    }
    // h0 voted for itself, and a majority did.
    const auto votes = swarm.said(events::raft_vote);
    CHECK(votes.size() >= 2);
    for (const Event* vote : votes) {
        CHECK(names.text(NameId{static_cast<std::uint32_t>(vote->fields[1].integer)}) == "h0");
    }
}

TEST_CASE("a swarm's only manager says nothing of its log", "[swarm][failover]") {
    Swarm swarm(1, 2);
    swarm.deploy(4);
    CHECK(swarm.count(events::raft_log) == 0);
    CHECK(swarm.count(events::raft_leader) == 1);
}

TEST_CASE("all managers at once: state survives on their disks", "[swarm][failover]") {
    Swarm swarm(3, 3);
    const ServiceId web = swarm.deploy(4);
    for (std::uint32_t i = 0; i < 3; ++i) swarm.power_off(i);
    swarm.run_for(seconds{30});
    for (std::uint32_t i = 0; i < 3; ++i) swarm.kernel.power_on(HostId{i});
    swarm.until([&] { return swarm.leader() != nullptr; });
    swarm.run_for(minutes{1});
    CHECK(swarm.leader()->status(web).running == 4);
    CHECK(swarm.count(events::task_new) == 4);
}

TEST_CASE("a locked manager waits for its key after a restart", "[swarm][failover][security]") {
    Swarm swarm(1, 1);
    auto locked = std::make_shared<ClusterObject>(swarm.state.store().cluster());
    locked->unlock_key = 1;
    REQUIRE(swarm.leader()->set_cluster(locked, "managers are locked"));
    swarm.power_off(0);
    swarm.run_for(seconds{5});
    swarm.kernel.power_on(HostId{0});
    swarm.run_for(minutes{1});
    CHECK(swarm.leader() == nullptr);
    CHECK(swarm.refusal(0).substr(0, 51) == "Swarm is encrypted and needs to be unlocked before ");
    CHECK_FALSE(swarm.all[0]->unlock("SWMKEY-1-wrong"));
    CHECK(swarm.all[0]->unlock(unlock_key(1, swarm.state.store().cluster())));
    CHECK(swarm.leader() != nullptr);
}

TEST_CASE("demoting takes a member out, the leader hands over first; the last one stays",
          "[swarm][failover]") {
    Swarm swarm(3, 1);
    const auto demote = [&](std::uint32_t manager) {
        const std::string refused =
            swarm.leader()->demotion_refusal(swarm.all[manager]->member());
        if (refused.empty()) {
            const Node* node = swarm.leader()->store().find_node(HostId{manager});
            swarm.leader()->set_role(node->id, NodeRole::worker);
        }
        swarm.run_for(minutes{1});
        return refused;
    };
    CHECK(demote(0).empty());
    REQUIRE(swarm.leader() != nullptr);
    CHECK(swarm.leader() != swarm.all[0].get());
    CHECK(swarm.leader()->consensus().raft()->membership().voters().size() == 2);
    const std::uint32_t other = swarm.leader() == swarm.all[1].get() ? 2 : 1;
    SECTION("with the other one dead it would lose its quorum") {
        swarm.power_off(other);
        swarm.run_for(seconds{5});
        const std::uint32_t last = other == 1 ? 2 : 1;
        CHECK(swarm.leader()->demotion_refusal(swarm.all[last]->member()) ==
              "rpc error: code = FailedPrecondition desc = can't remove member from the raft: this "
              "would result in a loss of quorum");
    }
    SECTION("down to one, and no further") {
        CHECK(demote(other).empty());
        CHECK(swarm.leader()->consensus().raft()->membership().voters().size() == 1);
        CHECK(demote(other == 1 ? 2 : 1) ==
              "rpc error: code = FailedPrecondition desc = attempting to demote the last manager "
              "of the swarm");
    }
}
