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
            case platform::events::host_on.id:
                off_[event.subject] = false;
                paused_[event.subject] = false;   // Else host.paused follows.
                break;
            case platform::events::host_paused.id: paused_[event.subject] = true; break;
            case platform::events::host_resumed.id: paused_[event.subject] = false; break;
            case runtime::events::container_started.id: started(event); break;
            case runtime::events::container_serving.id:
            case runtime::events::container_stopping.id: acts(event); break;
            case runtime::events::container_ended.id: ended(event); break;
            default: break;
        }
    }

    void finish() override { look(); }

  private:
    void started(const Event& event) {
        const NameId host = name_of(event.fields[0].integer);
        ++executing_[host];
        if (runs_[event.subject]) broken(event, text(event.subject) + " starts while it runs");
        runs_[event.subject] = true;
        if (off_.at(host)) {
            broken(event, text(event.subject) + " starts on " + text(host) + ", which is off");
        } else {
            acts(event);
        }
    }

    void ended(const Event& event) {
        --executing_[name_of(event.fields[0].integer)];
        if (!runs_.at(event.subject)) {
            broken(event, text(event.subject) + " ends and did not run");
        }
        runs_[event.subject] = false;
        const bool lost_power = text(name_of(event.fields[3].integer)) == "power lost";
        if (!lost_power) acts(event);
    }

    /// What is frozen neither begins, answers nor ends; only a loss of power reaches it. (A host
    /// that loses power while frozen is frozen again when it comes back.)
    void acts(const Event& event) {
        const NameId host = name_of(event.fields[0].integer);
        if (paused_.at(host) && !off_.at(host)) {
            broken(event, text(event.subject) + " goes on on " + text(host) + ", which is frozen");
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
    NameMap<char> paused_{false};
    NameMap<char> runs_{false};   // By container.
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
