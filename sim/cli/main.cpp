// The command line: words to options, options to one function of commands.h.
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "base/assert.h"
#include "cli/app.h"
#include "cli/commands.h"

namespace {

/// What nobody caught is our bug as much as a broken assertion.
[[noreturn]] void report_and_abort() {
    try {
        if (const auto current = std::current_exception()) std::rethrow_exception(current);
        std::fputs("glasshive bug: std::terminate was called\n", stderr);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "glasshive bug: uncaught exception: %s\n", error.what());
    } catch (...) {
        std::fputs("glasshive bug: uncaught exception\n", stderr);
    }
    const glasshive::ReplayInfo& info = glasshive::replay_info();
    if (!info.command.empty()) std::fprintf(stderr, "    replay: %s\n", info.command.c_str());
    std::fflush(stderr);
    std::raise(SIGABRT);   // As assertion_failed does.
    std::abort();
}

}   // namespace

int main(int argc, char** argv) {
    // Whoever aborts (SIM_ASSERT, SimGrid, the C++ library) has said why; scripts see status 3.
    std::signal(SIGABRT, [](int) { _exit(glasshive::cli::exit_our_bug); });
    std::set_terminate(report_and_abort);
    glasshive::cli::App app;
    return app.run(argc, argv);
}
