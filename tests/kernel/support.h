#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "kernel/bare_driver.h"
#include "kernel/events.h"
#include "kernel/kernel.h"

namespace glasshive::test {

/// A network whose every path is the same until a test cuts, slows or spoils it.
class FlatTopology final : public kernel::Topology {
  public:
    explicit FlatTopology(std::size_t hosts, kernel::PathInfo path = {
                              .latency = std::chrono::milliseconds{1}, .bottleneck = gigabits(1)})
        : path_(path) {
        for (std::size_t i = 0; i < hosts; ++i) names_.push_back("h" + std::to_string(i));
    }
    std::size_t host_count() const override { return names_.size(); }
    std::size_t link_count() const override { return 0; }
    std::string_view host_name(HostId host) const override { return names_[host.index()]; }
    kernel::PathInfo path(HostId from, HostId to) const override {
        kernel::PathInfo info = path_;
        if (from == to) info.latency = Duration{0};
        const auto slow = slower_.find({from, to});
        if (slow != slower_.end()) info.latency += slow->second;
        info.connected = active_.count({from, to}) == 0;
        return info;
    }
    void route(HostId, HostId, std::vector<LinkId>&) const override {}
    Bandwidth link_bandwidth(LinkId) const override { return path_.bottleneck; }
    EventId cut_since(std::uint32_t epoch, HostId from, HostId to) const override {
        for (const auto& [at, pair] : log_) {
            if (at > epoch && pair == std::pair{from, to}) return EventId{7777};
        }
        return scenario_cause;
    }
    void cut(HostId from, HostId to) {
        note_cut();
        log_.push_back({cut_epoch(), {from, to}});
        active_[{from, to}] = true;
    }
    void heal(HostId from, HostId to) {
        note_change();
        active_.erase({from, to});
    }
    /// That path alone takes so much longer.
    void slow(HostId from, HostId to, Duration more) {
        note_change();
        slower_[{from, to}] = more;
    }
    void set_path(kernel::PathInfo path) {
        note_change();
        path_ = path;
    }

  private:
    kernel::PathInfo path_;
    std::vector<std::string> names_;
    std::map<std::pair<HostId, HostId>, bool> active_;
    std::map<std::pair<HostId, HostId>, Duration> slower_;
    std::vector<std::pair<std::uint32_t, std::pair<HostId, HostId>>> log_;
};

/// Keeps every event a test may look at.
struct EventLog final : EventSink {
    std::vector<Event> events;
    void on_event(const Event& event, std::string_view) override { events.push_back(event); }
    std::size_t count(const EventKind& kind) const {
        std::size_t n = 0;
        for (const Event& e : events) n += e.kind == kind.id ? 1 : 0;
        return n;
    }
};

/// A process that writes down what it hears, in words, and does what a test tells it to.
struct Probe final : kernel::Process {
    explicit Probe(kernel::Kernel& k) : kernel(k) {}
    kernel::Kernel& kernel;
    std::vector<std::string> heard;
    std::function<void(const kernel::Message&)> then;

    void say(const std::string& what) {
        heard.push_back(seconds_text(kernel.now(), 6) + " " + what);
    }
    void on_start() override { say("start"); }
    void on_stop() override { say("stop"); }
    void on_timer(std::uint32_t tag, std::uint64_t) override {
        say("timer " + std::to_string(tag));
    }
    void on_message(const kernel::Message& m) override {
        say("message " + std::to_string(m.a));
        if (then) then(m);
    }
    void on_channel_closed(ChannelId, kernel::CloseReason reason) override {
        const char* const words[] = {"refused", "reset", "timed_out"};
        say(std::string("closed ") + words[static_cast<int>(reason)]);
    }
    void on_flow_end(kernel::FlowId, kernel::FlowEnd end, std::uint64_t) override {
        const char* const words[] = {"done", "timed_out", "reset"};
        say(std::string("flow ") + words[static_cast<int>(end)]);
    }
    void on_work_done(std::uint32_t tag, std::uint64_t) override {
        say("work " + std::to_string(tag));
    }
};

/// A kernel on a flat network with one started probe per host.
struct Bench {
    explicit Bench(std::size_t hosts, std::uint64_t seed = 1)
        : stream(names), topology(hosts), kernel((stream.add_sink(&log), stream), topology, seed),
          driver(kernel) {
        for (std::size_t i = 0; i < hosts; ++i) {
            probes.push_back(std::make_unique<Probe>(kernel));
            kernel.add_process(host(i), *probes.back());
            kernel.start(probes.back()->id());
            probes.back()->heard.clear();
        }
    }
    static HostId host(std::size_t i) { return HostId{static_cast<std::uint32_t>(i)}; }
    ProcessId process(std::size_t i) const { return probes[i]->id(); }
    std::vector<std::string>& heard(std::size_t i) { return probes[i]->heard; }
    void run_for(Duration span) { driver.run_for(span); }

    Names names;
    EventStream stream;
    EventLog log;
    FlatTopology topology;
    kernel::Kernel kernel;
    kernel::BareDriver driver;
    std::vector<std::unique_ptr<Probe>> probes;
};

using Heard = std::vector<std::string>;

}   // namespace glasshive::test
