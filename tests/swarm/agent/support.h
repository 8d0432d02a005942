#pragma once

#include <catch2/catch.hpp>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "kernel/support.h"
#include "runtime/catalog.h"
#include "runtime/events.h"
#include "runtime/test_machine.h"
#include "swarm/agent/daemon.h"
#include "swarm/events.h"
#include "workload/client.h"
#include "workload/events.h"

namespace glasshive::test {

using namespace std::chrono_literals;
using swarm::TaskId;
using swarm::TaskState;

inline std::int64_t ms(Time t) { return ns_of(t) / 1'000'000; }
inline Time at(Duration d) { return Time{} + d; }

/// A dispatcher that does what a test tells it to, and writes down what agents report.
struct FakeManager final : kernel::Process {
    explicit FakeManager(kernel::Kernel& k) : kernel(k) {}

    struct Agent {
        ChannelId channel;
        std::uint64_t session = 0;
        std::map<TaskId, swarm::TaskAssignment> tasks;
    };
    struct Report {
        Time time{};
        swarm::TaskStatus status;
        EventId cause{};
    };

    kernel::Kernel& kernel;
    std::map<HostId, Agent> agents;
    std::map<ChannelId, HostId> host_by_channel;
    std::vector<Report> reports;
    std::vector<std::pair<Time, HostId>> sessions, beats;
    std::uint64_t last_session = 0;
    bool silent = false;                       // Hears, but does not answer.

    void on_message(const kernel::Message& m) override {
        using swarm::DispatcherMessage;
        const auto type = static_cast<DispatcherMessage>(m.type);
        if (type == DispatcherMessage::session_request) {
            const auto& d = static_cast<const swarm::NodeDescription&>(*m.body);
            sessions.emplace_back(kernel.now(), d.host);
            if (silent) return;
            Agent& agent = agents[d.host];
            agent.channel = m.channel;
            agent.session = ++last_session;
            host_by_channel[m.channel] = d.host;
            answer(m.channel, DispatcherMessage::session_accepted, agent.session, 5s);
            send(d.host, true);
        } else if (type == DispatcherMessage::heartbeat) {
            beats.emplace_back(kernel.now(), host_by_channel.at(m.channel));
            if (!silent) answer(m.channel, DispatcherMessage::heartbeat_reply, m.a, 5s);
        } else if (type == DispatcherMessage::status_update) {
            const auto& body = static_cast<const swarm::StatusUpdates&>(*m.body);
            for (const auto& status : body.updates) {
                reports.push_back({kernel.now(), status, kernel.cause()});
            }
        }
    }
    void answer(ChannelId to, swarm::DispatcherMessage type, std::uint64_t a, Duration b) {
        kernel.send(id(), to, {.type = static_cast<std::uint16_t>(type), .a = a,
                               .b = static_cast<std::uint64_t>(b.count())});
    }
    void send(HostId host, bool complete, std::vector<swarm::TaskAssignment> changes = {}) {
        const Agent& agent = agents[host];
        auto body = std::make_shared<swarm::Assignments>();
        body->tasks = std::move(changes);
        if (complete) {
            for (const auto& [id, task] : agent.tasks) body->tasks.push_back(task);
        }
        kernel.send(id(), agent.channel,
                    {.type = static_cast<std::uint16_t>(swarm::DispatcherMessage::assignments),
                     .a = agent.session, .b = complete ? 1U : 0U, .body = body});
    }
    /// States reported for a task, as "running started", in order.
    std::vector<std::string> life(Names& names, TaskId task) const {
        std::vector<std::string> out;
        for (const Report& r : reports) {
            if (r.status.id != task) continue;
            std::string line = swarm::to_text(r.status.state);
            line += " " + std::string(names.text(r.status.message));
            if (r.status.error.valid()) line += ": " + std::string(names.text(r.status.error));
            out.push_back(line);
        }
        return out;
    }
    /// When a task was first reported in a state; time_never if it was not.
    Time when(TaskId task, TaskState state) const {
        for (const Report& r : reports) {
            if (r.status.id == task && r.status.state == state) return r.time;
        }
        return time_never;
    }
};

/// Hosts h0..hn with a daemon each, a fake manager and the registry on h0, and clients outside.
struct Cluster {
    explicit Cluster(std::size_t hosts, std::vector<std::size_t> watchers = {},
                     runtime::RegistrySpec registry = with_image_everywhere(),
                     std::uint64_t seed = 1)
        : stream(names),
          topology(hosts),
          kernel((stream.add_sink(&log), stream), topology, seed),
          driver(kernel),
          manager(kernel),
          catalog(registry, host_names(hosts), names),
          server(kernel, catalog),
          machine(kernel),
          environment{kernel, catalog, {}, {}, {}, machine} {
        environment.managers = {kernel.add_process(host(0), manager)};
        environment.registry = kernel.add_process(host(0), server);
        for (const std::size_t w : watchers) environment.group.watchers.push_back(host(w));
        for (std::size_t i = 0; i < hosts; ++i) {
            daemons.push_back(std::make_unique<swarm::agent::Daemon>(
                environment, swarm::agent::NodeFacts{.host = host(i),
                                                     .name = names.intern("h" + std::to_string(i)),
                                                     .cpus = {4'000'000'000}, .memory = gibibyte}));
            environment.group.daemons.push_back(kernel.add_process(host(i), *daemons.back()));
        }
        kernel.start(environment.managers.front());
        kernel.start(environment.registry);
        for (const auto& daemon : daemons) kernel.start(daemon->id());
    }
    static HostId host(std::size_t i) { return HostId{static_cast<std::uint32_t>(i)}; }
    static std::vector<std::string> host_names(std::size_t n) {
        std::vector<std::string> out;
        for (std::size_t i = 0; i < n; ++i) out.push_back("h" + std::to_string(i));
        return out;
    }
    static runtime::RegistrySpec with_image_everywhere() {
        runtime::RegistrySpec spec;
        spec.images.push_back({.name = "web", .present_on = {"*"}});
        return spec;
    }
    static std::shared_ptr<swarm::ServiceSpec> service(const std::string& image = "web") {
        auto spec = std::make_shared<swarm::ServiceSpec>();
        spec->name = "web";
        spec->task.container.image = image;
        return spec;
    }
    static std::shared_ptr<swarm::ServiceSpec> published() {
        auto spec = service();
        spec->ports.push_back({.target = 80, .published = 8080});
        return spec;
    }
    /// The dispatcher tells host `h` of a task, from now on.
    void assign(std::size_t h, std::uint64_t id, std::shared_ptr<const swarm::ServiceSpec> spec,
                TaskState desired = TaskState::running) {
        const auto text = spec->name + "." + std::to_string(id) + ".t" + std::to_string(id);
        swarm::TaskAssignment a{.id = TaskId{id}, .subject = names.intern(text),
                                .service = names.intern(spec->name),
                                .slot = static_cast<std::uint32_t>(id), .desired = desired,
                                .spec = std::move(spec)};
        manager.agents[host(h)].tasks[a.id] = a;
        manager.send(host(h), false, {a});
    }
    void want(std::size_t h, std::uint64_t id, TaskState desired) {
        auto& a = manager.agents[host(h)].tasks.at(TaskId{id});
        a.desired = desired;
        manager.send(host(h), false, {a});
    }
    workload::Client& client(workload::ClientSpec spec, std::vector<std::size_t> entries) {
        workload::ClientTargets targets;
        for (const std::size_t e : entries) {
            targets.entries.push_back(daemons[e]->id());
            targets.entry_names.push_back(names.intern("h" + std::to_string(e)));
        }
        targets.service = names.intern(spec.service);
        targets.port = 8080;
        if (!spec.from_service.empty()) targets.caller = names.intern(spec.from_service);
        clients.push_back(std::make_unique<workload::Client>(kernel, spec, targets));
        kernel.start(kernel.add_process({}, *clients.back()));
        if (targets.caller.valid()) {
            environment.callers[targets.caller].push_back(clients.back()->id());
        }
        return *clients.back();
    }
    void cut(std::size_t a, std::size_t b) {
        topology.cut(host(a), host(b));
        topology.cut(host(b), host(a));
        kernel.topology_changed();
    }
    void heal(std::size_t a, std::size_t b) {
        topology.heal(host(a), host(b));
        topology.heal(host(b), host(a));
        kernel.topology_changed();
    }
    void run_until(Duration t) { driver.run_until(at(t)); }
    std::string life(std::uint64_t task) {
        std::string out;
        for (const auto& line : manager.life(names, TaskId{task})) {
            out += (out.empty() ? "" : ", ") + line;
        }
        return out;
    }
    /// Events of one kind, in order.
    std::vector<Event> all(const EventKind& kind) const {
        std::vector<Event> out;
        for (const Event& e : log.events) {
            if (e.kind == kind.id) out.push_back(e);
        }
        return out;
    }
    std::string_view name(const Event& e, std::size_t i) const {
        return names.text(NameId{static_cast<std::uint32_t>(e.fields[i].integer)});
    }

    Names names;
    EventStream stream;
    EventLog log;
    FlatTopology topology;
    kernel::Kernel kernel;
    kernel::BareDriver driver;
    FakeManager manager;
    runtime::Catalog catalog;
    runtime::RegistryServer server;
    TestMachine machine;
    swarm::agent::Environment environment;
    std::vector<std::unique_ptr<swarm::agent::Daemon>> daemons;
    std::vector<std::unique_ptr<workload::Client>> clients;
};

constexpr EventId fault{424242};

}   // namespace glasshive::test
