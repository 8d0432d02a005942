// docker run, exec and the other commands about one machine's containers.
#include "words/builders.h"
#include "words/grammar/capabilities.h"
#include "words/grammar/gotext.h"
#include "words/grammar/port_spec.h"
#include "words/grammar/volume_spec.h"
#include "words/values.h"

namespace glasshive::words {

namespace {

/// One problem at most: docker stops at the first.
struct RunReader {
    const Flags& flags;
    ContainerRun what{};
    Texts unsimulated{};
    std::string problem{};

    void fail(std::string text) {
        if (problem.empty()) problem = std::move(text);
    }

    /// A flag under its name and its older one.
    Texts all_of(const char* name, const char* older) const {
        Texts result = flags.all(name);
        for (std::string& text : flags.all(older)) result.push_back(std::move(text));
        return result;
    }

    void identity() {
        swarm::ContainerSpec& container = what.container;
        what.name = flags.text("name");
        container.image = flags.arguments[0];
        container.args.assign(flags.arguments.begin() + 1, flags.arguments.end());
        if (flags.given("entrypoint")) container.command = {flags.text("entrypoint")};
        container.env = flags.all("env");
        container.labels = map_of(flags.pairs("label"));
        container.hostname = flags.text("hostname");
        container.dir = flags.text("workdir");
        container.user = flags.text("user");
        container.groups = flags.all("group-add");
        container.stop_signal = flags.text("stop-signal");
        container.tty = flags.toggle("tty");
        container.open_stdin = flags.toggle("interactive");
        container.read_only = flags.toggle("read-only");
        if (flags.given("init")) container.init = flags.toggle("init");
        container.dns = flags.all("dns");
        container.dns_search = flags.all("dns-search");
        container.dns_options = all_of("dns-option", "dns-opt");
        container.hosts = flags.all("add-host");
        container.sysctls = map_of(flags.pairs("sysctl"));
        Capabilities capabilities =
            effective_capabilities(flags.all("cap-add"), flags.all("cap-drop"));
        container.cap_add = std::move(capabilities.add);
        container.cap_drop = std::move(capabilities.drop);
        what.detach = flags.toggle("detach");
        what.remove = flags.toggle("rm");
        what.quiet = flags.toggle("quiet");
        what.pull = flags.last("pull").value_or("missing");
        if (const auto text = flags.last("stop-timeout")) what.stop_timeout_seconds = int_of(*text);
    }

    /// cli/command/container/opts.go, the --health-* flags.
    void health() {
        swarm::Healthcheck check;
        bool any = false;
        const auto duration = [&](const char* name, Duration& into) {
            const auto text = flags.last(name);
            if (!text) return;
            any = true;
            into = duration_of(*text);
            if (into < Duration{0}) fail(std::string("--") + name + " cannot be negative");
        };
        duration("health-interval", check.interval);
        duration("health-timeout", check.timeout);
        duration("health-start-period", check.start_period);
        duration("health-start-interval", check.start_interval);
        if (const auto text = flags.last("health-retries")) {
            any = true;
            if (int_of(*text) < 0) return fail("--health-retries cannot be negative");
            check.retries = static_cast<std::uint64_t>(int_of(*text));
        }
        if (const std::string command = flags.text("health-cmd"); !command.empty()) {
            any = true;
            check.test = {"CMD-SHELL", command};
        }
        if (flags.toggle("no-healthcheck")) {
            if (any) return fail("--no-healthcheck conflicts with --health-* options");
            check.test = {"NONE"};
            any = true;
        }
        if (any) what.container.healthcheck = check;
    }

    void ports() {
        what.publish_all = flags.toggle("publish-all");
        for (const std::string& text : flags.all("publish")) {
            const auto has_equals = text.find('=') != std::string::npos;
            if (has_equals) {
                const auto parsed = parse_publish(text);
                if (!parsed.problem.empty()) return fail(parsed.problem);
                for (const swarm::PortConfig& port : parsed.value) what.ports.push_back({port, ""});
                continue;
            }
            const PortSpec spec = parse_port_spec(text);
            if (!spec.problem.empty()) return fail(spec.problem);
            for (const swarm::PortConfig& port : spec.ports) what.ports.push_back({port, spec.ip});
        }
    }

    void storage() {
        for (const std::string& text : flags.all("mount")) {
            auto parsed = parse_mount(text);
            what.container.mounts.push_back(std::move(parsed.value.mount));
            for (const std::string& key : parsed.value.unsimulated)
                unsimulated.push_back("--mount " + key);
        }
        for (const std::string& text : flags.all("volume")) {
            const VolumeSpecText parsed = parse_volume_spec(text);
            if (!parsed.problem.empty()) {
                // The command line passes it on; moby volume/mounts refuses it.
                return fail("Error response from daemon: invalid volume specification: '" + text +
                            "'");
            }
            what.container.mounts.push_back(parsed.mount);
        }
        for (const std::string& text : flags.all("tmpfs")) {
            swarm::Mount mount;
            mount.type = swarm::MountType::tmpfs;
            mount.target = cut(text, ':').key;
            what.container.mounts.push_back(std::move(mount));
        }
    }

    void networks() {
        const Texts aliases = all_of("network-alias", "net-alias");
        for (const std::string& text : all_of("network", "net")) {
            auto parsed = parse_network(text);
            swarm::NetworkAttachment attachment = std::move(parsed.value.attachment);
            attachment.aliases.insert(attachment.aliases.end(), aliases.begin(), aliases.end());
            what.networks.push_back(std::move(attachment));
            for (const std::string& key : parsed.value.unsimulated)
                unsimulated.push_back("--network " + key);
        }
    }

    void resources() {
        if (const auto text = flags.last("cpus")) what.limits.cpus = cpus_of(*text);
        if (const auto text = flags.last("memory")) what.limits.memory = bytes_of(*text);
        if (const auto text = flags.last("pids-limit")) what.limits.pids = int_of(*text);
    }

    /// opts/parse.go ParseRestartPolicy.
    void restart() {
        const std::string text = flags.last("restart").value_or("no");
        const Pair pair = cut(text, ':');
        what.restart = pair.key.empty() && !pair.value ? "no" : pair.key;
        if (text.empty()) return;
        if (pair.key.empty())
            return fail("invalid restart policy format: no policy provided before colon");
        if (!pair.value) return;
        const auto count = go_int(*pair.value);
        if (!count) {
            return fail("invalid restart policy format: maximum retry count must be an integer");
        }
        what.restart_max = *count.value;
    }
};

Built container_run(const Flags& flags) {
    RunReader reader{flags};
    reader.identity();
    reader.storage();
    reader.ports();
    reader.networks();
    reader.resources();
    reader.restart();
    reader.health();
    if (reader.what.remove && flags.given("restart") && reader.what.restart != "no")
        reader.fail("conflicting options: cannot specify both --restart and --rm");
    if (!reader.problem.empty()) return Refused{reader.problem, Refused::Style::run};
    return Command{Verb::container_run, std::move(reader.what), "", "",
                   std::move(reader.unsimulated)};
}

Command container_exec(const Flags& flags) {
    ContainerExec what;
    what.container = flags.arguments[0];
    what.command.assign(flags.arguments.begin() + 1, flags.arguments.end());
    what.env = flags.all("env");
    what.user = flags.text("user");
    what.dir = flags.text("workdir");
    what.detach = flags.toggle("detach");
    what.interactive = flags.toggle("interactive");
    what.tty = flags.toggle("tty");
    return {Verb::container_exec, std::move(what), "", "", {}};
}

}   // namespace

Built build_container(Verb verb, const Flags& flags) {
    switch (verb) {
        case Verb::container_run: return container_run(flags);
        case Verb::container_exec: return container_exec(flags);
        case Verb::container_logs: return logs(verb, flags);
        case Verb::container_stop:
        case Verb::container_start:
        case Verb::container_restart:
        case Verb::container_kill:
        case Verb::container_rm:
        case Verb::container_prune: return names(verb, flags);
        default: return look(verb, flags);
    }
}

}   // namespace glasshive::words
