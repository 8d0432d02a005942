#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "kernel/kernel.h"
#include "swarm/restart/supervisor.h"
#include "swarm/state/store.h"

namespace glasshive::swarm {

/// One service's way from its old tasks to those of its new spec.
///
/// `parallelism` workers take dirty slots from a queue, each on its own: there are no batches that
/// wait for one another. A worker replaces its slot's tasks, waits without any timeout until the
/// new one runs (or ended), then for the delay, then takes the next slot. When every worker is done
/// the update watches for failures one more monitoring period and is complete.
///
/// Failures are tasks this update made that end before they run or within the monitoring period of
/// it; what a restart makes of them is not counted. While the workers finish their last slots
/// nobody looks at failures: those wait for the final watch, which therefore lasts a second longer
/// than the delay when that is the longer one.
/// Source: swarmkit manager/orchestrator/update/updater.go.
class Updater {
  public:
    /// What an updater works with; outlives it.
    struct Tools {
        Store& store;
        RestartSupervisor& restarts;
        ProcessId owner;                 ///< Whose timers update_delay and update_monitor are.
    };
    /// `slots`: those with dirty tasks, in the order in which they are taken. Not empty.
    Updater(const Tools& tools, const Service& service, std::vector<std::uint32_t> slots);
    ~Updater() { cancel(); }
    Updater(const Updater&) = delete;
    Updater& operator=(const Updater&) = delete;

    void start();
    /// Stops where it is: tasks stay as they are, nothing is said.
    void cancel();
    /// A task of the service changed, or left the store.
    void task_changed(const Task& task, bool removed);
    void on_delay_over(std::uint32_t worker);
    void on_monitor_over();
    /// Nothing is left to do.
    bool over() const { return over_; }
    const std::shared_ptr<const ServiceSpec>& spec() const { return spec_; }

  private:
    enum class Doing : std::uint8_t { nothing, starting, waiting, resting, gone };
    struct Worker {
        Doing doing = Doing::nothing;
        std::uint32_t slot = 0;
        TaskId task = TaskId::none;      // starting: until it may run; waiting: until it runs.
        kernel::TimerId delay = kernel::TimerId::none;
    };

    const Service& service() const { return tools_.store.service(service_); }
    void take_slots();
    void take_slot(std::uint32_t worker);
    void rest(std::uint32_t worker);
    void replace(Worker& worker, const std::vector<const Task*>& old);
    void use_existing(Worker& worker, const std::vector<const Task*>& tasks, const Task& good);
    const Task* stop(Batch& batch, const std::vector<const Task*>& tasks, const Task* but);
    void say_slot(const Worker& worker, NameId task);
    void advance(std::uint32_t worker, const Task& task, bool removed);
    void notice_end(const Task& task);
    void count_failure(TaskId task);
    void end_if_done();
    void propose(ServiceUpdate::What what, const std::string& message);

    Tools tools_;
    kernel::Kernel& kernel_;
    ServiceId service_;
    std::shared_ptr<const ServiceSpec> spec_;
    UpdateConfig config_;
    bool rolling_back_ = false;
    std::vector<std::uint32_t> slots_;
    std::size_t next_ = 0;                           // Of slots_.
    std::vector<Worker> workers_;
    std::map<TaskId, std::uint32_t> worker_of_;      // By the task it waits for.
    std::map<TaskId, Time> made_;                    // Tasks made here; when they ran, or never.
    std::map<TaskId, EventId> ended_unseen_;         // Ended while nobody looked; what said so.
    std::set<TaskId> failed_;
    kernel::TimerId monitor_ = kernel::TimerId::none;
    bool stopped_ = false;                           // Paused or rolled back: workers finish only.
    bool over_ = false;
};

}   // namespace glasshive::swarm
