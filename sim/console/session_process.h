#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/result.h"
#include "console/scratch.h"
#include "console/signals.h"
#include "session/session.h"

namespace glasshive::console {

using Json = nlohmann::ordered_json;

/// What to play, for as many session processes as it takes.
struct Setup {
    std::string file;       ///< A scenario, a saved session or a recording, as the user typed it.
    /// What counts instead of what the file says; empty: what it says.
    std::optional<std::uint64_t> seed;
    std::string profile;
    std::optional<Duration> duration;
    /// To give at their instants; empty: what the file says.
    std::optional<std::vector<session::TimedCommand>> commands;
    std::string record;     ///< Where its recording goes.
};

/// A `glasshive session` of our own, and the line to it. Ends it when it goes.
class SessionProcess {
  public:
    /// Starts one and waits until it answers. What it complained of, when it does not.
    /// `folder` and `signals` must outlive it; `name` is of no other one in that folder.
    static Result<std::unique_ptr<SessionProcess>> start(const Setup& setup,
                                                         const ScratchFolder& folder,
                                                         const std::string& name,
                                                         Signals& signals);
    ~SessionProcess();
    SessionProcess(const SessionProcess&) = delete;
    SessionProcess& operator=(const SessionProcess&) = delete;

    /// Its answer to one request; nothing when it died, or when the console shall end.
    std::optional<Json> ask(const Json& request);
    bool alive() const { return socket_ >= 0; }
    /// Of one that died: how, and its last words, in a few lines.
    std::string epitaph();

  private:
    SessionProcess(const ScratchFolder& folder, std::string name, Signals& signals)
        : folder_(folder), name_(std::move(name)), signals_(signals) {}
    bool spawn(const std::vector<std::string>& words);
    bool connect();
    Diagnostic complaint();
    /// Waits so long for its own end, then ends it.
    void bury(int patience_ms);
    std::string last_words() const;

    const ScratchFolder& folder_;
    std::string name_;
    Signals& signals_;
    pid_t pid_ = -1;
    int status_ = 0;      // Of one that is buried.
    int output_ = -1;     // Its standard output: "listening …".
    int socket_ = -1;
    std::string buffer_;  // Read, and not a whole line yet.
};

/// "12.000000001s": a duration in seconds, exact, as every reader of ours takes it.
std::string exact_text(Duration span);
inline std::string exact_text(Time t) { return exact_text(t.time_since_epoch()); }

}   // namespace glasshive::console
