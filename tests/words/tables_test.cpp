// Goal: tables look exactly as docker prints them.
// Method: rows made of the fake engine's state, against goldens of the real docker that was shown
// the same state; edges that the state lacks by hand.
#include <catch2/catch.hpp>

#include "engine_body.h"
#include "words/pretty.h"
#include "words/tables.h"

using namespace glasshive;
using namespace glasshive::words;
using namespace glasshive::words::test;

namespace {

std::string text(const Json& object, const char* key) { return object.value(key, std::string()); }

Duration age(const std::string& text) { return std::chrono::seconds{std::stoll(text.substr(4))}; }

swarm::PortConfig port(const Json& item) {
    swarm::PortConfig result;
    result.target = item.at("TargetPort");
    result.published = item.at("PublishedPort");
    if (item.at("Protocol") == "udp") result.protocol = swarm::Protocol::udp;
    if (item.at("PublishMode") == "host") result.mode = swarm::PublishMode::host;
    return result;
}

std::vector<NodeRow> nodes(const Json& state) {
    std::vector<NodeRow> rows;
    for (const Json& node : state.at("nodes")) {
        const Json manager = node.value("ManagerStatus", Json::object());
        rows.push_back({node.at("ID"), node.at("Description").at("Hostname"),
                        node.at("Status").at("State"), node.at("Spec").at("Availability"),
                        manager.value("Leader", false) ? "leader" : text(manager, "Reachability"),
                        "28.2.2", node == state.at("nodes")[0]});
    }
    return rows;
}

std::vector<ServiceRow> services(const Json& state, const std::string& stack) {
    std::vector<ServiceRow> rows;
    for (const Json& service : state.at("services")) {
        const Json& spec = service.at("Spec");
        if (!stack.empty() && text(spec.at("Labels"), "com.docker.stack.namespace") != stack)
            continue;
        ServiceRow row;
        row.id = service.at("ID");
        row.name = spec.at("Name");
        const Json& mode = spec.at("Mode");
        row.mode = mode.contains("Global") ? "global" : "replicated";
        if (mode.contains("GlobalJob")) row.mode = "global job";
        if (mode.contains("ReplicatedJob")) {
            row.mode = "replicated job";
            row.completions = mode.at("ReplicatedJob").at("TotalCompletions");
        }
        row.running = service.at("ServiceStatus").at("RunningTasks");
        row.desired = service.at("ServiceStatus").at("DesiredTasks");
        row.completed = service.at("ServiceStatus").value("CompletedTasks", 0U);
        const Json& task = spec.at("TaskTemplate");
        row.max_per_node = task.value("Placement", Json::object()).value("MaxReplicas", 0U);
        row.image = task.at("ContainerSpec").at("Image");
        for (const Json& item : service.at("Endpoint").at("Ports")) row.ports.push_back(port(item));
        rows.push_back(std::move(row));
    }
    return rows;
}

const Json& by_id(const Json& objects, const std::string& id) {
    for (const Json& object : objects) {
        if (object.at("ID") == id) return object;
    }
    return objects;
}

/// Tasks whose `key` is `value`.
std::vector<TaskRow> tasks(const Json& state, const char* key, const std::string& value) {
    std::vector<TaskRow> rows;
    for (const Json& task : state.at("tasks")) {
        if (text(task, key) != value) continue;
        TaskRow row;
        row.id = task.at("ID");
        const Json& service = by_id(state.at("services"), task.at("ServiceID"));
        const std::string node = text(task, "NodeID");
        row.name = service.at("Spec").at("Name").get<std::string>() + "." +
                   (task.contains("Slot") ? std::to_string(task.at("Slot").get<int>()) : node);
        row.image = task.at("Spec").at("ContainerSpec").at("Image");
        if (!node.empty())
            row.node = by_id(state.at("nodes"), node).at("Description").at("Hostname");
        row.desired = task.at("DesiredState");
        const Json& status = task.at("Status");
        row.state = status.at("State");
        row.age = age(status.at("Timestamp"));
        // "…:SSZ": the only part in which the state's creation times differ.
        row.created_ago = -std::chrono::seconds{std::stoi(text(task, "CreatedAt").substr(17, 2))};
        row.error = text(status, "Err");
        const Json published = status.value("PortStatus", Json::object());
        for (const Json& item : published.value("Ports", Json::array()))
            row.ports.push_back(port(item));
        rows.push_back(std::move(row));
    }
    return rows;
}

std::vector<ContainerRow> containers(const Json& state, bool all) {
    std::vector<ContainerRow> rows;
    for (const Json& item : state.at("containers")) {
        if (!all && item.at("State") != "running") continue;
        ContainerRow row{item.at("Id"),
                         item.at("Image"),
                         item.at("Command"),
                         age(item.at("Created")),
                         item.at("Status"),
                         {},
                         {}};
        row.names.push_back(item.at("Names")[0].get<std::string>().substr(1));
        for (const Json& bound : item.at("Ports")) {
            row.ports.push_back(
                {text(bound, "IP"), bound.at("PrivatePort"), bound.value("PublicPort", 0U),
                 bound.at("Type") == "udp" ? swarm::Protocol::udp : swarm::Protocol::tcp});
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

const std::string web = "svc1aaaaaaaaaaaaaaaaaaaaa";
const std::string agent = "svc3aaaaaaaaaaaaaaaaaaaaa";

std::string table_for(const std::string& command, const Json& state) {
    const TableOptions whole{false, true}, quiet{true, false};
    if (command == "docker node ls") return node_table(nodes(state));
    if (command == "docker node ls -q") return node_table(nodes(state), quiet);
    if (command == "docker service ls") return service_table(services(state, ""));
    if (command == "docker service ls -q") return service_table(services(state, ""), quiet);
    if (command == "docker stack services shop") return service_table(services(state, "shop"));
    if (command == "docker stack ls") return stack_table({{"shop", 1}});
    if (command == "docker service ps --no-trunc agent")
        return task_table(tasks(state, "ServiceID", agent), whole);
    if (command == "docker service ps web" || command == "docker stack ps shop")
        return task_table(tasks(state, "ServiceID", web));
    if (command == "docker service ps -q web")
        return task_table(tasks(state, "ServiceID", web), quiet);
    if (command == "docker service ps --no-trunc web")
        return task_table(tasks(state, "ServiceID", web), whole);
    if (command == "docker node ps w1")
        return task_table(tasks(state, "NodeID", "w1aaaaaaaaaaaaaaaaaaaaaaa"));
    if (command == "docker ps") return container_table(containers(state, false));
    if (command == "docker ps -a") return container_table(containers(state, true));
    if (command == "docker ps -aq") return container_table(containers(state, true), quiet);
    if (command == "docker ps --no-trunc") return container_table(containers(state, false), whole);
    return "";
}

}   // namespace

TEST_CASE("tables are docker's, column for column", "[words][tables][golden]") {
    const Json state = engine_state();
    int compared = 0;
    for (const Step& step : read_transcript("tables")) {
        const std::string table = table_for(step.command, state);
        if (table.empty()) continue;
        CAPTURE(step.line, step.command);
        CHECK(table == step.out);
        ++compared;
    }
    REQUIRE(compared == 16);
}

namespace {

PrettyService pretty_service(const Json& service, const swarm::ServiceSpec& spec) {
    PrettyService view{.id = service.at("ID"), .spec = &spec};
    for (const Json& item : service.at("Endpoint").at("Ports")) view.ports.push_back(port(item));
    if (!service.contains("UpdateStatus")) return view;
    const Json& update = service.at("UpdateStatus");
    view.update = PrettyUpdate{.state = update.at("State"), .message = update.at("Message"),
                               .started_ago = age(update.at("StartedAt"))};
    if (update.contains("CompletedAt")) view.update->completed_ago = age(update.at("CompletedAt"));
    return view;
}

PrettyNode pretty_node(const Json& node) {
    const Json& description = node.at("Description");
    PrettyNode view{.id = node.at("ID"),
                    .hostname = description.at("Hostname"),
                    .state = "Ready",
                    .availability = "Active",
                    .address = node.at("Status").at("Addr"),
                    .os = description.at("Platform").at("OS"),
                    .architecture = description.at("Platform").at("Architecture"),
                    .engine_version = "28.2.2",
                    .joined = "2025-01-01 00:00:00 +0000 utc"};
    for (const auto& [key, value] : node.at("Spec").at("Labels").items()) {
        view.labels[key] = value.get<std::string>();
    }
    view.cpus = Cpus{description.at("Resources").at("NanoCPUs").get<std::int64_t>()};
    view.memory = Bytes{description.at("Resources").at("MemoryBytes").get<std::int64_t>()};
    if (node.contains("ManagerStatus")) {
        view.reachability = "Reachable";
        view.leader = node.at("ManagerStatus").value("Leader", false);
    }
    return view;
}

}   // namespace

TEST_CASE("services and nodes are described in docker's words", "[words][tables][golden]") {
    const Json state = engine_state();
    int compared = 0;
    for (const Step& step : read_transcript("inspect_pretty")) {
        const std::string name = step.command.substr(step.command.rfind(' ') + 1);
        CAPTURE(step.line, step.command);
        if (name == "nosuch") continue;
        ++compared;
        if (step.command.rfind("docker node", 0) == 0) {
            const Json& node = find(state.at("nodes"), name == "self" ? "m1" : name);
            CHECK(node_pretty(pretty_node(node)) == step.out);
            continue;
        }
        const Json& service = find(state.at("services"), name);
        const swarm::ServiceSpec spec = spec_of(service.at("Spec"), state);
        CHECK(service_pretty(pretty_service(service, spec)) == step.out);
    }
    REQUIRE(compared == 10);
    CHECK(date_text(Time{std::chrono::seconds{93784}}) == "1970-01-02 02:03:04 +0000 utc");
}

TEST_CASE("ages are rounded as go-units rounds them", "[words][tables]") {
    using namespace std::chrono_literals;
    struct Row {
        Duration age;
        const char* text;
    };
    for (const Row& row : std::vector<Row>{{999ms, "Less than a second"},
                                           {1999ms, "1 second"},
                                           {59s, "59 seconds"},
                                           {60s, "About a minute"},
                                           {120s, "2 minutes"},
                                           {59min, "59 minutes"},
                                           {60min, "About an hour"},
                                           {89min, "About an hour"},
                                           {90min, "2 hours"},
                                           {47h, "47 hours"},
                                           {48h, "2 days"},
                                           {335h, "13 days"},
                                           {336h, "2 weeks"},
                                           {1439h, "8 weeks"},
                                           {1440h, "2 months"},
                                           {17519h, "24 months"},
                                           {17520h, "2 years"}}) {
        CAPTURE(row.text);
        REQUIRE(human_duration(row.age) == row.text);
    }
}

TEST_CASE("a container's status reads as the engine writes it", "[words][tables]") {
    using namespace std::chrono_literals;
    REQUIRE(container_status({true, false, true, "", 0, 5min}) == "Up 5 minutes");
    REQUIRE(container_status({true, false, true, "healthy", 0, 5min}) == "Up 5 minutes (healthy)");
    REQUIRE(container_status({true, false, true, "starting", 0, 2s}) ==
            "Up 2 seconds (health: starting)");
    REQUIRE(container_status({true, true, true, "", 0, 2s}) == "Up 2 seconds (Paused)");
    REQUIRE(container_status({false, false, true, "", 137, 2h}) == "Exited (137) 2 hours ago");
    REQUIRE(container_status({}) == "Created");
}

TEST_CASE("a table without rows is its header", "[words][tables]") {
    REQUIRE(stack_table({}) == "NAME      SERVICES\n");
    REQUIRE(service_table({}, {true, false}).empty());
}
