// Goal: machines that fail and tasks that are sent away cost what they must: who is interrupted
// begins anew, nothing is lost or there twice, and energy, price and imbalance are what they are
// defined to be. Method: small clusters by hand; random traces with failures and priorities.
#include <catch2/catch.hpp>

#include <algorithm>

#include "offline/parting.h"
#include "offline/preemption.h"
#include "offline/timed.h"
#include "swarm/scheduler/policies/policies.h"
#include "workload/trace/generate.h"

using namespace glasshive;
using namespace glasshive::offline;
using swarm::PlacementPolicy;
using workload::trace::Failure;
using workload::trace::Machine;
using workload::trace::Task;

namespace {

Time at(int seconds) { return Time{std::chrono::seconds{seconds}}; }

Task task(int submit, int run, int cpus, std::int64_t priority = 0, int gang = 1) {
    Task made;
    made.name = "t" + std::to_string(submit);
    made.submit = at(submit);
    made.run = std::chrono::seconds{run};
    made.cpus = one_cpu * cpus;
    made.priority = priority;
    made.gang = gang;
    return made;
}

Failure failure(const char* machine, int when, int down) {
    return {.machine = machine, .line = 0, .at = at(when), .down = std::chrono::seconds{down}};
}

struct Machines {
    explicit Machines(int count, int cpus, PlacementPolicy policy = PlacementPolicy::first_fit)
        : cluster(swarm::built_in(policy), 1) {
        for (int i = 0; i < count; ++i) {
            Machine machine;
            machine.name = "n" + std::to_string(i);
            machine.cpus = one_cpu * cpus;
            machine.memory = gibibyte;
            machine.idle_watts = 100;
            machine.peak_watts = 200;
            machine.price = 2;
            cluster.add(machine);
        }
    }
    TimedResult run(const std::vector<Task>& tasks, const TimedOptions& options = {}) {
        workload::trace::ListSource source(tasks);
        return run_timed(cluster, source, options);
    }
    Cluster cluster;
};

}   // namespace

TEST_CASE("a machine that fails takes its tasks along; they begin anew elsewhere",
          "[offline][failures]") {
    TimedOptions options;
    options.breakdowns.failures = {failure("n0", 30, 100)};
    const auto result = Machines(2, 4).run({task(0, 100, 2), task(1, 100, 2)}, options);
    CHECK(result.failures == 1);
    CHECK(result.lost == 2);
    CHECK(result.moves == 2);
    CHECK(result.ended == 2);
    CHECK(seconds_of(result.last_end) == 130);   // Both anew on n1 at 30 s.
    CHECK(result.lost_cpu_seconds == Approx(2 * 30 + 2 * 29));
    CHECK(result.cpu_seconds == Approx(2 * 30 + 2 * 29 + 2 * 2 * 100));
    CHECK(result.slowdown.max() == Approx(1.3));
    CHECK(result.wait.max() == 0);   // To the first start.
}

TEST_CASE("who has nowhere else to go waits until the machine is back", "[offline][failures]") {
    TimedOptions options;
    options.breakdowns.failures = {failure("n0", 10, 50), failure("n0", 20, 60)};
    const auto result = Machines(1, 4).run({task(0, 15, 4)}, options);
    CHECK(result.lost == 1);
    CHECK(result.moves == 0);
    CHECK(seconds_of(result.last_end) == 80 + 15);   // The failures overlap.
    options.breakdowns.failures = {
        {.machine = "n0", .line = 0, .at = at(10), .down = std::nullopt}};
    const auto never = Machines(1, 4).run({task(0, 15, 4)}, options);
    CHECK(never.waiting == 1);
    CHECK(never.ended == 0);
    options.waiting = Waiting::drop;
    CHECK(Machines(1, 4).run({task(0, 15, 4)}, options).dropped == 1);
}

TEST_CASE("a gang falls with one of its pieces", "[offline][failures]") {
    TimedOptions options;
    options.breakdowns.failures = {failure("n1", 10, 5)};
    const auto result = Machines(2, 4).run({task(0, 20, 3, 0, 2)}, options);
    CHECK(result.lost == 1);
    CHECK(seconds_of(result.last_end) == 35);
}

TEST_CASE("a task that is always interrupted is given up", "[offline][failures]") {
    TimedOptions options;
    options.breakdowns.mean_up = std::chrono::seconds{10};
    options.breakdowns.mean_down = std::chrono::seconds{1};
    options.breakdowns.seed = 3;
    const auto result = Machines(1, 4).run({task(0, 100'000, 4)}, options);
    CHECK(result.dropped == 1);
    CHECK(result.lost == interruptions_most + 1);
}

TEST_CASE("the same machines fail under every policy", "[offline][failures]") {
    TimedOptions options;
    options.breakdowns.mean_up = std::chrono::seconds{500};
    options.breakdowns.mean_down = std::chrono::seconds{50};
    options.breakdowns.seed = 5;
    // Nobody ends before 5,000 s: until then all sees the same failures.
    std::vector<Task> tasks{task(0, 5'000, 1)};
    const auto first = Machines(4, 4).run(tasks, options);
    const auto again = Machines(4, 4).run(tasks, options);
    CHECK(first.failures == again.failures);
    CHECK(first.last_end == again.last_end);
    CHECK(first.failures > 20);
}

TEST_CASE("the more important one takes the place of the least important ones",
          "[offline][preemption]") {
    TimedOptions options;
    options.preemption = true;
    // n0 has one of priority 3; n1 two of priority 1 and 2. Two CPUs are enough to spare the 2.
    const auto result = Machines(2, 4).run(
        {task(0, 100, 4, 3), task(1, 100, 2, 2), task(2, 100, 2, 1), task(10, 50, 2, 9)}, options);
    CHECK(result.preempted == 1);
    CHECK(result.ended == 4);
    CHECK(result.wait.max() == 0);
    CHECK(result.lost_cpu_seconds == Approx(2 * 8));   // From 2 s to 10 s.
    CHECK(seconds_of(result.last_end) == 60 + 100);    // It begins anew when the urgent one ends.
    const auto patient = Machines(2, 4).run(
        {task(0, 100, 4, 3), task(1, 100, 2, 2), task(2, 100, 2, 1), task(10, 50, 2, 9)});
    CHECK(patient.preempted == 0);
    CHECK(patient.wait.max() == 90);
    // Equals are left alone.
    CHECK(Machines(1, 4).run({task(0, 10, 4), task(1, 10, 4)}, options).preempted == 0);
}

TEST_CASE("energy, price and imbalance are what they are defined to be", "[offline][usage]") {
    // One of two machines is half full for 3600 s: 150 W and 100 W; 0.5 and 0 in use.
    const auto result = Machines(2, 4).run({task(0, 3600, 2)});
    CHECK(result.usage.energy == Approx(0.25));
    CHECK(result.usage.energy_busy == Approx(0.15));
    CHECK(result.usage.price == Approx(2));
    CHECK(result.usage.machine_hours == Approx(1));
    CHECK(result.usage.imbalance == Approx(0.25));
    // While a machine is down it draws nothing, and is no part of the balance.
    TimedOptions options;
    options.breakdowns.failures = {failure("n1", 0, 10'000)};
    const auto one = Machines(2, 4).run({task(0, 3600, 2)}, options);
    CHECK(one.usage.energy == Approx(0.15));
    CHECK(one.usage.imbalance == Approx(0).margin(1e-9));
}

TEST_CASE("no makespan is below the bound, and a full cluster reaches it", "[offline][bound]") {
    // 8 CPUs, 10 tasks of 4 CPUs and 10 s at once: 400 CPU seconds.
    std::vector<Task> tasks(10, task(0, 10, 4));
    const auto full = Machines(2, 4).run(tasks);
    CHECK(full.bound == Approx(50));
    CHECK(seconds_of(full.last_end) == 50);
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        workload::trace::GeneratorSpec spec;
        spec.tasks = 500;
        spec.arrivals.rate = 0.5;
        spec.seed = seed;
        spec.kinds = {{1, one_cpu, {}, 0, 0}, {1, one_cpu * 3, {}, 0, 0}};
        workload::trace::Generator generator(spec);
        Machines machines(20, 4, PlacementPolicy::best_fit);
        const auto result = run_timed(machines.cluster, generator, {});
        CHECK(seconds_of(result.last_end) >= result.bound * (1 - 1e-12));
    }
}

TEST_CASE("a pinned task runs on its machine or waits for it", "[offline][pins]") {
    TimedOptions options;
    options.pins = {{"t1", "n1"}, {"#3", "n0"}};
    Machines machines(2, 4);
    ChoiceRecorder recorder;
    machines.cluster.watch(&recorder);
    const auto result = machines.run({task(0, 10, 4), task(1, 10, 1), task(2, 10, 1)}, options);
    CHECK(result.pins_met == 2);
    std::map<std::uint64_t, std::uint32_t> went;
    for (const Choice& choice : recorder.choices()) {
        if (choice.node) went[choice.who] = static_cast<std::uint32_t>(choice.node->index());
    }
    CHECK(went == std::map<std::uint64_t, std::uint32_t>{{0, 0}, {1, 1}, {2, 0}});
    CHECK(seconds_of(result.last_end) == 20);
    // On a machine that is too small for it, it waits for ever, and nobody behind it.
    options.pins = {{"t0", "n0"}};
    const auto never = Machines(1, 4).run({task(0, 10, 5), task(1, 10, 1)}, options);
    CHECK(never.waiting == 1);
    CHECK(never.ended == 1);
}

TEST_CASE("the first choice in which two policies part", "[offline][parting]") {
    const auto& spread = swarm::built_in(PlacementPolicy::worst_fit);
    const std::vector<Task> tasks{task(0, 100, 1), task(1, 100, 1), task(2, 100, 1)};
    Machines reference(2, 4, PlacementPolicy::worst_fit), other(2, 4, PlacementPolicy::best_fit);
    ChoiceRecorder recorder;
    reference.cluster.watch(&recorder);
    reference.run(tasks);
    PartingFinder finder(recorder.choices(), spread);
    other.cluster.watch(&finder);
    other.run(tasks);
    REQUIRE(finder.found());
    CHECK(finder.found()->choice == 2);   // The first goes to n0 under both.
    CHECK(finder.found()->who == 1);
    CHECK(finder.found()->reference->node == "n1");
    CHECK(finder.found()->other->node == "n0");
    CHECK(finder.found()->other->tasks == 1);
    CHECK(finder.found()->other->cpus_free == one_cpu * 3);
    const auto& sides = *finder.found();
    CHECK(sides.reference->by_reference.value > sides.other->by_reference.value);
    CHECK(sides.other->by_other.value > sides.reference->by_other.value);
    PartingFinder same(recorder.choices(), spread);
    Machines twin(2, 4, PlacementPolicy::worst_fit);
    twin.cluster.watch(&same);
    twin.run(tasks);
    CHECK(!same.found());
    CHECK(same.same() == 3);
}

TEST_CASE("whom to send away is the same whether it is kept or looked for anew",
          "[offline][preemption][random]") {
    std::uint64_t kept_judged = 0, anew_judged = 0;
    int found = 0, in_vain = 0;
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        CAPTURE(seed);
        kernel::Rng chance(seed, "test");
        Machines machines(20, 8, PlacementPolicy::best_fit);
        Cluster& cluster = machines.cluster;
        RunningSet running(20, true);
        Preemptor kept(cluster, running);
        std::vector<Slot> there;
        const auto stop = [&](Slot slot) {
            const Running& stopped = running.stop(slot);
            for (const Placement& place : stopped.places) {
                cluster.remove(stopped.task.shape, place);
            }
            there.erase(std::find(there.begin(), there.end(), slot));
        };
        for (int step = 0; step < 1'500; ++step) {
            Waiter next;
            next.who = static_cast<Ordinal>(step);
            next.priority = static_cast<std::int64_t>(chance.below(5)) * 10 - 20;
            next.gang = chance.below(8) == 0 ? 2 : 1;
            next.shape = cluster.shape_of(task(0, 1, 1 << chance.below(4)));
            if (chance.below(20) == 0) {
                const swarm::NodeId node{static_cast<std::uint32_t>(chance.below(20))};
                while (!running.on(node).empty()) stop(running.on(node).front());
                cluster.set_up(node, !cluster.nodes()[node.index()].available);
            }
            if (chance.below(3) == 0 && !there.empty()) stop(there[chance.below(there.size())]);
            std::vector<Placement> places;
            for (int piece = 0; piece < next.gang; ++piece) {
                if (const auto place = cluster.place(next.shape)) places.push_back(*place);
            }
            if (places.empty()) {
                Preemptor anew(cluster, running);
                const auto expected = anew.find(next), victims = kept.find(next);
                anew_judged += anew.judged();
                REQUIRE(victims.has_value() == expected.has_value());
                ++(victims ? found : in_vain);
                if (!victims) continue;
                REQUIRE(victims->node == expected->node);
                REQUIRE(victims->victims == expected->victims);
                for (const Slot slot : victims->victims) stop(slot);
                places = {cluster.place_at(next.shape, victims->node)};
            }
            there.push_back(running.start(next, places, at(step / 3)));
        }
        kept_judged += kept.judged();
    }
    CHECK(found > 1'000);
    CHECK(in_vain > 100);
    CHECK(kept_judged < anew_judged);
}

TEST_CASE("whatever fails and whoever is sent away, all is accounted for", "[offline][random]") {
    for (const auto& [name, policy] : swarm::placement_policies) {
        CAPTURE(name);
        for (std::uint64_t seed = 1; seed <= 4; ++seed) {
            CAPTURE(seed);
            kernel::Rng chance(seed, "test");
            std::vector<Task> tasks;
            int when = 0;
            for (int i = 0; i < 600; ++i) {
                when += static_cast<int>(chance.below(4));
                tasks.push_back(task(when, 1 + static_cast<int>(chance.below(60)),
                                     1 + static_cast<int>(chance.below(4)),
                                     static_cast<std::int64_t>(chance.below(3)),
                                     chance.below(10) == 0 ? 2 : 1));
            }
            TimedOptions options;
            options.waiting = seed % 2 == 0 ? Waiting::skip : Waiting::fifo;
            options.preemption = seed > 2;
            options.breakdowns.mean_up = std::chrono::seconds{400};
            options.breakdowns.mean_down = std::chrono::seconds{40};
            options.breakdowns.seed = seed;
            Machines machines(12, 4, policy);
            const auto result = machines.run(tasks, options);
            CHECK(result.submitted == 600);
            CHECK(result.ended + result.dropped + result.waiting == 600);
            CHECK(result.placed == result.ended + result.lost + result.preempted);
            CHECK(result.failures > 0);
            for (const swarm::NodeInfo& node : machines.cluster.nodes()) {
                CHECK(node.cpus_free == one_cpu * 4);   // All is given back.
                CHECK(node.active == 0);
            }
        }
    }
}

TEST_CASE("two choices are nearly as even as looking at all, one is not", "[offline][policies]") {
    std::map<std::string, double> imbalance;
    for (const auto& [name, policy] : swarm::placement_policies) {
        workload::trace::GeneratorSpec spec;
        spec.tasks = 8'000;
        spec.arrivals.rate = 4;
        workload::trace::Generator generator(spec);
        Machines machines(200, 16, policy);
        imbalance[name] = run_timed(machines.cluster, generator, {}).usage.imbalance;
    }
    CHECK(imbalance["power-of-two"] < 0.7 * imbalance["random"]);
    CHECK(imbalance["spread"] < imbalance["power-of-two"]);
}
