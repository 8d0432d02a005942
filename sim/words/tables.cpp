#include "words/tables.h"

#include <algorithm>

#include "base/text.h"
#include "words/grammar/gotext.h"
#include "words/grammar/port_spec.h"

namespace glasshive::words {

namespace {

using Row = std::vector<std::string>;

/// Characters, not bytes.
std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
}

std::string capitalised(std::string text) {
    if (!text.empty() && text[0] >= 'a' && text[0] <= 'z')
        text[0] = static_cast<char>(text[0] - 32);
    return text;
}

/// stringid.TruncateID.
std::string short_id(const std::string& id) { return id.substr(0, 12); }

/// A tagged image without its digest; familiar names of Docker Hub.
std::string short_image(std::string image) {
    const std::size_t digest = image.find('@');
    const std::string named = image.substr(0, digest);
    const std::size_t slash = named.rfind('/');
    const bool tagged =
        named.find(':', slash == std::string::npos ? 0 : slash) != std::string::npos;
    if (digest != std::string::npos && tagged) image = named;
    for (const std::string_view prefix : {"docker.io/library/", "docker.io/"}) {
        if (image.rfind(prefix, 0) == 0) return image.substr(prefix.size());
    }
    return image;
}

/// formatter.Ellipsis: at most `most` characters, the last one a mark.
std::string shortened(const std::string& text, std::size_t most) {
    if (width_of(text) <= most) return text;
    std::size_t end = 0, seen = 0;
    for (; end < text.size(); ++end) {
        const bool begins = (static_cast<unsigned char>(text[end]) & 0xC0) != 0x80;
        if (begins && seen++ == most - 1) break;
    }
    return text.substr(0, end) + "\xE2\x80\xA6";
}

std::string lines(const std::vector<std::string>& ids) {
    std::string result;
    for (const std::string& id : ids) result += id + "\n";
    return result;
}

std::string span_text(std::uint32_t first, std::uint32_t last) {
    const std::string text = std::to_string(first);
    return last > first ? text + "-" + std::to_string(last) : text;
}

std::string joined(const std::vector<std::string>& parts) {
    std::string result;
    for (const std::string& part : parts) result += (result.empty() ? "" : ", ") + part;
    return result;
}

/// service/formatter.go Ports: consecutive ports of a protocol are one range.
std::string ingress_ports(std::vector<swarm::PortConfig> ports) {
    std::stable_sort(ports.begin(), ports.end(), [](const auto& a, const auto& b) {
        const std::string_view left = to_text(a.protocol), right = to_text(b.protocol);
        return std::tie(left, a.published) < std::tie(right, b.published);
    });
    std::vector<std::string> parts;
    std::optional<swarm::PortConfig> first, last;
    const auto finish = [&] {
        if (!first || first->published == 0) return;
        parts.push_back("*:" + span_text(first->published, last->published) + "->" +
                        span_text(first->target, last->target) + "/" + to_text(first->protocol));
    };
    for (const swarm::PortConfig& port : ports) {
        if (port.mode != swarm::PublishMode::ingress) continue;
        const bool follows = last && port.protocol == last->protocol &&
                             port.published - last->published <= 1 &&
                             port.target - last->target <= 1 &&
                             !(last->target != first->target && port.target <= last->target);
        if (!follows) {
            finish();
            first = port;
        }
        last = port;
    }
    finish();
    return joined(parts);
}

std::string host_ports(const std::vector<swarm::PortConfig>& ports) {
    std::string result;
    for (const swarm::PortConfig& port : ports) {
        result += (result.empty() ? "*:" : ",*:") + std::to_string(port.published) + "->" +
                  std::to_string(port.target) + "/" + to_text(port.protocol);
    }
    return result;
}

}   // namespace

std::string columns(const std::vector<Row>& rows) {
    constexpr std::size_t least = 10;
    constexpr std::size_t padding = 3;
    std::vector<std::size_t> widths;
    for (const Row& row : rows) {
        widths.resize(std::max(widths.size(), row.size()), least);
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], width_of(row[i]) + padding);
    }
    std::string result;
    for (const Row& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            result += row[i];
            if (i + 1 < row.size()) result.append(widths[i] - width_of(row[i]), ' ');
        }
        result += "\n";
    }
    return result;
}

std::string human_duration(Duration age) {
    const std::int64_t seconds = age.count() / 1'000'000'000;
    const auto count = [](std::int64_t n, const char* unit) {
        return std::to_string(n) + " " + unit;
    };
    if (seconds < 1) return "Less than a second";
    if (seconds == 1) return "1 second";
    if (seconds < 60) return count(seconds, "seconds");
    const std::int64_t minutes = seconds / 60;
    if (minutes == 1) return "About a minute";
    if (minutes < 60) return count(minutes, "minutes");
    // go-units rounds hours to the nearest, from the whole duration.
    const std::int64_t hours = (age.count() + 1'800'000'000'000) / 3'600'000'000'000;
    if (hours == 1) return "About an hour";
    if (hours < 48) return count(hours, "hours");
    if (hours < 24 * 7 * 2) return count(hours / 24, "days");
    if (hours < 24 * 30 * 2) return count(hours / 24 / 7, "weeks");
    if (hours < 24 * 365 * 2) return count(hours / 24 / 30, "months");
    return count(seconds / 3600 / 24 / 365, "years");
}

std::string container_status(const ContainerState& state) {
    if (state.running) {
        std::string text = "Up " + human_duration(state.since);
        if (state.paused) return text + " (Paused)";
        if (state.health.empty()) return text;
        return text + " (" + (state.health == "starting" ? "health: " : "") + state.health + ")";
    }
    if (!state.started_once) return "Created";
    return "Exited (" + std::to_string(state.exit_code) + ") " + human_duration(state.since) +
           " ago";
}

std::string node_table(std::vector<NodeRow> rows, const TableOptions& options) {
    std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
        return natural_less(a.hostname, b.hostname);
    });
    std::vector<std::string> ids;
    std::vector<Row> cells{
        {"ID", "HOSTNAME", "STATUS", "AVAILABILITY", "MANAGER STATUS", "ENGINE VERSION"}};
    for (const NodeRow& row : rows) {
        ids.push_back(row.id);
        // One more character for the *, so that the column stays straight.
        cells.push_back({row.id + (row.self ? " *" : "  "), row.hostname, capitalised(row.status),
                         capitalised(row.availability), capitalised(row.manager_status),
                         row.engine_version});
    }
    return options.quiet ? lines(ids) : columns(cells);
}

std::string service_table(std::vector<ServiceRow> rows, const TableOptions& options) {
    std::stable_sort(rows.begin(), rows.end(),
                     [](const auto& a, const auto& b) { return natural_less(a.name, b.name); });
    std::vector<std::string> ids;
    std::vector<Row> cells{{"ID", "NAME", "MODE", "REPLICAS", "IMAGE", "PORTS"}};
    for (const ServiceRow& row : rows) {
        ids.push_back(short_id(row.id));
        std::string replicas = std::to_string(row.running) + "/" + std::to_string(row.desired);
        if (row.mode == "replicated job" || row.mode == "global job") {
            const std::uint64_t total =
                row.mode == "global job" ? row.desired + row.completed : row.completions;
            replicas += " (" + std::to_string(row.completed) + "/" + std::to_string(total) +
                        " completed)";
        } else if (row.max_per_node > 0)
            replicas += " (max " + std::to_string(row.max_per_node) + " per node)";
        cells.push_back({ids.back(), row.name, row.mode, std::move(replicas),
                         short_image(row.image), ingress_ports(row.ports)});
    }
    return options.quiet ? lines(ids) : columns(cells);
}

std::string task_table(std::vector<TaskRow> rows, const TableOptions& options) {
    std::stable_sort(rows.begin(), rows.end(), [](const TaskRow& a, const TaskRow& b) {
        if (a.name != b.name) return natural_less(a.name, b.name);
        return a.created_ago < b.created_ago;
    });
    std::vector<std::string> ids;
    std::vector<Row> cells{
        {"ID", "NAME", "IMAGE", "NODE", "DESIRED STATE", "CURRENT STATE", "ERROR", "PORTS"}};
    std::string before;
    constexpr std::size_t error_max = 30;   // task/formatter.go maxErrLength
    for (const TaskRow& row : rows) {
        ids.push_back(row.id);
        const std::string name = row.name == before ? " \\_ " + row.name : row.name;
        before = row.name;
        std::string error = row.error;
        if (!options.no_trunc && error.size() > error_max)
            error = error.substr(0, error_max - 1) + "\xE2\x80\xA6";
        if (!error.empty()) error = "\"" + error + "\"";
        cells.push_back({options.no_trunc ? row.id : short_id(row.id), name,
                         options.no_trunc ? row.image : short_image(row.image), row.node,
                         capitalised(row.desired),
                         capitalised(row.state) + " " + lower(human_duration(row.age)) + " ago",
                         error, host_ports(row.ports)});
    }
    return options.quiet ? lines(ids) : columns(cells);
}

std::string stack_table(std::vector<StackRow> rows) {
    std::stable_sort(rows.begin(), rows.end(),
                     [](const auto& a, const auto& b) { return natural_less(a.name, b.name); });
    std::vector<Row> cells{{"NAME", "SERVICES"}};
    for (const StackRow& row : rows) cells.push_back({row.name, std::to_string(row.services)});
    return columns(cells);
}

namespace {

/// A run of consecutive ports of one address and protocol.
struct PortGroup {
    std::string key;
    ContainerPort first;
    std::uint32_t last = 0;
};

std::string group_text(const PortGroup& group) {
    const std::string span = span_text(group.first.container, group.last);
    const std::string& ip = group.first.ip;
    const std::string shown = ip.find(':') == std::string::npos ? ip : "[" + ip + "]";
    return (ip.empty() ? "" : shown + ":" + span + "->") + span + "/" +
           to_text(group.first.protocol);
}

/// formatter.DisplayablePorts: groups that ended, then those still open in order of appearance,
/// then ports whose two numbers differ.
std::string container_ports(std::vector<ContainerPort> ports) {
    std::stable_sort(ports.begin(), ports.end(), [](const auto& a, const auto& b) {
        const std::string_view left = to_text(a.protocol), right = to_text(b.protocol);
        return std::tie(a.container, a.ip, a.host, left) <
               std::tie(b.container, b.ip, b.host, right);
    });
    std::vector<std::string> ended, apart;
    std::vector<PortGroup> open;
    for (const ContainerPort& port : ports) {
        const std::string protocol = to_text(port.protocol);
        if (!port.ip.empty() && port.host != port.container) {
            const bool v6 = port.ip.find(':') != std::string::npos;
            apart.push_back((v6 ? "[" + port.ip + "]" : port.ip) + ":" + std::to_string(port.host) +
                            "->" + std::to_string(port.container) + "/" + protocol);
            continue;
        }
        const std::string key = port.ip.empty() ? protocol : port.ip + "/" + protocol;
        const auto group = std::find_if(open.begin(), open.end(),
                                        [&](const PortGroup& one) { return one.key == key; });
        if (group == open.end()) {
            open.push_back({key, port, port.container});
        } else if (port.container == group->last + 1) {
            group->last = port.container;
        } else {
            ended.push_back(group_text(*group));
            *group = {key, port, port.container};
        }
    }
    for (const PortGroup& group : open) ended.push_back(group_text(group));
    ended.insert(ended.end(), apart.begin(), apart.end());
    return joined(ended);
}

}   // namespace

std::string container_table(const std::vector<ContainerRow>& rows, const TableOptions& options) {
    std::vector<std::string> ids;
    std::vector<Row> cells{
        {"CONTAINER ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "PORTS", "NAMES"}};
    constexpr std::size_t command_max = 20;
    for (const ContainerRow& row : rows) {
        ids.push_back(options.no_trunc ? row.id : short_id(row.id));
        std::string names;
        for (const std::string& name : row.names) names += (names.empty() ? "" : ",") + name;
        const std::string command =
            options.no_trunc ? row.command : shortened(row.command, command_max);
        cells.push_back({ids.back(), row.image, go_quoted(command),
                         human_duration(row.created_ago) + " ago", row.status,
                         container_ports(row.ports), names});
    }
    return options.quiet ? lines(ids) : columns(cells);
}

}   // namespace glasshive::words
