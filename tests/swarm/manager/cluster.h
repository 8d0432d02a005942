#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "kernel/support.h"
#include "swarm/events.h"
#include "swarm/manager/manager.h"

namespace glasshive::test {

using namespace glasshive::swarm;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// What happens to the tasks of a service on a fake agent.
struct Fate {
    Duration prepare = milliseconds{100};
    Duration run = Duration::zero();        ///< 0: until stopped.
    TaskState end = TaskState::failed;      ///< How it ends after `run`.
    bool reject = false;                    ///< Fails while being prepared.
    Duration stop = milliseconds{500};      ///< From "stop" to SHUTDOWN.
};

/// Speaks the agent's side of swarm/protocol.h and makes up what containers do. Its disk remembers
/// which tasks it ran; after a reboot those are reported FAILED.
class FakeAgent final : public kernel::Process {
  public:
    FakeAgent(kernel::Kernel& kernel, HostId host, ProcessId manager,
              const std::map<std::string, Fate>& fates)
        : kernel_(kernel), host_(host), manager_(manager), fates_(fates) {
        kernel.add_process(host, *this);
    }
    bool mute = false;                      ///< Registers no more and sends no beats.
    std::vector<ProcessId> managers;        ///< Asked in turn; empty: only the one.
    Time certificate_until = time_never;    ///< What it shows when it registers.
    void ask_for_certificate() { send(DispatcherMessage::certificate_request, nullptr); }
    std::uint64_t beats = 0;
    std::size_t complete_sets = 0;
    std::set<std::string> files;            ///< Secrets and configs it was given, by name.
    std::size_t running() const {
        std::size_t n = 0;
        for (const auto& [id, task] : tasks_) n += task.state == TaskState::running ? 1 : 0;
        return n;
    }

    void on_start() override { connect(); }
    void on_stop() override {
        tasks_.clear();
        files.clear();
        session_ = 0;
    }
    void on_channel_closed(ChannelId channel, kernel::CloseReason) override {
        if (channel == channel_) kernel_.after(id(), seconds{1}, reconnect);
    }
    void on_timer(std::uint32_t tag, std::uint64_t argument) override {
        if (tag == reconnect) connect();
        if (tag == beat_timer && argument == session_) beat();
        if (tag == rpc_timeout && argument == heard_) {   // Nobody answered: try a new connection.
            kernel_.close(id(), channel_);
            connect();
        }
        if (tag == prepared) on_prepared(TaskId{argument});
        if (tag == ended) on_ended(TaskId{argument});
        if (tag == stopped) finish(TaskId{argument}, TaskState::shutdown, "shutdown");
    }
    void on_message(const kernel::Message& message) override {
        ++heard_;
        switch (static_cast<DispatcherMessage>(message.type)) {
            case DispatcherMessage::session_accepted:
                session_ = message.a;
                beat();
                break;
            case DispatcherMessage::session_redirect:
                manager_ = ProcessId{static_cast<std::uint32_t>(message.b)};
                redirected_ = true;
                connect();
                break;
            case DispatcherMessage::session_invalid:
                if (message.a == session_) kernel_.after(id(), seconds{1}, reconnect);
                break;
            case DispatcherMessage::heartbeat_reply:
                kernel_.after(id(), Duration{static_cast<std::int64_t>(message.b)}, beat_timer,
                              session_);
                break;
            case DispatcherMessage::certificate:
                certificate_until =
                    kernel_.now() + Duration{static_cast<std::int64_t>(message.b)};
                break;
            case DispatcherMessage::assignments:
                assign(*std::dynamic_pointer_cast<const Assignments>(message.body), message.b == 1);
                break;
            default: break;
        }
    }
    /// Reports any status at all, as a broken agent might.
    void report(TaskId task, TaskState state, const char* message, const char* error = nullptr,
                int exit_code = 0) {
        auto body = std::make_shared<StatusUpdates>();
        TaskStatus status;
        status.id = task;
        status.state = state;
        status.message = kernel_.names().intern(message);
        if (error != nullptr) status.error = kernel_.names().intern(error);
        status.exit_code = exit_code;
        body->updates.push_back(status);
        send(DispatcherMessage::status_update, body);
    }

  private:
    enum : std::uint32_t { reconnect = 1, beat_timer, rpc_timeout, prepared, ended, stopped };
    struct Known {
        TaskState state = TaskState::accepted;
        TaskState desired = TaskState::ready;
        std::string service, image;
    };

    void connect() {
        if (mute) return;
        if (!managers.empty() && !redirected_) manager_ = managers[next_++ % managers.size()];
        redirected_ = false;
        channel_ = kernel_.connect(id(), manager_);
        auto body = std::make_shared<NodeDescription>();
        body->host = host_;
        body->certificate_until = certificate_until;
        session_ = 0;
        send(DispatcherMessage::session_request, body);
        kernel_.after(id(), seconds{5}, rpc_timeout, heard_);
    }
    void beat() {
        if (mute) return;
        ++beats;
        send(DispatcherMessage::heartbeat, nullptr);
        kernel_.after(id(), seconds{5}, rpc_timeout, heard_);
    }
    void send(DispatcherMessage type, std::shared_ptr<const kernel::MessageBody> body) {
        kernel::Outgoing message;
        message.type = static_cast<std::uint16_t>(type);
        message.a = session_;
        message.body = std::move(body);
        kernel_.send(id(), channel_, std::move(message));
    }
    const Fate& fate(const Known& task) const {
        static const Fate lives_on;
        const auto by_image = fates_.find(task.image);
        if (by_image != fates_.end()) return by_image->second;
        const auto found = fates_.find(task.service);
        return found == fates_.end() ? lives_on : found->second;
    }
    void assign(const Assignments& set, bool complete) {
        if (complete) {
            ++complete_sets;
            std::map<TaskId, Known> kept;
            for (const TaskAssignment& a : set.tasks) {
                if (tasks_.count(a.id) > 0) kept[a.id] = tasks_[a.id];
            }
            tasks_ = std::move(kept);
        }
        if (complete) files.clear();
        for (const FileAssignment& file : set.files) {
            const std::string name(kernel_.names().text(file.name));
            if (file.removed) files.erase(name);
            else files.insert(name);
        }
        for (const TaskAssignment& a : set.tasks) take(a);
    }
    void take(const TaskAssignment& a) {
        if (a.removed) {
            tasks_.erase(a.id);
            return;
        }
        const auto found = tasks_.find(a.id);
        if (found == tasks_.end()) {
            if (ran_.count(a.id) > 0) {
                const bool stop = a.desired >= TaskState::shutdown;
                report(a.id, stop ? TaskState::shutdown : TaskState::failed, "started",
                       stop ? nullptr : "task: non-zero exit (255)", 255);
                return;
            }
            if (a.desired >= TaskState::shutdown) {
                report(a.id, TaskState::shutdown, "shutdown");
                return;
            }
            ran_.insert(a.id);
            tasks_[a.id] = {TaskState::preparing, a.desired,
                            std::string(kernel_.names().text(a.service)),
                            a.spec->task.container.image};
            kernel_.after(id(), fate(tasks_[a.id]).prepare, prepared,
                          static_cast<std::uint64_t>(a.id));
            return;
        }
        Known& task = found->second;
        task.desired = std::max(task.desired, a.desired);
        if (task.state > TaskState::running) return;
        if (task.desired >= TaskState::shutdown) {
            kernel_.after(id(), fate(task).stop, stopped, static_cast<std::uint64_t>(a.id));
        } else if (task.state == TaskState::ready && task.desired >= TaskState::running) {
            run(a.id, task);
        }
    }
    void on_prepared(TaskId task_id) {
        const auto found = tasks_.find(task_id);
        if (found == tasks_.end() || found->second.state != TaskState::preparing) return;
        if (fate(found->second).reject) {
            finish(task_id, TaskState::rejected, "preparing", "No such image: nginx");
            return;
        }
        found->second.state = TaskState::ready;
        report(task_id, TaskState::ready, "prepared");
        if (found->second.desired >= TaskState::running) run(task_id, found->second);
    }
    void run(TaskId task_id, Known& task) {
        task.state = TaskState::running;
        report(task_id, TaskState::running, "started");
        if (fate(task).run > Duration::zero()) {
            kernel_.after(id(), fate(task).run, ended, static_cast<std::uint64_t>(task_id));
        }
    }
    void on_ended(TaskId task_id) {
        const auto found = tasks_.find(task_id);
        if (found == tasks_.end()) return;
        const bool well = fate(found->second).end == TaskState::complete;
        finish(task_id, fate(found->second).end, well ? "finished" : "started",
               well ? nullptr : "task: non-zero exit (1)", well ? 0 : 1);
    }
    void finish(TaskId task_id, TaskState state, const char* message, const char* error = nullptr,
                int exit_code = 0) {
        const auto found = tasks_.find(task_id);
        if (found == tasks_.end() || found->second.state > TaskState::running) return;
        found->second.state = state;
        report(task_id, state, message, error, exit_code);
    }

    kernel::Kernel& kernel_;
    HostId host_;
    ProcessId manager_;
    std::size_t next_ = 0;
    bool redirected_ = false;
    const std::map<std::string, Fate>& fates_;
    ChannelId channel_;
    std::uint64_t session_ = 0;
    std::uint64_t heard_ = 0;
    std::map<TaskId, Known> tasks_;
    std::set<TaskId> ran_;
};

/// A manager on host 0 and fake agents on hosts 1..workers, on a flat network without SimGrid.
struct Cluster {
    explicit Cluster(std::size_t workers, std::uint64_t seed = 1)
        : stream(names), topology(workers + 1),
          kernel((stream.add_sink(&log), stream), topology, seed), driver(kernel), state(kernel),
          manager(kernel, HostId{0}, state) {
        manager.found(raft::MemberId{0}, {raft::MemberId{0}});
        for (std::uint32_t i = 1; i <= workers; ++i) {
            NodeConfig config;
            config.hostname = "w" + std::to_string(i);
            config.cpus = one_cpu * 4;
            config.memory = gibibyte * 8;
            manager.add_node(HostId{i}, std::move(config));
            agents.push_back(
                std::make_unique<FakeAgent>(kernel, HostId{i}, manager.id(), fates));
        }
    }
    /// Starts everybody and lets the nodes register; the clock then stands at one second.
    void start() {
        kernel.start(manager.id());
        for (auto& agent : agents) kernel.start(agent->id());
        driver.run_until(time_of_ns(1'000'000'000));
    }
    ServiceId create(const std::string& name, std::uint64_t replicas) {
        return create(spec(name, replicas));
    }
    ServiceId create(ServiceSpec spec) { return manager.create_service(std::move(spec)).value(); }
    static ServiceSpec spec(const std::string& name, std::uint64_t replicas) {
        ServiceSpec spec;
        spec.name = name;
        spec.replicas = replicas;
        spec.task.container.image = "nginx";
        return spec;
    }
    void run_for(Duration span) { driver.run_for(span); }
    void run_until(Duration at) { driver.run_until(Time{at}); }
    /// Worker i (from 1) loses power; the event to blame is returned.
    EventId crash(std::uint32_t worker) {
        const EventId fault = stream.emit(kernel.now(), scenario_cause, fault_kind,
                                          names.intern("w" + std::to_string(worker)), {});
        kernel.power_off(HostId{worker}, fault);
        return fault;
    }
    const Store& store() const { return manager.store(); }
    const Node& node(std::uint32_t worker) const { return store().nodes()[worker - 1]; }
    std::vector<const Task*> tasks(ServiceId service) const {
        std::vector<const Task*> found;
        store().for_each(store().service(service).tasks, Store::By::service,
                         [&](const Task& task) { found.push_back(&task); });
        return found;
    }
    std::size_t desired_running(ServiceId service) const {
        std::size_t n = 0;
        for (const Task* task : tasks(service)) n += task->desired <= TaskState::running ? 1 : 0;
        return n;
    }
    std::vector<Event> events(const EventKind& kind) const {
        std::vector<Event> found;
        for (const Event& event : log.events) {
            if (event.kind == kind.id) found.push_back(event);
        }
        return found;
    }
    const Event& event(EventId id) const { return log.events[number_of(id) - 1]; }
    /// True when following causes from `id` leads to `root`.
    bool leads_to(EventId id, EventId root) const {
        while (number_of(id) > 0 && id != root) id = event(id).cause;
        return id == root;
    }
    std::string_view text(NameId id) const { return names.text(id); }

    static constexpr EventKind fault_kind{
        .id = 999, .name = "fault.test", .subject = "host", .doc = "A test's fault."};

    Names names;
    EventStream stream;
    EventLog log;
    FlatTopology topology;
    kernel::Kernel kernel;
    kernel::BareDriver driver;
    std::map<std::string, Fate> fates;      ///< By image, else by service name.
    ReplicatedState state;
    Manager manager;
    std::vector<std::unique_ptr<FakeAgent>> agents;
};

}   // namespace glasshive::test
