// Goal: every line is understood, refused and explained as docker 28.2.2 does it.
// Method: goldens of the real docker (tests/transcripts/words). Refusals and help exactly; an
// accepted line must have made docker ask for the same things, as far as a request shows them.
#include <catch2/catch.hpp>

#include "engine_body.h"
#include "words/parse.h"

using namespace glasshive;
using namespace glasshive::words;
using namespace glasshive::words::test;

namespace {

/// Flat text of a JSON value's part, "" when it is missing: for comparing single fields.
std::string field(const Json& body, const char* pointer) {
    const Json::json_pointer at(pointer);
    if (!body.contains(at) || body.at(at).is_null()) return "";
    const Json& value = body.at(at);
    return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string number(std::int64_t value) { return value == 0 ? "" : std::to_string(value); }
std::string zero_empty(const std::string& text) { return text == "0" ? "" : text; }
std::string list(const Texts& texts) { return texts.empty() ? "" : Json(texts).dump(); }
std::string list_of(const Json& body, const char* pointer) {
    const std::string text = field(body, pointer);
    return text == "[]" ? "" : text;
}

void check(const SwarmOptions& options, const Json& spec) {
    const auto ns = [](const std::optional<Duration>& d) { return d ? number(d->count()) : ""; };
    if (options.autolock) {
        REQUIRE(field(spec, "/EncryptionConfig/AutoLockManagers") ==
                (*options.autolock ? "true" : "false"));
    }
    if (options.certificate_expiry)
        REQUIRE(field(spec, "/CAConfig/NodeCertExpiry") == ns(options.certificate_expiry));
    if (options.dispatcher_heartbeat)
        REQUIRE(field(spec, "/Dispatcher/HeartbeatPeriod") == ns(options.dispatcher_heartbeat));
    if (options.task_history_limit) {
        REQUIRE(field(spec, "/Orchestration/TaskHistoryRetentionLimit") ==
                std::to_string(*options.task_history_limit));
    }
    if (options.snapshots_kept)
        REQUIRE(field(spec, "/Raft/KeepOldSnapshots") == std::to_string(*options.snapshots_kept));
    if (options.snapshot_interval)
        REQUIRE(field(spec, "/Raft/SnapshotInterval") ==
                std::to_string(*options.snapshot_interval));
}

/// One overload per alternative of Command::what that changes something.
struct Requests {
    const Step& step;
    Verb verb;
    const Json state = engine_state();

    const Json& body(std::size_t at = 0) const { return step.requests.at(at).body; }

    void operator()(const SwarmInit& c) const {
        REQUIRE(field(body(), "/AdvertiseAddr") == c.advertise_address);
        REQUIRE(field(body(), "/ListenAddr") == c.listen_address);
        REQUIRE(zero_empty(field(body(), "/DataPathPort")) == number(c.data_path_port));
        REQUIRE(field(body(), "/ForceNewCluster") == (c.force_new_cluster ? "true" : "false"));
        REQUIRE(list_of(body(), "/DefaultAddrPool") == list(c.address_pools));
        REQUIRE(field(body(), "/SubnetSize") == number(c.address_pool_mask));
        const std::string availability = field(body(), "/Availability");
        REQUIRE((availability.empty() ? "active" : availability) == c.availability);
        check(c.options, body().at("Spec"));
    }
    void operator()(const SwarmJoin& c) const {
        REQUIRE(field(body(), "/RemoteAddrs/0") == c.remote_address);
        REQUIRE(field(body(), "/JoinToken") == c.token);
        REQUIRE(field(body(), "/AdvertiseAddr") == c.advertise_address);
        REQUIRE(field(body(), "/ListenAddr") == c.listen_address);
    }
    void operator()(const SwarmUpdate& c) const { check(c.options, body()); }
    void operator()(const SwarmJoinToken& c) const {
        const std::string rotated =
            c.manager ? "rotateManagerToken=true" : "rotateWorkerToken=true";
        REQUIRE(step.requests.empty() == !c.rotate);
        if (c.rotate) REQUIRE(step.requests[0].path.find(rotated) != std::string::npos);
    }
    void operator()(const NodeUpdate& c) const {
        REQUIRE(step.requests.size() == c.nodes.size());
        for (std::size_t i = 0; i < c.nodes.size(); ++i) {
            const Json& spec = find(state.at("nodes"), c.nodes[i]).at("Spec");
            auto labels = spec.at("Labels").get<std::map<std::string, std::string>>();
            for (const auto& [key, value] : c.label_add) labels[key] = value;
            for (const std::string& key : c.label_remove) labels.erase(key);
            REQUIRE(body(i).at("Labels") == Json(labels));
            REQUIRE(field(body(i), "/Role") == c.role.value_or(field(spec, "/Role")));
            REQUIRE(field(body(i), "/Availability") ==
                    c.availability.value_or(field(spec, "/Availability")));
        }
    }
    void operator()(const ServiceScale& c) const {
        REQUIRE(step.requests.size() == c.replicas.size());
        for (std::size_t i = 0; i < c.replicas.size(); ++i) {
            REQUIRE(field(body(i), "/Name") == c.replicas[i].first);
            const bool job = body(i).at("Mode").contains("ReplicatedJob");
            REQUIRE(field(body(i), job ? "/Mode/ReplicatedJob/TotalCompletions"
                                       : "/Mode/Replicated/Replicas") ==
                    std::to_string(c.replicas[i].second));
        }
    }
    void operator()(const ServiceRollback&) const {
        REQUIRE(step.requests.at(0).path.find("rollback=previous") != std::string::npos);
    }
    void operator()(const NetworkCreate& c) const {
        REQUIRE(field(body(), "/Name") == c.spec.name);
        REQUIRE(field(body(), "/Driver") == c.spec.driver);
        REQUIRE(field(body(), "/Attachable") == (c.spec.attachable ? "true" : "false"));
        REQUIRE(field(body(), "/Internal") == (c.spec.internal ? "true" : "false"));
        REQUIRE(field(body(), "/IPAM/Config/0/Subnet") == c.spec.subnet);
        REQUIRE(field(body(), "/IPAM/Config/0/Gateway") == c.gateway);
        REQUIRE(body().at("Labels") == Json(c.spec.labels));
        REQUIRE(body().at("Options") == Json(c.spec.driver_options));
    }
    void operator()(const NetworkConnect& c) const {
        REQUIRE(step.requests.at(0).path ==
                "/networks/" + c.network + (c.connect ? "/connect" : "/disconnect"));
        REQUIRE(field(body(), "/Container") == c.container);
    }
    void operator()(const VolumeCreate& c) const {
        REQUIRE(field(body(), "/Name") == c.spec.name);
        REQUIRE(field(body(), "/Driver") == c.spec.driver);
        REQUIRE(field(body(), "/DriverOpts") ==
                (c.spec.driver_options.empty() ? "" : Json(c.spec.driver_options).dump()));
    }
    void operator()(const ContainerRun& c) const;
    void operator()(const ServiceCreate& c) const {
        REQUIRE(dump(c.spec) == dump(spec_of(body(), state)));
    }
    void operator()(const Names& c) const {
        // Each name is asked for, by itself or escaped; force and signals are in the query.
        std::string all;
        for (const Request& request : step.requests) all += request.path + "\n";
        if (step.requests.empty()) return;   // docker login and the like: nothing to compare.
        for (const std::string& name : c.names) {
            if (verb == Verb::image_pull) continue;   // The name is taken apart.
            REQUIRE(all.find(name) != std::string::npos);
        }
        if (!c.signal.empty()) REQUIRE(all.find("signal=" + c.signal) != std::string::npos);
        if (c.timeout_seconds)
            REQUIRE(all.find("t=" + std::to_string(*c.timeout_seconds)) != std::string::npos);
        const bool asks = all.find("DELETE") != std::string::npos;
        if (asks && c.force) REQUIRE(all.find("force=1") != std::string::npos);
    }
    void operator()(const Look&) const { REQUIRE(step.requests.empty()); }
    void operator()(const Logs&) const { REQUIRE(step.requests.empty()); }
    template <class Other>
    void operator()(const Other&) const {
        FAIL("no comparison for " << step.command);
    }
};

void Requests::operator()(const ContainerRun& c) const {
    const Json& b = body();
    REQUIRE(field(b, "/Image") == c.container.image);
    REQUIRE(list_of(b, "/Cmd") == list(c.container.args));
    REQUIRE(list_of(b, "/Env") == list(c.container.env));
    REQUIRE(list_of(b, "/Entrypoint") == list(c.container.command));
    REQUIRE(field(b, "/Hostname") == c.container.hostname);
    REQUIRE(field(b, "/User") == c.container.user);
    REQUIRE(field(b, "/WorkingDir") == c.container.dir);
    REQUIRE(field(b, "/Tty") == (c.container.tty ? "true" : "false"));
    REQUIRE(field(b, "/StopSignal") == c.container.stop_signal);
    REQUIRE(b.at("Labels") == Json(c.container.labels));
    REQUIRE(zero_empty(field(b, "/HostConfig/NanoCpus")) == number(c.limits.cpus.count));
    REQUIRE(zero_empty(field(b, "/HostConfig/Memory")) == number(c.limits.memory.count));
    REQUIRE(zero_empty(field(b, "/HostConfig/PidsLimit")) == number(c.limits.pids));
    REQUIRE(field(b, "/HostConfig/RestartPolicy/Name") == c.restart);
    REQUIRE(zero_empty(field(b, "/HostConfig/RestartPolicy/MaximumRetryCount")) ==
            number(c.restart_max));
    REQUIRE(field(b, "/HostConfig/AutoRemove") == (c.remove ? "true" : "false"));
    REQUIRE(field(b, "/HostConfig/PublishAllPorts") == (c.publish_all ? "true" : "false"));
    REQUIRE(list_of(b, "/HostConfig/CapAdd") == list(c.container.cap_add));
    REQUIRE(list_of(b, "/HostConfig/CapDrop") == list(c.container.cap_drop));
    REQUIRE(field(b, "/HostConfig/NetworkMode") ==
            (c.networks.empty() ? "default" : c.networks[0].network));
    REQUIRE(field(b, "/Healthcheck").empty() == !c.container.healthcheck.has_value());
    std::size_t bindings = 0;
    for (const auto& port : c.ports) {
        const char* protocol = port.port.protocol == swarm::Protocol::udp ? "/udp" : "/tcp";
        const std::string key = std::to_string(port.port.target) + protocol;
        const Json& bound = b.at("HostConfig").at("PortBindings").at(key);
        REQUIRE(bound.at(0).at("HostIp") == port.ip);
        REQUIRE(field(bound, "/0/HostPort") == number(port.port.published));
        ++bindings;
    }
    const Json& all = b.at("HostConfig").value("PortBindings", Json::object());
    REQUIRE((all.is_null() ? 0 : all.size()) == bindings);
    const std::string name = c.name.empty() ? "" : "?name=" + c.name;
    REQUIRE(step.requests[0].path == "/containers/create" + name);
}

/// Lines that docker lets pass and the engine, or the simulation, refuses.
bool refused_here(const Step& step, const Printed& printed) {
    const bool ours = printed.err.rfind("Error response from daemon: ", 0) == 0;
    return ours && step.exit_code == 0;
}

/// docker goes on to look names up; the fake engine does not know them.
bool engine_failed(const Step& step) {
    return step.exit_code == 1 && step.err.find("Error response from daemon: ") == 0;
}

void check_step(const Step& step) {
    CAPTURE(step.file, step.line, step.command);
    const Parsed parsed = parse_line(step.command);
    if (const Printed* printed = std::get_if<Printed>(&parsed)) {
        if (refused_here(step, *printed)) return;
        CHECK(printed->err == step.err);
        CHECK(printed->out == step.out);
        CHECK(printed->exit_code == step.exit_code);
        return;
    }
    const Command& command = std::get<Command>(parsed);
    if (engine_failed(step)) return;
    REQUIRE(step.exit_code == 0);
    std::visit(Requests{step, command.verb}, command.what);
}

}   // namespace

TEST_CASE("lines are read and refused as docker does it", "[words][golden]") {
    for (const char* file : {"grammar", "swarm", "containers"}) {
        const std::vector<Step> steps = read_transcript(file);
        REQUIRE(steps.size() > 40);
        for (const Step& step : steps) check_step(step);
    }
}

TEST_CASE("help is docker's, word for word", "[words][golden][help]") {
    const std::vector<Step> steps = read_transcript("help");
    REQUIRE(steps.size() > 80);
    for (const Step& step : steps) check_step(step);
}

TEST_CASE("every command's every value is refused by name when it is malformed", "[words][table]") {
    for (const CommandInfo* command : all_commands()) {
        for (const FlagInfo& flag : command->flags) {
            if (flag.kind != Kind::uint && flag.kind != Kind::duration && flag.kind != Kind::bytes)
                continue;
            const std::string line =
                "docker " + std::string(command->path) + " --" + std::string(flag.name) + "=x";
            CAPTURE(line);
            const Printed printed = std::get<Printed>(parse_line(line));
            REQUIRE(printed.exit_code == 125);
            REQUIRE(printed.err.find("invalid argument \"x\" for") != std::string::npos);
        }
    }
}
