#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "client/session_process.h"
#include "record/recording.h"

namespace glasshive::client {

/// A session process with its recording: where it stands, and what it has told so far.
class Run {
  public:
    /// Starts one at time zero, recorded at `record` (empty: in the folder).
    static Result<std::unique_ptr<Run>> start(Setup setup, const ScratchFolder& folder,
                                              const std::string& name, Patience& patience);
    ~Run();

    Time now() const { return now_; }
    EventId newest() const { return newest_; }
    bool ended() const { return ended_; }
    bool alive() const { return process_ != nullptr && process_->alive(); }
    std::string epitaph() { return process_->epitaph(); }
    const SessionProcess& process() const { return *process_; }
    /// Ends the process; what it recorded stays readable until the run goes.
    void end() { process_.reset(); }
    const std::string& path() const { return record_; }
    record::Recording& recording() { return *recording_; }

    /// Asks and takes note of where it stands. Nothing: it died.
    std::optional<Json> ask(const Json& request);
    /// Finishes the present instant: what is due now has happened.
    bool settle();
    /// The digest of all events so far; "" when it died.
    std::string digest();

  private:
    Run() = default;

    std::string record_;
    bool ours_ = true;    // The recording goes with the run.
    std::unique_ptr<SessionProcess> process_;
    std::optional<record::Recording> recording_;
    Time now_{};
    EventId newest_{};
    bool ended_ = false;
};

/// Whether both recorded the same events up to and including number `last`. A Diagnostic when one
/// cannot be read, or when `go_on`, which is told now and then which share is compared, says no.
Result<bool> same_events(record::Recording& a, record::Recording& b, EventId last,
                         const std::function<bool(double share)>& go_on);

}   // namespace glasshive::client
