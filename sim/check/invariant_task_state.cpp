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

}   // namespace

std::unique_ptr<Invariant> make_task_state_never_goes_back(const Names& names) {
    return std::make_unique<TaskStateNeverGoesBack>(names);
}

}   // namespace glasshive::check
