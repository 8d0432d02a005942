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

void setting_changed(Service& service, std::size_t member, std::string_view section,
                     std::string_view key) {
    const Config& config = service.config(member);
    if (section == "couchdb" && key == "maintenance_mode") {
        const auto mode = store::parse_maintenance(config.text(section, key, "false"));
        service.cluster().node(member).replica().set_maintenance(
            mode.value_or(store::Maintenance::off));
    }
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
