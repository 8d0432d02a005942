// Goal: our processor sharing is SimGrid's, so that CPU and disk need no SimGrid. Method: random
// jobs on one CPU (cores, priorities, and either bounds or speed changes) and on one disk (reads,
// bandwidth changes) run in SimGrid and in kernel::ProcessorSharing; every completion must agree to
// 1 µs. Bounds and speed changes do not mix: a bound of SimGrid's is in flops and keeps its height
// on a slowed core, whereas `cpus: 0.5` is half of whatever the core gives.
#include <algorithm>
#include <limits>

#include <simgrid/s4u.hpp>
#include <xbt/log.h>

#include "engine/support.h"
#include "kernel/processor_sharing.h"
#include "kernel/rng.h"

using namespace glasshive;
using namespace glasshive::test;
using kernel::ProcessorSharing;

namespace {

struct Job {
    Time start{};
    double amount = 0;
    double weight = 1;
    double bound = 0;   // 0: only the core's speed bounds it.
};
struct Change {
    Time at{};
    int level = 0;      // Index into Case::speeds.
};
/// One CPU or disk with everything that happens to it, in order of time.
struct Case {
    int cores = 1;      // 0: a disk, which bounds nobody.
    std::vector<double> speeds;
    std::vector<Job> jobs;
    std::vector<Change> changes;
};

Time at_ms(std::int64_t ms) { return time_of_ns(ms * 1'000'000); }

Case random_case(std::uint64_t seed, bool cpu) {
    kernel::Rng rng(seed, "sharing");
    Case c;
    c.cores = cpu ? static_cast<int>(rng.between(1, 8)) : 0;
    for (int i = 0; i < 3; ++i) c.speeds.push_back(1e8 * static_cast<double>(rng.between(1, 20)));
    const bool bounded = rng.below(2) == 0;
    for (std::int64_t i = 0, n = rng.between(1, 40); i < n; ++i) {
        Job job{.start = at_ms(rng.between(0, 3000)),
                .amount = 1e6 * static_cast<double>(rng.between(1, 2000))};
        if (cpu) job.weight = static_cast<double>(rng.between(1, 10));
        if (cpu && bounded && rng.below(2) == 0) {
            job.bound = 1e7 * static_cast<double>(rng.between(1, 100));
        }
        c.jobs.push_back(job);
    }
    for (std::int64_t i = 0, n = bounded ? 0 : rng.between(1, 4); i < n; ++i) {
        c.changes.push_back({at_ms(rng.between(1, 4000)), static_cast<int>(rng.below(3))});
    }
    const auto by_time = [](const auto& a, const auto& b) { return a.at < b.at; };
    std::stable_sort(c.jobs.begin(), c.jobs.end(),
                     [](const Job& a, const Job& b) { return a.start < b.start; });
    std::stable_sort(c.changes.begin(), c.changes.end(), by_time);
    return c;
}

/// Calls `advance` up to each instant at which a job starts or the speed changes, then `start` or
/// `change` there, and `advance` to the end last.
template <class Advance, class Start, class Set>
void play(const Case& c, Advance advance, Start start, Set change) {
    std::size_t job = 0;
    std::size_t next = 0;
    while (job < c.jobs.size() || next < c.changes.size()) {
        const Time start_at = job < c.jobs.size() ? c.jobs[job].start : time_never;
        const Time change_at = next < c.changes.size() ? c.changes[next].at : time_never;
        advance(std::min(start_at, change_at));
        if (change_at <= start_at) {
            change(c.changes[next++].level);
        } else {
            start(job);
            ++job;
        }
    }
    advance(at_ms(10'000'000));
}

/// When each job ends, in seconds, by our model.
class Ours {
  public:
    explicit Ours(const Case& c) : case_(c), sharing_(capacity()), ends_(c.jobs.size()) {}
    std::vector<double> run() {
        play(case_, [this](Time t) { advance(t); }, [this](std::size_t job) { start(job); },
             [this](int level) { change(level); });
        return ends_;
    }

  private:
    double core() const { return case_.speeds[0]; }   // Full speed; the others are factors of it.
    double capacity() const { return core() * std::max(1, case_.cores); }
    double cap(const Job& job) const {
        if (case_.cores == 0) return std::numeric_limits<double>::infinity();
        return job.bound > 0 ? std::min(job.bound, core()) : core();   // One item, one core.
    }
    void advance(Time to) {
        while (sharing_.next_completion() <= to) {
            now_ = sharing_.next_completion();
            for (std::uint64_t id; (id = sharing_.pop_completed(now_)) != 0;) {
                ends_[id - 1] = seconds_of(now_);
            }
        }
        now_ = to;
    }
    void start(std::size_t job) {
        const Job& j = case_.jobs[job];
        sharing_.add(now_, job + 1, j.amount, j.weight, cap(j));
    }
    void change(int level) {
        sharing_.set_speed(now_, case_.speeds[static_cast<std::size_t>(level)] / core());
    }

    const Case& case_;
    ProcessorSharing sharing_;
    std::vector<double> ends_;
    Time now_{};
};

/// When each job ends, in seconds, by SimGrid. Once per process.
std::vector<double> by_simgrid(const Case& c) {
    namespace s4u = simgrid::s4u;
    xbt_log_control_set("root.thresh:critical");
    s4u::Engine engine("sharing");
    s4u::Engine::set_config("surf/precision", 1e-10);
    s4u::Engine::set_config("maxmin/precision", 1e-9);
    s4u::NetZone* zone = s4u::create_full_zone("zone");
    s4u::Host* host = zone->create_host("host", c.speeds)->set_core_count(std::max(1, c.cores));
    // Reads and writes together never pass the larger of the two: set at birth, so leave it room.
    const double most = *std::max_element(c.speeds.begin(), c.speeds.end());
    s4u::Disk* disk = host->create_disk("disk", c.speeds[0], most);
    disk->seal();
    host->seal();
    zone->seal();
    std::vector<double> ends(c.jobs.size());
    std::vector<s4u::ActivityPtr> kept;
    s4u::Activity::on_completion_cb([&](const s4u::Activity& activity) {
        for (std::size_t i = 0; i < kept.size(); ++i) {
            if (kept[i].get() == &activity) ends[i] = s4u::Engine::get_clock();
        }
    });
    const auto advance = [&](Time t) {
        const double seconds = seconds_of(t);
        while (s4u::Engine::get_clock() < seconds) engine.run_until(seconds);
    };
    const auto start = [&](std::size_t i) {
        const Job& job = c.jobs[i];
        if (c.cores == 0) {
            s4u::IoPtr io = s4u::Io::init();
            io->set_disk(disk)->set_op_type(s4u::Io::OpType::READ);
            io->set_size(static_cast<sg_size_t>(job.amount));
            kept.push_back(io);
            io->start();
            return;
        }
        s4u::ExecPtr exec = s4u::Exec::init();
        exec->set_flops_amount(job.amount);
        exec->set_priority(job.weight);
        if (job.bound > 0) exec->set_bound(job.bound);
        exec->set_host(host);
        kept.push_back(exec);
        exec->start();
    };
    const auto change = [&](int level) {
        if (c.cores > 0) host->set_pstate(static_cast<unsigned long>(level));
        else disk->set_read_bandwidth(c.speeds[static_cast<std::size_t>(level)]);
    };
    play(c, advance, start, change);
    return ends;
}

/// The largest difference of any completion, in seconds.
double worst_difference(const Case& c) {
    const std::vector<double> ours = Ours(c).run();
    const std::string text = in_child([&](std::ostream& out) {
        out.precision(17);
        for (const double end : by_simgrid(c)) out << end << ' ';
    });
    std::istringstream in(text);
    double worst = 0;
    for (const double end : ours) {
        double theirs = 0;
        REQUIRE(in >> theirs);
        REQUIRE(theirs > 0);
        worst = std::max(worst, std::abs(end - theirs));
    }
    return worst;
}

}   // namespace

TEST_CASE("a shared CPU agrees with SimGrid's Exec to a microsecond", "[engine][sharing]") {
    const std::uint64_t seed = GENERATE(range(1, 26));
    CAPTURE(seed);
    CHECK(worst_difference(random_case(seed, true)) < 1e-6);
}

TEST_CASE("a shared disk agrees with SimGrid's Io to a microsecond", "[engine][sharing]") {
    const std::uint64_t seed = GENERATE(range(1, 16));
    CAPTURE(seed);
    CHECK(worst_difference(random_case(seed, false)) < 1e-6);
}
