#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/event.h"
#include "swarm/spec.h"

/// What must be so in every run, whatever the scenario: one class, one property, one file each. A
/// broken one is our bug, never the user's.
namespace glasshive::check {

/// One breach of an invariant.
struct Violation {
    std::string invariant;   ///< Its name, e.g. "no container on a dead host".
    EventId event{};         ///< The event that broke it.
    Time time{};
    std::string text;        ///< What was seen, with names and figures.
};

/// A fold that watches one property.
class Invariant : public EventSink {
  public:
    Invariant(std::string name, const Names& names) : name_(std::move(name)), names_(names) {}

    const std::string& name() const { return name_; }
    /// The first breaches, at most violations_max of them.
    const std::vector<Violation>& violations() const { return violations_; }
    /// The run is over; properties that look at finished instants look at the last one.
    virtual void finish() {}

    static constexpr std::size_t violations_max = 20;

  protected:
    void broken(const Event& event, std::string text);
    std::string text(NameId name) const { return std::string(names_.text(name)); }

  private:
    std::string name_;
    const Names& names_;
    std::vector<Violation> violations_;
};

/// What a host offers to tasks.
struct HostCapacity {
    std::string host;
    Cpus cpus{};
    Bytes memory{};
};

/// Ids count up by one and causes point to earlier events.
std::unique_ptr<Invariant> make_causes_point_back(const Names& names);
/// Events come in order of time.
std::unique_ptr<Invariant> make_time_never_goes_back(const Names& names);
/// A task's observed state only moves forward (SwarmKit drops a report that would move it back); it
/// is created once, said to be in each state once (but for pending, whose reason may change), and
/// nothing follows its removal.
std::unique_ptr<Invariant> make_task_state_never_goes_back(const Names& names);
/// What is desired of a task only moves forward, and each state is said once.
std::unique_ptr<Invariant> make_desired_state_never_goes_back(const Names& names);
/// No container starts on a host that is off, none outlives the instant its host loses power, and
/// none begins, answers or ends on a host that is frozen; each ends once, after it started.
std::unique_ptr<Invariant> make_no_container_on_dead_host(const Names& names);
/// A container starts only for a task that the scheduler assigned to that very host, and only once.
std::unique_ptr<Invariant> make_container_where_assigned(const Names& names);
/// What the tasks on a node reserve never exceeds what the node has: neither for the executing
/// containers nor for the tasks the managers count there (assigned and not yet terminal). Leftovers
/// are no tasks: containers whose task the managers removed, orphaned or evicted.
std::unique_ptr<Invariant> make_reservations_fit(const Names& names,
                                                 const std::vector<swarm::ServiceSpec>& services,
                                                 const std::vector<HostCapacity>& hosts);

/// Every request ends once, and who answers it is a task of the service that was called, whose
/// container started before the answer and had not ended before the request began. (Two services
/// may publish one host port on different nodes: either may answer there.)
std::unique_ptr<Invariant> make_requests_end_once(const Names& names,
                                                  const std::vector<swarm::ServiceSpec>& services);
/// A task whose service has a health check of its own is observed running, and told to the mesh,
/// only after a probe found it healthy; one whose image alone has it, never before a first verdict.
std::unique_ptr<Invariant> make_running_means_healthy(
    const Names& names, const std::vector<swarm::ServiceSpec>& services);

/// All of them, as one sink.
class InvariantSet final : public EventSink {
  public:
    InvariantSet(const Names& names, const std::vector<swarm::ServiceSpec>& services,
                 const std::vector<HostCapacity>& hosts);

    void on_event(const Event& event, std::string_view text) override;
    /// The run is over. Call once, then read violations().
    void finish();
    /// In order of time.
    std::vector<Violation> violations() const;

  private:
    std::vector<std::unique_ptr<Invariant>> invariants_;
};

}   // namespace glasshive::check
