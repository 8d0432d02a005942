#include "storm/children.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>

extern char** environ;

namespace glasshive::storm {

using Clock = std::chrono::steady_clock;   // Of this machine: patience with a child, never a run.

struct Children::Child {
    Job job;
    pid_t pid = 0;
    int out = -1;
    std::string file, said;
    Clock::time_point started;
};

namespace {

std::string signal_text(int number) {
    return "the simulator died of signal " + std::to_string(number);
}

/// What a broken promise or a sanitizer printed, as one line.
std::string last_words(const std::string& said) {
    std::istringstream lines(said);
    std::string line, found;
    while (std::getline(lines, line)) {
        const bool telling = line.find("glasshive bug") != std::string::npos ||
                             line.find("runtime error") != std::string::npos ||
                             line.find("ERROR: ") != std::string::npos ||
                             line.find("what()") != std::string::npos;
        if (telling) return line;
        if (found.empty() && line.rfind("cover ", 0) != 0) found = line;
    }
    return found;
}

void read_line(const std::string& line, Result& result) {
    const auto rest = [&](const char* word) { return line.substr(std::strlen(word)); };
    if (line == "done") result.done = true;
    else if (line.rfind("digest ", 0) == 0) result.digest = rest("digest ");
    else if (line.rfind("violation ", 0) == 0) result.problems.push_back(rest("violation "));
    else if (line.rfind("refused ", 0) == 0) {
        result.refused = true;
        result.problems.push_back("refused at " + rest("refused "));
    } else if (line.rfind("cover ", 0) == 0) {
        std::istringstream words(rest("cover "));
        std::int64_t count = 0;
        std::string what;
        if (words >> count && std::getline(words >> std::ws, what)) result.covered[what] += count;
    }
}

}   // namespace

/// The plain words of the first problem: names, numbers and instants fall away.
std::string Result::signature() const {
    if (problems.empty()) return "";
    std::istringstream words(problems.front());
    std::string signature;
    for (std::string word; words >> word;) {
        while (!word.empty() && std::ispunct(static_cast<unsigned char>(word.back())) != 0) {
            word.pop_back();
        }
        const bool plain = std::all_of(word.begin(), word.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        });
        if (plain && !word.empty()) signature += word + " ";
    }
    return signature;
}

Children::Children(std::string folder, std::string plant, std::chrono::seconds patience,
                   unsigned at_once)
    : folder_(std::move(folder)), plant_(std::move(plant)), patience_(patience),
      at_once_(at_once) {}
Children::~Children() = default;

void Children::start(Job job) {
    while (children_.size() >= at_once_) wait_for_one();
    spawn(std::move(job));
}

void Children::finish() {
    while (!children_.empty()) wait_for_one();
}

Result Children::run(const std::string& yaml) {
    Result result;
    start({yaml, [&](const Result& r) { result = r; }});
    finish();
    return result;
}

void Children::spawn(Job job) {
    Child child;
    child.job = std::move(job);
    child.file = folder_ + "/" + std::to_string(++started_) + ".yaml";
    std::ofstream(child.file) << child.job.yaml;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("storm: no pipe");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 2);
    std::vector<std::string> words{"storm", "--child", child.file};
    if (!plant_.empty()) words.insert(words.end(), {"--plant", plant_});
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    const int failed =
        posix_spawn(&child.pid, "/proc/self/exe", &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (failed != 0) throw std::runtime_error("storm: cannot start a process");
    child.out = ends[0];
    child.started = Clock::now();
    children_.push_back(std::move(child));
}

void Children::wait_for_one() {
    std::vector<pollfd> ears;
    for (const Child& child : children_) ears.push_back({child.out, POLLIN, 0});
    poll(ears.data(), ears.size(), 200);
    for (std::size_t i = children_.size(); i-- > 0;) {
        Child& child = children_[i];
        const bool late = Clock::now() - child.started > patience_;
        if (late) kill(child.pid, SIGKILL);
        if (ears[i].revents == 0 && !late) continue;
        char buffer[65536];
        const ssize_t got = late ? 0 : read(child.out, buffer, sizeof buffer);
        if (got > 0) {
            child.said.append(buffer, static_cast<std::size_t>(got));
            continue;
        }
        Child over = std::move(child);
        children_.erase(children_.begin() + static_cast<std::ptrdiff_t>(i));
        if (late) {
            over.said += "\nviolation the simulator hangs at more than " +
                         std::to_string(patience_.count()) + " s of wall time\n";
        }
        reap(over);
    }
}

void Children::reap(Child& child) {
    close(child.out);
    int status = 0;
    waitpid(child.pid, &status, 0);
    std::remove(child.file.c_str());
    Result result;
    std::istringstream lines(child.said);
    for (std::string line; std::getline(lines, line);) read_line(line, result);
    if (!result.done && result.problems.empty()) {
        const std::string how = WIFSIGNALED(status)
                                    ? signal_text(WTERMSIG(status))
                                    : "the simulator gave up with status " +
                                          std::to_string(WEXITSTATUS(status));
        result.problems.push_back(how + ": " + last_words(child.said));
    }
    child.job.then(result);
}

}   // namespace glasshive::storm
