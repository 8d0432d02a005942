#pragma once

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

#include "workload/trace/part_reader.h"
#include "workload/trace/source.h"

/// What the tests of readers share.
namespace glasshive::workload::trace {

/// "line: path: message" of the first of these problems; "" when there is none.
inline std::string first_of(const Diagnostics& problems) {
    if (problems.empty()) return "";
    const Diagnostic& first = problems.front();
    return std::to_string(first.line) + ": " + first.path + ": " + first.message;
}

/// Reads parts that are texts. The first problem, or "".
inline std::string read_parts(PartReader& reader, const std::vector<std::string>& parts) {
    for (const std::string& part : parts) reader.read(Lines::of(part, "t"));
    if (reader.ok()) reader.end();
    return first_of(reader.problems());
}

inline TaskSink into(std::vector<Task>& tasks) {
    return [&tasks](const Task& task) { tasks.push_back(task); };
}

/// "name submit run cpus memory/MiB" in seconds; "stays" for no run.
inline std::string told(const Task& task) {
    const auto text = [](double value) {
        char digits[40];
        std::snprintf(digits, sizeof digits, "%g", value);
        return std::string(digits);
    };
    return task.name + " " + text(seconds_of(task.submit)) + " " +
           (task.run ? text(seconds_of(*task.run)) : "stays") + " " +
           text(static_cast<double>(task.cpus.count) / 1e9) + " " +
           std::to_string(task.memory.count / mebibyte.count);
}

inline std::vector<std::string> told(const std::vector<Task>& tasks) {
    std::vector<std::string> all;
    for (const Task& task : tasks) all.push_back(told(task));
    return all;
}

inline std::vector<Task> all_of(TaskSource& source) {
    std::vector<Task> tasks;
    for (Task task; source.next(task);) tasks.push_back(task);
    REQUIRE(source.problems().empty());
    return tasks;
}

}   // namespace glasshive::workload::trace
