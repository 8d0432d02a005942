// docker node, stack and swarm.
#include "words/builders.h"
#include "words/grammar/gotext.h"

namespace glasshive::words {

namespace {

Command made(Verb verb, decltype(Command::what) what) {
    return {verb, std::move(what), "", "", {}};
}

Command node_update(const Flags& flags) {
    NodeUpdate what;
    what.nodes = flags.arguments;
    what.availability = flags.last("availability");
    what.role = flags.last("role");
    what.label_add = flags.pairs("label-add");
    what.label_remove = flags.all("label-rm");
    return made(Verb::node_update, std::move(what));
}

Command node_role(Verb verb, const Flags& flags) {
    NodeUpdate what;
    what.nodes = flags.arguments;
    what.role = verb == Verb::node_promote ? "manager" : "worker";
    return made(verb, std::move(what));
}

/// moby daemon/cluster/convert/node.go NodeSpecToGRPC.
Built checked_node_update(const Flags& flags) {
    Command command = node_update(flags);
    const NodeUpdate& what = std::get<NodeUpdate>(command.what);
    const auto one_of = [](const std::optional<std::string>& word,
                           std::initializer_list<const char*> words) {
        if (!word) return true;
        for (const char* known : words) {
            if (lower(*word) == known) return true;
        }
        return false;
    };
    const std::string engine = "Error response from daemon: ";
    if (!one_of(what.role, {"worker", "manager"}))
        return Refused{engine + "invalid Role: " + go_quoted(*what.role)};
    if (!one_of(what.availability, {"active", "pause", "drain"}))
        return Refused{engine + "invalid Availability: " + go_quoted(*what.availability)};
    return command;
}

Command stack_deploy(const Flags& flags) {
    StackDeploy what;
    what.stack = flags.arguments[0];
    what.files = flags.all("compose-file");
    what.prune = flags.toggle("prune");
    what.detach = !flags.given("detach") || flags.toggle("detach");
    what.quiet = flags.toggle("quiet");
    what.resolve_image = flags.last("resolve-image").value_or("always");
    return made(Verb::stack_deploy, std::move(what));
}

SwarmOptions options_of(const Flags& flags) {
    SwarmOptions options;
    if (flags.given("autolock")) options.autolock = flags.toggle("autolock");
    if (const auto text = flags.last("cert-expiry"))
        options.certificate_expiry = duration_of(*text);
    if (const auto text = flags.last("dispatcher-heartbeat"))
        options.dispatcher_heartbeat = duration_of(*text);
    if (const auto text = flags.last("task-history-limit"))
        options.task_history_limit = int_of(*text);
    if (const auto text = flags.last("max-snapshots")) options.snapshots_kept = uint_of(*text);
    if (const auto text = flags.last("snapshot-interval"))
        options.snapshot_interval = uint_of(*text);
    return options;
}

/// cli/command/swarm: "" or what is wrong with the word.
std::string check_availability(const std::string& word) {
    const std::string small = lower(word);
    if (small == "active" || small == "pause" || small == "drain") return "";
    return "invalid availability " + go_quoted(word) +
           ", only active, pause and drain are supported";
}

/// NodeAddrOption: the port 2377 when none is written.
std::string listen_address(const Flags& flags) {
    const std::string text = flags.last("listen-addr").value_or("0.0.0.0:2377");
    return text.find(':') == std::string::npos ? text + ":2377" : text;
}

Built swarm_init(const Flags& flags) {
    SwarmInit what;
    what.options = options_of(flags);
    what.advertise_address = flags.text("advertise-addr");
    what.listen_address = listen_address(flags);
    what.data_path_address = flags.text("data-path-addr");
    what.availability = lower(flags.last("availability").value_or("active"));
    what.force_new_cluster = flags.toggle("force-new-cluster");
    what.data_path_port =
        static_cast<std::uint32_t>(uint_of(flags.last("data-path-port").value_or("0")));
    for (const std::string& text : flags.all("default-addr-pool")) {
        what.address_pools.push_back(std::string(trimmed(text)));
    }
    what.address_pool_mask = static_cast<std::uint32_t>(
        uint_of(flags.last("default-addr-pool-mask-length").value_or("24")));
    const std::string wrong = check_availability(flags.last("availability").value_or("active"));
    if (!wrong.empty()) return Refused{wrong};
    return made(Verb::swarm_init, std::move(what));
}

Built swarm_join(const Flags& flags) {
    SwarmJoin what;
    what.token = flags.text("token");
    what.remote_address = flags.arguments[0];
    what.advertise_address = flags.text("advertise-addr");
    what.data_path_address = flags.text("data-path-addr");
    what.listen_address = listen_address(flags);
    what.availability = lower(flags.last("availability").value_or("active"));
    const std::string wrong = check_availability(flags.last("availability").value_or("active"));
    if (!wrong.empty()) return Refused{wrong};
    return made(Verb::swarm_join, std::move(what));
}

Built swarm_join_token(const Flags& flags) {
    const std::string& role = flags.arguments[0];
    SwarmJoinToken what{role == "manager", flags.toggle("rotate"), flags.toggle("quiet")};
    if (role != "worker" && role != "manager") return Refused{"unknown role " + role};
    return made(Verb::swarm_join_token, what);
}

Built swarm_ca(const Flags& flags) {
    SwarmCa what{flags.toggle("rotate"), flags.toggle("detach"), flags.toggle("quiet"), {}};
    if (const auto text = flags.last("cert-expiry")) what.certificate_expiry = duration_of(*text);
    if (what.certificate_expiry && !what.rotate)
        return Refused{"`--cert-expiry` flag requires the `--rotate` flag to update the CA"};
    return made(Verb::swarm_ca, what);
}

}   // namespace

Built build_swarm(Verb verb, const Flags& flags) {
    switch (verb) {
        case Verb::node_update: return checked_node_update(flags);
        case Verb::node_promote:
        case Verb::node_demote: return node_role(verb, flags);
        case Verb::stack_deploy: return stack_deploy(flags);
        case Verb::swarm_init: return swarm_init(flags);
        case Verb::swarm_join: return swarm_join(flags);
        case Verb::swarm_join_token: return swarm_join_token(flags);
        case Verb::swarm_update: return made(verb, SwarmUpdate{options_of(flags)});
        case Verb::swarm_unlock_key:
            return made(verb, SwarmUnlockKey{flags.toggle("rotate"), flags.toggle("quiet")});
        case Verb::swarm_ca: return swarm_ca(flags);
        case Verb::node_rm:
        case Verb::stack_rm:
        case Verb::swarm_leave:
        case Verb::swarm_unlock: return names(verb, flags);
        default: return look(verb, flags);
    }
}

}   // namespace glasshive::words
