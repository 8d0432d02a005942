#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/event.h"
#include "check/invariants.h"
#include "platform/spec.h"
#include "runtime/spec.h"
#include "swarm/spec.h"

/// An independent answer to "what must the cluster have come to?", from the scenario and from what
/// truly happened. Shares no code with the orchestrators and the scheduler it judges.
namespace glasshive::check {

/// A machine of the cluster, as its operator knows it.
struct OracleNode {
    std::string name, zone, rack;
    bool manager = false;
    std::map<std::string, std::string> labels;   ///< node.labels.*, zone and rack among them.
    Cpus cpus{};
    Bytes memory{};
    std::map<std::string, std::int64_t> generic;            ///< {"gpu": 2}
};

/// One command of the scenario.
struct OracleCommand {
    /// other: a line of another kind; from then on the services are not judged at the end.
    enum class Do : std::uint8_t { scale, update, drain, pause, activate, other };
    Do what = Do::scale;
    std::string service;          ///< scale and update.
    std::uint64_t replicas = 0;   ///< scale.
    std::string image;            ///< update.
    std::string host;             ///< drain, pause and activate.
    bool on_a_host = false;       ///< other: typed there, managers within reach or not.
};

/// What the scenario says, as far as the oracle needs it.
struct OracleInput {
    std::vector<OracleNode> nodes;
    /// The one manager's host. Empty: there are several, and who of them decides is not followed:
    /// only what holds whoever leads is judged, and nothing at the end.
    std::string manager;
    runtime::RegistrySpec registry;            ///< With its host filled in.
    std::vector<swarm::ServiceSpec> services;
    std::vector<OracleCommand> commands;       ///< In the order in which they are given.
    std::vector<platform::FaultSpec> faults;   ///< In file order, as fault.started numbers them.
    std::map<std::string, swarm::Application> applications;   ///< By image.
    bool filters_more = false;   ///< A policy of the user's may refuse nodes that have room.
    bool one_path = true;   ///< Star and tree: between two hosts there is one way only.
};

/// What the oracle came to.
struct OracleReport {
    std::vector<Violation> violations;
    /// How often each conclusion was drawn: "slot runs", "slot waits for room", "not judged: …".
    std::map<std::string, std::int64_t> judged;
};

/// Follows the ground truth (faults, power, links, commands, container starts and ends) and the
/// tasks' states, and judges by the rules of SwarmKit's orchestrators (design note
/// swarm-docker-ansible, sections 1.1 to 1.4).
///
/// It decides, at every event:
/// - whether a restart was right: condition, attempts and window are counted anew from the tasks'
///   ends (exempt: attempts after the manager lost power, as its count then starts from what the
///   reaper kept);
/// - whether a node was admissible for a task: believed ready, active, constraints, free
///   reservations, host ports, replicas per node. Which admissible node is left free;
/// - whether a command was taken: it is, if and only if the manager's host is on and not frozen;
/// - that nothing is decided while the manager's host is off or frozen.
/// It decides, at the end, when the last fault and command are `quiet_min` ago and the manager is
/// well:
/// - each node's belief: ready if it can talk with the manager, down if it cannot;
/// - the number of slots of a replicated service (scale counts), one wanted task in each, or none
///   where the policy ended the slot; none on dead or drained nodes; one per eligible node for a
///   global service; tasks of an updated service have its newest image;
/// - each wanted task runs, its container with it, on a healthy node; or waits, and then no node
///   has room for it; or is underway for no longer than pull, delay and stop may take; an image
///   that the registry lacks never runs;
/// - no container of a task that nobody wants is left on a healthy node.
///
/// It cannot decide: which of several admissible nodes is right (SwarmKit draws), so where room is
/// short it checks that no waiting task fits in what the placed ones left, not that the packing is
/// the best one; nodes behind a lasting one-way cut, heavy loss or seconds of latency, or behind a
/// cut in a network with several paths; the pace of crash loops beyond their delay; what commands
/// of a session (not of the scenario) did: it then abstains; the pace of an update, and which of
/// its new tasks count as failures: a service whose update is under way or paused may have tasks of
/// two versions, one that completed may not, and a rollback brings back exactly the previous spec.
class Oracle final : public EventSink {
  public:
    /// `names` must outlive the oracle.
    Oracle(const Names& names, OracleInput input);
    ~Oracle() override;

    void on_event(const Event& event, std::string_view text) override;
    /// The run is over at `end`. Call once.
    OracleReport finish(Time end);

    /// Below this, detection (up to 33 s after a manager's return) and registration may still go
    /// on.
    static constexpr Duration quiet_min = std::chrono::seconds{60};

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}   // namespace glasshive::check
