#pragma once

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

/// What benchmarks share: sizes that shrink for the smoke run, and measurements in a process of
/// their own, which SimGrid's one engine per process asks for and peak memory needs.
namespace glasshive::bench {

/// What was measured, by name. "seconds" is the time of one iteration, "items" what it handled; the
/// others become counters of the benchmark.
using Figures = std::map<std::string, double>;

/// `full` in a real run; in the smoke run (`--smoke`, what CI does) a fiftieth, but at least
/// `least`: the same code, in a fraction of the time, with figures that mean nothing.
std::int64_t scaled(std::int64_t full, std::int64_t least = 20);

/// Something measured in a process of its own. Gets the words that run_child() was called with.
using ChildBody = std::function<Figures(const std::vector<std::string>& words)>;

/// Makes `body` known to run_child() under `name`. True, so that a constant can call it.
bool child(const std::string& name, ChildBody body);

/// Runs a child in a fresh process (exec, not only fork: no page of this one counts in its peak)
/// and returns its figures, with "peak_bytes" and "cpu_seconds" of the whole process added.
/// Throws std::runtime_error when the child ends badly: its own words are on standard error.
Figures run_child(const std::string& name, const std::vector<std::string>& words = {});

/// A benchmark whose iteration is `figures`, called in this process: it runs children and combines
/// what they measured. One iteration; `./dev bench` repeats it and takes the median.
void of_children(const std::string& name, std::function<Figures()> figures);

/// A benchmark that is one child.
bool in_child(const std::string& name, ChildBody body);

/// Wall time since it was made.
class Stopwatch {
  public:
    double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    }

  private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// CPU time of this thread so far: what a figure that compares sizes stands on.
double thread_seconds();

/// Bytes of the heap in use now, by malloc's own count.
double heap_bytes();

}   // namespace glasshive::bench
