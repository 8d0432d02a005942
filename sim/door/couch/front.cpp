#include "door/couch/front.h"

#include <utility>

#include "base/text.h"
#include "door/couch/settings.h"

namespace glasshive::door::couch {

store::ClusterOptions Front::options_of(kernel::Kernel& kernel, const Front* first) {
    kernel::Rng chance = kernel.rng("store/server-uuid/" + spec_.name);
    std::string bytes;
    for (int i = 0; i < 16; ++i) bytes += static_cast<char>(chance.below(256));
    uuid_ = hex_text(bytes);
    for (std::size_t i = 0; i < spec_.hosts.size(); ++i) gates_.emplace_back(*this, i);
    store::ClusterOptions options;
    options.coordinator.request_timeout = spec_.request_timeout;
    options.coordinator.serialized_start = spec_.serialized_start;
    options.coordinator.epoch = spec_.epoch;
    options.internal.delay = spec_.sync_delay;
    options.net_tick = spec_.net_tick;
    options.jitter = spec_.jitter;
    options.name = spec_.name;
    options.prefix = spec_.prefix;
    options.scripts.epoch_ms = static_cast<double>(spec_.epoch) * 1000;
    if (first != nullptr) options.shared_scripts = first->cluster().scripts();
    options.resolver = &resolver_;
    options.scheduler.server_uuid = uuid_;
    options.scheduler.epoch = spec_.epoch;
    for (Gate& gate : gates_) options.gates.push_back(&gate);
    return options;
}

Front::Front(kernel::Kernel& kernel, const store::ClusterSpec& spec,
             std::vector<store::NodePlace> places, const Front* first)
    : spec_(spec),
      resolver_(*this),
      cluster_(kernel, std::move(places), options_of(kernel, first)),
      observer_(kernel, cluster_, spec.prefix),
      service_(kernel, cluster_,
               {.epoch = spec.epoch,
                .uuid = uuid_,
                .admins = spec.admins,
                .iterations = spec.iterations,
                .q = spec.q,
                .n = spec.n}),
      kernel_(kernel) {
    for (std::size_t i = 0; i < cluster_.size(); ++i) {
        const std::string& name = cluster_.node(i).name();
        for (const std::string& host : spec_.hosts) {
            if (store::node_name_of(spec_, host) == name) hosts_.push_back(host);
        }
    }
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

void Front::configure(const std::string& section, const std::string& key,
                      const std::string& value) {
    for (std::size_t i = 0; i < cluster_.size(); ++i) {
        set_setting(service_, i, {section, key, value});
    }
}

void Front::open_outside() {
    if (outside_ == nullptr) outside_ = std::make_unique<Outside>(kernel_);
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
    cluster_.node(cluster_.first_member())
        .coordinator()
        .create(database.name, spread, [this, next](const auto&) { make_databases(next + 1); });
}

}   // namespace glasshive::door::couch
