#include "words/pretty.h"

#include <array>
#include <cstdio>

#include "words/grammar/port_spec.h"
#include "words/tables.h"

namespace glasshive::words {

namespace {

using Texts = std::vector<std::string>;

std::string number_text(double value, const char* format) {
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), format, value);
    return text.data();
}

/// Go's time.Duration as text: "1h30m0s", "1.5s", "500ms".
std::string go_text(Duration duration) {
    using namespace std::chrono_literals;
    const double seconds = static_cast<double>((duration % 1min).count()) / 1e9;
    if (duration == Duration::zero()) return "0s";
    if (duration < 1ms) return number_text(seconds * 1e6, "%.9gµs");
    if (duration < 1s) return number_text(seconds * 1e3, "%.9gms");
    std::string text;
    if (duration >= 1h) text += std::to_string(duration / 1h) + "h";
    if (duration >= 1min) text += std::to_string(duration % 1h / 1min) + "m";
    return text + number_text(seconds, "%.11gs");
}

/// docker/go-units BytesSize: four digits.
std::string bytes_text(Bytes bytes) {
    constexpr std::array<const char*, 5> units{"B", "KiB", "MiB", "GiB", "TiB"};
    auto value = static_cast<double>(bytes.count);
    std::size_t unit = 0;
    for (; value >= 1024 && unit + 1 < units.size(); ++unit) value /= 1024;
    return number_text(value, "%.4g") + units[unit];
}

std::string cpus_text(Cpus cpus) {
    return number_text(static_cast<double>(cpus.count) / 1e9, "%g");
}

std::string each(const Texts& texts) {   // Every one with a blank behind it.
    std::string result;
    for (const std::string& text : texts) result += text + " ";
    return result;
}

std::string joined(const Texts& texts, const char* between) {
    std::string result;
    for (const std::string& text : texts) result += (result.empty() ? "" : between) + text;
    return result;
}

const char* text_of(swarm::FailureAction action) {
    switch (action) {
        case swarm::FailureAction::pause: return "pause";
        case swarm::FailureAction::continue_: return "continue";
        case swarm::FailureAction::rollback: return "rollback";
    }
    return "?";
}

const char* text_of(swarm::MountType type) {
    switch (type) {
        case swarm::MountType::volume: return "volume";
        case swarm::MountType::bind: return "bind";
        case swarm::MountType::tmpfs: return "tmpfs";
        case swarm::MountType::npipe: return "npipe";
    }
    return "?";
}

std::string mode_text(const swarm::ServiceSpec& spec) {
    if (spec.mode == swarm::ServiceMode::global) return "Service Mode:\tGlobal\n";
    if (is_job(spec.mode)) return "Service Mode:\n";   // The template knows no jobs.
    return "Service Mode:\tReplicated\n Replicas:\t" + std::to_string(spec.replicas) + "\n";
}

std::string update_text(const PrettyUpdate& update) {
    std::string text = "UpdateStatus:\n State:\t\t" + update.state + "\n Started:\t" +
                       human_duration(update.started_ago) + " ago\n";
    if (update.completed_ago) {
        text += " Completed:\t" + human_duration(*update.completed_ago) + " ago\n";
    }
    return text + " Message:\t" + update.message + "\n";
}

std::string placement_text(const swarm::Placement& placement) {
    std::string text = "Placement:\n";
    if (!placement.constraints.empty()) {
        text += " Constraints:\t[" + joined(placement.constraints, " ") + "]\n";
    }
    Texts spread;
    for (const std::string& label : placement.preferences) spread.push_back("spread=" + label);
    if (!spread.empty()) text += " Preferences:   [" + joined(spread, " ") + "]\n";
    if (placement.max_replicas > 0) {
        text += " Max Replicas Per Node:   " + std::to_string(placement.max_replicas) + "\n";
    }
    return text;
}

std::string config_text(const char* title, const char* order_title,
                        const swarm::UpdateConfig& config) {
    std::string text = std::string(title) + ":\n Parallelism:\t" +
                       std::to_string(config.parallelism) + "\n";
    if (config.delay > Duration::zero()) text += " Delay:\t\t" + go_text(config.delay) + "\n";
    text += std::string(" On failure:\t") + text_of(config.failure_action) + "\n";
    if (config.monitor > Duration::zero()) {
        text += " Monitoring Period: " + go_text(config.monitor) + "\n";
    }
    const bool stops = config.order == swarm::UpdateOrder::stop_first;
    return text + " Max failure ratio: " + number_text(config.max_failure_ratio, "%g") + "\n" +
           order_title + (stops ? "stop-first" : "start-first") + "\n";
}

std::string container_text(const swarm::ContainerSpec& spec) {
    std::string text = "ContainerSpec:\n Image:\t\t" + spec.image + "\n";
    if (!spec.args.empty()) text += " Args:\t\t" + each(spec.args) + "\n";
    if (!spec.env.empty()) text += " Env:\t\t" + each(spec.env) + "\n";
    if (!spec.dir.empty()) text += " Dir:\t\t" + spec.dir + "\n";
    if (!spec.user.empty()) text += " User: " + spec.user + "\n";
    if (spec.init.value_or(false)) text += " Init:\t\ttrue\n";
    if (!spec.cap_add.empty() || !spec.cap_drop.empty()) {
        text += "Capabilities:\n";
        if (!spec.cap_add.empty()) text += " Add: " + joined(spec.cap_add, ", ") + "\n";
        if (!spec.cap_drop.empty()) text += " Drop: " + joined(spec.cap_drop, ", ") + "\n";
    }
    if (!spec.sysctls.empty()) text += "SysCtls:\n";
    for (const auto& [key, value] : spec.sysctls) text += " " + key + ": " + value + "\n";
    if (!spec.mounts.empty()) text += "Mounts:\n";
    for (const swarm::Mount& mount : spec.mounts) {
        text += " Target:\t" + mount.target + "\n  Source:\t" + mount.source + "\n  ReadOnly:\t" +
                (mount.read_only ? "true" : "false") + "\n  Type:\t\t" + text_of(mount.type) + "\n";
    }
    const auto files = [&](const char* title, const std::vector<swarm::FileReference>& list) {
        if (!list.empty()) text += std::string(title) + ":\n";
        for (const swarm::FileReference& file : list) {
            text += " Target:\t" + file.target + "\n  Source:\t" + file.source + "\n";
        }
    };
    files("Configs", spec.configs);
    files("Secrets", spec.secrets);
    return text;
}

std::string log_text(const swarm::TaskSpec& task) {
    if (task.log_driver.empty()) return "";
    std::string text = "Log Driver:\n Name:\t\t" + task.log_driver + "\n";
    if (task.log_options.empty()) return text;
    text += " LogOpts:\n";
    for (const auto& [key, value] : task.log_options) {
        text += "  " + key + ":       " + value + "\n";
    }
    return text + "\n";
}

std::string resources_text(const swarm::TaskSpec& task) {
    const auto part = [](const char* title, const swarm::Resources& r) {
        std::string text;
        if (r.cpus.count > 0) text += "  CPU:\t\t" + cpus_text(r.cpus) + "\n";
        if (r.memory.count > 0) text += "  Memory:\t" + bytes_text(r.memory) + "\n";
        if (r.pids > 0) text += "  PIDs:\t\t" + std::to_string(r.pids) + "\n";
        return text.empty() ? text : std::string(title) + text;
    };
    const std::string text = part(" Reservations:\n", task.reservations) +
                             part(" Limits:\n", task.limits);
    return text.empty() ? "" : "Resources:\n" + text;
}

std::string ports_text(const std::vector<swarm::PortConfig>& ports) {
    std::string text;
    for (const swarm::PortConfig& port : ports) {
        text += " PublishedPort = " + std::to_string(port.published) + "\n  Protocol = " +
                to_text(port.protocol) + "\n  TargetPort = " + std::to_string(port.target) +
                "\n  PublishMode = " +
                (port.mode == swarm::PublishMode::host ? "host" : "ingress") + "\n";
    }
    if (text.empty()) return text;
    text.insert(text.size() - 1, " ");   // So the template has it.
    return "Ports:\n" + text;
}

std::string health_text(const swarm::Healthcheck& check) {
    std::string text = " Healthcheck:\n  Interval = " + go_text(check.interval) +
                       "\n  Retries = " + std::to_string(check.retries) + "\n  StartPeriod =\t" +
                       go_text(check.start_period) + "\n  Timeout =\t" + go_text(check.timeout) +
                       "\n";
    if (check.test.empty()) return text;
    text += "  Tests:\n";
    for (const std::string& test : check.test) text += "\t Test = " + test + "\n";
    text.insert(text.size() - 1, " ");
    return text;
}

}   // namespace

std::string service_pretty(const PrettyService& service) {
    const swarm::ServiceSpec& spec = *service.spec;
    std::string text = "\nID:\t\t" + service.id + "\nName:\t\t" + spec.name + "\n";
    if (!spec.labels.empty()) text += "Labels:\n";
    for (const auto& [key, value] : spec.labels) text += " " + key + "=" + value + "\n";
    text += mode_text(spec);
    if (service.update) text += update_text(*service.update);
    text += placement_text(spec.task.placement);
    if (spec.update) text += config_text("UpdateConfig", " Update order:      ", *spec.update);
    if (spec.rollback) {
        text += config_text("RollbackConfig", " Rollback order:    ", *spec.rollback);
    }
    text += container_text(spec.task.container) + log_text(spec.task) + resources_text(spec.task);
    Texts networks;
    for (const swarm::NetworkAttachment& each : spec.task.networks) {
        networks.push_back(each.network);
    }
    if (!networks.empty()) text += "Networks: " + each(networks) + "\n";
    text += std::string("Endpoint Mode:\t") +
            (spec.endpoint_mode == swarm::EndpointMode::vip ? "vip" : "dnsrr") + "\n";
    text += ports_text(service.ports);
    if (spec.task.container.healthcheck) text += health_text(*spec.task.container.healthcheck);
    return text + "\n";
}

std::string node_pretty(const PrettyNode& node) {
    std::string text = "ID:\t\t\t" + node.id + "\n";
    if (!node.labels.empty()) text += "Labels:\n";
    for (const auto& [key, value] : node.labels) text += " - " + key + "=" + value + "\n";
    text += "Hostname:              \t" + node.hostname + "\nJoined at:             \t" +
            node.joined + "\nStatus:\n State:\t\t\t" + node.state +
            "\n Availability:         \t" + node.availability + "\n Address:\t\t" + node.address +
            "\n";
    if (!node.reachability.empty()) {
        text += "Manager Status:\n Address:\t\t" + node.address + ":2377\n Raft Status:\t\t" +
                node.reachability + "\n Leader:\t\t" + (node.leader ? "Yes" : "No") + "\n";
    }
    text += "Platform:\n Operating System:\t" + node.os + "\n Architecture:\t\t" +
            node.architecture + "\nResources:\n CPUs:\t\t\t" +
            std::to_string(node.cpus.count / 1'000'000'000) + "\n Memory:\t\t" +
            bytes_text(node.memory) + "\nEngine Version:\t\t" + node.engine_version + "\n";
    if (!node.engine_labels.empty()) text += "Engine Labels:\n";
    for (const auto& [key, value] : node.engine_labels) {
        text += " - " + key + "=" + value + "\n";
    }
    return text;
}

std::string date_text(Time at) {
    const std::int64_t seconds = ns_of(at) / 1'000'000'000;
    std::array<char, 48> text{};   // A run lasts days, not months.
    std::snprintf(text.data(), text.size(), "1970-01-%02d %02d:%02d:%02d +0000 utc",
                  static_cast<int>(1 + seconds / 86400 % 31), static_cast<int>(seconds / 3600 % 24),
                  static_cast<int>(seconds / 60 % 60), static_cast<int>(seconds % 60));
    return text.data();
}

}   // namespace glasshive::words
