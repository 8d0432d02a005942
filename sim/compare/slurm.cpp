#include "compare/slurm.h"

#include <signal.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "base/assert.h"
#include "compare/pool.h"

namespace glasshive::compare {

namespace {

constexpr int not_started = 127;
/// slurm.conf(5): MaxArraySize where nothing else is said.
constexpr std::size_t usual_array_size = 1001;
/// Linux takes words of 128 KiB; Slurm's own limits are beyond that.
constexpr std::size_t indices_length_max = 60'000;
/// The script's own words are program, folder and first run: no path has to be quoted.
constexpr const char* script_text = R"sh(#!/bin/sh
# One run of a comparison, as a task of an array: written by glasshive compare --engine slurm.
exec "$1" compare --out "$2" --shard "$(($3 + SLURM_ARRAY_TASK_ID))"
)sh";

std::string content_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
}

/// A path in a pattern of sbatch's --output, where % begins a replacement.
std::string literally(const std::string& path) {
    std::string text;
    for (const char each : path) text += each == '%' ? "%%" : std::string(1, each);
    return text;
}

// --- Signals -------------------------------------------------------------------------------------

volatile sig_atomic_t signal_seen = 0;
void on_signal(int number) { signal_seen = number; }

/// While it lives, a signal that would end the program is kept for later. One that is ignored, as
/// under nohup, stays ignored.
class Signals {
  public:
    Signals() {
        signal_seen = 0;
        struct sigaction action {};
        action.sa_handler = on_signal;   // Without SA_RESTART: what waits, wakes.
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            sigaction(numbers[i], nullptr, &before_[i]);
            if (before_[i].sa_handler != SIG_IGN) sigaction(numbers[i], &action, nullptr);
        }
    }
    ~Signals() {
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            sigaction(numbers[i], &before_[i], nullptr);
        }
    }
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    static constexpr std::array<int, 3> numbers{SIGINT, SIGTERM, SIGHUP};

  private:
    std::array<struct sigaction, 3> before_{};
};

/// Ctrl-C reaches every process of the terminal, and an sbatch that it ends may have submitted
/// already, with nobody to know the job's id. Processes that are begun inherit the mask.
class Unbroken {
  public:
    Unbroken() {
        sigset_t held;
        sigemptyset(&held);
        for (const int number : Signals::numbers) sigaddset(&held, number);
        sigprocmask(SIG_BLOCK, &held, &before_);
    }
    ~Unbroken() { sigprocmask(SIG_SETMASK, &before_, nullptr); }
    Unbroken(const Unbroken&) = delete;
    Unbroken& operator=(const Unbroken&) = delete;

  private:
    sigset_t before_{};
};

/// A second, or less when a signal comes.
void wait_a_second() {
    const timespec second{.tv_sec = 1, .tv_nsec = 0};
    nanosleep(&second, nullptr);
}

// --- Slurm's commands ----------------------------------------------------------------------------

struct Answer {
    int status = 0;
    std::string output, errors;
};

/// A job in the queue.
struct Submitted {
    std::string job, cluster;   ///< As `sbatch --parsable` says it: "12" or "12;cluster".
};

class Slurm {
  public:
    explicit Slurm(const SlurmRequest& request)
        : request_(request),
          folder_(request.out + "/slurm") {}

    const std::string& folder() const { return folder_; }
    Diagnostics prepare() const;
    /// Nothing in there is of use any more.
    void clear() const {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    Result<std::size_t> array_size_max() const;
    Result<Submitted> submit(const SlurmArray& array) const;
    /// Nothing when it is not known for now.
    std::optional<bool> has(const Submitted& submitted) const;
    void cancel(const std::vector<Submitted>& jobs) const;
    /// What squeue said last when it was of no use.
    const std::string& trouble() const { return trouble_; }

  private:
    Answer call(const std::string& program, std::vector<std::string> words) const;

    const SlurmRequest& request_;
    std::string folder_;
    mutable std::string trouble_;
};

Answer Slurm::call(const std::string& program, std::vector<std::string> words) const {
    words.insert(words.begin(), program);
    const std::string base = folder_ + "/" + program;
    Answer answer;
    run_all({{.number = 0,
              .words = std::move(words),
              .errors = base + ".errors",
              .output = base + ".output"}},
            1, [&answer](std::size_t, int status) {
                answer.status = status;
                return true;
            });
    answer.output = content_of(base + ".output");
    answer.errors = content_of(base + ".errors");
    std::error_code ignored;
    std::filesystem::remove(base + ".output", ignored);
    std::filesystem::remove(base + ".errors", ignored);
    return answer;
}

Diagnostics Slurm::prepare() const {
    std::error_code error;
    std::filesystem::create_directories(folder_, error);
    std::ofstream script(folder_ + "/task.sh");
    script << script_text;
    script.close();
    if (!error && script) return {};
    return {{.file = folder_,
             .message = "cannot be written to",
             .hint = "--out DIR: a folder that this machine and Slurm's nodes share"}};
}

Result<std::size_t> Slurm::array_size_max() const {
    const Answer answer = call("scontrol", {"show", "config"});
    const std::string key = "MaxArraySize";
    const std::size_t at = answer.output.find(key);
    if (answer.status != 0 || at == std::string::npos) return usual_array_size;
    const std::size_t digits = answer.output.find_first_of("0123456789\n", at + key.size());
    if (digits == std::string::npos) return usual_array_size;
    std::size_t size = usual_array_size;
    std::from_chars(answer.output.data() + digits, answer.output.data() + answer.output.size(),
                    size);
    if (size > 0) return size;
    return Diagnostic{.file = "--engine slurm",
                      .message = "this cluster takes no job arrays (MaxArraySize is 0)",
                      .hint = "--plan-only, then a job for each --shard N, then --collect"};
}

Result<Submitted> Slurm::submit(const SlurmArray& array) const {
    std::vector<std::string> words = request_.options;
    const std::string few = request_.at_once > 0 ? "%" + std::to_string(request_.at_once) : "";
    for (const std::string& word :
         {std::string("--parsable"), "--array=" + array.indices + few, "--chdir=" + folder_,
          "--output=" + literally(folder_) + "/%A_%a.out", folder_ + "/task.sh", request_.program,
          request_.out, std::to_string(array.first)}) {
        words.push_back(word);
    }
    const Unbroken unbroken;
    const Answer answer = call("sbatch", std::move(words));
    if (answer.status == not_started) {
        return Diagnostic{.file = "--engine slurm",
                          .message = "there is no sbatch here",
                          .hint =
                              "run this on a machine of a Slurm cluster, or leave out --engine"};
    }
    const std::string line = answer.output.substr(answer.output.rfind('\n') + 1);
    const std::size_t id_length = line.find_first_not_of("0123456789");
    const bool is_id = id_length != 0 && !line.empty() &&
                       (id_length == std::string::npos || line[id_length] == ';');
    if (answer.status == 0 && is_id) {
        if (id_length == std::string::npos) return Submitted{.job = line, .cluster = ""};
        return Submitted{.job = line.substr(0, id_length), .cluster = line.substr(id_length + 1)};
    }
    std::string said = answer.errors.empty() ? answer.output : answer.errors;
    if (said.empty()) said = "status " + std::to_string(answer.status);
    return Diagnostic{.file = "--engine slurm",
                      .message = "sbatch did not take " + std::to_string(array.runs.size()) +
                                 " tasks: " + said,
                      .hint = "--engine-option '--partition=P --time=M' has words for sbatch; "
                              "sinfo lists partitions"};
}

std::optional<bool> Slurm::has(const Submitted& submitted) const {
    std::vector<std::string> words{"--noheader", "--format=%i", "--jobs=" + submitted.job};
    if (!submitted.cluster.empty()) {
        words.push_back("--clusters=" + submitted.cluster);
    }
    const Answer answer = call("squeue", std::move(words));
    if (answer.status == 0) return answer.output.find(submitted.job) != std::string::npos;
    // Some minutes after its end (MinJobAge) Slurm does not know a job any more.
    if (answer.errors.find("Invalid job id") != std::string::npos) return false;
    trouble_ = answer.errors.empty() ? "status " + std::to_string(answer.status) : answer.errors;
    return std::nullopt;
}

void Slurm::cancel(const std::vector<Submitted>& jobs) const {
    const Unbroken unbroken;
    for (const Submitted& each : jobs) {
        std::vector<std::string> words{"--quiet", each.job};
        if (!each.cluster.empty()) words.insert(words.begin(), "--clusters=" + each.cluster);
        call("scancel", std::move(words));
    }
}

// --- Waiting -------------------------------------------------------------------------------------

/// Counts seconds until squeue may be asked again: often at first, then four times a minute, as
/// every question is work for a controller that many share.
class Patience {
  public:
    bool over() {
        if (++waited_ < pause_) return false;
        waited_ = 0;
        pause_ = std::min(pause_ * 2, 15);
        return true;
    }

  private:
    int waited_ = 0, pause_ = 1;
};

/// Waits for results of `waiting`, which are taken out of it. What is wrong with Slurm itself.
Diagnostics wait_for(const Slurm& slurm, std::vector<Submitted> jobs, const SlurmWatch& watch,
                     std::map<std::size_t, std::string>& waiting) {
    constexpr int failures_max = 20;   // Five minutes: a controller that is restarted, say.
    constexpr int late_max = 5;        // Looks: a shared folder shows files a little late.
    Patience patience;
    int failures = 0, late = 0;
    while (signal_seen == 0) {
        for (const std::size_t run : watch.done(waiting)) waiting.erase(run);
        if (waiting.empty()) return {};
        if (jobs.empty() && ++late > late_max) return {};
        wait_a_second();
        if (jobs.empty() || !patience.over()) continue;
        const std::optional<bool> first = slurm.has(jobs.front());
        if (first) failures = 0;
        if (first && !*first) {
            jobs.erase(jobs.begin());
            patience = {};   // The next array has probably ended, too.
        }
        if (!first && signal_seen == 0 && ++failures == failures_max) {
            return {{.file = "--engine slurm",
                     .message = "squeue has not answered for minutes: " + slurm.trouble(),
                     .hint = "job " + jobs.front().job +
                             " is left alone; the same words later take its results"}};
        }
    }
    return {};
}

}   // namespace

std::vector<SlurmArray> slurm_arrays(const std::vector<std::size_t>& runs, std::size_t size_max) {
    SIM_ASSERT(size_max > 0);
    std::vector<SlurmArray> arrays;
    std::size_t last = 0;   // Index; of the range that is open.
    bool is_range = false;
    const auto close = [&] {
        if (is_range) arrays.back().indices += "-" + std::to_string(last);
        is_range = false;
    };
    for (const std::size_t run : runs) {
        const std::size_t first = run - run % size_max, index = run % size_max;
        const bool fits = !arrays.empty() && arrays.back().first == first &&
                          arrays.back().indices.size() < indices_length_max;
        if (fits && index == last + 1) {
            is_range = true;
        } else {
            if (!arrays.empty()) close();
            if (!fits) arrays.push_back({.first = first, .indices = "", .runs = {}});
            arrays.back().indices += (fits ? "," : "") + std::to_string(index);
        }
        last = index;
        arrays.back().runs.push_back(run);
    }
    if (!arrays.empty()) close();
    return arrays;
}

SlurmEnd run_on_slurm(const SlurmRequest& request, const SlurmWatch& watch) {
    SlurmEnd end;
    const Signals signals;
    const Slurm slurm(request);
    end.problems = slurm.prepare();
    if (!end.problems.empty()) return end;
    const auto size_max = slurm.array_size_max();
    if (!size_max.ok()) return {.problems = size_max.problems(), .lost = {}, .signal = 0};
    std::vector<Submitted> jobs;
    std::vector<std::string> names;
    std::map<std::size_t, std::string> waiting;
    for (const SlurmArray& array : slurm_arrays(request.runs, size_max.value())) {
        if (signal_seen != 0) break;
        const auto job = slurm.submit(array);
        if (!job.ok()) {
            slurm.cancel(jobs);   // All or nothing: half a matrix is of no use to anybody.
            if (jobs.empty()) slurm.clear();
            return {.problems = job.problems(), .lost = {}, .signal = 0};
        }
        jobs.push_back(job.value());
        names.push_back(job.value().job);
        for (const std::size_t run : array.runs) {
            waiting[run] = slurm.folder() + "/" + job.value().job + "_" +
                           std::to_string(run - array.first) + ".out";
        }
    }
    watch.submitted(names);
    end.problems = wait_for(slurm, jobs, watch, waiting);
    if (signal_seen != 0) {
        slurm.cancel(jobs);
        end.signal = signal_seen;
    } else if (end.problems.empty()) {
        end.lost = waiting;
    }
    if (waiting.empty()) slurm.clear();
    return end;
}

}   // namespace glasshive::compare
