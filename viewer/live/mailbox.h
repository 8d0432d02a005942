#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "viewer/live/status.h"

namespace glasshive::viewer {

/// What lies between a window's thread and a sandbox's: commands one way, statuses the other. Its
/// lock is held for the length of a few assignments.
class Mailbox {
  public:
    struct Posted {
        std::uint64_t number = 0;
        Command command;
    };

    explicit Mailbox(std::function<void()> changed);
    ~Mailbox();
    Mailbox(const Mailbox&) = delete;
    Mailbox& operator=(const Mailbox&) = delete;

    // The window's.
    std::uint64_t post(Command command);
    void give_up();
    void close();
    std::shared_ptr<const Status> status() const;

    // The worker's.
    std::optional<Posted> take();
    bool has_posted() const;
    bool closing() const { return closing_; }
    bool given_up() const { return given_up_; }
    void go_on() { given_up_ = false; }   ///< What was to be given up is over.
    void publish(const Status& status);
    enum class Woken { posted, readable, nothing };
    /// Waits until something is posted or closed, there is something to read at `fd` (-1: of no
    /// interest), or the time is up (negative: for ever).
    Woken wait(int fd, int wait_ms);

  private:
    void wake();

    const std::function<void()> changed_;
    mutable std::mutex mutex_;
    std::deque<Posted> posted_;
    std::uint64_t numbered_ = 0;
    std::shared_ptr<const Status> status_;
    std::atomic<bool> closing_{false};
    std::atomic<bool> given_up_{false};
    int wake_fd_ = -1;   // eventfd(2): something posted between a look and a wait is not missed.
};

}   // namespace glasshive::viewer
