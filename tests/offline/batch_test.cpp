// Goal: batch queues do what their definitions say, and published runs come out to the digit.
// Method: a machine of few processors by hand; random logs against an oracle that checks each
// start; RLScheduler's Table V, Batsim's EASY run and KTH-SP2 from ../shared, skipped where it is
// absent.
#include <catch2/catch.hpp>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "kernel/rng.h"
#include "offline/batch.h"
#include "offline/profile.h"
#include "workload/trace/batsim.h"
#include "workload/trace/swf.h"

using namespace glasshive;
using namespace glasshive::offline;
using workload::trace::Lines;

namespace {

BatchJob job(int submit, int run, int processors, int estimate = 0) {
    return {.submit = Time{std::chrono::seconds{submit}},
            .run = std::chrono::seconds{run},
            .estimate = std::chrono::seconds{estimate > 0 ? estimate : run},
            .processors = processors};
}

std::vector<double> starts(const std::vector<BatchJob>& jobs, int processors, BatchRules rules) {
    std::vector<double> all;
    for (const Time start : run_batch(jobs, processors, rules).start)
        all.push_back(seconds_of(start));
    return all;
}

std::vector<BatchJob> random_log(std::uint64_t seed, int processors) {
    kernel::Rng chance(seed, "log");
    std::vector<BatchJob> jobs;
    int at = 0;
    for (int i = 0; i < 120; ++i) {
        at += static_cast<int>(chance.below(20));
        const int run = 1 + static_cast<int>(chance.below(60));
        jobs.push_back(
            job(at, run, 1 + static_cast<int>(chance.below(static_cast<std::uint64_t>(processors))),
                run + static_cast<int>(chance.below(3)) * 20));
    }
    return jobs;
}

/// No processor has two jobs, and nobody starts before it is there.
void check_possible(const std::vector<BatchJob>& jobs, const BatchOutcome& outcome,
                    int processors) {
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        REQUIRE(outcome.start[i] != time_never);
        REQUIRE(outcome.start[i] >= jobs[i].submit);
        int in_use = 0;
        for (std::size_t k = 0; k < jobs.size(); ++k) {
            const bool runs = outcome.start[k] <= outcome.start[i] &&
                              outcome.start[i] < outcome.start[k] + jobs[k].run;
            in_use += runs ? jobs[k].processors : 0;
        }
        REQUIRE(in_use <= processors);
    }
}

const std::string shared = SOURCE_DIR "/../shared/data/";

bool there(const std::string& file) {
    if (std::filesystem::exists(shared + file)) return true;
    WARN("skipped: ../shared/data/" << file << " is not there");
    return false;
}

std::vector<BatchJob> jobs_of(const std::vector<workload::trace::Task>& tasks) {
    std::vector<BatchJob> jobs;
    for (const auto& task : tasks) {
        jobs.push_back({task.submit, *task.run, task.estimate.value_or(*task.run), task.gang});
    }
    return jobs;
}

/// "0-3 7", as Batsim writes it.
std::string ranges(const std::vector<std::int32_t>& ones) {
    std::string text;
    for (std::size_t i = 0; i < ones.size();) {
        std::size_t last = i;
        while (last + 1 < ones.size() && ones[last + 1] == ones[last] + 1) ++last;
        text += (text.empty() ? "" : " ") + std::to_string(ones[i]);
        if (last > i) text += "-" + std::to_string(ones[last]);
        i = last + 1;
    }
    return text;
}

}   // namespace

TEST_CASE("who waits, and who may pass", "[offline][batch]") {
    // Four processors: one job holds three of them for 10 s; a large one waits; two small ones
    // come.
    const std::vector<BatchJob> jobs{job(0, 10, 3), job(1, 10, 4), job(2, 8, 1), job(3, 20, 1)};
    // Nobody passes the large one.
    CHECK(starts(jobs, 4, {}) == std::vector<double>{0, 10, 20, 20});
    // The short one ends before the large one can start; the long one would delay it.
    CHECK(starts(jobs, 4, {.backfill = Backfill::easy}) == std::vector<double>{0, 10, 2, 20});
    CHECK(starts(jobs, 4, {.backfill = Backfill::conservative}) ==
          std::vector<double>{0, 10, 2, 20});
    // Fewest processors first: small ones go before the large one, which has no reservation.
    CHECK(starts(jobs, 4, {.order = QueueOrder::smallest}) == std::vector<double>{0, 30, 2, 10});
}

TEST_CASE("EASY may delay the second of the queue, conservative delays nobody",
          "[offline][batch]") {
    const std::vector<BatchJob> jobs{job(0, 10, 3), job(1, 10, 3), job(2, 5, 2), job(3, 17, 1)};
    // The last one takes the processor that the first two leave, and the third waits for it.
    CHECK(starts(jobs, 4, {.backfill = Backfill::easy}) == std::vector<double>{0, 10, 20, 3});
    const std::vector<BatchJob> more{job(0, 10, 3), job(1, 10, 3), job(2, 5, 4), job(3, 30, 1)};
    CHECK(starts(more, 4, {.backfill = Backfill::easy})[2] == 33);   // Delayed by the last.
    CHECK(starts(more, 4, {.backfill = Backfill::conservative})[2] == 20);
}

TEST_CASE("numbered processors: the lowest free ones, and those kept are not given away",
          "[offline][batch]") {
    const std::vector<BatchJob> jobs{job(0, 10, 2), job(0, 20, 1), job(1, 5, 2), job(2, 30, 1)};
    const auto outcome = run_batch(jobs, 4, {.backfill = Backfill::easy, .numbered = true});
    CHECK(ranges(outcome.processors[0]) == "0-1");
    CHECK(ranges(outcome.processors[1]) == "2");
    CHECK(seconds_of(outcome.start[2]) == 10);
    // By then 0, 1 and 3 are free: 0 and 1 are kept, so 3 is anybody's.
    CHECK(ranges(outcome.processors[3]) == "3");
    CHECK(seconds_of(outcome.start[3]) == 2);
}

TEST_CASE("random logs under every rule are possible, and first of all in order",
          "[offline][batch][random]") {
    constexpr int processors = 8;
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        const auto jobs = random_log(seed, processors);
        const auto fcfs = run_batch(jobs, processors, {});
        CHECK(std::is_sorted(fcfs.start.begin(), fcfs.start.end()));
        for (const QueueOrder order : {QueueOrder::fcfs, QueueOrder::sjf, QueueOrder::smallest,
                                       QueueOrder::f1, QueueOrder::wfp3}) {
            for (const Backfill backfill :
                 {Backfill::none, Backfill::easy, Backfill::conservative}) {
                CAPTURE(seed, static_cast<int>(order), static_cast<int>(backfill));
                check_possible(jobs, run_batch(jobs, processors, {order, backfill, false}),
                               processors);
            }
        }
        check_possible(jobs, run_batch(jobs, processors, {QueueOrder::fcfs, Backfill::easy, true}),
                       processors);
        // With exact estimates conservative backfilling delays nobody: all start by their time
        // without it.
        auto exact = jobs;
        for (BatchJob& each : exact) each.estimate = each.run;
        const auto plain = run_batch(exact, processors, {});
        const auto kind =
            run_batch(exact, processors, {QueueOrder::fcfs, Backfill::conservative, false});
        for (std::size_t i = 0; i < exact.size(); ++i) CHECK(kind.start[i] <= plain.start[i]);
    }
}

TEST_CASE("a profile finds the first gap that is long enough", "[offline][batch]") {
    const auto at = [](int s) { return Time{std::chrono::seconds{s}}; };
    Profile profile(at(0), 4);
    profile.take(at(0), std::chrono::seconds{10}, 3);
    profile.take(at(15), std::chrono::seconds{5}, 4);
    CHECK(profile.earliest(std::chrono::seconds{15}, 1) == at(0));
    CHECK(profile.earliest(std::chrono::seconds{16}, 1) == at(20));
    CHECK(profile.earliest(std::chrono::seconds{5}, 4) == at(10));
    CHECK(profile.earliest(std::chrono::seconds{6}, 2) == at(20));
}

TEST_CASE("RLScheduler's Table V, Lublin-1, to the digit", "[offline][batch][published]") {
    if (!there("swf/lublin_256.swf")) return;
    auto log =
        workload::trace::read_swf(std::move(Lines::open(shared + "swf/lublin_256.swf").value()));
    REQUIRE(log.ok());
    CHECK(log.value().processors == 256);
    const auto jobs = jobs_of(log.value().jobs);
    constexpr int first[] = {1981, 2756, 4299, 8850, 3316, 2714, 5228, 7762, 4022, 7085};
    const auto mean = [&](QueueOrder order, bool backfill) {
        double sum = 0;
        for (const int at : first) {
            const std::vector<BatchJob> some(jobs.begin() + at, jobs.begin() + at + 1024);
            const auto outcome = run_as_rlscheduler(some, 256, order, backfill);
            sum += batch_metrics(some, outcome, 256).mean_bounded_slowdown;
        }
        return std::round(sum * 10) / 100;
    };
    CHECK(mean(QueueOrder::fcfs, false) == 7273.77);
    CHECK(mean(QueueOrder::sjf, false) == 277.35);
    CHECK(mean(QueueOrder::f1, false) == 258.37);
    CHECK(mean(QueueOrder::fcfs, true) == 235.82);
    CHECK(mean(QueueOrder::sjf, true) == 73.31);
    CHECK(mean(QueueOrder::f1, true) == 75.07);
}

TEST_CASE("KTH-SP2 under EASY and FCFS, by three conventions for estimates",
          "[offline][batch][published]") {
    const std::string file = "swf/KTH-SP2-1996-2.1-cln.swf.gz";
    if (!there(file)) return;
    auto log = workload::trace::read_swf(std::move(Lines::open(shared + file).value()));
    REQUIRE(log.ok());
    REQUIRE(log.value().processors == 100);
    enum Convention { raised, killed, exact };
    const auto run = [&](Convention convention, Backfill backfill) {
        auto jobs = jobs_of(log.value().jobs);
        for (BatchJob& each : jobs) {
            if (convention == raised) each.estimate = std::max(each.estimate, each.run);
            if (convention == killed) each.run = std::min(each.run, each.estimate);
            if (convention == exact) each.estimate = each.run;
        }
        return batch_metrics(jobs, run_batch(jobs, 100, {QueueOrder::fcfs, backfill, false}), 100);
    };
    const auto minutes = [](const BatchMetrics& m) {
        return std::round(m.mean_wait / 60 * 100) / 100;
    };
    const auto slowdown = [](const BatchMetrics& m) {
        return std::round(m.mean_bounded_slowdown * 100) / 100;
    };
    CHECK(minutes(run(raised, Backfill::easy)) == 114.31);
    CHECK(slowdown(run(raised, Backfill::easy)) == 90.86);
    CHECK(minutes(run(killed, Backfill::easy)) == 114.84);
    CHECK(slowdown(run(killed, Backfill::easy)) == 92.83);
    CHECK(minutes(run(exact, Backfill::easy)) == 105.96);
    CHECK(slowdown(run(exact, Backfill::easy)) == 71.18);
    CHECK(std::floor(run(raised, Backfill::none).mean_wait / 60) == 6501);
    CHECK(std::floor(run(raised, Backfill::none).mean_bounded_slowdown) == 7514);
}

TEST_CASE("Batsim's EASY run, job by job: 801 start times and sets of machines",
          "[offline][batch][published]") {
    if (!there("batsim/medium_late.json")) return;
    auto tasks = workload::trace::read_batsim(
        std::move(Lines::open(shared + "batsim/medium_late.json").value()));
    REQUIRE(tasks.ok());
    const auto jobs = jobs_of(tasks.value());
    REQUIRE(jobs.size() == 801);
    const auto outcome = run_batch(jobs, 32, {.backfill = Backfill::easy, .numbered = true});
    const auto metrics = batch_metrics(jobs, outcome, 32);
    CHECK(metrics.mean_wait == Approx(9.516326).margin(1e-6));
    CHECK(metrics.max_wait == Approx(316.742718).margin(1e-6));
    CHECK(metrics.mean_slowdown == Approx(1.391621).margin(1e-6));
    CHECK(metrics.max_slowdown == Approx(35.114472).margin(1e-6));
    CHECK(metrics.makespan == Approx(16088.51).margin(1e-6));
    std::map<std::string, std::size_t> by_name;
    for (std::size_t i = 0; i < jobs.size(); ++i) by_name[tasks.value()[i].name] = i;
    std::ifstream theirs(shared + "batsim/easy_out_jobs.csv");
    std::string line;
    std::getline(theirs, line);
    int same = 0;
    while (std::getline(theirs, line)) {
        std::vector<std::string> fields;
        std::istringstream in(line);
        for (std::string field; std::getline(in, field, ',');) fields.push_back(field);
        const std::size_t i = by_name.at(fields[0]);
        const bool equal = std::abs(seconds_of(outcome.start[i]) - std::stod(fields[7])) < 2e-6 &&
                           ranges(outcome.processors[i]) == fields[14];
        CHECK(equal);
        same += equal ? 1 : 0;
    }
    CHECK(same == 801);
    // Counting processors alone is another schedule.
    const auto counted = run_batch(jobs, 32, {.backfill = Backfill::easy});
    CHECK(batch_metrics(jobs, counted, 32).mean_wait == Approx(8.673).margin(0.001));
}
