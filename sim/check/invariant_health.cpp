#include <set>

#include "check/invariants.h"
#include "check/name_map.h"
#include "runtime/events.h"
#include "swarm/events.h"

namespace glasshive::check {

namespace {

/// Moby's executor starts a task with a health check only once it is healthy; discovery follows.
class RunningMeansHealthy final : public Invariant {
  public:
    RunningMeansHealthy(const Names& names, const std::vector<swarm::ServiceSpec>& services)
        : Invariant("a checked task runs, and is found, once it was healthy", names) {
        for (const swarm::ServiceSpec& service : services) {
            const auto& check = service.task.container.healthcheck;
            const bool probed = check && !check->test.empty() && check->test.front() != "NONE";
            if (probed) checked_.insert(service.name);
        }
    }

    void on_event(const Event& event, std::string_view) override {
        if (event.kind == runtime::events::health_status.id) {
            // An image may bring a check its service does not name: the verdict comes too late.
            if (ran_.at(event.subject) != 0 && was_healthy_.at(event.subject) == 0) {
                broken(event, text(event.subject) + " ran before its first verdict");
            }
            const bool well = text(name_of(event.fields[2].integer)) == "healthy";
            if (well) was_healthy_[event.subject] = 1;
        } else if (event.kind == swarm::events::task_running.id) {
            ran_[event.subject] = 1;
            check(event, event.subject, name_of(event.fields[0].integer), " runs");
        } else if (event.kind == swarm::events::discovery_added.id) {
            check(event, name_of(event.fields[1].integer), name_of(event.fields[0].integer),
                  " is found");
        }
    }

  private:
    void check(const Event& event, NameId task, NameId service, const char* what) {
        if (checked_.count(text(service)) == 0 || was_healthy_.at(task) != 0) return;
        broken(event, text(task) + what + " before it was ever healthy");
    }

    std::set<std::string> checked_;
    NameMap<std::uint8_t> was_healthy_{0}, ran_{0};
};

}   // namespace

std::unique_ptr<Invariant> make_running_means_healthy(
    const Names& names, const std::vector<swarm::ServiceSpec>& services) {
    return std::make_unique<RunningMeansHealthy>(names, services);
}

}   // namespace glasshive::check
