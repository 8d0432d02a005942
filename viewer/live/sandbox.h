#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "viewer/live/status.h"

namespace glasshive::viewer {

/// What a sandbox plays, and with what.
struct SandboxOptions {
    std::string file;   ///< A scenario, a saved session, or a recording to go on with.
    std::optional<std::uint64_t> seed;   ///< Instead of the file's; likewise the next two.
    std::string profile;
    std::optional<Duration> duration;
    /// The program `glasshive`; "": beside this one, else in PATH.
    std::string program;
    /// Called from another thread after each new status: to wake a window. Must not call back.
    std::function<void()> changed;
};

class Mailbox;

/// A run that somebody plays with: `glasshive session` in a process of its own, and a thread that
/// talks with it. Nothing here waits for either, but for the destructor: it ends both, at once
/// even when the process hangs.
class Sandbox {
  public:
    explicit Sandbox(SandboxOptions options);
    ~Sandbox();
    Sandbox(const Sandbox&) = delete;
    Sandbox& operator=(const Sandbox&) = delete;

    /// Asks for something to be done, after what was asked before. Its number: see Status::answers.
    std::uint64_t post(Command command);
    /// Stops what is being done where that takes long: going back, switching, saving leave things
    /// as they were. A process that has owed an answer for a second is ended.
    void give_up();
    /// The newest one there is; never null.
    std::shared_ptr<const Status> status() const;

  private:
    std::unique_ptr<Mailbox> mailbox_;
    std::thread thread_;
};

}   // namespace glasshive::viewer
