#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace glasshive::compare {

/// Processes, some at a time: a run of SimGrid needs one of its own, and one that dies takes
/// nothing with it.
struct Job {
    std::size_t number = 0;
    std::vector<std::string> words;   ///< Program, looked up in PATH, and arguments.
    std::string errors;               ///< File for its standard error.
    std::string output = "/dev/null";   ///< File for its standard output.
};

/// Runs all jobs, at most `at_once` at a time, begun in their order. `done` is called here after
/// each with its number and exit status (128 and more: killed by a signal); false stops all others.
/// True when every job ended with 0.
bool run_all(const std::vector<Job>& jobs, std::size_t at_once,
             const std::function<bool(std::size_t number, int status)>& done);

}   // namespace glasshive::compare
