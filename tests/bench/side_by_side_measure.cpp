// Goal: what a process takes, with no share of who measures it. Method: started from here, as Linux
// counts the memory of the process that forks into the peak of the one it becomes, and a Python's
// would hide what a small program needs.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

extern char** environ;

int main(int count, char** words) {
    if (count < 3) {
        std::fputs("usage: side_by_side_measure RESULT PROGRAM [WORD...]\n", stderr);
        return 2;
    }
    using Wall = std::chrono::steady_clock;
    const auto began = Wall::now();
    pid_t process = 0;
    if (posix_spawn(&process, words[2], nullptr, nullptr, words + 2, environ) != 0) return 127;
    int status = 0;
    rusage usage{};   // With that of children it has waited for.
    wait4(process, &status, 0, &usage);
    const double seconds = std::chrono::duration<double>(Wall::now() - began).count();
    std::FILE* result = std::fopen(words[1], "w");
    if (result == nullptr) return 2;
    const auto seconds_of = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    std::fprintf(result, "{\"seconds\": %.6f, \"cpu_seconds\": %.6f, \"peak_bytes\": %ld}\n",
                 seconds, seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime),
                 usage.ru_maxrss * 1024);
    std::fclose(result);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
