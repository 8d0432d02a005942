#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "viewer/model/picture.h"

namespace glasshive::viewer {

/// Makes pictures of instants beside the window, which therefore never waits for a disk or a fold.
/// A thread with a connection of its own to the file; the window keeps the picture it has until the
/// next one is there. A newer wish replaces the one that waits.
class Seeker {
  public:
    /// Opens `path` once more. Problems as Glass::open.
    static Result<std::unique_ptr<Seeker>> open(const std::string& path);
    /// Pictures die with it: they use the names of kinds that its recording holds.
    ~Seeker();
    Seeker(const Seeker&) = delete;
    Seeker& operator=(const Seeker&) = delete;

    /// Wants the picture of `at`. Never waits. `reached`, `newest`: how far a recording that grows
    /// is known to have come, and its newest event then.
    void want(Time at, Time reached = Time{}, std::uint64_t newest = 0);
    /// The newest picture made since the last call; null when there is none.
    std::shared_ptr<const Picture> take();
    /// Waits until nothing is wanted any more, then as take(): for pictures without a window.
    std::shared_ptr<const Picture> wait();
    /// What the last wish failed of; said once.
    std::optional<Diagnostic> problem();
    /// Nothing is wanted, under way, or made and not yet taken.
    bool idle();

  private:
    explicit Seeker(Glass glass) : glass_(std::move(glass)) {}
    void work();

    Glass glass_;   // The thread's alone, once it runs.
    std::mutex mutex_;
    std::condition_variable changed_;
    std::optional<Time> wanted_;
    Time reached_{};
    std::uint64_t newest_ = 0;
    bool busy_ = false;
    bool ending_ = false;
    std::shared_ptr<const Picture> made_;
    std::optional<Diagnostic> problem_;
    std::thread thread_;
};

/// The picture of one instant, made at once. Problems: damage met on the way.
Result<Picture> picture_of(Glass& glass, Time at);

}   // namespace glasshive::viewer
