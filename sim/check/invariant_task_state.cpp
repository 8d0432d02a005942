#include <algorithm>

#include "check/invariants.h"
#include "check/name_map.h"
#include "swarm/events.h"

namespace glasshive::check {

namespace {

/// Kinds are numbered in the order of SwarmKit's TaskState (api/types.proto): task.new first,
/// task.orphaned last. Pending may be said again when the reason for waiting changed.
class TaskStateNeverGoesBack final : public Invariant {
  public:
    explicit TaskStateNeverGoesBack(const Names& names)
        : Invariant("task state never goes back", names) {}

    void on_event(const Event& event, std::string_view) override {
        using namespace swarm::events;
        const bool observed = event.kind >= task_new.id && event.kind <= task_orphaned.id;
        if (!observed && event.kind != task_removed.id) return;
        std::uint16_t& state = states_[event.subject];
        const bool first = state == 0;
        if (first != (event.kind == task_new.id)) {
            broken(event,
                   text(event.subject) + (first ? " was never created" : " is created again"));
        } else if (state == task_removed.id) {
            broken(event, text(event.subject) + " changes after its removal");
        } else if (event.kind < state) {
            broken(event, text(event.subject) + " goes from " + name(state) + " back to " +
                              name(event.kind));
        } else if (event.kind == state && event.kind != task_pending.id) {
            broken(event, text(event.subject) + " is said to be " + name(state) + " twice");
        }
        state = event.kind;
    }

  private:
    static std::string name(std::uint16_t kind) {
        for (const EventKind* each : swarm::events::all) {
            if (each->id == kind) return std::string(each->name);
        }
        return "?";
    }

    NameMap<std::uint16_t> states_{0};   // Kind of the last event; 0 before the first.
};

/// SwarmKit's desired state only rises: ready, running (or complete, of a job), shutdown,
/// remove.
class DesiredStateNeverGoesBack final : public Invariant {
  public:
    explicit DesiredStateNeverGoesBack(const Names& names)
        : Invariant("desired task state never goes back", names) {}

    void on_event(const Event& event, std::string_view) override {
        if (event.kind != swarm::events::task_desired.id) return;
        const std::string wanted = text(name_of(event.fields[1].integer));
        const int rank = rank_of(wanted);
        int& before = ranks_[event.subject];
        if (rank == 0) {
            broken(event, text(event.subject) + " is desired to be \"" + wanted + "\"");
        } else if (rank <= before) {
            broken(event, text(event.subject) + " is desired to be " + wanted + " too late");
        }
        before = std::max(before, rank);
    }

  private:
    static int rank_of(const std::string& state) {
        const char* order[] = {"ready", "running", "complete", "shutdown", "remove"};
        for (int i = 0; i < 5; ++i) {
            if (state == order[i]) return i + 1;
        }
        return 0;
    }

    NameMap<int> ranks_{0};
};

}   // namespace

std::unique_ptr<Invariant> make_desired_state_never_goes_back(const Names& names) {
    return std::make_unique<DesiredStateNeverGoesBack>(names);
}

std::unique_ptr<Invariant> make_task_state_never_goes_back(const Names& names) {
    return std::make_unique<TaskStateNeverGoesBack>(names);
}

}   // namespace glasshive::check
