// Goal: tasks of a trace go where the policy wants them, wait and end as they should, whatever is
// kept between decisions. Method: small clusters by hand; random traces against a reference that
// looks at every machine for every task.
#include <catch2/catch.hpp>

#include <cmath>
#include <map>

#include "offline/timed.h"
#include "swarm/scheduler/policies/policies.h"
#include "swarm/scheduler/scheduler.h"
#include "workload/trace/generate.h"

using namespace glasshive;
using namespace glasshive::offline;
using swarm::PlacementPolicy;
using workload::trace::Task;

namespace {

Task task(int submit, int run, int cpus, std::int64_t priority = 0, int gang = 1) {
    Task made;
    made.submit = Time{std::chrono::seconds{submit}};
    made.run = std::chrono::seconds{run};
    made.cpus = one_cpu * cpus;
    made.priority = priority;
    made.gang = gang;
    return made;
}

struct Machines {
    explicit Machines(int count, int cpus, PlacementPolicy policy = PlacementPolicy::first_fit)
        : cluster(swarm::built_in(policy), 1) {
        for (int i = 0; i < count; ++i) {
            cluster.add({.name = "n" + std::to_string(i),
                         .cpus = one_cpu * cpus,
                         .memory = gibibyte,
                         .gpus = 0,
                         .model = ""});
        }
    }
    TimedResult run(const std::vector<Task>& tasks, const TimedOptions& options) {
        workload::trace::ListSource source(tasks);
        return run_timed(cluster, source, options);
    }
    TimedResult run(const std::vector<Task>& tasks, Waiting waiting = Waiting::fifo) {
        TimedOptions options;
        options.waiting = waiting;
        return run(tasks, options);
    }
    Cluster cluster;
};

}   // namespace

TEST_CASE("first in first out: who does not fit holds all behind it", "[offline][timed]") {
    const std::vector<Task> tasks{task(0, 10, 3), task(1, 10, 4), task(2, 5, 1)};
    const auto fifo = Machines(1, 4).run(tasks);
    CHECK(fifo.ended == 3);
    CHECK(fifo.waited == 2);
    CHECK(fifo.wait.max() == 18);   // The small one, until 20 s.
    CHECK(seconds_of(fifo.last_end) == 25);
    const auto skip = Machines(1, 4).run(tasks, Waiting::skip);
    CHECK(skip.wait.max() == 9);
    CHECK(seconds_of(skip.last_end) == 20);
    const auto drop = Machines(1, 4).run(tasks, Waiting::drop);
    CHECK(drop.dropped == 1);
    CHECK(drop.placed == 2);
    // 3 x 10 + 1 x 5 CPU seconds of 4 x 10.
    CHECK(drop.utilisation == Approx(35.0 / 40));
}

TEST_CASE("who is urgent goes first; who can never fit waits for ever", "[offline][timed]") {
    const auto urgent = Machines(1, 4).run({task(0, 10, 4), task(1, 10, 4), task(2, 10, 4, 1)});
    CHECK(urgent.wait.max() == 19);   // The second one lets the third pass.
    CHECK(urgent.ended == 3);
    const auto never = Machines(2, 4).run({task(0, 10, 5), task(1, 10, 1)});
    CHECK(never.waiting == 1);   // It is set aside, and holds nobody.
    CHECK(never.placed == 1);
    const auto passed = Machines(2, 4).run({task(0, 10, 5), task(1, 10, 1)}, Waiting::skip);
    CHECK(passed.waiting == 1);
    CHECK(passed.ended == 1);
}

TEST_CASE("pieces of a gang start together or not at all", "[offline][timed]") {
    const auto result = Machines(2, 4).run({task(0, 10, 3), task(1, 10, 4, 0, 2)});
    CHECK(result.wait.max() == 9);   // One machine is free all the time.
    CHECK(result.ended == 2);
    CHECK(seconds_of(result.last_end) == 20);
    CHECK(result.running_most == 1);
}

TEST_CASE("a task that stays never ends; one of no length frees its place at once",
          "[offline][timed]") {
    Task stays = task(0, 0, 4);
    stays.run.reset();
    const auto result = Machines(1, 4).run({stays, task(1, 1, 4)});
    CHECK(result.placed == 1);
    CHECK(result.waiting == 1);
    CHECK(result.ended == 0);
    const auto nothing = Machines(1, 4).run({task(0, 0, 4), task(0, 0, 4)});
    CHECK(nothing.ended == 2);
    CHECK(seconds_of(nothing.last_end) == 0);
}

TEST_CASE("kept rankings place as looking at every machine would", "[offline][timed][random]") {
    // Kubernetes' score is a formula of the machine alone: easy to work out again.
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        const int count = seed % 2 == 0 ? 7 : 150;
        Machines machines(count, 16, PlacementPolicy::least_loaded);
        std::vector<std::int64_t> used(static_cast<std::size_t>(count));
        workload::trace::GeneratorSpec spec;
        spec.tasks = 3'000;
        spec.seed = seed;
        spec.kinds = {
            {3, one_cpu, {}, 0, 0}, {2, one_cpu * 2, {}, 0, 0}, {1, one_cpu * 5, {}, 0, 0}};
        workload::trace::Generator generator(spec);
        std::vector<std::tuple<Shape, Placement, std::int64_t>> there;
        kernel::Rng chance(seed, "leave");
        for (Task each; generator.next(each);) {
            const std::int64_t cpus = each.cpus.count / one_cpu.count;
            std::size_t best = used.size();
            std::int64_t best_score = -1;
            for (std::size_t i = 0; i < used.size(); ++i) {
                if (used[i] + cpus > 16) continue;
                const std::int64_t score = ((16 - used[i] - cpus) * 100 / 16 + 100) / 2;
                if (score <= best_score) continue;
                best_score = score;
                best = i;
            }
            const Shape shape = machines.cluster.shape_of(each);
            const auto placed = machines.cluster.place(shape);
            REQUIRE(placed.has_value() == (best < used.size()));
            if (placed) {
                REQUIRE(placed->node.index() == best);
                used[best] += cpus;
                there.emplace_back(shape, *placed, cpus);
            }
            while (!there.empty() && chance.below(5) < 2) {
                const std::size_t who = chance.below(there.size());
                const auto [its, where, took] = there[who];
                machines.cluster.remove(its, where);
                used[where.node.index()] -= took;
                there.erase(there.begin() + static_cast<std::ptrdiff_t>(who));
            }
        }
    }
}

TEST_CASE("every policy obeys the machines' limits, and draws alike each time",
          "[offline][timed][random]") {
    for (const auto& [name, policy] : swarm::placement_policies) {
        CAPTURE(name);
        const auto run = [&, which = policy] {
            Machines machines(30, 8, which);
            workload::trace::GeneratorSpec spec;
            spec.tasks = 2'000;
            spec.arrivals.rate = 0.5;
            workload::trace::Generator generator(spec);
            const auto result = run_timed(machines.cluster, generator, {});
            for (const swarm::NodeInfo& node : machines.cluster.nodes()) {
                CHECK(node.cpus_free == one_cpu * 8);   // All is given back.
                CHECK(node.active == 0);
            }
            return std::pair{result.wait.mean(), result.last_end};
        };
        const auto first = run();
        CHECK(first == run());
    }
}

TEST_CASE("skipping looks at kinds, not at all who wait", "[offline][timed]") {
    // 20,000 wait for the one machine; those that ask for less are of one kind, and go one by one.
    Machines machines(1, 4, PlacementPolicy::spread);
    std::vector<Task> tasks;
    for (int i = 0; i < 20'000; ++i) {
        Task each;
        each.submit = time_of_ns(i);
        each.run = std::chrono::seconds(1);
        each.cpus = one_cpu * (i % 2 == 0 ? 3 : 2);
        tasks.push_back(each);
    }
    const auto result = machines.run(tasks, Waiting::skip);
    CHECK(result.ended == 20'000);
    // Never two of three CPUs, nor a three beside a two; two twos go together while they last.
    CHECK(seconds_of(result.last_end) == Approx(10'000 + 5'000).margin(1));
    CHECK(machines.cluster.judged() < 200'000);
}

TEST_CASE("who runs to the end of time stays there", "[offline][timed]") {
    Machines machines(1, 1, PlacementPolicy::spread);
    Task late;
    late.submit = time_never - std::chrono::seconds(1);
    late.run = std::chrono::hours(10);
    late.cpus = one_cpu;
    CHECK(machines.run({late}).last_end == time_never);
}

TEST_CASE("many kinds of tasks share a bounded number of rankings", "[offline][timed]") {
    const int count = 4'000, kinds = 1'500;
    Machines machines(count, 2, PlacementPolicy::best_fit);
    std::vector<Task> tasks;
    for (int i = 0; i < 2 * kinds; ++i) {
        tasks.push_back(task(i, 10'000, 1));
        tasks.back().cpus = Cpus{one_cpu.count - i % kinds};   // Two of a machine's worth.
    }
    const auto result = machines.run(tasks);
    CHECK(result.ended == 2 * kinds);
    CHECK(machines.cluster.rankings() <= swarm::indexed_entries_most / count);
}

TEST_CASE("a histogram's quantiles are within one percent", "[offline]") {
    kernel::Rng chance(1, "values");
    Histogram histogram;
    std::vector<double> all;
    for (int i = 0; i < 20'000; ++i) {
        const double value = std::exp(chance.unit() * 20 - 8);
        all.push_back(value);
        histogram.add(value);
    }
    histogram.add(0);
    all.push_back(0);
    std::sort(all.begin(), all.end());
    for (const double share : {0.01, 0.25, 0.5, 0.9, 0.99, 1.0}) {
        const auto rank =
            static_cast<std::size_t>(std::ceil(share * static_cast<double>(all.size())));
        CHECK(histogram.quantile(share) == Approx(all[rank - 1]).epsilon(0.01));
    }
    CHECK(histogram.max() == all.back());
    CHECK(Histogram{}.quantile(0.5) == 0);
}
