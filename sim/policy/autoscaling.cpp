#include "policy/autoscaling.h"

#include <array>
#include <cmath>
#include <optional>

namespace glasshive::policy {

namespace {

using autoscale::Metrics;
using script::Out;
using script::ViewField;

constexpr std::array entries{
    script::EntryInfo{"desired", "(service, metrics)", "number",
                      "How many replicas the service should have. It is rounded up and held "
                      "between `min` and `max`."},
};

struct ServiceView {
    const autoscale::Spec* spec;
    const Metrics* metrics;
    Time now;
};
const ServiceView& service_of(const void* object) {
    return *static_cast<const ServiceView*>(object);
}

constexpr std::array service_fields{
    ViewField{"name", "text", "Its full name.",
              [](const void* o, Out& out) { out.text(service_of(o).spec->service); }},
    ViewField{"desired", "integer", "Replicas that it is to have now.",
              [](const void* o, Out& out) {
                  out.integer(static_cast<std::int64_t>(service_of(o).metrics->desired));
              }},
    ViewField{"running", "integer", "Tasks that run, as the managers believe.",
              [](const void* o, Out& out) {
                  out.integer(static_cast<std::int64_t>(service_of(o).metrics->running));
              }},
    ViewField{"min", "integer", "Fewest replicas.",
              [](const void* o, Out& out) {
                  out.integer(static_cast<std::int64_t>(service_of(o).spec->min));
              }},
    ViewField{"max", "integer", "Most replicas.",
              [](const void* o, Out& out) {
                  out.integer(static_cast<std::int64_t>(service_of(o).spec->max));
              }},
    ViewField{"nano_cpus", "integer", "CPUs that each task reserves, in billionths of one.",
              [](const void* o, Out& out) { out.integer(service_of(o).metrics->reserved.count); }},
    ViewField{"time", "number", "Seconds since the run began.",
              [](const void* o, Out& out) { out.number(seconds_of(service_of(o).now)); }},
};

struct MetricsView {
    const Metrics* metrics;
    const Names* names;
};
const Metrics& metrics_of(const void* object) {
    return *static_cast<const MetricsView*>(object)->metrics;
}

template <class Read>
void column(const void* object, Out& out, Read read) {
    const auto& view = *static_cast<const MetricsView*>(object);
    out.list(view.metrics->tasks.size(),
             [&](std::size_t i, Out& each) { read(view, view.metrics->tasks[i], each); });
}

void maybe(const std::optional<double>& value, Out& out) {
    if (value)
        out.number(*value);
    else
        out.nothing();
}

void maybe(const std::optional<Duration>& value, Out& out) {
    maybe(value ? std::optional(seconds_of(*value)) : std::nullopt, out);
}

constexpr std::array metrics_fields{
    ViewField{"interval", "number", "Seconds since it looked last, or since the run began.",
              [](const void* o, Out& out) { out.number(seconds_of(metrics_of(o).interval)); }},
    ViewField{"measured", "integer",
              "Running tasks whose engine answered: of a host that is down, frozen or outside "
              "nothing is known.",
              [](const void* o, Out& out) {
                  out.integer(static_cast<std::int64_t>(metrics_of(o).tasks.size()));
              }},
    ViewField{"utilisation", "number or nil",
              "Share of the CPUs that those tasks reserve which they used on average over the "
              "interval; nil when they reserve nothing, or none was measured.",
              [](const void* o, Out& out) { maybe(metrics_of(o).utilisation(), out); }},
    ViewField{"task", "list of texts", "The names of the measured tasks.",
              [](const void* o, Out& out) {
                  column(o, out, [](const MetricsView& view, const Metrics::Task& task, Out& each) {
                      each.text(view.names->text(task.name));
                  });
              }},
    ViewField{"node", "list of texts", "Where those are.",
              [](const void* o, Out& out) {
                  column(o, out, [](const MetricsView& view, const Metrics::Task& task, Out& each) {
                      each.text(view.names->text(task.node));
                  });
              }},
    ViewField{"cpus", "list of numbers",
              "Cores that each of them used on average over the interval, by its cgroup's counter.",
              [](const void* o, Out& out) {
                  column(o, out, [](const MetricsView&, const Metrics::Task& task, Out& each) {
                      each.number(task.cpus);
                  });
              }},
    ViewField{"requests_per_second", "number",
              "Requests that entered the cluster for it, on average over the interval; a client's "
              "further attempt is one more.",
              [](const void* o, Out& out) { out.number(metrics_of(o).requests_per_second()); }},
    ViewField{"in_flight", "integer",
              "Requests that entered and are not answered yet, those that wait included.",
              [](const void* o, Out& out) {
                  out.integer(static_cast<std::int64_t>(metrics_of(o).in_flight));
              }},
    ViewField{"answered", "integer", "Requests answered in the interval.",
              [](const void* o, Out& out) {
                  out.integer(static_cast<std::int64_t>(metrics_of(o).answered));
              }},
    ViewField{"failed", "integer",
              "Requests refused, answered with an error or given up by the client in the interval.",
              [](const void* o, Out& out) {
                  out.integer(static_cast<std::int64_t>(metrics_of(o).failed));
              }},
    ViewField{"latency_p50", "number or nil",
              "Seconds that half of those answers took at most, from entering on; nil without one.",
              [](const void* o, Out& out) { maybe(metrics_of(o).latency_p50, out); }},
    ViewField{"latency_p95", "number or nil", "Seconds that 95 % of them took at most.",
              [](const void* o, Out& out) { maybe(metrics_of(o).latency_p95, out); }},
};

}   // namespace

constexpr script::ViewType service_type{"service", "What is scaled, as a manager shows it.",
                                        service_fields, {}};
constexpr script::ViewType metrics_type{
    "metrics", "What a scraper finds at this instant in the counters of engines and nodes.",
    metrics_fields, {}};

std::span<const script::EntryInfo> autoscaler_entries() { return entries; }

Result<std::unique_ptr<ScriptedRule>> ScriptedRule::load(const script::ScriptSpec& spec,
                                                         const Names& names, std::uint64_t seed,
                                                         const std::string& service) {
    auto script = OneFunction::load(spec, seed,
                                    {.kind = "an autoscaler", .entry = entries.front(),
                                     .hint = "desired = function(service, metrics) return 3 end",
                                     .stream = "policy/autoscaler/" + service});
    if (!script.ok()) return script.problems();
    return std::unique_ptr<ScriptedRule>(new ScriptedRule(std::move(script.value()), names));
}

double ScriptedRule::desired(const autoscale::Spec& spec, const Metrics& metrics, Time now) {
    const ServiceView service{&spec, &metrics, now};
    const MetricsView seen{&metrics, &names_};
    script::Call call(script_->sandbox(), script_->function());
    call.view(service_type, &service);
    call.view(metrics_type, &seen);
    script_->run(call);
    if (!call.is_number(0) || std::isnan(call.number_of(0))) {
        script_->fail({.message = "desired gave back something else than a number"});
    }
    return call.number_of(0) + 0.0;   // -0 is 0.
}

}   // namespace glasshive::policy
