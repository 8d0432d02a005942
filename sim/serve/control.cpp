#include "serve/control.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "world/world.h"

namespace glasshive::serve {

namespace {

using Json = nlohmann::ordered_json;

std::string error(const std::string& text) { return Json{{"ok", false}, {"error", text}}.dump(); }
std::string done() { return Json{{"ok", true}}.dump(); }

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
    return out;
}

}   // namespace

std::string Control::host_of(std::size_t node) const {
    world::World& world = session_.world();
    return std::string(world.platform().host_name(world.store(store_).cluster().node(node).host()));
}

std::string Control::answer(const std::string& line) {
    const Json request = Json::parse(line, nullptr, false);
    if (!request.is_object() || !request.contains("do")) return error("not a command");
    if (request["do"] == "status") return status();
    if (request["do"] != "fault") return error("do is fault or status");
    const store::Cluster& cluster = session_.world().store(store_).cluster();
    std::vector<std::vector<std::size_t>> groups;
    for (const Json& group : request.value("nodes", Json::array())) {
        if (!group.is_array()) return error("nodes are groups of names");
        groups.emplace_back();
        for (const Json& each : group) {
            const std::string name = each.is_string() ? each.get<std::string>() : "";
            std::optional<std::size_t> member = cluster.find(name);
            for (std::size_t i = 0; i < cluster.size() && !member; ++i) {
                if (name == "n" + std::to_string(i + 1) || name == host_of(i)) member = i;
            }
            if (!member) return error("there is no node " + name);
            groups.back().push_back(*member);
        }
    }
    const Json kind = request.value("kind", Json(""));
    return strike(kind.is_string() ? kind.get<std::string>() : "", groups);
}

std::string Control::strike(const std::string& kind,
                            const std::vector<std::vector<std::size_t>>& groups) {
    if (kind == "heal") {
        heal("partition", {});
        return done();
    }
    if (kind == "partition") {
        if (groups.empty()) return error("a partition has groups of nodes: n1,n2 n3");
        std::string text = "fault {do: partition, groups: [";
        std::vector<std::size_t> all;
        for (const auto& group : groups) {
            std::vector<std::string> hosts;
            for (const std::size_t node : group) hosts.push_back(host_of(node));
            all.insert(all.end(), group.begin(), group.end());
            text += (text.ends_with('[') ? "[" : ", [") + joined(hosts) + "]";
        }
        return inject(kind, text + "]}", all);
    }
    const bool known = kind == "crash" || kind == "pause" || kind == "start";
    if (!known) return error("a fault is crash, pause, start, partition or heal");
    if (groups.size() != 1 || groups.front().empty()) return error(kind + " needs a node");
    for (const std::size_t node : groups.front()) {
        if (kind == "pause") {
            const std::string problem =
                inject(kind, "fault {do: pause, host: " + host_of(node) + "}", {node});
            if (problem != done()) return problem;
            continue;
        }
        if (kind == "start") heal("pause", {node});
        session_.give_store(session::StoreNode{store_, node, kind == "start"});
    }
    return done();
}

std::string Control::inject(const std::string& kind, const std::string& text,
                            std::vector<std::size_t> nodes) {
    const auto given = session_.inject(text);
    if (!given.ok()) return error(to_text(given.problems().front()));
    faults_.push_back({session_.world().fault_count(), kind, std::move(nodes)});
    return done();
}

void Control::heal(const std::string& kind, const std::vector<std::size_t>& nodes) {
    for (auto fault = faults_.begin(); fault != faults_.end();) {
        const bool touches =
            nodes.empty() || std::find_first_of(nodes.begin(), nodes.end(), fault->nodes.begin(),
                                                fault->nodes.end()) != nodes.end();
        if (fault->kind != kind || !touches) {
            ++fault;
            continue;
        }
        session_.inject("heal " + std::to_string(fault->number));
        fault = faults_.erase(fault);
    }
}

std::string Control::status() const {
    world::World& world = session_.world();
    door::couch::Front& front = world.store(store_);
    store::Cluster& cluster = front.cluster();
    Json nodes = Json::array();
    for (std::size_t i = 0; i < cluster.size(); ++i) {
        const HostId host = cluster.node(i).host();
        const bool paused = world.kernel().is_paused(host);
        Json sees = Json::array();
        for (std::size_t k = 0; k < cluster.size(); ++k) {
            if (cluster.is_running(i) && k != i && cluster.node(i).watch().sees(k)) {
                sees.push_back(cluster.node(k).name());
            }
        }
        nodes.push_back({{"name", cluster.node(i).name()},
                         {"host", host_of(i)},
                         {"state", !cluster.is_running(i) ? "crashed"
                                   : paused               ? "paused"
                                                          : "running"},
                         {"sees", sees},
                         {"shards", cluster.node(i).files().copies.size()}});
    }
    const auto partitions = std::count_if(
        faults_.begin(), faults_.end(), [](const Fault& each) { return each.kind == "partition"; });
    return Json{
        {"ok", true},     {"store", front.name()},    {"now", seconds_of(session_.now())},
        {"nodes", nodes}, {"partitions", partitions}, {"open_requests", front.clients().open()}}
        .dump();
}

}   // namespace glasshive::serve
