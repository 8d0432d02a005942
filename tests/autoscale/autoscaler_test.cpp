// Goal: an autoscaler looks when it says, asks for what its rule wants within its bounds, and says
// what it saw. Method: a bare kernel, a cluster of cardboard and a rule that reads from a list.
#include "autoscale/autoscaler.h"

#include <catch2/catch.hpp>

#include "autoscale/events.h"
#include "kernel/support.h"

using namespace glasshive;
using namespace glasshive::test;
using namespace std::chrono_literals;
using autoscale::Metrics;

namespace {

/// Does what it is told, unless it does not answer.
struct Cardboard final : autoscale::Cluster {
    std::optional<Metrics> scrape(const std::string&) override {
        ++asked;
        return answers ? std::optional(metrics) : std::nullopt;
    }
    void scale(const std::string& service, std::uint64_t replicas) override {
        given.push_back(service + "=" + std::to_string(replicas));
        if (obeys) metrics.desired = replicas;
    }
    Metrics metrics{.desired = 3};
    std::vector<std::string> given;
    int asked = 0;
    bool answers = true, obeys = true;
};

struct Listed final : autoscale::Rule {
    double desired(const autoscale::Spec&, const Metrics&, Time now) override {
        times.push_back(now);
        return wanted.at(std::min(times.size() - 1, wanted.size() - 1));
    }
    std::vector<double> wanted;
    std::vector<Time> times;
};

struct Seen final : EventSink {
    void on_event(const Event& event, std::string_view text) override {
        if (event.kind == autoscale::events::scaled.id) {
            lines.push_back(std::to_string(event.fields[0].integer) + "->" +
                            std::to_string(event.fields[2].integer));
        } else if (event.kind == autoscale::events::kept.id) {
            lines.push_back(std::to_string(event.fields[0].integer));
        }
        texts.emplace_back(text);
    }
    std::vector<std::string> lines, texts;
};

struct Office {
    explicit Office(std::vector<double> wanted, autoscale::Spec spec = {.service = "web"})
        : topology(1), kernel(stream, topology, 1), driver(kernel) {
        stream.add_sink(&seen);
        auto own = std::make_unique<Listed>();
        own->wanted = std::move(wanted);
        rule = own.get();
        autoscaler.emplace(kernel, cluster, std::move(spec), std::move(own));
        kernel.start(autoscaler->id());
    }
    Names names;
    EventStream stream{names};
    Seen seen;
    FlatTopology topology;
    kernel::Kernel kernel;
    kernel::BareDriver driver;
    Cardboard cluster;
    Listed* rule = nullptr;
    std::optional<autoscale::Autoscaler> autoscaler;
};

constexpr Cpus half_cpu{500'000'000};
using Lines = std::vector<std::string>;

}   // namespace

TEST_CASE("it looks every interval and gives a command only for another number", "[autoscale]") {
    Office office({3, 5, 5, 2});
    office.driver.run_for(60s);
    CHECK(office.rule->times == std::vector{Time{15s}, Time{30s}, Time{45s}, Time{60s}});
    CHECK(office.cluster.given == Lines{"web=5", "web=2"});
    CHECK(office.seen.lines == Lines{"3", "3->5", "5", "5->2"});
}

TEST_CASE("what is wanted is rounded up and held between min and max", "[autoscale]") {
    struct Row {
        double wanted;
        const char* given;
    };
    const Row row = GENERATE(values<Row>({
        {4.0, "web=4"},
        {4.2, "web=5"},
        {0, "web=2"},
        {-1e300, "web=2"},
        {6.0001, "web=6"},
        {1e300, "web=6"},
        {std::numeric_limits<double>::infinity(), "web=6"},
    }));
    CAPTURE(row.wanted);
    Office office({row.wanted}, {.service = "web", .every = 1s, .min = 2, .max = 6});
    office.driver.run_for(1s);
    CHECK(office.cluster.given == Lines{row.given});
}

TEST_CASE("a service outside the bounds is brought inside", "[autoscale]") {
    Office office({3}, {.service = "web", .every = 1s, .min = 4, .max = 6});
    office.driver.run_for(1s);
    CHECK(office.cluster.given == Lines{"web=4"});
}

TEST_CASE("a look that finds nobody is passed over, and a command that did nothing is repeated",
          "[autoscale]") {
    Office office({7});
    office.cluster.answers = false;
    office.driver.run_for(40s);
    CHECK(office.cluster.asked == 2);
    CHECK(office.rule->times.empty());
    CHECK(office.seen.lines.empty());
    office.cluster.answers = true;
    office.cluster.obeys = false;
    office.driver.run_for(20s);
    CHECK(office.cluster.given == Lines{"web=7", "web=7"});
}

TEST_CASE("events say in JSON what was seen, and nothing that was not", "[autoscale]") {
    Metrics metrics{.desired = 4, .running = 3, .reserved = half_cpu, .interval = 10s,
                    .requests = 25, .failed = 2, .in_flight = 7};
    CHECK(metrics.text() == R"({"running":3,"measured":0,"requests_per_second":2.5000,)"
                            R"("in_flight":7,"failed":2})");
    metrics.tasks = {{.cpus = 0.25}, {.cpus = 0.5}};
    metrics.latency_p50 = 20ms;
    metrics.latency_p95 = 1s;
    CHECK(metrics.text() ==
          R"({"running":3,"measured":2,"utilisation":0.7500,"requests_per_second":2.5000,)"
          R"("in_flight":7,"failed":2,"latency_p50":0.0200,"latency_p95":1.0000})");
    metrics.reserved = Cpus{};
    CHECK_FALSE(metrics.utilisation());
    metrics.interval = Duration{};
    CHECK(metrics.requests_per_second() == 0);
}

TEST_CASE("a quantile is the nearest rank", "[autoscale]") {
    std::vector<Duration> none;
    CHECK_FALSE(autoscale::quantile(none, 0.5));
    std::vector<Duration> ten;
    for (const int ms : {7, 3, 10, 1, 9, 5, 2, 8, 4, 6}) {
        ten.push_back(std::chrono::milliseconds{ms});
    }
    CHECK(autoscale::quantile(ten, 0.5) == Duration{5ms});
    CHECK(autoscale::quantile(ten, 0.95) == Duration{10ms});
    CHECK(autoscale::quantile(ten, 0.0) == Duration{1ms});
    CHECK(autoscale::quantile(ten, 1.0) == Duration{10ms});
}
