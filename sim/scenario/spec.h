#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "autoscale/spec.h"
#include "base/units.h"
#include "check/expectation.h"
#include "platform/spec.h"
#include "runtime/spec.h"
#include "script/spec.h"
#include "store/spec.h"
#include "swarm/spec.h"
#include "words/command.h"
#include "workload/spec.h"
#include "yaml/override.h"

/// What a scenario file says, as plain data: everything a run needs, nothing built yet.
namespace glasshive::scenario {

/// How faithfully bulk transfers follow TCP.
enum class Profile {
    textbook,    ///< Transfer time = latency + size / bandwidth, exactly.
    realistic,   ///< SimGrid's LV08 model: bandwidth factor, latency factor, cross-traffic.
};

/// As written in scenarios: "textbook".
const char* to_text(Profile profile);

/// Something an operator types at a given instant.
struct CommandSpec {
    enum class Do {
        scale,      ///< docker service scale SERVICE=REPLICAS
        update,     ///< docker service update --image IMAGE SERVICE
        drain,      ///< docker node update --availability drain HOST
        pause,      ///< … --availability pause HOST
        activate,   ///< … --availability active HOST
        words,      ///< Any other line.
    };
    Do what = Do::scale;
    Duration at{};                    ///< Since the start of the run.
    std::string service;              ///< scale and update: the service's full name.
    std::uint64_t replicas = 0;       ///< scale only.
    std::string image;                ///< update only.
    std::string host;                 ///< drain, pause and activate only.
    std::string on;                   ///< The host it is typed at; empty: a terminal outside.
    platform::Where where;
    std::string line;                 ///< As it is typed: "docker service scale web=5".
    std::shared_ptr<const words::Command> command;     ///< The line, understood.
    std::shared_ptr<const swarm::StackSpec> stack;     ///< docker stack deploy: its file's content.
    std::string content;              ///< docker secret create, config create: the file's.
};

/// What an operator does to a store: "store crash n2", "store split orders 00000000-7fffffff".
struct StoreCommandSpec {
    enum class Do : std::uint8_t {
        crash,    ///< The node on `host` ends while its host goes on.
        start,    ///< It begins again.
        join,     ///< It becomes a member.
        leave,    ///< It is a member no longer; its copies stay where they are.
        split,    ///< All copies of `range`, or of all ranges, in two.
        add,      ///< A copy of `range` on `host`.
        remove,   ///< The copy of `range` on `host` is asked no more.
    };
    Duration at{};       ///< Since the start of the run.
    std::string store;   ///< Empty: whichever has a node there.
    std::string host;
    Do what = Do::crash;
    std::string database;
    std::string range;   ///< "00000000-7fffffff"
    std::string line;   ///< As it is typed.
};

/// What the recording keeps. Never changes the run or its digest.
struct RecordSpec {
    /// Patterns of event kinds to keep: "task.running", "task.*", or "*". Empty: all.
    std::vector<std::string> kinds;
    /// Events between two keyframes; 0: none. Default: docs/architecture.md, "The recording".
    std::int64_t keyframe_events = 50'000;
};

/// A session that was saved: what a person gave to the scenario while it ran, and where it stood.
struct SavedSession {
    struct Command {
        Duration at{};      ///< Since the start: after everything that is due at that instant.
        std::string text;   ///< As read_injection takes it.
    };
    std::vector<Command> commands;   ///< In order of time, then of the file.
    std::optional<Duration> until;   ///< Empty: the run's end.
};

/// One file the scenario was read from, so that a recording can be run again without it.
struct InputFile {
    std::string
        name;   ///< As the user typed it (the scenario), or relative to the scenario's folder.
    std::string content;
};

/// A service that a controller scales, by a script.
struct AutoscalerSpec {
    autoscale::Spec rule;
    script::ScriptSpec script;
};

/// A whole scenario, checked: names refer to things that exist, numbers are in range.
struct ScenarioSpec {
    std::string file;                 ///< As the user typed it.
    int schema = 1;
    std::string title;                ///< Empty when the file gives none.
    std::uint64_t seed = 42;
    Duration duration = std::chrono::minutes{5};
    Profile profile = Profile::textbook;

    /// Its sample_interval is `record: {samples: …}`.
    platform::PlatformSpec platform;
    /// Hosts that run a manager, the first leader first. Default: the hosts whose role is manager,
    /// else the first host.
    std::vector<std::string> managers;
    Duration certificate_validity = std::chrono::hours{90 * 24};   ///< Of nodes' certificates.
    swarm::PlacementPolicy policy = swarm::PlacementPolicy::spread;
    std::optional<script::ScriptSpec> script;          ///< What acts on the run, in Lua.
    script::Parameters parameters;                     ///< Given when it was read; see Given.
    std::vector<yaml::Override> overrides;             ///< The same.
    std::optional<script::ScriptSpec> policy_script;   ///< Instead of `policy`.
    std::optional<script::ScriptSpec> pull_script;     ///< Which image is downloaded next.
    std::map<std::string, script::ScriptSpec> balancers;   ///< By service; others: round robin.
    /// `host` is filled in: the first manager unless the file says otherwise.
    runtime::RegistrySpec registry;
    /// By name as written, of those images that say more than their size.
    std::map<std::string, swarm::Application> applications;

    /// Every service: those of the stack first, then the scenario's own. Names are unique.
    std::vector<swarm::ServiceSpec> services;
    std::string stack_name;   ///< The prefix of the stack's services; empty without a stack.
    /// What the stack declares besides services; empty without a stack.
    std::vector<swarm::NetworkSpec> networks;
    std::vector<swarm::VolumeSpec> volumes;
    std::vector<swarm::FileObjectSpec> secrets, configs;

    std::vector<platform::FaultSpec> faults;          ///< In file order: "fault 1" is faults[0].
    std::vector<workload::ClientSpec> clients;
    std::vector<AutoscalerSpec> autoscalers;          ///< In file order; one of a service.
    std::vector<store::ClusterSpec> stores;           ///< In file order; names are unique.
    std::vector<CommandSpec> commands;                ///< In order of time, then of the file.
    std::vector<StoreCommandSpec> store_commands;     ///< In the file's order.
    std::vector<check::Expectation> expectations;     ///< In file order.
    /// Of a file that is a saved session: all else is what the scenario says that it was saved
    /// from, `file` and `inputs` included, so that its runs are those of that scenario.
    std::optional<SavedSession> session;
    RecordSpec record;

    /// The scenario itself first, then what it includes in order of mention.
    std::vector<InputFile> inputs;
    /// What is odd but lets the run go on, e.g. Compose keys a swarm ignores.
    Diagnostics warnings;
};

}   // namespace glasshive::scenario
