#include "policy/balancing.h"

#include <array>
#include <string>
#include <utility>

namespace glasshive::policy {

namespace {

using script::Arguments;
using script::Out;
using script::ViewField;
using script::ViewMethod;
using swarm::discovery::Arrival;
using swarm::discovery::Backend;

constexpr std::array entries{
    script::EntryInfo{"pick", "(backends, request)", "integer",
                      "Which of the backends gets the request, counted from 1. Called for each new "
                      "connection, in each node that requests enter by a script of its own."},
};

struct BackendsView {
    std::span<const Backend> backends;
    const MeshNames* names;
};
const BackendsView& backends_of(const void* object) {
    return *static_cast<const BackendsView*>(object);
}

template <class Read>
void column(const void* object, Out& out, Read read) {
    const BackendsView& view = backends_of(object);
    out.list(view.backends.size(),
             [&](std::size_t i, Out& each) { read(view, view.backends[i], each); });
}

constexpr std::array backends_fields{
    ViewField{"count", "integer", "How many the node knows, in the order it learned of them.",
              [](const void* o, Out& out) {
                  out.integer(static_cast<std::int64_t>(backends_of(o).backends.size()));
              }},
    ViewField{"id", "list of integers",
              "A number of each, the greater the later the node learned of it; a task that left "
              "and came back has another one.",
              [](const void* o, Out& out) {
                  column(o, out, [](const BackendsView&, const Backend& backend, Out& each) {
                      each.integer(static_cast<std::int64_t>(backend.number));
                  });
              }},
    ViewField{"task", "list of texts", "Their tasks' names.",
              [](const void* o, Out& out) {
                  column(o, out, [](const BackendsView& view, const Backend& backend, Out& each) {
                      each.text(view.names->names.text(backend.subject));
                  });
              }},
    ViewField{"node", "list of texts", "The nodes that run them.",
              [](const void* o, Out& out) {
                  column(o, out, [](const BackendsView& view, const Backend& backend, Out& each) {
                      each.text(view.names->names.text(view.names->nodes[backend.host.index()]));
                  });
              }},
    ViewField{"zone", "list of texts", "The zones of those nodes.",
              [](const void* o, Out& out) {
                  column(o, out, [](const BackendsView& view, const Backend& backend, Out& each) {
                      each.text(view.names->names.text(view.names->zones[backend.host.index()]));
                  });
              }},
    ViewField{"connections", "list of integers",
              "Requests that this node sent there and that are not answered yet.",
              [](const void* o, Out& out) {
                  column(o, out, [](const BackendsView&, const Backend& backend, Out& each) {
                      each.integer(backend.open);
                  });
              }},
    ViewField{"latency", "list of numbers",
              "Seconds that answers took which this node passed on, a moving average in which each "
              "counts an eighth; 0 before the first one.",
              [](const void* o, Out& out) {
                  column(o, out, [](const BackendsView&, const Backend& backend, Out& each) {
                      each.number(seconds_of(backend.latency));
                  });
              }},
};

constexpr std::array backends_methods{
    ViewMethod{"connections_of", "(index)", "integer",
               "One element of `connections`, cheaper than the whole list.",
               [](const void* o, const Arguments& arguments, Out& out) {
                   const auto& backends = backends_of(o).backends;
                   const std::int64_t index = arguments.integer(0);
                   if (index < 1 || index > static_cast<std::int64_t>(backends.size())) {
                       throw script::Refusal("there is no backend " + std::to_string(index) +
                                             ", there are " + std::to_string(backends.size()));
                   }
                   out.integer(backends[static_cast<std::size_t>(index) - 1].open);
               }},
};

struct RequestView {
    const Arrival* arrival;
    const MeshNames* names;
};
const RequestView& request_of(const void* object) {
    return *static_cast<const RequestView*>(object);
}

constexpr std::array request_fields{
    ViewField{"time", "number", "Seconds since the run began.",
              [](const void* o, Out& out) { out.number(seconds_of(request_of(o).arrival->now)); }},
    ViewField{"service", "text", "What is called.",
              [](const void* o, Out& out) {
                  out.text(request_of(o).names->names.text(request_of(o).arrival->service));
              }},
    ViewField{"node", "text", "The node that it entered: the one that chooses.",
              [](const void* o, Out& out) {
                  const RequestView& view = request_of(o);
                  out.text(view.names->names.text(view.names->nodes[view.arrival->entry.index()]));
              }},
    ViewField{"zone", "text", "The zone of that node.",
              [](const void* o, Out& out) {
                  const RequestView& view = request_of(o);
                  out.text(view.names->names.text(view.names->zones[view.arrival->entry.index()]));
              }},
};

}   // namespace

constexpr script::ViewType backends_type{
    "backends", "What could answer, as columns: what the node knows that the request entered.",
    backends_fields, backends_methods};
constexpr script::ViewType request_type{"request", "The request that is to be sent on.",
                                        request_fields, {}};

std::span<const script::EntryInfo> balancer_entries() { return entries; }

Result<std::unique_ptr<ScriptedBalancer>> ScriptedBalancer::load(
    const script::ScriptSpec& spec, std::shared_ptr<const MeshNames> names, std::uint64_t seed,
    const Place& place) {
    const std::string stream = "policy/balancer/" + place.service + "/" +
                               std::to_string(place.entry.value) + "/" + std::to_string(place.life);
    auto script = OneFunction::load(
        spec, seed,
        {.kind = "a balancer", .entry = entries.front(),
         .hint = "pick = function(backends, request) return 1 end",
         .stream = stream, .memory = mebibyte});   // One in each node.
    if (!script.ok()) return script.problems();
    return std::unique_ptr<ScriptedBalancer>(
        new ScriptedBalancer(std::move(script.value()), std::move(names)));
}

std::size_t ScriptedBalancer::pick(std::span<const Backend> backends, const Arrival& arrival) {
    const BackendsView known{backends, names_.get()};
    const RequestView request{&arrival, names_.get()};
    script::Call call(script_->sandbox(), script_->function());
    call.view(backends_type, &known);
    call.view(request_type, &request);
    script_->run(call);
    const bool fits = call.kind(0) == script::Call::Kind::integer && call.integer_of(0) >= 1 &&
                      call.integer_of(0) <= static_cast<std::int64_t>(backends.size());
    if (!fits) {
        script_->fail({.message = "pick gave back something else than an integer from 1 to " +
                                  std::to_string(backends.size())});
    }
    return static_cast<std::size_t>(call.integer_of(0)) - 1;
}

}   // namespace glasshive::policy
