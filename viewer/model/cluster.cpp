#include "viewer/model/cluster.h"

#include <algorithm>
#include <map>

#include "base/text.h"

namespace glasshive::viewer {

namespace {

/// Reads the fields of one type's rows; a recording without the type or the field reads as empty.
class Reader {
  public:
    Reader(const record::State& state, const Glass& glass, std::string_view type)
        : state_(state),
          glass_(glass),
          type_(state.type_named(type)) {}

    std::vector<const record::StateRow*> rows() const {
        return type_ ? state_.rows(*type_) : std::vector<const record::StateRow*>{};
    }
    const record::StateRow* find(NameId name) const {
        return type_ ? state_.find(*type_, name) : nullptr;
    }
    bool says(const record::StateRow& row, std::string_view field) const {
        const record::StateValue* value = state_.value(*type_, row, field);
        return value != nullptr && value->type != FieldType::none;
    }
    std::string text(const record::StateRow& row, std::string_view field) const {
        const record::StateValue* value = state_.value(*type_, row, field);
        return value ? field_text(value->type, value->value, glass_.recording().names())
                     : std::string{};
    }
    std::int64_t integer(const record::StateRow& row, std::string_view field) const {
        const record::StateValue* value = state_.value(*type_, row, field);
        return value && value->type != FieldType::real ? value->value.integer : 0;
    }
    double real(const record::StateRow& row, std::string_view field) const {
        const record::StateValue* value = state_.value(*type_, row, field);
        return value && value->type == FieldType::real ? value->value.real : 0;
    }
    std::string state(const record::StateRow& row) const {
        return std::string(state_.state_text(row));
    }

  private:
    const record::State& state_;
    const Glass& glass_;
    std::optional<std::size_t> type_;
};

std::vector<HostCell> hosts_of(const record::State& state, const Glass& glass) {
    const Reader hosts(state, glass, "host");
    const Reader nodes(state, glass, "node");
    std::vector<HostCell> cells;
    for (const record::StateRow* row : hosts.rows()) {
        // Hosts that only pulled an image or lost a message, in a recording without host.added.
        HostCell cell{.name = row->subject,
                      .text = std::string(glass.text(row->subject)),
                      .zone = hosts.text(*row, "zone"),
                      .rack = hosts.text(*row, "rack"),
                      .state = hosts.state(*row),
                      .cores = hosts.real(*row, "cores"),
                      .memory_bytes = hosts.integer(*row, "memory"),
                      .since = row->since};
        if (const record::StateRow* node = nodes.find(row->subject)) {
            cell.believed = nodes.state(*node);
            cell.role = nodes.text(*node, "role");
        }
        cells.push_back(std::move(cell));
    }
    std::sort(cells.begin(), cells.end(), [](const HostCell& a, const HostCell& b) {
        if (a.zone != b.zone) return natural_less(a.zone, b.zone);
        return natural_less(a.text, b.text);
    });
    return cells;
}

void place_containers(const record::State& state, const Glass& glass,
                      std::vector<HostCell>& hosts) {
    std::map<std::string, std::size_t> by_name;
    for (std::size_t i = 0; i < hosts.size(); ++i) by_name.emplace(hosts[i].text, i);
    const Reader containers(state, glass, "container");
    for (const record::StateRow* row : containers.rows()) {
        const auto host = by_name.find(containers.text(*row, "host"));
        if (host == by_name.end()) continue;
        hosts[host->second].containers.push_back(
            {row->subject, containers.text(*row, "service"), containers.state(*row), row->since});
    }
}

std::vector<ServiceRow> services_of(const record::State& state, const Glass& glass) {
    const Reader services(state, glass, "service");
    std::vector<ServiceRow> rows;
    std::map<std::string, std::size_t> by_name;
    for (const record::StateRow* row : services.rows()) {
        ServiceRow service{.name = row->subject,
                           .text = std::string(glass.text(row->subject)),
                           .mode = services.text(*row, "mode"),
                           .image = services.text(*row, "image"),
                           .desired = services.integer(*row, "replicas")};
        if (service.mode.rfind("global", 0) == 0) service.desired = -1;
        if (services.says(*row, "cpus")) {
            service.reserved_cpus = services.real(*row, "cpus");
            service.reserved_memory = static_cast<double>(services.integer(*row, "memory"));
        }
        by_name.emplace(service.text, rows.size());
        rows.push_back(std::move(service));
    }
    const Reader tasks(state, glass, "task");
    const Reader nodes(state, glass, "node");
    for (const record::StateRow* row : tasks.rows()) {
        const auto service = by_name.find(tasks.text(*row, "service"));
        if (service == by_name.end()) continue;
        ServiceRow& counted = rows[service->second];
        const std::string now = tasks.state(*row);
        const NameId node = glass.recording().names().find(tasks.text(*row, "node"));
        const record::StateRow* where = nodes.find(node);
        // A dead node's tasks stay "running" in the store; `docker service ls` omits them, too.
        if (now == "running" && where != nullptr && nodes.state(*where) == "down") continue;
        if (now == "running")
            ++counted.running;
        else if (now == "failed" || now == "rejected")
            ++counted.failed;
        else if (now != "shutdown" && now != "complete" && now != "orphaned" && !now.empty())
            ++counted.waiting;
    }
    return rows;
}

}   // namespace

Cluster cluster_of(const record::State& state, const Glass& glass) {
    Cluster cluster{hosts_of(state, glass), {}, services_of(state, glass)};
    for (std::size_t i = 0; i < cluster.hosts.size(); ++i) {
        if (cluster.hosts[i].state != "on") cluster.not_on.push_back(static_cast<std::uint32_t>(i));
    }
    place_containers(state, glass, cluster.hosts);
    return cluster;
}

}   // namespace glasshive::viewer
