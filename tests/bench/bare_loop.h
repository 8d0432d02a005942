#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <queue>
#include <set>
#include <stdexcept>
#include <utility>
#include <vector>

namespace glasshive::bench {

/// Machines by use: who has the fewest cores in use is next, then the first. One logarithm for each
/// begin and each end, whatever simulates the time between them.
class Spread {
  public:
    static constexpr int cores = 16;

    explicit Spread(std::uint32_t hosts) : used_(hosts) {
        for (std::uint32_t i = 0; i < hosts; ++i) machines_.insert({0, i});
    }
    /// The machine. The common workload is drawn so that nobody waits: who has to is an error.
    std::uint32_t begin(int its) {
        const auto [busy, host] = *machines_.begin();
        if (busy + its > cores) throw std::runtime_error("a task waits");
        machines_.erase(machines_.begin());
        used_[host] += its;
        machines_.insert({used_[host], host});
        digest_ = digest_ * 1'000'003 + host;
        return host;
    }
    void end(std::uint32_t host, int its) {
        machines_.erase({used_[host], host});
        used_[host] -= its;
        machines_.insert({used_[host], host});
    }
    /// Of all machines chosen, in order: equal placements have equal ones.
    std::uint64_t digest() const { return digest_; }

  private:
    std::set<std::pair<int, std::uint32_t>> machines_;
    std::vector<int> used_;
    std::uint64_t digest_ = 0;
};

/// What no simulator can be faster than, or hardly: a priority queue of ends and that set.
struct Bare {
    /// Times in any unit.
    struct Work {
        std::int64_t at, run;
        int cores;
    };
    struct Result {
        std::int64_t last = 0;   ///< The last end.
        std::uint64_t digest = 0;
    };
    /// At one instant tasks end before others begin. Requires work in order of arrival.
    static Result run(const std::vector<Work>& work, std::uint32_t hosts) {
        using End = std::pair<std::int64_t, std::pair<std::uint32_t, int>>;
        std::priority_queue<End, std::vector<End>, std::greater<>> ends;
        Spread spread(hosts);
        Result result;
        const auto end_first = [&] {
            const auto [at, what] = ends.top();
            ends.pop();
            spread.end(what.first, what.second);
            result.last = at;
        };
        for (const Work& each : work) {
            while (!ends.empty() && ends.top().first <= each.at) end_first();
            ends.push({each.at + each.run, {spread.begin(each.cores), each.cores}});
        }
        while (!ends.empty()) end_first();
        result.digest = spread.digest();
        return result;
    }
};

}   // namespace glasshive::bench
