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
#include "workload/trace/task.h"

namespace glasshive::offline {

/// Which kind of task: all that ask for the same are one kind.
using Shape = std::uint32_t;

/// Where a task went.
struct Placement {
    swarm::NodeId node;
    swarm::GpuMask gpus = 0;
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
    /// What policies shall take for typical: the demands of these tasks, see swarm::typical_of.
    void expect(const std::vector<workload::trace::Task>& tasks);

    /// Puts one task of that kind where the policy wants it; none when it fits nowhere.
    std::optional<Placement> place(Shape shape);
    void remove(Shape shape, const Placement& placement);

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
    void make_room(Shape newcomer);

    const swarm::Policy& policy_;
    kernel::Rng ties_, devices_;
    Names names_;
    swarm::NodeSet nodes_;
    swarm::TypicalTasks typical_;
    std::map<std::string, swarm::GpuModels> models_;
    std::map<Asked, Shape> shapes_;
    std::vector<Kind> kinds_;
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
