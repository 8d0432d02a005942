#include "door/couch/settings.h"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace glasshive::door::couch {

void set_setting(Service& service, std::size_t member, const Setting& setting) {
    Config& config = service.config(member);
    std::string value = setting.value;
    if (setting.section == "admins" && !read_admin_line(value)) {
        const std::int64_t rounds = config.auth_number("iterations", 600'000);
        value = admin_line(hashed(value, service.random_hex(32), rounds));
    }
    config.set(setting.section, setting.key, std::move(value));
    setting_changed(service, member, setting.section, setting.key);
}

/// Source: couch_replicator_scheduler:handle_config_change/5 and who else reads [replicator].
static void set_replicator(const Config& config, store::replicate::Scheduler& scheduler) {
    store::replicate::SchedulerOptions options = scheduler.options();
    const auto count = [&](std::string_view name, std::size_t otherwise) {
        const auto given = static_cast<std::int64_t>(otherwise);
        const std::int64_t value = config.number("replicator", name, given);
        return static_cast<std::size_t>(std::max<std::int64_t>(0, value));
    };
    const store::replicate::SchedulerOptions usual;
    options.jobs_max = count("max_jobs", usual.jobs_max);
    options.churn_max = count("max_churn", usual.churn_max);
    options.history_max = std::max<std::size_t>(1, count("max_history", usual.history_max));
    const auto interval = count("interval", usual.interval / std::chrono::milliseconds{1});
    options.interval = std::chrono::milliseconds{std::max<std::size_t>(1, interval)};
    const auto healthy = count("health_threshold", usual.healthy / std::chrono::seconds{1});
    options.healthy = std::chrono::seconds{healthy};
    const auto jitter = count("startup_jitter", usual.start_jitter / std::chrono::milliseconds{1});
    options.start_jitter = std::chrono::milliseconds{jitter};
    options.id_bytes_max = count("max_document_id_length", 0);
    if (options.id_bytes_max == 0) options.id_bytes_max = usual.id_bytes_max;   // "infinity"
    options.update_docs = config.flag("replicator", "update_docs", false);
    store::replicate::ReplicationOptions& of_job = options.usual;
    const auto span = [&](std::string_view name, Duration otherwise) {
        const auto given = count(name, otherwise / std::chrono::milliseconds{1});
        return std::chrono::milliseconds{std::max<std::size_t>(1, given)};
    };
    const auto some = [&](std::string_view name, std::size_t otherwise, std::size_t most) {
        return std::clamp<std::size_t>(count(name, otherwise), 1, most);
    };
    of_job.connection_timeout = span("connection_timeout", usual.usual.connection_timeout);
    of_job.checkpoint_interval = span("checkpoint_interval", usual.usual.checkpoint_interval);
    of_job.retries_per_request = static_cast<std::uint32_t>(
        std::min<std::size_t>(count("retries_per_request", usual.usual.retries_per_request), 1000));
    of_job.worker_processes = some("worker_processes", usual.usual.worker_processes, 64);
    of_job.worker_batch_size = some("worker_batch_size", usual.usual.worker_batch_size, 10'000);
    of_job.use_checkpoints = config.flag("replicator", "use_checkpoints", true);
    of_job.use_bulk_get = config.flag("replicator", "use_bulk_get", true);
    scheduler.set_options(options);
}

void setting_changed(Service& service, std::size_t member, std::string_view section,
                     std::string_view key) {
    const Config& config = service.config(member);
    if (section == "couchdb" && key == "maintenance_mode") {
        const auto mode = store::parse_maintenance(config.text(section, key, "false"));
        service.cluster().node(member).replica().set_maintenance(
            mode.value_or(store::Maintenance::off));
    }
    if (section == "replicator") set_replicator(config, service.cluster().node(member).scheduler());
    if (section == "reshard") {
        const auto seconds = [&](std::string_view name, Duration otherwise) {
            const std::int64_t given = otherwise / std::chrono::seconds{1};
            const std::int64_t value = config.number("reshard", name, given);
            return Duration(std::chrono::seconds{std::max<std::int64_t>(0, value)});
        };
        const auto count = [&](std::string_view name, std::size_t otherwise) {
            const auto given = static_cast<std::int64_t>(otherwise);
            const std::int64_t value = config.number("reshard", name, given);
            return static_cast<std::size_t>(std::max<std::int64_t>(0, value));
        };
        store::reshard::ReshardOptions options;
        options.max_jobs = count("max_jobs", options.max_jobs);
        options.max_history = count("max_history", options.max_history);
        options.max_retries = count("max_retries", options.max_retries);
        options.retry_interval = seconds("retry_interval_sec", options.retry_interval);
        options.delete_source = config.flag("reshard", "delete_source", true);
        options.update_shard_map_timeout =
            seconds("update_shard_map_timeout_sec", options.update_shard_map_timeout);
        options.source_close_timeout =
            seconds("source_close_timeout_sec", options.source_close_timeout);
        service.cluster().node(member).resharder().set_options(options);
    }
}

}   // namespace glasshive::door::couch
