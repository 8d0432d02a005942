#include "world/script_stage.h"

#include <algorithm>

#include "scenario/inject.h"
#include "scenario/store_line.h"
#include "world/events.h"

namespace glasshive::world {

using script::Refusal;

namespace {

/// All of them, since an error in a script has no list.
[[noreturn]] void refuse(const Diagnostics& problems) {
    std::string text;
    for (const Diagnostic& problem : problems) {
        if (problem.severity != Severity::error) continue;
        text += (text.empty() ? "" : "; ") + (problem.path.empty() ? "" : problem.path + ": ") +
                problem.message + (problem.hint.empty() ? "" : " (" + problem.hint + ")");
    }
    throw Refusal(text);
}

}   // namespace

scenario::CommandSpec ScriptStage::command(const std::string& line, const std::string& host) const {
    const auto read = scenario::read_injection(line, spec_);
    if (!read.ok()) refuse(read.problems());
    scenario::CommandSpec command = *read.value().command;   // A docker line is no fault.
    command.on = host;
    return command;
}

void ScriptStage::check(const std::string& line, const std::string& host) const {
    command(line, host);
    if (host.empty()) return;
    std::vector<std::string> names;
    const kernel::Topology& topology = parts_.kernel.topology();
    for (std::uint32_t i = 0; i < topology.host_count(); ++i) {
        names.emplace_back(topology.host_name(HostId{i}));
    }
    if (std::find(names.begin(), names.end(), host) != names.end()) return;
    const std::string near = nearest(host, names);
    throw Refusal("no host is named " + host +
                  (near.empty() ? "" : "; did you mean " + near + "?"));
}

director::Stage::Answer ScriptStage::type(const std::string& line, const std::string& host,
                                          bool patient) {
    const scenario::CommandSpec typed = command(line, host);
    if (patient && parts_.op.hangs(typed)) return {.hangs = true, .exit_code = 0, .printed = {}};
    Operator::Answer told = parts_.op.answer(typed, line, "script");
    return {.hangs = false, .exit_code = told.exit_code, .printed = std::move(told.printed)};
}

void ScriptStage::strike(const std::string& fault) {
    const auto read = scenario::read_injection("fault " + fault, spec_);
    if (!read.ok()) refuse(read.problems());
    kernel::Kernel& kernel = parts_.kernel;
    const EventId event =
        kernel.emit(events::command_applied, kernel.names().intern(run_name(spec_)),
                    {field::name(kernel.names().intern("script")),
                     field::name(kernel.names().intern("done")), field::text("fault " + fault)});
    const kernel::CauseScope scope(kernel, event);
    parts_.injector.inject(*read.value().fault);
}

NameId ScriptStage::request(const Call& call) {
    const Names& names = parts_.kernel.names();
    const NameId service = names.find(call.service);
    if (!service.valid() || parts_.managers.store().find_service(service) == nullptr) {
        throw Refusal("there is no service " + call.service);
    }
    if (!call.enter.empty()) check("docker ps", call.enter);
    workload::ClientSpec client;
    client.name = "script-" + std::to_string(++requests_);
    client.service = call.service;
    client.port = call.port;
    client.enter = call.enter;
    client.trace = {parts_.kernel.now().time_since_epoch()};
    client.timeout = call.timeout;
    parts_.send(client);
    return names.find(client.name);
}

// --- Stores --------------------------------------------------------------------------------------

const std::string& ScriptStage::store_named(const std::string& name) const {
    std::vector<std::string> names;
    for (const store::ClusterSpec& store : spec_.stores) {
        if (store.name == name || (name.empty() && spec_.stores.size() == 1)) return store.name;
        names.push_back(store.name);
    }
    if (names.empty()) throw Refusal("the scenario has no stores");
    if (name.empty()) throw Refusal("say which store: {store = \"" + names.front() + "\"}");
    const std::string near = nearest(name, names);
    throw Refusal("no store is named " + name +
                  (near.empty() ? "" : "; did you mean " + near + "?"));
}

NameId ScriptStage::ask_store(const StoreCall& call) {
    const std::string& store = store_named(call.store);
    store::StepSpec step;
    step.name = "script-" + store + "-" + std::to_string(++store_requests_);
    step.method = call.method;
    step.target = call.target;
    step.body = call.body;
    step.host = call.host;
    const NameId name = parts_.kernel.names().intern(step.name);
    if (!parts_.stores.ask(store, std::move(step))) {
        throw Refusal("store " + store + " has no node on " + call.host);
    }
    return name;
}

void ScriptStage::operate_store(const std::string& line) {
    const auto read = scenario::read_store_line("store " + line, spec_.stores);
    if (!read.ok()) refuse(read.problems());
    parts_.stores.operate(read.value(), "script");
}

std::vector<director::Stage::Fields> ScriptStage::copies(const std::string& store,
                                                         const std::string& database) {
    std::vector<Fields> all;
    for (const CopyFact& copy : parts_.stores.copies(store_named(store), database)) {
        all.push_back({{"host", copy.host},
                       {"node", copy.node},
                       {"range", copy.range},
                       {"runs", copy.runs},
                       {"documents", static_cast<std::int64_t>(copy.documents)},
                       {"seq", static_cast<std::int64_t>(copy.seq)}});
    }
    return all;
}

std::int64_t ScriptStage::differing(const std::string& store, const std::string& database) {
    return static_cast<std::int64_t>(
        parts_.stores.differing(store_named(store), database).value_or(0));
}

// --- Looking -------------------------------------------------------------------------------------

director::Stage::Fields ScriptStage::fields_of(const swarm::Service& service) const {
    const swarm::ServiceStatus status = parts_.managers.store().status(service.id);
    return {{"name", std::string(parts_.kernel.names().text(service.name))},
            {"desired", static_cast<std::int64_t>(status.desired)},
            {"running", static_cast<std::int64_t>(status.running)},
            {"completed", static_cast<std::int64_t>(status.completed)}};
}

director::Stage::Fields ScriptStage::fields_of(const swarm::Node& node) const {
    std::int64_t tasks = 0;
    const swarm::Store& store = parts_.managers.store();
    store.for_each(node.tasks, swarm::Store::By::node, [&](const swarm::Task& task) {
        tasks += task.observed <= swarm::TaskState::running ? 1 : 0;
    });
    return {
        {"name", std::string(parts_.kernel.names().text(node.hostname))},
        {"state", std::string(swarm::to_text(node.state))},
        {"availability", std::string(swarm::to_text(node.availability))},
        {"role", std::string(node.config->role == swarm::NodeRole::manager ? "manager" : "worker")},
        {"tasks", tasks}};
}

std::optional<director::Stage::Fields> ScriptStage::service(const std::string& name) const {
    const NameId id = parts_.kernel.names().find(name);
    const swarm::Service* found = id.valid() ? parts_.managers.store().find_service(id) : nullptr;
    return found == nullptr ? std::nullopt : std::optional(fields_of(*found));
}

std::optional<director::Stage::Fields> ScriptStage::node(const std::string& name) const {
    const NameId id = parts_.kernel.names().find(name);
    for (const swarm::Node& node : parts_.managers.store().nodes()) {
        if (!node.removed && node.hostname == id) return fields_of(node);
    }
    return std::nullopt;
}

std::vector<director::Stage::Fields> ScriptStage::services() const {
    std::vector<Fields> all;
    for (const swarm::Service& service : parts_.managers.store().services()) {
        if (!service.removed) all.push_back(fields_of(service));
    }
    return all;
}

std::vector<director::Stage::Fields> ScriptStage::nodes() const {
    std::vector<Fields> all;
    for (const swarm::Node& node : parts_.managers.store().nodes()) {
        if (!node.removed) all.push_back(fields_of(node));
    }
    return all;
}

std::vector<director::Stage::Fields> ScriptStage::tasks(const std::string& service) const {
    const Names& names = parts_.kernel.names();
    const swarm::Store& store = parts_.managers.store();
    const auto text = [&](NameId id) {
        return id.valid() ? std::string(names.text(id)) : std::string();
    };
    std::vector<std::pair<swarm::TaskId, Fields>> found;
    store.for_each_task([&](const swarm::Task& task) {
        const std::string of = text(store.service(task.service).name);
        if (!service.empty() && of != service) return;
        const NameId node = task.node.valid() ? store.node(task.node).hostname : NameId{};
        found.emplace_back(task.id, Fields{{"name", text(task.subject)},
                                           {"service", of},
                                           {"node", text(node)},
                                           {"state", std::string(to_text(task.observed))},
                                           {"desired", std::string(to_text(task.desired))},
                                           {"error", text(task.error)}});
    });
    std::sort(found.begin(), found.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<Fields> all;
    for (auto& [id, fields] : found) all.push_back(std::move(fields));
    return all;
}

}   // namespace glasshive::world
