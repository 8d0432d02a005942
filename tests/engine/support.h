#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "engine/engine.h"
#include "kernel/kernel.h"

namespace glasshive::test {

/// Runs `body` in a child process and returns what it wrote: SimGrid allows one engine per process,
/// and so each case needs a process of its own. Fails the test when the child does not end well.
inline std::string in_child(const std::function<void(std::ostream&)>& body) {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        close(ends[0]);
        std::ostringstream out;
        body(out);
        const std::string text = out.str();
        std::size_t written = 0;
        while (written < text.size()) {
            const ssize_t n = write(ends[1], text.data() + written, text.size() - written);
            if (n <= 0) _exit(2);
            written += static_cast<std::size_t>(n);
        }
        _exit(0);   // No exit handlers: they belong to the parent's test runner.
    }
    close(ends[1]);
    std::string text;
    char buffer[4096];
    for (ssize_t n = 0; (n = read(ends[0], buffer, sizeof buffer)) > 0;) {
        text.append(buffer, static_cast<std::size_t>(n));
    }
    close(ends[0]);
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    INFO("the child wrote: " << text);
    REQUIRE(WIFEXITED(status));
    REQUIRE(WEXITSTATUS(status) == 0);
    return text;
}

/// Hosts around one switch that never slows anything: a route is the two hosts' own links.
class StarTopology final : public kernel::Topology {
  public:
    StarTopology(std::size_t hosts, Bandwidth bandwidth, Duration latency)
        : bandwidths_(hosts, bandwidth), latency_(latency) {
        for (std::size_t i = 0; i < hosts; ++i) names_.push_back("h" + std::to_string(i));
    }
    std::size_t host_count() const override { return names_.size(); }
    std::size_t link_count() const override { return bandwidths_.size(); }
    std::string_view host_name(HostId host) const override { return names_[host.index()]; }
    kernel::PathInfo path(HostId from, HostId to) const override {
        if (from == to) return {.bottleneck = gigabits(100)};
        const Bandwidth thin = std::min(bandwidths_[from.index()], bandwidths_[to.index()]);
        return {.latency = latency_, .bottleneck = thin,
                .connected = from != cut_ && to != cut_};
    }
    void route(HostId from, HostId to, std::vector<LinkId>& out) const override {
        if (from == to) return;
        out.push_back(LinkId{from.value});
        out.push_back(LinkId{to.value});
    }
    Bandwidth link_bandwidth(LinkId link) const override { return bandwidths_[link.index()]; }
    EventId cut_since(std::uint32_t, HostId, HostId) const override { return scenario_cause; }

    void set_bandwidth(HostId host, Bandwidth bandwidth) {
        note_change();
        bandwidths_[host.index()] = bandwidth;
    }
    void cut(HostId host) {
        note_cut();
        cut_ = host;
    }
    void heal() {
        note_change();
        cut_ = HostId{};
    }

  private:
    std::vector<Bandwidth> bandwidths_;
    std::vector<std::string> names_;
    Duration latency_;
    HostId cut_;
};

/// Writes down when its timers fire and its flows end, and then does what a test tells it to.
struct Puller final : kernel::Process {
    Puller(kernel::Kernel& k, std::ostream& o) : kernel(k), out(o) {}
    kernel::Kernel& kernel;
    std::ostream& out;
    std::function<void(std::uint32_t, std::uint64_t)> on_timer_do;
    std::function<void(std::uint64_t)> on_end_do;

    void on_timer(std::uint32_t tag, std::uint64_t argument) override {
        out << ns_of(kernel.now()) << " timer " << tag << '\n';
        if (on_timer_do) on_timer_do(tag, argument);
    }
    void on_flow_end(kernel::FlowId, kernel::FlowEnd end, std::uint64_t argument) override {
        const char* words[] = {"done", "timed_out", "reset"};
        out << ns_of(kernel.now()) << " flow " << argument << ' ' << words[static_cast<int>(end)]
            << '\n';
        if (on_end_do) on_end_do(argument);
    }
    kernel::FlowId pull(HostId source, std::int64_t bytes, std::uint64_t argument,
                        Duration timeout = Duration::max()) {
        return kernel.pull(id(), source,
                           {.size = {bytes}, .timeout = timeout, .argument = argument});
    }
};

/// A kernel, its events and an engine over a star of `hosts`, with one running Puller per host.
struct Cluster {
    explicit Cluster(std::ostream& out, std::size_t hosts = 4, Bandwidth bandwidth = megabits(800),
                     Duration latency = std::chrono::milliseconds{1},
                     engine::Profile profile = engine::Profile::textbook)
        : topology(hosts, bandwidth, latency), stream(names), kernel(stream, topology, 1),
          engine(kernel, topology, profile) {
        for (std::uint32_t i = 0; i < hosts; ++i) {
            pullers.push_back(std::make_unique<Puller>(kernel, out));
            kernel.start(kernel.add_process(HostId{i}, *pullers.back()));
        }
    }
    Puller& at(std::size_t host) { return *pullers[host]; }

    Names names;
    StarTopology topology;
    EventStream stream;
    kernel::Kernel kernel;
    engine::Engine engine;
    std::vector<std::unique_ptr<Puller>> pullers;
};

}   // namespace glasshive::test
