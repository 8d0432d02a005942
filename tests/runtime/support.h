#pragma once

#include <catch2/catch.hpp>

#include <optional>
#include <string>
#include <vector>

#include "kernel/support.h"
#include "runtime/catalog.h"
#include "runtime/engine.h"
#include "runtime/events.h"
#include "runtime/pulls.h"
#include "runtime/test_machine.h"

namespace glasshive::test {

using namespace std::chrono_literals;

/// A daemon that is nothing but an engine and its pulls, and writes down what they tell it.
struct EngineHost final : kernel::Process, runtime::PullListener, runtime::EngineListener {
    EngineHost(kernel::Kernel& k, const runtime::Catalog& c) : kernel(k), catalog(c), machine(k) {}

    kernel::Kernel& kernel;
    const runtime::Catalog& catalog;
    TestMachine machine;
    std::optional<runtime::Pulls> pulls;
    std::optional<runtime::Engine> engine;
    std::vector<std::string> heard;
    Time ended{};   // Of the newest thing heard.

    /// Once the process has its id.
    void equip(HostId host, NameId name, ProcessId registry) {
        pulls.emplace(kernel, catalog, machine,
                      runtime::Pulls::Place{.owner = id(), .host = host, .name = name,
                                            .registry = registry},
                      48, *this);
        engine.emplace(kernel, machine,
                       runtime::Engine::Place{.owner = id(), .host = host, .name = name}, 32,
                       *this);
    }
    void say(const std::string& what) {
        ended = kernel.now();
        heard.push_back(seconds_text(kernel.now(), 3) + " " + what);
    }
    void on_pull_ended(NameId image, bool present) override {
        say(std::string(kernel.names().text(image)) + (present ? " pulled" : " missing"));
    }
    void on_container_ended(runtime::ContainerKey key, int code) override {
        say("ended " + std::to_string(static_cast<std::uint64_t>(key)) + " " +
            std::to_string(code));
    }
    void on_request_served(runtime::ContainerKey, std::uint64_t cookie) override {
        say("served " + std::to_string(cookie));
    }
    void on_request_lost(std::uint64_t cookie) override { say("lost " + std::to_string(cookie)); }
    void on_request_failed(std::uint64_t cookie) override {
        say("error " + std::to_string(cookie));
    }
    void on_health(runtime::ContainerKey, runtime::HealthStatus status) override {
        say(runtime::to_text(status));
    }

    void on_timer(std::uint32_t tag, std::uint64_t argument) override {
        if (tag >= 48) pulls->on_timer(tag, argument);
        else engine->on_timer(tag, argument);
    }
    void on_message(const kernel::Message& m) override { pulls->on_manifest(m); }
    void on_channel_closed(ChannelId channel, kernel::CloseReason) override {
        pulls->on_channel_closed(channel);
    }
    void on_flow_end(kernel::FlowId, kernel::FlowEnd end, std::uint64_t argument) override {
        pulls->on_flow_end(end, argument);
    }
    void on_work_done(std::uint32_t tag, std::uint64_t argument) override {
        if (tag == 48) pulls->on_work_done(argument);
        else engine->on_work_done(argument);
    }
    void on_stop() override {
        engine->end_all(!kernel.is_on(kernel.host_of(id())));
        pulls->forget();
    }
};

/// A registry on h0 and an engine on h1; 1 ms and 1 Gbps between them.
struct EngineBench {
    explicit EngineBench(runtime::RegistrySpec spec = {}, bool with_registry = true)
        : stream(names), topology(2), kernel((stream.add_sink(&log), stream), topology, 1),
          driver(kernel), catalog(spec, {"h0", "h1"}, names), server(kernel, catalog),
          host(kernel, catalog) {
        const ProcessId registry = kernel.add_process(HostId{0}, server);
        kernel.add_process(HostId{1}, host);
        host.equip(HostId{1}, names.intern("h1"), with_registry ? registry : ProcessId{});
        kernel.start(registry);
        kernel.start(host.id());
    }
    void run_until(Duration t) { driver.run_until(Time{} + t); }
    NameId image(const std::string& name) { return names.intern(runtime::with_tag(name)); }
    runtime::Engine& engine() { return *host.engine; }
    runtime::Pulls& pulls() { return *host.pulls; }
    /// A container named c<key> of service "web".
    runtime::ContainerOptions options(std::uint64_t key) {
        return {.subject = names.intern("c" + std::to_string(key)), .service = names.intern("web"),
                .slot = 1};
    }
    std::vector<Event> all(const EventKind& kind) const {
        std::vector<Event> out;
        for (const Event& e : log.events) {
            if (e.kind == kind.id) out.push_back(e);
        }
        return out;
    }

    Names names;
    EventStream stream;
    EventLog log;
    FlatTopology topology;
    kernel::Kernel kernel;
    kernel::BareDriver driver;
    runtime::Catalog catalog;
    runtime::RegistryServer server;
    EngineHost host;
};

}   // namespace glasshive::test
