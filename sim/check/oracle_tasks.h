#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/event.h"
#include "check/name_map.h"
#include "check/oracle.h"

namespace glasshive::check {

/// One task as its events tell it.
struct TaskFact {
    NameId name, service, node;
    std::int64_t slot = 0;            ///< 0: of a global service.
    std::uint16_t state = 0;          ///< Kind of the newest task.* event on its observed state.
    Time created{}, state_at{};
    std::uint32_t version = 0;        ///< How often its service was changed before it was made.
    std::int64_t run = 0;             ///< Of a job: which run of it.
    bool held = false;                ///< Made by the restart supervisor, desired READY at first.
    bool wanted = true;               ///< Desired to run, now or when it is let go.
    bool released = false;            ///< Desired to run now: held no more.
    bool scaled_down = false;         ///< Desired state REMOVE.
    bool removed = false;             ///< Its object is gone.
    bool without_address = false;     ///< The allocator had none for it, or for its service.
    bool given_up = false;            ///< Its end was answered by "not replaced".
    Time unwanted_at{};
    bool container = false;           ///< Its container executes.
    NameId container_host;
    Time container_changed{};

    bool ended() const;               ///< Observed COMPLETE or beyond.
    bool placed() const;              ///< Observed ASSIGNED or beyond and not ended.
};

/// What of a service's spec can change here.
struct VersionFact {
    std::uint32_t number = 0;         ///< From 1; a rollback brings an old one back. 0: none.
    std::uint64_t replicas = 0;
};

/// A service as declared and commanded.
struct ServiceFact {
    const swarm::ServiceSpec* spec = nullptr;
    NameId name;
    std::uint64_t replicas = 0;       ///< As asked for.
    std::vector<std::string> images;  ///< By version, from 1.
    VersionFact now, previous;        ///< previous: what a rollback returns to.
    VersionFact now_before, previous_before;   ///< Before the newest change.
    std::uint16_t update = 0;         ///< Kind of the newest update.* event on its state; 0: none.
    bool going_over = false;          ///< Slots are replaced although the update is completed.
    std::int64_t run = 0;             ///< Of a job: the newest one.
    bool exists = false;
    const std::string& image() const { return images[now.number - 1]; }
    /// Slots are being replaced, or were left as they are: old and new tasks side by side.
    bool may_be_mixed() const;
    bool global() const { return swarm::is_per_node(spec->mode); }
    bool job() const { return swarm::is_job(spec->mode); }
    swarm::RestartPolicy policy() const {
        return spec->task.restart.value_or(swarm::RestartPolicy{});
    }
};

/// All tasks and services. A fold over task.*, service.* and container.* events.
class TaskBook {
  public:
    TaskBook(const Names& names, const OracleInput& input);

    /// The task the event changed, or null. Its state before is in `before`.
    TaskFact* apply(const Event& event, std::uint16_t& before);

    std::deque<TaskFact>& tasks() { return tasks_; }
    /// Tasks assigned to the node that have not ended.
    const std::vector<TaskFact*>& placed_on(NameId node) { return placed_[node]; }
    TaskFact* find(NameId name);
    std::vector<ServiceFact>& services() { return services_; }
    ServiceFact* service(NameId name);
    /// The image the task was made to run.
    const std::string& image_of(const TaskFact& task);
    /// Tasks of each slot (or node of a global service), removed ones too, oldest first.
    std::map<std::pair<std::int64_t, NameId>, std::vector<TaskFact*>> slots(NameId service);

    /// What is wrong with the newest update.* event; "" when nothing is.
    const std::string& complaint() const { return complaint_; }

  private:
    void change(const Event& event, ServiceFact& service);
    void step(const Event& event, ServiceFact& service);
    TaskFact& make(const Event& event);
    void observe(const Event& event, TaskFact& task);
    void displace(TaskFact& task);

    const Names& names_;
    std::deque<TaskFact> tasks_;       // In order of creation; addresses stay.
    NameMap<std::int32_t> index_{-1};
    NameMap<std::int32_t> service_index_{-1};
    NameMap<std::vector<TaskFact*>> placed_;
    std::vector<ServiceFact> services_;
    std::set<NameId> replacements_;    // Named by task.restart, not yet seen.
    std::string complaint_;
};

/// Re-counts one service's restarts and says whether its policy asks for another.
class RestartRule {
  public:
    struct Key {
        NameId service;
        std::int64_t slot = 0;
        NameId node;   ///< Of global services; invalid else.
        friend auto operator<=>(const Key&, const Key&) = default;
    };
    static Key key_of(const TaskFact& task) {
        return {task.service, task.slot, task.slot == 0 ? task.node : NameId{}};
    }

    /// Whether a task that ended as it did, or whose node is lost, must be replaced.
    bool must_restart(const TaskFact& task, const swarm::RestartPolicy& policy,
                      bool job = false) const;
    /// A replacement was made at `at` under spec version `version`.
    void record(const Key& key, std::uint32_t version, Time at);

  private:
    struct History {
        std::uint32_t version = 0;
        std::vector<Time> at;
    };
    std::map<Key, History> history_;
};

}   // namespace glasshive::check
