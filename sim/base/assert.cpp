#include "base/assert.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace glasshive {

namespace {
ReplayInfo& stored_replay_info() {
    static ReplayInfo info;
    return info;
}
}   // namespace

void set_replay_info(ReplayInfo info) { stored_replay_info() = std::move(info); }
const ReplayInfo& replay_info() { return stored_replay_info(); }

void assertion_failed(const char* expression, const char* file, int line) {
    const ReplayInfo& info = replay_info();
    std::fprintf(stderr, "%s:%d: glasshive bug: %s does not hold\n", file, line, expression);
    if (info.now_ns != nullptr) {
        std::fprintf(stderr, "    seed %llu, virtual time %.9f s\n",
                     static_cast<unsigned long long>(info.seed),
                     static_cast<double>(*info.now_ns) / 1e9);
    }
    if (!info.command.empty()) std::fprintf(stderr, "    replay: %s\n", info.command.c_str());
    std::fflush(stderr);
    std::raise(SIGABRT);   // SpiderMonkey's library puts an abort() of its own before C's.
    std::abort();
}

}   // namespace glasshive
