// Goal: each format says what its documentation says it says, and generated traces have the
// distributions that were asked for. Method: small texts; counts over many draws.
#include <catch2/catch.hpp>

#include <cmath>
#include <sstream>

#include "workload/trace/batsim.h"
#include "workload/trace/generate.h"
#include "workload/trace/openb.h"
#include "workload/trace/plain.h"
#include "workload/trace/swf.h"

using namespace glasshive;
using namespace glasshive::workload::trace;

namespace {

std::vector<Task> all_of(TaskSource& source) {
    std::vector<Task> tasks;
    for (Task task; source.next(task);) tasks.push_back(task);
    REQUIRE(source.problems().empty());
    return tasks;
}

std::vector<Task> plain(const std::string& text) {
    auto source = PlainSource::open(Lines::of(text, "t"));
    REQUIRE(source.ok());
    return all_of(*source.value());
}

double mean_gap(const std::vector<Task>& tasks) {
    return seconds_of(tasks.back().submit) / static_cast<double>(tasks.size());
}

}   // namespace

TEST_CASE("the plain format: any columns in any order, the rest by default", "[trace]") {
    const auto tasks = plain("\xEF\xBB\xBF"
                             "cpus,submit,name,colour\r\n"
                             "0.5,1.25,\"a, \"\"b\"\"\",red\r\n\r\n2,1.25,,blue");
    REQUIRE(tasks.size() == 2);
    CHECK(tasks[0].name == "a, \"b\"");
    CHECK(tasks[0].submit == Time{std::chrono::milliseconds{1250}});
    CHECK(tasks[0].cpus.count == 500'000'000);
    CHECK_FALSE(tasks[0].run);
    CHECK(tasks[0].gang == 1);
    CHECK(tasks[1].line == 4);
    CHECK(tasks[1].name.empty());
}

TEST_CASE("what is written is read back", "[trace]") {
    GeneratorSpec spec;
    spec.tasks = 500;
    spec.kinds = {{1, one_cpu * 2, gibibyte, 1, 250}, {1, {123'456'789}, mebibyte, 0, 0}};
    Generator generator(spec);
    std::vector<Task> tasks = all_of(generator);
    tasks[3].name = "one, \"two\"";
    tasks[4].run.reset();
    tasks[5].estimate = Duration{1};
    tasks[6].priority = -7;
    tasks[7].gang = 12;
    std::ostringstream out;
    PlainWriter writer(out);
    for (const Task& task : tasks) writer.write(task);
    const auto again = plain(out.str());
    REQUIRE(again.size() == tasks.size());
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        CAPTURE(i);
        const Task &a = tasks[i], &b = again[i];
        CHECK((a.name == b.name && a.submit == b.submit && a.run == b.run &&
               a.estimate == b.estimate && a.cpus == b.cpus && a.memory == b.memory &&
               a.gpus == b.gpus && a.gpu_milli == b.gpu_milli && a.priority == b.priority &&
               a.gang == b.gang));
    }
}

TEST_CASE("openb: what means nothing without a GPU, and what is more than one", "[trace]") {
    const auto pods = read_openb_pods(Lines::of(
        "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,creation_time,deletion_time\n"
        "a,4000,1024,0,777,T4,5,9\nb,500,1,1,1500,T4|P100,7,\nc,1,1,8,1000,,,\n",
        "t"));
    REQUIRE(pods.ok());
    CHECK(pods.value()[0].gpu_milli == 0);
    CHECK(pods.value()[0].models.empty());
    CHECK(pods.value()[0].run == Duration{std::chrono::seconds{4}});
    CHECK(pods.value()[0].memory == gibibyte);
    CHECK(pods.value()[1].gpu_milli == 1000);
    CHECK(pods.value()[1].models == "T4|P100");
    CHECK_FALSE(pods.value()[1].run);
    CHECK(pods.value()[2].gpus == 8);
}

TEST_CASE("SWF: processors that were had, else asked for; jobs that did not run", "[trace]") {
    const auto log = read_swf(Lines::of("; MaxNodes: 8\n; MaxProcs: 64\n"
                                        "1 5 0 10.5 4 -1 -1 9 60 -1 1 -1 -1 -1 -1 -1 -1 -1\n"
                                        "2 6 0 10 -1 -1 -1 9 -1 -1 1 -1 -1 -1 -1 -1 -1 -1\n"
                                        "3 7 0 0 4 -1 -1 9 60 -1 1 -1 -1 -1 -1 -1 -1 -1\n"
                                        "4 8 0 10 -1 -1 -1 -1 60 -1 1 -1 -1 -1 -1 -1 -1 -1\n",
                                        "t"));
    REQUIRE(log.ok());
    CHECK(log.value().processors == 64);
    CHECK(log.value().left_out == 2);
    REQUIRE(log.value().jobs.size() == 2);
    CHECK(log.value().jobs[0].gang == 4);
    CHECK(log.value().jobs[0].run == Duration{std::chrono::milliseconds{10'500}});
    CHECK(log.value().jobs[0].estimate == Duration{std::chrono::seconds{60}});
    CHECK(log.value().jobs[1].gang == 9);
    CHECK_FALSE(log.value().jobs[1].estimate);
}

TEST_CASE("machines that are alike are numbered", "[trace]") {
    const auto machines = read_machines(
        Lines::of("name,cpus,memory,gpus,model,count\nbig,96,393216,8,G2,2\nsmall,4,,,,\n", "t"));
    REQUIRE(machines.ok());
    REQUIRE(machines.value().size() == 3);
    CHECK(machines.value()[1].name == "big2");
    CHECK(machines.value()[1].gpus == 8);
    CHECK(machines.value()[2].name == "small");
    CHECK(machines.value()[2].memory.count == 0);
}

TEST_CASE("generated arrivals have the rate that was asked for, in bursts and by day", "[trace]") {
    GeneratorSpec spec;
    spec.tasks = 200'000;
    spec.arrivals.rate = 10;
    const auto poisson = [&] {
        Generator g(spec);
        return all_of(g);
    }();
    CHECK(mean_gap(poisson) == Approx(0.1).epsilon(0.01));

    // Variance of counts over mean, by minute: 1 of a Poisson process.
    const auto dispersion = [](const std::vector<Task>& tasks, double width) {
        std::map<std::int64_t, double> counts;
        for (const Task& task : tasks)
            ++counts[static_cast<std::int64_t>(seconds_of(task.submit) / width)];
        counts.erase(std::prev(counts.end()));   // Not whole.
        const auto bins = static_cast<double>(counts.size());
        double sum = 0, squares = 0;
        for (const auto& [bin, count] : counts) {
            sum += count;
            squares += count * count;
        }
        const double mean = sum / bins;
        return (squares / bins - mean * mean) / mean;
    };
    CHECK(dispersion(poisson, 60) == Approx(1).margin(0.25));
    spec.arrivals.burst = 10;
    spec.arrivals.burst_length = std::chrono::seconds{20};
    const auto bursts = [&] {
        Generator g(spec);
        return all_of(g);
    }();
    CHECK(dispersion(bursts, 60) > 10);
    CHECK(mean_gap(bursts) == Approx(0.1).epsilon(0.15));   // About a hundred bursts.

    spec.arrivals.burst = 1;
    spec.arrivals.diurnal = 0.8;
    spec.arrivals.day = std::chrono::hours{1};
    const auto by_day = [&] {
        Generator g(spec);
        return all_of(g);
    }();
    double first = 0, second = 0;   // Halves of a day: the sine is above 0, then below.
    for (const Task& task : by_day) {
        if (task.submit >= Time{std::chrono::hours{5}}) break;   // Whole days.
        (std::fmod(seconds_of(task.submit), 3600) < 1800 ? first : second) += 1;
    }
    // 1 + 2a/pi against 1 - 2a/pi.
    CHECK(first / second == Approx((1 + 1.6 / 3.14159) / (1 - 1.6 / 3.14159)).epsilon(0.05));
}

TEST_CASE("generated run times have the mean that was asked for", "[trace]") {
    using Law = RunTimes::Law;
    for (const auto& [law, shape, margin] :
         {std::tuple{Law::constant, 1.0, 1e-9}, std::tuple{Law::exponential, 1.0, 0.01},
          std::tuple{Law::lognormal, 1.0, 0.02}, std::tuple{Law::pareto, 2.5, 0.02}}) {
        GeneratorSpec spec;
        spec.tasks = 200'000;
        spec.run_times = {.law = law,
                          .mean = std::chrono::seconds{100},
                          .shape = shape,
                          .least = Duration{0},
                          .most = std::chrono::hours{100'000}};
        Generator generator(spec);
        double sum = 0;
        for (const Task& task : all_of(generator)) sum += seconds_of(*task.run);
        CAPTURE(static_cast<int>(law));
        CHECK(sum / 200'000 == Approx(100).epsilon(margin));
    }
}

TEST_CASE("equal specs, equal tasks; another seed, others", "[trace]") {
    GeneratorSpec spec;
    Generator a(spec), b(spec);
    spec.seed = 2;
    Generator c(spec);
    const auto first = all_of(a), second = all_of(b), third = all_of(c);
    CHECK(first[900].submit == second[900].submit);
    CHECK(first[900].run == second[900].run);
    CHECK(first[900].submit != third[900].submit);
}
