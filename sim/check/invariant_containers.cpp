#include "check/invariants.h"
#include "check/name_map.h"
#include "platform/events.h"
#include "runtime/events.h"
#include "swarm/events.h"

namespace glasshive::check {

namespace {

class NoContainerOnDeadHost final : public Invariant {
  public:
    explicit NoContainerOnDeadHost(const Names& names)
        : Invariant("no container on a dead host", names) {}

    void on_event(const Event& event, std::string_view) override {
        if (event.time != now_) look();
        now_ = event.time;
        switch (event.kind) {
            case platform::events::host_off.id:
                off_[event.subject] = true;
                if (executing_.at(event.subject) > 0) died_.push_back(event);
                break;
            case platform::events::host_on.id: off_[event.subject] = false; break;
            case runtime::events::container_started.id: started(event); break;
            case runtime::events::container_ended.id:
                --executing_[name_of(event.fields[0].integer)];
                break;
            default: break;
        }
    }

    void finish() override { look(); }

  private:
    void started(const Event& event) {
        const NameId host = name_of(event.fields[0].integer);
        ++executing_[host];
        if (off_.at(host)) {
            broken(event, text(event.subject) + " starts on " + text(host) + ", which is off");
        }
    }

    /// Containers end in events after host.off, but within its instant.
    void look() {
        for (const Event& event : died_) {
            const std::int64_t left = executing_.at(event.subject);
            if (left == 0 || !off_.at(event.subject)) continue;
            broken(event, std::to_string(left) + " containers execute on " + text(event.subject) +
                              " after it lost power");
        }
        died_.clear();
    }

    Time now_{};
    NameMap<char> off_{false};
    NameMap<std::int64_t> executing_{0};
    std::vector<Event> died_;
};

class ContainerWhereAssigned final : public Invariant {
  public:
    explicit ContainerWhereAssigned(const Names& names)
        : Invariant("containers start where their task was assigned", names) {}

    void on_event(const Event& event, std::string_view) override {
        if (event.kind == swarm::events::task_assigned.id) {
            node_[event.subject] = name_of(event.fields[2].integer);
        }
        if (event.kind != runtime::events::container_started.id) return;
        // Container and task bear one name; the task field says it again.
        const NameId host = name_of(event.fields[0].integer);
        const NameId task = name_of(event.fields[3].integer);
        const NameId assigned = node_.at(task);
        if (!assigned.valid()) {
            broken(event, text(task) + " starts on " + text(host) + " and was never assigned");
        } else if (assigned != host) {
            broken(event, text(task) + " starts on " + text(host) + " but is assigned to " +
                              text(assigned));
        }
        if (started_.at(task)) broken(event, text(task) + " starts twice");
        started_[task] = true;
    }

  private:
    NameMap<NameId> node_;
    NameMap<char> started_{false};
};

}   // namespace

std::unique_ptr<Invariant> make_no_container_on_dead_host(const Names& names) {
    return std::make_unique<NoContainerOnDeadHost>(names);
}

std::unique_ptr<Invariant> make_container_where_assigned(const Names& names) {
    return std::make_unique<ContainerWhereAssigned>(names);
}

}   // namespace glasshive::check
