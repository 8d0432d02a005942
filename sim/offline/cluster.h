#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/names.h"
#include "base/result.h"
#include "kernel/rng.h"
#include "swarm/scheduler/group_index.h"
#include "swarm/scheduler/node_set.h"
#include "swarm/scheduler/policy.h"
#include "workload/trace/source.h"
#include "workload/trace/task.h"

namespace glasshive::offline {

/// Which kind of task: all that ask for the same are one kind.
using Shape = std::uint32_t;

/// Where a task went.
struct Placement {
    swarm::NodeId node;
    swarm::GpuMask gpus = 0;
};

class Cluster;

/// Looks on as a policy chooses.
class Watcher {
  public:
    virtual ~Watcher() = default;
    /// `node`: none when it fits nowhere. The cluster is as it was for the choice.
    virtual void chose(const Cluster& cluster, std::uint64_t who, Shape shape,
                       std::optional<swarm::NodeId> node) = 0;
};

/// Machines in trace mode: the swarm's scheduler without a swarm. The filters, the kept rankings
/// and the policies are those that run online (`swarm/scheduler`); there are no agents, no
/// heartbeats and no managers, and what is decided is so at once.
class Cluster {
  public:
    /// `policy` must outlive it. Ties and devices are drawn from streams of `seed`.
    Cluster(const swarm::Policy& policy, std::uint64_t seed);
    Cluster(const Cluster&) = delete;
    Cluster& operator=(const Cluster&) = delete;

    /// Adds machines in the order in which equals are taken. Requires no more than 32 models of
    /// GPUs in all machines and tasks; see models_of.
    void add(const workload::trace::Machine& machine);
    /// The kind of a task: its CPUs, memory, GPUs and models.
    Shape shape_of(const workload::trace::Task& task);
    /// What policies shall take for typical: the demands of these tasks, each as often as it has
    /// pieces; see swarm::typical_of. Reads the source to its end, and keeps what differs.
    void expect(workload::trace::TaskSource& tasks);
    void expect(const std::vector<workload::trace::Task>& tasks);

    /// Puts one task of that kind where the policy wants it; none when it fits nowhere. `who` is
    /// for pins and for who watches.
    std::optional<Placement> place(Shape shape, std::uint64_t who = 0);
    /// Puts it there, which it must fit.
    Placement place_at(Shape shape, swarm::NodeId node);
    void remove(Shape shape, const Placement& placement);
    /// A machine that is not up takes no tasks; those it has are the caller's to remove.
    void set_up(swarm::NodeId node, bool up);

    /// The task may run on this node alone, whatever the policy says.
    void pin(std::uint64_t who, swarm::NodeId node) { pins_[who] = node; }
    /// Where it is pinned to; none when it is not.
    std::optional<swarm::NodeId> pin_of(std::uint64_t who) const {
        const auto pin = pins_.find(who);
        return pin != pins_.end() ? std::optional(pin->second) : std::nullopt;
    }
    /// Is told of each choice of place(), before the task is there; null: nobody.
    void watch(Watcher* watcher) { watcher_ = watcher; }

    /// Whether a node (perhaps in another state than it is in) could run one more such task.
    bool fits(Shape shape, const swarm::NodeInfo& node) const;
    /// Puts a task on a copy of a node (+1), or takes it off (-1).
    void move(swarm::NodeInfo& node, Shape shape, swarm::GpuMask gpus, int sign) const {
        swarm::NodeSet::move(node, kinds_[shape].needs, gpus, sign);
    }
    const swarm::Policy& policy() const { return policy_; }
    const std::vector<workload::trace::Machine>& machines() const { return machines_; }
    /// For policies that look at all nodes.
    const swarm::NodeSet& node_set() const { return nodes_; }

    const std::vector<swarm::NodeInfo>& nodes() const { return nodes_.nodes(); }
    const swarm::TypicalTasks& typical() const { return typical_; }
    const swarm::Needs& needs_of(Shape shape) const { return kinds_[shape].needs; }
    /// How often the scheduler looked at a node, for tests and benches.
    std::uint64_t judged() const { return judged_; }
    /// How many kinds of tasks have their machines ranked.
    std::size_t rankings() const { return ranked_.size(); }

  private:
    struct Kind {
        swarm::Needs needs;
        swarm::GroupIndex index;
        std::uint64_t used = 0;   // When, in placements.
    };
    struct Asked {
        std::int64_t cpus = 0, memory = 0;
        swarm::GpuNeed gpus;
        friend auto operator<=>(const Asked&, const Asked&) = default;
    };
    swarm::GpuModels model(const std::string& name);
    swarm::GpuModels models(const std::string& allowed);
    Asked asked_by(const workload::trace::Task& task);
    std::optional<swarm::NodeId> choose(Shape shape);
    std::optional<swarm::NodeId> pinned(Shape shape, swarm::NodeId node) const;
    void make_room(Shape newcomer);

    const swarm::Policy& policy_;
    kernel::Rng ties_, devices_;
    Names names_;
    swarm::NodeSet nodes_;
    swarm::TypicalTasks typical_;
    std::map<std::string, swarm::GpuModels> models_;
    std::vector<std::string> model_names_;   // By bit.
    std::map<Asked, Shape> shapes_;
    std::vector<Kind> kinds_;
    std::vector<workload::trace::Machine> machines_;
    std::map<std::uint64_t, swarm::NodeId> pins_;
    Watcher* watcher_ = nullptr;
    const swarm::ServiceSpec spec_;   // Of all tasks, for scripts.
    std::vector<Shape> ranked_;       // Kinds whose ranking is kept.
    std::uint64_t placed_ = 0, judged_ = 0;
};

/// The models of GPUs that machines and tasks name: no more than can be told apart.
class Models {
  public:
    explicit Models(const std::vector<workload::trace::Machine>& machines);
    /// False when the task's models are too many with those before.
    bool add(const workload::trace::Task& task);
    bool fits() const;
    /// Of a task that add() refused.
    static Diagnostic problem(const workload::trace::Task& task);

  private:
    std::set<std::string> all_;
    std::string last_;   // Of the task before: most say the same.
};

/// What is wrong with machines and tasks together: more models of GPUs than can be told apart.
Diagnostics check_models(const std::vector<workload::trace::Machine>& machines,
                         const std::vector<workload::trace::Task>& tasks, const std::string& file);

}   // namespace glasshive::offline
