#include "door/couch/front.h"

#include <utility>

namespace glasshive::door::couch {

namespace {

store::ClusterOptions options_of(const store::ClusterSpec& spec) {
    store::ClusterOptions options;
    options.coordinator.request_timeout = spec.request_timeout;
    options.coordinator.serialized_start = spec.serialized_start;
    options.coordinator.epoch = spec.epoch;
    options.internal.delay = spec.sync_delay;
    options.net_tick = spec.net_tick;
    options.scripts.epoch_ms = static_cast<double>(spec.epoch) * 1000;
    return options;
}

}   // namespace

Front::Front(kernel::Kernel& kernel, const store::ClusterSpec& spec,
             std::vector<store::NodePlace> places)
    : spec_(spec),
      cluster_(kernel, std::move(places), options_of(spec)),
      service_(kernel, cluster_,
               {.epoch = spec.epoch,
                .admins = spec.admins,
                .iterations = spec.iterations,
                .q = spec.q,
                .n = spec.n}) {
    std::vector<ProcessId> processes;
    for (std::size_t i = 0; i < cluster_.size(); ++i) {
        listeners_.emplace_back(kernel, service_, i);
        processes.push_back(cluster_.attach(i, listeners_.back()));
    }
    clients_ = std::make_unique<Clients>(kernel, std::move(processes));
}

void Front::start() {
    cluster_.start();
    service_.create_system_databases([this] { make_databases(0); });
}

void Front::make_databases(std::size_t next) {
    if (next == spec_.databases.size()) {
        ready_ = true;
        return;
    }
    const store::DatabaseSpec& database = spec_.databases[next];
    const store::Spread spread{.q = database.q == 0 ? spec_.q : database.q,
                               .n = database.n == 0 ? spec_.n : database.n,
                               .partitioned = database.partitioned};
    cluster_.node(0).coordinator().create(
        database.name, spread, [this, next](const auto&) { make_databases(next + 1); });
}

}   // namespace glasshive::door::couch
