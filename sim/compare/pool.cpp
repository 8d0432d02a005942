#include "compare/pool.h"

#include <csignal>
#include <fcntl.h>
#include <map>
#include <spawn.h>
#include <sys/wait.h>

#include "base/assert.h"

extern char** environ;

namespace glasshive::compare {

namespace {

/// The process's id; nothing when it cannot be started.
std::optional<pid_t> start(const Job& job) {
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    constexpr int anew = O_WRONLY | O_CREAT | O_TRUNC;
    posix_spawn_file_actions_addopen(&files, 1, job.output.c_str(), anew, 0666);
    posix_spawn_file_actions_addopen(&files, 2, job.errors.c_str(), anew, 0666);
    std::vector<char*> words;
    for (const std::string& word : job.words) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    pid_t process = 0;
    const int error = posix_spawnp(&process, words.front(), &files, nullptr, words.data(), environ);
    posix_spawn_file_actions_destroy(&files);
    return error == 0 ? std::optional(process) : std::nullopt;
}

int status_of(int waited) {
    return WIFEXITED(waited) ? WEXITSTATUS(waited) : 128 + WTERMSIG(waited);
}

}   // namespace

bool run_all(const std::vector<Job>& jobs, std::size_t at_once,
             const std::function<bool(std::size_t number, int status)>& done) {
    constexpr int not_started = 127;   // As shells say it.
    std::map<pid_t, std::size_t> running;
    std::size_t next = 0;
    bool well = true, go_on = true;
    const auto ended = [&](std::size_t number, int status) {
        well = well && status == 0;
        if (!done(number, status)) go_on = false;
    };
    while (go_on && (next < jobs.size() || !running.empty())) {
        while (go_on && next < jobs.size() && running.size() < at_once) {
            const Job& job = jobs[next++];
            if (const auto process = start(job))
                running[*process] = job.number;
            else
                ended(job.number, not_started);
        }
        if (running.empty()) continue;
        int waited = 0;
        const pid_t process = waitpid(-1, &waited, 0);
        const auto at = running.find(process);
        if (at == running.end()) continue;
        const std::size_t number = at->second;
        running.erase(at);
        ended(number, status_of(waited));
    }
    for (const auto& [process, number] : running) kill(process, SIGTERM);
    for (const auto& [process, number] : running) waitpid(process, nullptr, 0);
    return well && go_on;
}

}   // namespace glasshive::compare
