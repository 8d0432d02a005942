#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace glasshive::storm {

/// What a child said of one scenario.
struct Result {
    bool done = false;                       ///< It got to its end.
    bool refused = false;                    ///< The reader did not accept the file.
    std::string digest;
    /// Breaches, a crash, a hang: in the order found.
    std::vector<std::string> problems;
    std::map<std::string, std::int64_t> covered;

    bool passed() const { return done && problems.empty(); }
    /// What broke, without where and when: equal signatures, equal bugs (most likely).
    std::string signature() const;
};

/// A scenario to run in a process of its own: SimGrid has one engine per process.
struct Job {
    std::string yaml;
    std::function<void(const Result&)> then;
};

/// Runs jobs, some at a time, each in a fresh process of this program.
class Children {
  public:
    /// `plant`: handed on to the children ("" for nothing). `folder` holds their scenario files.
    Children(std::string folder, std::string plant, std::chrono::seconds patience,
             unsigned at_once);
    ~Children();
    /// Starts the job, waiting until there is room. Earlier jobs' `then` may be called meanwhile.
    void start(Job job);
    /// Waits for all.
    void finish();
    /// One job, now.
    Result run(const std::string& yaml);

  private:
    struct Child;
    void wait_for_one();
    void spawn(Job job);
    void reap(Child& child);

    std::string folder_, plant_;
    std::chrono::seconds patience_;
    unsigned at_once_;
    std::uint64_t started_ = 0;
    std::vector<Child> children_;
};

}   // namespace glasshive::storm
