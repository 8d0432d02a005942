#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "kernel/kernel.h"
#include "swarm/state/changes.h"
#include "swarm/state/objects.h"

namespace glasshive::swarm {

/// The control loops that write; each hears of its own writes before it acts again.
enum class Proposer : std::uint8_t {
    api, allocator, replicated, global, jobs, restart, updater, enforcer, reaper, scheduler,
    dispatcher,
};
inline constexpr std::size_t proposers = 11;

/// A control loop's ear: called once per committed transaction, in subscription order.
/// May collect work and propose; must not expect the proposal to be true when the call returns.
class Subscriber {
  public:
    virtual ~Subscriber() = default;
    virtual void on_commit(std::span<const Committed> changes) = 0;
    /// A change of this subscriber's proposer was rejected at commit.
    virtual void on_rejected(const Change& /*change*/) {}
};

/// Says what became true: turns a committed change into an event and returns its id.
class Announcer {
  public:
    virtual ~Announcer() = default;
    virtual EventId announce(const Committed& change) = 0;
};

/// A transaction on its way: immutable, so that every manager's log can hold the same one.
struct Proposal {
    Proposer proposer = Proposer::api;
    Transaction changes;
};
using ProposalPtr = std::shared_ptr<const Proposal>;

/// When a transaction came true and what was said of each change: what replaying it needs. Changes
/// that were rejected have no event.
struct Record {
    Time at{};
    std::vector<EventId> events;
};

/// The swarm's state. Everything that changes it goes through propose(); everybody reads committed
/// versions only. Proposals wait in a queue until consensus takes them (take_proposal) and makes
/// them true when a majority has them (apply), in the same order.
///
/// Not thread-safe. References to nodes, services and tasks hold until the next commit.
class Store {
  public:
    explicit Store(kernel::Kernel& kernel) : kernel_(kernel) {}
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    // --- Writing ---------------------------------------------------------------------------------
    /// Queues a transaction. Requires 1..transaction_changes_max changes.
    void propose(Proposer proposer, Transaction changes);
    /// The oldest proposal that nobody took yet; null when there is none. It stays outstanding.
    ProposalPtr take_proposal();
    /// Makes a transaction true and tells the subscribers; a former leader's too.
    Record apply(const ProposalPtr& proposal);
    /// Both at once, for a swarm of one: false when no proposal waits.
    bool commit_next();
    /// Makes a transaction true again in a copy: silently, as it was then. Requires no subscribers.
    void replay(const ProposalPtr& proposal, const Record& record);
    /// Becomes a copy of another store's state; who listens and what is proposed stays.
    void assume(const Store& other);
    /// Proposals of this loop that have not committed yet.
    std::size_t outstanding(Proposer proposer) const { return outstanding_[index_of(proposer)]; }
    bool has_proposals() const { return !proposals_.empty(); }
    /// The leader is gone: what it proposed and nobody committed is no longer waited for.
    void drop_proposals();
    void subscribe(Proposer as, Subscriber& subscriber) {
        subscribers_.push_back({as, &subscriber});
    }
    void unsubscribe_all() { subscribers_.clear(); }
    /// Null: nothing is said.
    void set_announcer(Announcer* announcer) { announcer_ = announcer; }
    TaskId new_task_id() { return TaskId{++last_task_id_}; }
    NodeId new_node_id() { return NodeId{node_ids_++}; }
    ServiceId new_service_id() { return ServiceId{service_ids_++}; }
    FileId new_file_id() { return FileId{file_ids_++}; }
    NetworkId new_network_id() { return NetworkId{network_ids_++}; }

    // --- Reading ---------------------------------------------------------------------------------
    const std::deque<Node>& nodes() const { return nodes_; }   ///< Removed ones included.
    const Node& node(NodeId id) const { return nodes_[id.index()]; }
    const std::deque<Service>& services() const { return services_; }   ///< Removed ones included.
    const Service& service(ServiceId id) const { return services_[id.index()]; }
    /// Null when there is none (any more).
    const Task* task(TaskId id) const;
    const Service* find_service(NameId name) const;
    const Node* find_node(HostId host) const;
    const std::deque<FileObject>& files() const { return files_; }   ///< Removed ones included.
    const FileObject* find_file(FileKind kind, NameId name) const;
    const std::deque<Network>& networks() const { return networks_; }   ///< Removed ones included.
    const Network* find_network(NameId name) const;
    const ClusterObject& cluster() const { return *cluster_; }
    ServiceStatus status(ServiceId id) const;
    std::size_t task_count() const { return task_count_; }
    /// Upper bound of Task::place, for arrays beside the tasks.
    std::size_t places() const { return tasks_.size(); }

    enum class By : std::uint8_t { service, node, instance };
    /// Calls visit(const Task&) for each task of a list, oldest link first.
    template <class Visit>
    void for_each(const TaskList& list, By by, Visit visit) const {
        for (std::uint32_t at = list.head; at != TaskList::none;) {
            const Task& found = tasks_[at];
            at = found.links[static_cast<std::size_t>(by)].next;
            visit(found);
        }
    }
    /// All live tasks in order of creation.
    template <class Visit>
    void for_each_task(Visit visit) const {
        for (const std::uint32_t place : places_by_id_) {
            if (place != TaskList::none) visit(tasks_[place]);
        }
    }
    /// The tasks that share a slot, or a node for a global service.
    TaskList instance(const Service& service, std::uint32_t number) const;

    kernel::Kernel& kernel() const { return kernel_; }

  private:
    struct Ear {
        Proposer as;
        Subscriber* subscriber;
    };

    void make_true(const Proposal& proposal, bool own, Record& record, bool again);
    static std::size_t index_of(Proposer proposer) { return static_cast<std::size_t>(proposer); }
    bool apply(const NodeCreate& change, Committed& done);
    bool apply(const NodeUpdate& change, Committed& done);
    bool apply(const NodeRemove& change, Committed& done);
    bool apply(const ServiceCreate& change, Committed& done);
    bool apply(const ServiceUpdate& change, Committed& done);
    bool apply(const ServiceRemove& change, Committed& done);
    bool apply(const TaskCreate& change, Committed& done);
    bool apply(const TaskUpdate& change, Committed& done);
    bool apply(const TaskRemove& change, Committed& done);
    bool apply(const FileCreate& change, Committed& done);
    bool apply(const FileRemove& change, Committed& done);
    bool apply(const ClusterUpdate& change, Committed& done);
    bool apply(const ServiceAllocated& change, Committed& done);
    bool apply(const NetworkCreate& change, Committed& done);
    bool apply(const NetworkAllocated& change, Committed& done);
    bool apply(const NetworkRemove& change, Committed& done);
    bool take_step(const ServiceUpdate& change, Service& service);
    bool apply_status(const TaskUpdate& change, Task& task);
    void forget_removed();
    void remember_event(const Committed& done);
    Task* find_task(TaskId id);
    Task& new_task();
    void count(const Task& task, int sign);
    TaskList& instance_of(const Task& task);
    void link(TaskList& list, By by, Task& task);
    void unlink(TaskList& list, By by, Task& task);

    kernel::Kernel& kernel_;
    Announcer* announcer_ = nullptr;
    std::vector<Ear> subscribers_;
    std::deque<ProposalPtr> proposals_;
    std::deque<ProposalPtr> in_flight_;               // Taken, not yet true.
    Time now_{};                                      // Of the transaction that becomes true.
    std::array<std::size_t, proposers> outstanding_{};

    std::deque<Node> nodes_;
    std::deque<Service> services_;
    std::map<NameId, ServiceId> service_by_name_;
    std::map<HostId, NodeId> node_by_host_;
    std::deque<FileObject> files_;
    std::map<std::pair<FileKind, NameId>, FileId> file_by_name_;
    std::deque<Network> networks_;
    std::map<NameId, NetworkId> network_by_name_;
    std::shared_ptr<const ClusterObject> cluster_ = std::make_shared<const ClusterObject>();
    std::deque<Task> tasks_;                          // The slab: stable addresses, reused places.
    std::vector<std::uint32_t> free_places_;
    std::vector<std::uint32_t> places_by_id_;         // By TaskId - 1; none once removed.
    // Last state of tasks the newest commit removed.
    std::deque<Task> removed_;
    std::vector<Committed> committed_;                // Scratch of make_true.
    std::size_t task_count_ = 0;
    std::uint64_t last_task_id_ = 0;
    std::uint32_t node_ids_ = 0;
    std::uint32_t service_ids_ = 0;
    std::uint32_t file_ids_ = 0;
    std::uint32_t network_ids_ = 0;
};

/// Collects changes, each caused by the kernel's cause when it is added, and proposes them in
/// transactions of at most transaction_changes_max when it goes out of scope.
class Batch {
  public:
    Batch(Store& store, Proposer proposer) : store_(store), proposer_(proposer) {}
    ~Batch() { flush(); }
    Batch(const Batch&) = delete;
    Batch& operator=(const Batch&) = delete;

    template <class What>
    void add(What what) {
        changes_.push_back({std::move(what), store_.kernel().cause()});
        if (changes_.size() == transaction_changes_max) flush();
    }

  private:
    void flush() {
        if (!changes_.empty()) store_.propose(proposer_, std::move(changes_));
        changes_.clear();
    }

    Store& store_;
    Proposer proposer_;
    Transaction changes_;
};

/// A new task of `service` as the orchestrators make it: NEW, "created". `node` only for global
/// services.
/// Source: swarmkit manager/orchestrator/task.go NewTask.
TaskCreate make_task(Store& store, const Service& service, std::uint32_t slot, NodeId node,
                     TaskState desired = TaskState::running);

}   // namespace glasshive::swarm
