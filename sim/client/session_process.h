#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/result.h"
#include "client/patience.h"
#include "client/scratch.h"
#include "session/given/given.h"

namespace glasshive::client {

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
    /// The program that knows the word `session`; as it stands, this one.
    std::string program = "/proc/self/exe";
};

/// A `glasshive session` of our own, and the line to it. Ends it when it goes.
class SessionProcess {
  public:
    /// Starts one and waits until it answers. What it complained of, when it does not.
    /// `folder` and `patience` must outlive it; `name` is of no other one in that folder.
    static Result<std::unique_ptr<SessionProcess>> start(const Setup& setup,
                                                         const ScratchFolder& folder,
                                                         const std::string& name,
                                                         Patience& patience);
    ~SessionProcess();
    SessionProcess(const SessionProcess&) = delete;
    SessionProcess& operator=(const SessionProcess&) = delete;

    /// Its answer to one request; nothing when it died, or was given up.
    std::optional<Json> ask(const Json& request);
    bool alive() const { return socket_ >= 0; }
    /// What becomes readable when it has gone, though nothing was asked; -1 when it has.
    int descriptor() const { return socket_; }
    /// Its number; -1 when it has gone.
    pid_t pid() const { return pid_; }
    /// Of one that died: how, and its last words, in a few lines.
    std::string epitaph();

  private:
    SessionProcess(const ScratchFolder& folder, std::string name, Patience& patience)
        : folder_(folder),
          name_(std::move(name)),
          patience_(patience) {}
    bool spawn(const std::string& program, const std::vector<std::string>& words);
    bool connect();
    Diagnostic complaint();
    /// Waits so long for its own end, then ends it.
    void bury(int patience_ms);
    std::string last_words() const;

    const ScratchFolder& folder_;
    std::string name_;
    Patience& patience_;
    bool given_up_ = false;
    pid_t pid_ = -1;
    int status_ = 0;      // Of one that is buried.
    int output_ = -1;     // Its standard output: "listening …".
    int socket_ = -1;
    std::string buffer_;  // Read, and not a whole line yet.
};

/// "12.000000001s": a duration in seconds, exact, as every reader of ours takes it.
std::string exact_text(Duration span);
inline std::string exact_text(Time t) { return exact_text(t.time_since_epoch()); }

/// The path of a program of ours: beside the one that runs, else in PATH; "" when there is none.
std::string program_beside(const std::string& name);

}   // namespace glasshive::client
