#include "check/summary.h"

#include <algorithm>

#include "base/assert.h"
#include "check/latency_histogram.h"
#include "check/name_map.h"
#include "kernel/events.h"
#include "platform/events.h"
#include "runtime/events.h"
#include "swarm/events.h"
#include "workload/events.h"

namespace glasshive::check {

namespace {

/// One service while events go by. Its state is constant since `since`.
struct ServiceFold {
    ServiceSummary summary;
    bool global = false;
    bool removed = false;
    std::int64_t running = 0;
    std::int64_t wanted = 0;        ///< Tasks the orchestrator wants to run.
    EventId run{};                  ///< Of a job: what began its newest run.
    Time since{};
    LatencyHistogram latency;

    std::int64_t desired() const { return removed ? 0 : global ? wanted : summary.desired; }

    /// Adds the stretch [since, now) to the times it belongs to.
    void advance(Time now) {
        if (now <= since) return;
        const Duration stretch = now - since;
        since = now;
        if (summary.job) return;   // Not running is no failure of theirs.
        if (summary.first_running && running == 0 && !removed) summary.downtime += stretch;
        if (summary.first_complete && running < desired()) summary.below_desired += stretch;
    }

    /// What the end of an instant makes true for the first time.
    void settle(Time now) {
        if (running > 0 && !summary.first_running) summary.first_running = now;
        const bool complete = desired() > 0 && running >= desired();
        if (complete && !summary.first_complete) summary.first_complete = now;
    }
};

}   // namespace

struct SummaryFold::State {
    const Names& names;
    Summary total;
    std::vector<ServiceFold> services;
    NameMap<std::int32_t> index{-1};        // By service name.
    NameMap<std::int32_t> wanting{-1};      // By task: the service that wants it to run.
    NameMap<EventId> made;                  // By task of a job: its task.new.
    std::vector<std::size_t> touched;       // Services changed at `now`.
    Time now{};

    explicit State(const Names& table) : names(table) {}

    ServiceFold& service(NameId name) {
        if (index.at(name) < 0) {
            index[name] = static_cast<std::int32_t>(services.size());
            services.emplace_back();
            services.back().summary.name = std::string(names.text(name));
            services.back().since = now;
        }
        const auto at = static_cast<std::size_t>(index.at(name));
        services[at].advance(now);
        if (touched.empty() || touched.back() != at) touched.push_back(at);
        return services[at];
    }

    void settle() {
        for (const std::size_t at : touched) services[at].settle(now);
        touched.clear();
    }

    void on_service(const Event& event);
    void on_task(const Event& event);
    void on_container(const Event& event);
    void on_request(const Event& event);
    void on_count(const Event& event);
    void want(NameId task, NameId service);
    void forget(NameId task);
};

void SummaryFold::State::on_service(const Event& event) {
    using namespace swarm::events;
    if (event.kind == service_removed.id) {
        service(event.subject).removed = true;
    } else if (event.kind == service_created.id || event.kind == service_updated.id) {
        ServiceFold& fold = service(event.subject);
        const std::string_view mode = names.text(name_of(event.fields[0].integer));
        fold.global = mode == "global" || mode == "global job";
        fold.summary.desired = event.fields[1].integer;
    } else if (event.kind == service_run.id) {
        ServiceFold& fold = service(event.subject);
        fold.run = event.id;
        fold.summary.job = true;
        fold.summary.completed = 0;
        fold.summary.completions = event.fields[1].integer;
        fold.summary.desired = event.fields[2].integer;
    }
}

void SummaryFold::State::want(NameId task, NameId owner) {
    ServiceFold& fold = service(owner);
    ++fold.wanted;
    wanting[task] = index.at(owner);
}

void SummaryFold::State::forget(NameId task) {
    const std::int32_t owner = wanting.at(task);
    if (owner < 0) return;
    wanting[task] = -1;
    ServiceFold& fold = services[static_cast<std::size_t>(owner)];
    fold.advance(now);
    --fold.wanted;
    touched.push_back(static_cast<std::size_t>(owner));
}

void SummaryFold::State::on_task(const Event& event) {
    using namespace swarm::events;
    const NameId owner = name_of(event.fields[0].integer);
    switch (event.kind) {
        case task_new.id:
            ++service(owner).summary.tasks_created;
            ++total.tasks_created;
            if (service(owner).run != EventId{}) made[event.subject] = event.id;   // Else no job.
            want(event.subject, owner);
            break;
        case task_complete.id:
            // Of this run: its task was made after the run began.
            if (made.at(event.subject) >= service(owner).run) ++service(owner).summary.completed;
            break;
        case task_failed.id:
            ++service(owner).summary.tasks_failed;
            ++total.tasks_failed;
            break;
        case task_rejected.id:
            ++service(owner).summary.tasks_rejected;
            ++total.tasks_rejected;
            break;
        case task_desired.id: {
            const std::string_view desired = names.text(name_of(event.fields[1].integer));
            if (desired == "shutdown" || desired == "remove") forget(event.subject);
            break;
        }
        case task_removed.id: forget(event.subject); break;
        default: break;
    }
}

void SummaryFold::State::on_container(const Event& event) {
    if (event.kind == runtime::events::container_started.id) {
        ++service(name_of(event.fields[1].integer)).running;
        ++total.containers_started;
    } else if (event.kind == runtime::events::container_ended.id) {
        --service(name_of(event.fields[1].integer)).running;
    }
}

void SummaryFold::State::on_request(const Event& event) {
    if (event.kind == workload::events::request_ok.id) {
        ServiceFold& fold = service(name_of(event.fields[0].integer));
        ++fold.summary.requests_ok;
        fold.latency.add(Duration{event.fields[1].integer});
    } else if (event.kind == workload::events::request_failed.id) {
        ++service(name_of(event.fields[0].integer)).summary.requests_failed;
    }
}

void SummaryFold::State::on_count(const Event& event) {
    ++total.events;
    if (event.kind == platform::events::fault_started.id) ++total.faults;
    if (event.kind == swarm::events::node_down.id) ++total.nodes_down;
    if (event.kind == runtime::events::image_pulled.id) ++total.images_pulled;
    if (event.kind == kernel::events::flow_ended.id) {
        ++total.flows;
        total.bytes_moved += Bytes{event.fields[1].integer};
    }
}

SummaryFold::SummaryFold(const Names& names) : state_(std::make_unique<State>(names)) {}
SummaryFold::~SummaryFold() = default;

void SummaryFold::on_event(const Event& event, std::string_view) {
    State& state = *state_;
    if (event.time > state.now) {
        state.settle();
        state.now = event.time;
    }
    state.on_count(event);
    state.on_service(event);
    state.on_task(event);
    state.on_container(event);
    state.on_request(event);
}

Summary SummaryFold::finish(Time end) {
    State& state = *state_;
    state.settle();
    for (ServiceFold& fold : state.services) {
        fold.advance(std::max(end, state.now));
        ServiceSummary& summary = fold.summary;
        summary.desired = fold.desired();
        summary.running_at_end = fold.running;
        if (fold.latency.count() > 0) {
            summary.latency_p50 = fold.latency.percentile(50);
            summary.latency_p95 = fold.latency.percentile(95);
            summary.latency_p99 = fold.latency.percentile(99);
            summary.latency_max = fold.latency.max();
        }
        state.total.services.push_back(summary);
    }
    return std::move(state.total);
}

}   // namespace glasshive::check
