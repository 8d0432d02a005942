// Goal: faults, clients, commands and expectations become the right specs.
// Method: small texts, one entry a case, compared field by field.
#include <catch2/catch.hpp>

#include "support.h"

using namespace scenario_test;
using namespace std::chrono_literals;
using platform::FaultKind;
using Of = platform::TargetSpec::Of;

namespace {

platform::FaultSpec fault(const std::string& entry, const Files& files = {}) {
    return with_hosts("faults: [" + entry + "]\n", files).faults.at(0);
}

const std::string web = "services:\n  - {name: web, image: nginx, ports: [\"8080:80\", 81]}\n";

}   // namespace

TEST_CASE("every kind of fault is read with its magnitude", "[scenario][faults]") {
    CHECK(fault("{at: 1s, do: power_off, host: node-1}").kind == FaultKind::power_off);
    CHECK(fault("{at: 1s, do: pause, host: node-1}").kind == FaultKind::pause);
    CHECK(fault("{at: 1s, do: full_disk, host: node-1}").kind == FaultKind::full_disk);
    CHECK(fault("{at: 1s, do: link_down, link: node-1--core}").kind == FaultKind::link_down);
    CHECK(fault("{at: 1s, do: slow_cpu, host: node-1}").factor == 0.1);
    CHECK(fault("{at: 1s, do: slow_disk, host: node-1, factor: 25%}").factor == 0.25);
    CHECK(fault("{at: 1s, do: reduced_bandwidth, host: node-1, factor: 0.5}").factor == 0.5);
    CHECK(fault("{at: 1s, do: packet_loss, host: node-1, loss: 5%}").loss == 0.05);
    CHECK(fault("{at: 1s, do: added_latency, host: node-1, latency: 80ms}").latency == 80ms);
    const auto cut = fault("{at: 1s, do: partition, groups: [[node-1, default], [node-2]], "
                           "one_way: true}");
    CHECK(cut.kind == FaultKind::partition);
    CHECK(cut.one_way);
    REQUIRE(cut.groups.size() == 2);
    CHECK(cut.groups[0][0].of == Of::host);
    CHECK(cut.groups[0][1].of == Of::zone);
}

TEST_CASE("whom a fault strikes: names, lists, all, and maps within groups", "[scenario][faults]") {
    const auto mixed = fault("{at: 1s, do: power_off, host: [node-1, node-2], zone: default, "
                             "rack: default-rack}");
    REQUIRE(mixed.targets.size() == 4);
    CHECK(mixed.targets[1].name == "node-2");
    CHECK(mixed.targets[1].where.path == "faults[0].host[1]");
    CHECK(mixed.targets[2].of == Of::zone);
    CHECK(mixed.targets[3].of == Of::rack);
    const auto all = fault("{at: 1s, do: power_off, host: \"*\"}");
    CHECK(all.targets.at(0).of == Of::all);
    CHECK(all.targets.at(0).name.empty());
    const auto groups = fault("{at: 1s, do: partition, groups: [{rack: default-rack}]}").groups;
    CHECK(groups.at(0).at(0).of == Of::rack);
}

TEST_CASE("when a fault strikes: for, until, every, at random", "[scenario][faults]") {
    CHECK_FALSE(fault("{at: 5s, do: pause, host: node-1}").lasts);
    CHECK(fault("{at: 5s, for: 30s, do: pause, host: node-1}").lasts == 30s);
    CHECK(fault("{at: 5s, until: 30s, do: pause, host: node-1}").lasts == 25s);
    const auto repeated = fault("{at: 5s, every: 1m, times: 3, do: pause, host: node-1}");
    REQUIRE(repeated.repeat);
    CHECK(repeated.repeat->every == 60s);
    CHECK(repeated.repeat->times == 3);
    const auto random = fault("{do: pause, host: node-1, mtbf: 10m, at: 1m, until: 20m, times: 2, "
                              "mttr: {scale: 30s, shape: 0.7}, together: true}");
    REQUIRE(random.random);
    CHECK(random.at == 60s);
    CHECK(random.until == 20min);
    CHECK_FALSE(random.lasts);
    CHECK(random.random->up.law == platform::LawSpec::Law::exponential);
    CHECK(random.random->up.scale == 10min);
    CHECK(random.random->down.law == platform::LawSpec::Law::weibull);
    CHECK(random.random->down.shape == 0.7);
    CHECK(random.random->times == 2);
    CHECK(random.random->together);
}

TEST_CASE("a failure trace is read beside the scenario and embedded", "[scenario][faults]") {
    const Files files{{"t.csv", "host,down_at,up_at\nnode-1,10s,20s\nnode-2,90.5,\n"}};
    const auto traced = fault("{do: power_off, trace: t.csv}", files);
    CHECK(traced.trace_file == "t.csv");
    REQUIRE(traced.trace.size() == 2);
    CHECK(traced.trace[0].up_at == 20s);
    CHECK(traced.trace[1].down_at == 90'500ms);
    CHECK_FALSE(traced.trace[1].up_at);
    // From another folder its name is what somebody there can open.
    const auto named = scenario::read_scenario(
        "schema: 1\nplatform: {hosts: 3}\nfaults: [{do: power_off, trace: t.csv}]\n", "dir/s.yaml",
        [&](const std::string& name) { return std::optional(files.at(name)); });
    REQUIRE(named.ok());
    CHECK(named.value().faults[0].trace_file == "dir/t.csv");
}

TEST_CASE("clients are read, with names of their own", "[scenario][workload]") {
    const auto clients = with_hosts(web + "workload:\n  clients:\n    - {service: web}\n"
                                          "    - {service: web, name: fast, port: 8080, "
                                          "enter: node-2, arrivals: fixed, rate: 50, start: 10s, "
                                          "stop: 4m, timeout: 2s, retries: 2, retry_delay: 100ms, "
                                          "request_size: 1KiB}\n").clients;
    REQUIRE(clients.size() == 2);
    CHECK(clients[0].name == "web-clients");
    CHECK(clients[0].port == 0);
    CHECK(clients[0].rate == 10);
    CHECK(clients[0].arrivals == workload::ArrivalProcess::poisson);
    CHECK(clients[1].name == "fast");
    CHECK(clients[1].port == 8080);
    CHECK(clients[1].enter == "node-2");
    CHECK(clients[1].arrivals == workload::ArrivalProcess::fixed);
    CHECK(clients[1].rate == 50);
    CHECK(clients[1].start == 10s);
    CHECK(clients[1].stop == 4min);
    CHECK(clients[1].timeout == 2s);
    CHECK(clients[1].retries == 2);
    CHECK(clients[1].retry_delay == 100ms);
    CHECK(clients[1].request_size == Bytes{1024});
}

TEST_CASE("commands come in order of time, then of the file", "[scenario][commands]") {
    using Do = scenario::CommandSpec::Do;
    const auto commands = with_hosts(web + "commands:\n"
                                           "  - {at: 60s, do: drain, host: node-2}\n"
                                           "  - {at: 30s, do: scale, service: web, replicas: 5}\n"
                                           "  - {at: 60s, do: activate, host: node-2}\n"
                                           "  - {at: 45s, do: update, service: web, image: x:2}\n"
                                           "  - {at: 2m, do: pause, host: node-3}\n").commands;
    REQUIRE(commands.size() == 5);
    CHECK(commands[0].what == Do::scale);
    CHECK(commands[0].replicas == 5);
    CHECK(commands[1].what == Do::update);
    CHECK(commands[1].image == "x:2");
    CHECK(commands[2].what == Do::drain);
    CHECK(commands[2].where.line == 6);
    CHECK(commands[3].what == Do::activate);
    CHECK(commands[4].what == Do::pause);
    CHECK(commands[4].host == "node-3");
}

TEST_CASE("expectations keep their text and place", "[scenario][expect]") {
    const auto spec = with_hosts(web + "faults: [{at: 60s, do: pause, host: node-2}]\n"
                                       "expect:\n"
                                       "  - service web has 3 running tasks within 60s of fault 1\n"
                                       "  - host node-2 is paused after fault 1\n");
    REQUIRE(spec.expectations.size() == 2);
    CHECK(spec.expectations[0].text == "service web has 3 running tasks within 60s of fault 1");
    CHECK(spec.expectations[0].line == 7);
    CHECK(spec.expectations[0].path == "expect[0]");
    CHECK(spec.expectations[1].measure == check::Measure::host_state);
}

TEST_CASE("what depends on a part that is wrong is not called wrong too", "[scenario]") {
    // Nobody knows which hosts there are, so node-7 may be one.
    const auto hosts = read("schema: 1\nplatform: {hosts: many}\nmanagers: node-7\nfaults:\n"
                            "  - {at: 1s, do: pause, host: node-7}\n");
    REQUIRE_FALSE(hosts.ok());
    CHECK(hosts.problems().size() == 1);
    // Nor which services.
    const auto services = read("schema: 1\nplatform: {hosts: 1}\nstack: none.yaml\nexpect:\n"
                               "  - service shop_web has 1 running task by 10s\n");
    REQUIRE_FALSE(services.ok());
    CHECK(services.problems().size() == 1);
}
