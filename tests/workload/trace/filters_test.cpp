// Goal: windows, samples, other speeds and other demand do what they say to any trace, and long
// traces are sorted outside memory. Method: generated tasks, counted before and after.
#include <algorithm>
#include <sstream>

#include "kernel/rng.h"
#include "reading.h"
#include "workload/trace/filters.h"
#include "workload/trace/generate.h"
#include "workload/trace/submission_order.h"

using namespace glasshive;
using namespace glasshive::workload::trace;

namespace {

std::vector<Task> generated(std::uint64_t count) {
    GeneratorSpec spec;
    spec.tasks = count;
    Generator generator(spec);
    return all_of(generator);
}

Time at(double seconds) { return Time{Duration{static_cast<std::int64_t>(seconds * 1e9)}}; }

}   // namespace

TEST_CASE("200,000 tasks in any order come back as std::stable_sort has them", "[trace][spill]") {
    kernel::Rng chance(1, "test");
    std::vector<Task> tasks(200'000);
    SubmissionOrder order;
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        Task& task = tasks[i];
        task.submit = at(static_cast<double>(chance.below(5000)));   // Many are equal.
        task.name = "t" + std::to_string(i);
        task.line = static_cast<int>(i);
        if (chance.below(3) > 0) task.run = chance.between(Duration{0}, std::chrono::hours{9});
        if (chance.below(3) > 0) task.estimate = chance.between(Duration{0}, std::chrono::hours{9});
        task.gang = static_cast<std::int32_t>(chance.between(1, 9));
        task.cpus = {chance.between(std::int64_t{0}, std::int64_t{1} << 40)};
        task.memory = {chance.between(std::int64_t{0}, std::int64_t{1} << 40)};
        task.gpus = static_cast<std::int32_t>(chance.below(16));
        task.gpu_milli = static_cast<std::int32_t>(chance.below(1000));
        task.models = i % 5 == 0 ? "T4|P100" : "";
        task.priority = chance.between(-9, 9);
        order.add(task);
    }
    CHECK(order.size() == tasks.size());
    std::stable_sort(tasks.begin(), tasks.end(),
                     [](const Task& a, const Task& b) { return a.submit < b.submit; });
    const auto equal = [](const Task& a, const Task& b) {
        return a.name == b.name && a.line == b.line && a.submit == b.submit && a.run == b.run &&
               a.estimate == b.estimate && a.gang == b.gang && a.cpus == b.cpus &&
               a.memory == b.memory && a.gpus == b.gpus && a.gpu_milli == b.gpu_milli &&
               a.models == b.models && a.priority == b.priority;
    };
    for (int round = 0; round < 2; ++round) {   // Twice: it can be read again.
        const std::vector<Task> sorted = all_of(order);
        CHECK(std::equal(sorted.begin(), sorted.end(), tasks.begin(), tasks.end(), equal));
        order.rewind();
    }
}

TEST_CASE("nothing in, nothing out", "[trace][spill]") {
    SubmissionOrder order;
    CHECK(all_of(order).empty());
    CHECK(measure(order).mean_cpus() == 0);
}

TEST_CASE("a window begins at 0, and its end is not in it", "[trace][filters]") {
    std::vector<Task> tasks(4);
    for (std::size_t i = 0; i < tasks.size(); ++i) tasks[i].submit = at(static_cast<double>(i));
    ListSource list(tasks);
    Window window(list, at(1), at(3));
    const auto inside = all_of(window);
    REQUIRE(inside.size() == 2);
    CHECK(inside[0].submit == at(0));
    CHECK(inside[1].submit == at(1));
}

TEST_CASE("a sample has its share, the same for equal seeds", "[trace][filters]") {
    const auto tasks = generated(20'000);
    const auto drawn = [&](double share, std::uint64_t seed) {
        ListSource list(tasks);
        Sampled sampled(list, share, seed);
        return all_of(sampled);
    };
    const auto first = drawn(0.25, 1), second = drawn(0.25, 1), third = drawn(0.25, 2);
    CHECK(static_cast<double>(first.size()) == Approx(5000).epsilon(0.05));
    CHECK(first.size() == second.size());
    CHECK(first[99].submit == second[99].submit);
    CHECK(first[99].submit != third[99].submit);
    CHECK(drawn(1, 1).size() == tasks.size());
}

TEST_CASE("times are scaled, and end before time does", "[trace][filters]") {
    std::vector<Task> tasks(2);
    tasks[0].submit = at(10);
    tasks[0].run = std::chrono::seconds{4};
    tasks[0].estimate = std::chrono::seconds{8};
    tasks[1].submit = at(3e9);
    ListSource list(tasks);
    Scaled scaled(list, 2, 0.5);
    const auto out = all_of(scaled);
    CHECK(out[0].submit == at(20));
    CHECK(out[0].run == Duration{std::chrono::seconds{2}});
    CHECK(out[0].estimate == Duration{std::chrono::seconds{4}});
    CHECK(out[1].submit == at(4e9));
}

TEST_CASE("demand is measured, and reached by arrivals", "[trace][filters]") {
    const auto tasks = generated(5000);
    ListSource list(tasks);
    const Demand before = measure(list);
    CHECK(before.tasks == 5000);
    double by_hand = 0;
    for (const Task& task : tasks) {
        by_hand += static_cast<double>(task.cpus.count) / 1e9 * seconds_of(*task.run);
    }
    CHECK(before.cpu_seconds == Approx(by_hand));
    ListSource again(tasks);
    Scaled faster(again, submissions_for(before, 1000), 1);
    CHECK(measure(faster).mean_cpus() == Approx(1000));
}

TEST_CASE("tasks that stay are repeated up to the mark, and not beyond", "[trace][filters]") {
    std::vector<Task> tasks(10);
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        tasks[i].name = std::to_string(i);
        tasks[i].submit = at(static_cast<double>(2 * i));
        tasks[i].cpus = one_cpu * static_cast<std::int64_t>(i % 3);
    }
    tasks[1].run = std::chrono::seconds{1};   // Does not stay: asks for nothing then.
    const auto repeated = [&](double cpus, std::uint64_t seed) {
        ListSource list(tasks);
        Repeated source(list, cpus, seed);
        return all_of(source);
    };
    CHECK(repeated(1, 1).size() == 10);
    const auto out = repeated(100, 1);
    double asked = 0;
    for (const Task& task : out) {
        if (!task.run) asked += static_cast<double>(task.cpus.count) / 1e9;
    }
    CHECK(asked <= 100);
    CHECK(asked > 98);
    CHECK(out[10].submit == at(20));
    CHECK(out[11].submit == at(22));
    for (std::size_t i = 10; i < out.size(); ++i) CHECK((out[i].name != "1" && out[i].name != "0"));
    CHECK(told(repeated(100, 1)) == told(out));
    CHECK(told(repeated(100, 2)) != told(out));
    tasks.assign(3, Task{});   // Staying, and asking for nothing: no tail without end.
    CHECK(repeated(5, 1).size() == 3);
}
