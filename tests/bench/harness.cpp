#include "harness.h"

#include <fcntl.h>
#include <malloc.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <sstream>
#include <stdexcept>

extern char** environ;

namespace glasshive::bench {

namespace {

bool smoke = false;

/// A function's constant, so that benchmarks may register themselves before main().
std::map<std::string, ChildBody>& children() {
    static std::map<std::string, ChildBody> all;
    return all;
}

/// VmHWM, not getrusage: the latter remembers the parent that this process was started from.
double peak_bytes() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.rfind("VmHWM:", 0) == 0) return std::strtod(line.c_str() + 6, nullptr) * 1024;
    }
    throw std::runtime_error("no peak memory in /proc/self/status");
}

/// Of all threads, the recording's writer included.
double cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// The child's side of run_child(): figures leave on standard output, one to a line.
int be_child(const std::vector<std::string>& words) {
    const auto found = words.empty() ? children().end() : children().find(words.front());
    if (found == children().end()) {
        std::fprintf(stderr, "no such child\n");
        return 2;
    }
    Figures figures;
    try {
        figures = found->second({words.begin() + 1, words.end()});
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s: %s\n", words.front().c_str(), error.what());
        return 1;
    }
    figures.emplace("cpu_seconds", cpu_seconds());
    figures["peak_bytes"] = peak_bytes();
    for (const auto& [name, value] : figures) std::printf("%s %.17g\n", name.c_str(), value);
    return 0;
}

/// Starts this program again with `words`; returns what it wrote on standard output.
std::string output_of(std::vector<std::string> words) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    pid_t pid = 0;
    const int error = posix_spawn(&pid, "/proc/self/exe", &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    std::string text;
    char buffer[4096];
    for (ssize_t got = 0; error == 0 && (got = read(ends[0], buffer, sizeof buffer)) > 0;) {
        text.append(buffer, static_cast<std::size_t>(got));
    }
    close(ends[0]);
    int status = 0;
    if (error != 0) throw std::runtime_error(std::string("cannot start: ") + std::strerror(error));
    if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        throw std::runtime_error("a child failed, status " + std::to_string(status));
    }
    return text;
}

void one_iteration(benchmark::State& state, const std::function<Figures()>& figures) {
    double items = 0;
    for (auto _ : state) {
        try {
            for (const auto& [name, value] : figures()) {
                if (name == "seconds") state.SetIterationTime(value);
                else if (name == "items") items += value;
                else state.counters[name] = value;
            }
        } catch (const std::exception& error) {
            state.SkipWithError(error.what());
            return;
        }
    }
    if (items > 0) state.SetItemsProcessed(static_cast<std::int64_t>(items));
}

}   // namespace

std::int64_t scaled(std::int64_t full, std::int64_t least) {
    return smoke ? std::min(full, std::max(full / 50, least)) : full;
}

bool child(const std::string& name, ChildBody body) {
    return children().emplace(name, std::move(body)).second;
}

Figures run_child(const std::string& name, const std::vector<std::string>& words) {
    std::vector<std::string> line{"bench", "--child"};
    if (smoke) line.emplace_back("--smoke");
    line.push_back(name);
    line.insert(line.end(), words.begin(), words.end());
    std::istringstream text(output_of(line));
    Figures figures;
    double value = 0;
    for (std::string key; text >> key >> value;) figures[key] = value;
    if (figures.count("seconds") == 0) throw std::runtime_error("a child measured nothing");
    return figures;
}

void of_children(const std::string& name, std::function<Figures()> figures) {
    benchmark::RegisterBenchmark(name.c_str(), [figures](benchmark::State& state) {
        one_iteration(state, figures);
    })->Iterations(1)->UseManualTime()->Unit(benchmark::kMillisecond);
}

bool in_child(const std::string& name, ChildBody body) {
    of_children(name, [name] { return run_child(name); });
    return child(name, std::move(body));
}

double thread_seconds() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

double heap_bytes() {
    const auto info = mallinfo2();
    return static_cast<double>(info.uordblks + info.hblkhd);
}

}   // namespace glasshive::bench

/// Google Benchmark's own main, and before it: `--child NAME...` measures one thing and says it;
/// `--smoke` makes every size small.
int main(int argc, char** argv) {
    using namespace glasshive::bench;
    std::vector<std::string> words(argv + 1, argv + argc);
    const auto take = [&](const char* flag) {
        const bool given = !words.empty() && words.front() == flag;
        if (given) words.erase(words.begin());
        return given;
    };
    const bool is_child = take("--child");
    smoke = take("--smoke");
    if (is_child) return be_child(words);
    std::vector<char*> rest{argv[0]};
    for (std::string& word : words) rest.push_back(word.data());
    int count = static_cast<int>(rest.size());
    rest.push_back(nullptr);
    benchmark::Initialize(&count, rest.data());
    if (benchmark::ReportUnrecognizedArguments(count, rest.data())) return 1;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
