#include "explain/tables.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <set>
#include <sstream>
#include <utility>

#include "swarm/events.h"
#include "swarm/state/objects.h"

namespace glasshive::explain {

namespace {

NameId name_in(const Event& event, std::size_t field) {
    return NameId{static_cast<std::uint32_t>(event.fields[field].integer)};
}

/// Only what the managers believed; what truly executed is another question.
class Fold final : public EventSink {
  public:
    Fold(const Names& names, std::uint64_t seed, Time until)
        : names_(names), seed_(seed), until_(until) {}

    void on_event(const Event& event, std::string_view) override {
        using namespace swarm::events;
        if (event.time > until_) return;
        now_ = event.time;
        if (event.kind >= task_new.id && event.kind <= task_orphaned.id) return observe(event);
        switch (event.kind) {
            case service_created.id:
            case service_updated.id: return describe(event);
            case service_run.id: return begin_run(event);
            case service_removed.id: services_.erase(text(event.subject)); return;
            case task_desired.id:
                tasks_[event.subject].row.desired = text(name_in(event, 1));
                return;
            case task_removed.id: tasks_.erase(event.subject); return;
            case service_allocated.id:
                services_[text(event.subject)].ports = ports_of(text(name_in(event, 1)));
                return;
            case node_removed.id: forget_node(text(event.subject)); return;
            case node_ready.id:
                // A host that joins again is another node; the old one stays until it is removed.
                if (text(name_in(event, 1)) == "none" && !joined_.insert(event.subject).second) {
                    former_.push_back(std::exchange(nodes_[text(event.subject)], {}));
                }
                node(event).status = "ready";
                if (text(name_in(event, 0)) == "manager" && node(event).manager_status.empty()) {
                    node(event).manager_status = "reachable";
                }
                return;
            case node_down.id:
                node(event).status = "down";
                if (!node(event).manager_status.empty()) {
                    node(event).manager_status = "unreachable";
                }
                return;
            case node_unknown.id: node(event).status = "unknown"; return;
            case node_availability.id:
                node(event).availability = text(name_in(event, 0));
                return;
            case node_role.id:
                node(event).manager_status =
                    text(name_in(event, 0)) == "manager" ? "reachable" : "";
                return;
            case raft_leader.id:
                for (auto& [name, row] : nodes_) {
                    if (row.manager_status == "leader") row.manager_status = "unreachable";
                }
                node(event).manager_status = "leader";
                return;
            default: return;
        }
    }

    Tables finish() {
        Tables tables;
        tables.at = until_ == time_never ? now_ : until_;
        for (const auto& [name, row] : nodes_) tables.nodes.push_back(row);
        tables.nodes.insert(tables.nodes.end(), former_.begin(), former_.end());
        for (auto& [name, task] : tasks_) {
            words::TaskRow& row = task.row;
            row.age = tables.at - task.since;
            row.created_ago = tables.at - task.created;
            const auto service = services_.find(task.service);
            if (service == services_.end()) continue;
            service->second.running += row.state == "running" ? 1 : 0;
            if (service->second.mode == "global") {
                service->second.desired += row.desired == "running" ? 1 : 0;
            }
            if (is_job(service->second) && task.made >= runs_[task.service]) {
                const bool complete = row.state == "complete";
                service->second.completed += complete ? 1 : 0;
                const bool to_come = !complete && (row.desired == "complete" ||
                                                   row.desired == "ready");
                if (service->second.mode == "global job") service->second.desired += to_come;
            }
            tables.tasks.push_back(row);
        }
        for (const auto& [name, row] : services_) tables.services.push_back(row);
        return tables;
    }

  private:
    struct Task {
        words::TaskRow row;
        std::string service;
        EventId made{};
        Time since{}, created{};
    };

    std::string text(NameId name) const {
        return name.valid() && name.index() < names_.size() ? std::string(names_.text(name)) : "";
    }
    std::string id(swarm::ObjectKind kind, std::uint64_t number) const {
        return swarm::object_id(seed_, static_cast<std::uint32_t>(kind), number);
    }

    void observe(const Event& event) {
        const std::string full = text(event.subject);
        const std::size_t dot = full.rfind('.');
        Task& task = tasks_[event.subject];
        if (event.kind == swarm::events::task_new.id) {
            task.created = event.time;
            task.row.desired = "running";
            task.made = event.id;
            task.service = text(name_in(event, 0));
            const auto service = services_.find(task.service);
            if (service != services_.end()) {
                task.row.image = service->second.image;
                if (is_job(service->second)) task.row.desired = "complete";
            }
            task.row.id = dot == std::string::npos ? full : full.substr(dot + 1);
            task.row.name = full.substr(0, dot);
        }
        const EventKind* kind = nullptr;
        for (const EventKind* each : swarm::events::all) {
            if (each->id == event.kind) kind = each;
        }
        task.row.state = std::string(kind->state);
        task.row.node = text(name_in(event, 2));
        task.row.error = text(name_in(event, 4));
        task.since = event.time;
    }

    void describe(const Event& event) {
        const std::string name = text(event.subject);
        const bool fresh = event.kind == swarm::events::service_created.id;
        words::ServiceRow& row = services_[name];
        if (fresh) row.id = id(swarm::ObjectKind::service, created_++);
        row.name = name;
        row.mode = text(name_in(event, 0));
        row.desired = row.mode == "replicated"
                          ? static_cast<std::uint64_t>(event.fields[1].integer)
                          : 0;
        row.image = text(name_in(event, 2));
    }

    void begin_run(const Event& event) {
        words::ServiceRow& row = services_[text(event.subject)];
        runs_[row.name] = event.id;
        row.completions = static_cast<std::uint64_t>(event.fields[1].integer);
        if (row.mode == "replicated job") {
            row.desired = static_cast<std::uint64_t>(event.fields[2].integer);
        }
    }

    void forget_node(const std::string& name) {
        const auto old = std::find_if(former_.begin(), former_.end(), [&](const auto& row) {
            return row.hostname == name;
        });
        if (old != former_.end()) {
            former_.erase(old);
            return;
        }
        nodes_.erase(name);
        joined_.erase(names_.find(name));
    }

    /// "*:8080->80/tcp, …" as the event says them.
    static std::vector<swarm::PortConfig> ports_of(const std::string& said) {
        std::vector<swarm::PortConfig> ports;
        std::istringstream parts(said);
        for (std::string part; std::getline(parts, part, ',');) {
            swarm::PortConfig port;
            std::array<char, 5> protocol{};
            const int read = std::sscanf(part.c_str(), " *:%u->%u/%4s", &port.published,
                                         &port.target, protocol.data());
            if (read != 3) continue;
            if (protocol[0] == 'u') port.protocol = swarm::Protocol::udp;
            if (protocol[0] == 's') port.protocol = swarm::Protocol::sctp;
            ports.push_back(port);
        }
        return ports;
    }

    words::NodeRow& node(const Event& event) {
        words::NodeRow& row = nodes_[text(event.subject)];
        if (row.hostname.empty()) {
            row.hostname = text(event.subject);
            row.availability = "active";
            row.status = "unknown";
            row.id = "";
        }
        return row;
    }

    const Names& names_;
    std::uint64_t seed_;
    Time until_, now_{};
    std::map<std::string, words::NodeRow> nodes_;
    std::set<NameId> joined_;
    std::vector<words::NodeRow> former_;   // DOWN nodes whose host joined again.
    std::map<std::string, words::ServiceRow> services_;
    std::map<NameId, Task> tasks_;
    std::map<std::string, EventId> runs_;   // Of jobs: what began the newest run.
    std::uint64_t created_ = 0;
};

}   // namespace

bool is_job(const words::ServiceRow& row) {
    return row.mode == "replicated job" || row.mode == "global job";
}

Result<Tables> tables_at(record::Recording& recording, std::optional<Time> until) {
    const std::string seed = recording.meta("seed").value_or("0");
    Fold fold(recording.names(), std::strtoull(seed.c_str(), nullptr, 10),
              until.value_or(time_never));
    record::Recording::Range range{.samples = false};
    if (until) {
        auto last = recording.last_event_at(*until);
        if (!last.ok()) return last.problems();
        range.last = last.value();
    }
    if (const auto problem = recording.replay(fold, range)) return *problem;
    return fold.finish();
}

}   // namespace glasshive::explain
