#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/event.h"
#include "base/result.h"
#include "check/summary.h"
#include "check/verdict.h"
#include "scenario/spec.h"
#include "session/event_pattern.h"
#include "session/given/given.h"
#include "session/store_words.h"
#include "swarm/decision.h"

namespace glasshive::world {
class World;
}
namespace glasshive::door::couch {
class Reply;
}

namespace glasshive::session {

/// How to run a scenario.
struct Options {
    scenario::ScenarioSpec spec;           ///< With seed, profile and duration as they shall be.
    std::string record_path;               ///< Empty: no recording.
    std::string replay_command;            ///< Printed when we are wrong, kept in the recording.
    /// Of an earlier session, to be replayed. In order of time.
    std::vector<TimedCommand> commands;
    /// Where an earlier session ended before its time; empty: at the scenario's end.
    std::optional<Time> stop_at;
    /// Check cluster-wide invariants at every event, the books of bytes at every pause, and the end
    /// by the oracle.
    bool invariants = false;
};

/// What a run came to.
struct Outcome {
    std::vector<check::Verdict> verdicts;         ///< The scenario's, then its script's.
    check::Summary summary;
    std::string digest;
    Time end{};
    std::uint64_t events = 0;
    std::vector<std::string> violations;          ///< Broken invariants, with instant and event.
    /// How often the oracle drew each of its conclusions (check/oracle.h); Options::invariants.
    std::map<std::string, std::int64_t> judged;
    std::optional<Diagnostic> record_problem;     ///< The recording ended early, and why.
    /// A script failed, which ended the run there: nothing is judged, exit 2.
    std::optional<Diagnostic> script_problem;
    std::vector<TimedCommand> commands;   ///< As Session::given().
};

/// One run: a world with its sinks (digest, recording, expectations, summary, invariants), driven
/// in steps. One per process: SimGrid has one engine and no second life.
///
/// What drives it (command line, socket, test) never changes what happens but by inject().
class Session {
  public:
    /// Loads the scripts and opens the recording. On failure nothing is left. Nothing runs before
    /// start().
    static Result<std::unique_ptr<Session>> open(Options options);
    ~Session();

    /// Lets `sink` see every event from now on, after the digest; it must outlive the session.
    void watch(EventSink* sink);
    /// Lets `watch` see the scheduler's decisions whole; likewise, and before start().
    void watch_decisions(swarm::DecisionWatch* watch);
    /// Builds the world at virtual time zero. Call once, before anything below.
    void start();

    const EventRegistry& registry() const;
    const Names& names() const;
    Time now() const;
    /// Where the run ends; after a script failed, where it did.
    Time end() const;
    /// What a script did wrong; empty: none did.
    const std::optional<Diagnostic>& script_problem() const;
    std::uint64_t events_emitted() const;

    /// Runs everything due up to and including `until` (at most end()).
    void run_until(Time until);
    /// Runs entry by entry, to `until` at the latest, and stops after the entry in which an event
    /// of this pattern happened: the first such event, 0 when there was none.
    EventId run_until(const EventPattern& pattern, Time until);
    /// Runs one entry of the queue; false when nothing is left before end().
    bool step();
    /// Gives a command now, after finishing the current instant:
    ///   "fault {do: power_off, host: w1, for: 30s}"   a fault as in a scenario, `at` left out;
    ///   "heal 2", which ends fault 2; a line of docker's, "on HOST" before it or not; or
    ///   "scale web=5", "update web IMAGE", "drain w1", "pause w1", "activate w1".
    /// Diagnostics when it makes no sense; then nothing happened.
    Result<EventId> inject(const std::string& text);
    /// What comes from outside to a store: a client's request, that it went, a node that crashes or
    /// starts. The recording keeps it, given() does not: clients may send gigabytes. `reply` hears
    /// a request's answer. Nothing happens for a store or a node that is not there.
    void give_store(const StoreWord& word,
                    std::shared_ptr<door::couch::Reply> reply = nullptr);
    /// Runs at most so many entries of the queue, not beyond end(); false when none is left there.
    bool run_entries(std::uint64_t entries);
    /// Everything that was given so far, in order of time: replayed, injected, and what the cluster
    /// refused. The list that replays the run as it stands.
    const std::vector<TimedCommand>& given() const;
    /// What is still to be given of Options::commands, in order of time.
    std::vector<TimedCommand> to_come() const;
    /// Of every event and sample so far: equal runs have equal ones when they stand at one place.
    std::string digest() const;
    /// Everything recorded so far can be read by others: at a pause.
    void flush_recording();
    /// Ends the run where it is, after finishing the current instant: judges, closes the recording.
    /// Call once.
    Outcome finish();

    world::World& world();

  private:
    struct Impl;
    explicit Session(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// Every kind of event this program knows.
const EventRegistry& all_events();

/// "0.1.0", as a recording's meta has it.
std::string version_number();
/// "glasshive 0.1.0".
std::string version_text();

}   // namespace glasshive::session
