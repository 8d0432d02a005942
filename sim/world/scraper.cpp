#include "world/scraper.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace glasshive::world {

using autoscale::Metrics;

namespace {

std::string scale_line(const std::string& service, std::uint64_t replicas) {
    return "docker service scale " + service + "=" + std::to_string(replicas);
}

}   // namespace

scenario::CommandSpec Scraper::command(const std::string& line) const {
    auto read = reader_.read(line);
    SIM_ASSERT(read.ok());
    return *read.value().command;
}

std::optional<Metrics> Scraper::scrape(const std::string& name) {
    const swarm::Store& store = parts_.managers.store();
    const NameId id = parts_.kernel.names().find(name);
    const swarm::Service* service = id.valid() ? store.find_service(id) : nullptr;
    if (service == nullptr || parts_.managers.leader() == nullptr || !parts_.op.settled() ||
        parts_.op.hangs(command(scale_line(name, 1)))) {
        return std::nullopt;
    }
    Watched& watched = watched_[name];
    const swarm::ServiceStatus status = store.status(service->id);
    auto interval = watched.meter.take();
    Metrics metrics{.desired = service->spec->replicas,
                    .running = status.running,
                    .reserved = service->spec->task.reservations.cpus,
                    .interval = parts_.kernel.now() - watched.looked,
                    .requests = interval.entered,
                    .failed = interval.failed,
                    .in_flight = watched.meter.in_flight(),
                    .answered = interval.latencies.size()};
    metrics.latency_p50 = autoscale::quantile(interval.latencies, 0.5);
    metrics.latency_p95 = autoscale::quantile(interval.latencies, 0.95);
    measure(metrics, watched, *service);
    watched.looked = parts_.kernel.now();
    return metrics;
}

/// What a task used since it was measured last, or since it started: as rates are made of counters.
void Scraper::measure(Metrics& metrics, Watched& watched, const swarm::Service& service) {
    const swarm::Store& store = parts_.managers.store();
    std::map<swarm::TaskId, double> used;
    std::map<swarm::TaskId, Metrics::Task> measured;
    store.for_each(service.tasks, swarm::Store::By::service, [&](const swarm::Task& task) {
        const bool stays = task.observed == swarm::TaskState::running &&
                           task.desired <= swarm::TaskState::running;
        if (!stays || !task.node.valid()) return;
        const HostId host = store.node(task.node).host;
        if (!parts_.kernel.is_on(host) || parts_.kernel.is_paused(host)) return;
        const double now = parts_.daemons[host.index()].cpu_used(task.id);
        const auto before = watched.cpu_used.find(task.id);
        const double since = before == watched.cpu_used.end() ? 0 : before->second;
        const double took = seconds_of(metrics.interval);
        used[task.id] = now;
        measured[task.id] = {.name = task.subject, .node = parts_.kernel.name_of(host),
                             .cpus = took > 0 ? std::max(0.0, now - since) / took : 0};
    });
    for (const auto& [id, task] : measured) metrics.tasks.push_back(task);
    watched.cpu_used = std::move(used);
}

void Scraper::scale(const std::string& service, std::uint64_t replicas) {
    const std::string line = scale_line(service, replicas);
    parts_.op.answer(command(line), line, ("autoscaler of " + service).c_str());
}

}   // namespace glasshive::world
