#include "storm/generate.h"

namespace glasshive::storm {

namespace {

std::string restart_of(Dice& dice, std::string& tag) {
    const std::string condition = dice.one_of({"any", "any", "on-failure", "none"});
    tag += ", restart " + condition;
    std::string text = "condition: " + condition;
    if (dice.chance(60)) text += ", delay: " + dice.one_of({"0s", "1s", "5s", "20s"});
    if (dice.chance(30)) {
        text += ", max_attempts: " + std::to_string(dice.between(1, 4));
        if (dice.chance(50)) text += ", window: " + dice.one_of({"10s", "30s", "2m"});
    }
    return "restart: {" + text + "}";
}

std::string constraint_of(const Plan& plan, Dice& dice) {
    switch (dice.between(1, 5)) {
        case 1: return "node.role " + dice.one_of({"==", "!="}) + " manager";
        case 2: return "node.labels.ssd " + dice.one_of({"==", "!="}) + " yes";
        case 3: return "node.hostname != " + dice.one_of(plan.hosts);
        case 4:
            if (!plan.zones.empty()) {
                return "node.labels.zone " + dice.one_of({"==", "!="}) + " " +
                       dice.one_of(plan.zones);
            }
            return "node.platform.os == Linux";
        default: return "node.role == worker";
    }
}

std::string behaviour_of(Dice& dice) {
    std::string text;
    const auto add = [&](const std::string& more) { text += (text.empty() ? "" : ", ") + more; };
    if (dice.chance(40)) add("start_time: " + dice.one_of({"100ms", "1s", "8s"}));
    if (dice.chance(25)) {
        add("run_time: " + dice.one_of({"1s", "10s", "45s", "3m"}));
        add("exit_code: " + dice.one_of({"0", "1", "137"}));
    } else if (dice.chance(20)) {
        add("crash_per_second: " + dice.one_of({"0.1%", "1%", "5%"}));
    }
    if (dice.chance(40)) add("stop_time: " + dice.one_of({"500ms", "5s", "30s"}));
    if (dice.chance(20)) add("stop_exit_code: 143");
    if (dice.chance(10)) add("ignores_sigterm: true");
    if (dice.chance(25)) {
        add(dice.one_of({"hangs_after: ", "fails_after: "}) + dice.one_of({"5s", "30s", "90s"}));
        if (dice.chance(40)) add("recovers_after: " + dice.one_of({"3s", "40s"}));
    }
    return text.empty() ? "" : ", behaviour: {" + text + "}";
}

std::string ports_of(Plan::Service& service, int number, Dice& dice, std::string& tag) {
    if (dice.chance(35)) return "";
    if (dice.chance(35)) {   // Few ports, so that services fight for them.
        tag += ", host port";
        service.on_hosts = true;
        return ", ports: [{target: 80, published: " + dice.one_of({"9000", "9001"}) +
               ", mode: host}]";
    }
    service.published = 8000 + number;
    return ", ports: [\"" + std::to_string(service.published) + ":80\"]";
}

/// Few networks, so that many services share one and some do not. Requires the service's ports.
std::string networks_of(Plan::Service& service, Dice& dice, std::string& tag) {
    if (dice.chance(50)) return "";
    tag += ", networks";
    service.networked = true;
    std::string text = ", networks: " + dice.one_of({"[front]", "[back]", "[front, back]"});
    if (service.published == 0 && dice.chance(40)) {
        text += ", endpoint_mode: dnsrr";
        tag += ", dnsrr";
    }
    return text;
}

std::string placement_of(const Plan& plan, Dice& dice) {
    std::string text;
    if (dice.chance(40)) text = "constraints: [\"" + constraint_of(plan, dice) + "\"]";
    if (dice.chance(25)) {
        text += (text.empty() ? "" : ", ") + std::string("max_per_node: ") +
                std::to_string(dice.between(1, 2));
    }
    return text.empty() ? "" : ", placement: {" + text + "}";
}

std::string update_of(const std::string& key, Dice& dice) {
    std::string text = "parallelism: " + std::to_string(dice.between(0, 3));
    text += ", order: " + dice.one_of({"stop-first", "start-first"});
    text += ", failure_action: " + dice.one_of({"pause", "continue", "rollback", "rollback"});
    if (dice.chance(60)) text += ", delay: " + dice.one_of({"1s", "5s", "15s"});
    if (dice.chance(60)) text += ", monitor: " + dice.one_of({"0s", "2s", "12s"});
    if (dice.chance(40)) text += ", max_failure_ratio: " + dice.one_of({"0.2", "0.5"});
    return ", " + key + ": {" + text + "}";
}

std::string resources_of(Dice& dice) {
    if (dice.chance(35)) return "";
    std::string text = "cpus: " + dice.one_of({"0.1", "0.5", "1", "1.5"});
    if (dice.chance(60)) text += ", memory: " + dice.one_of({"64MiB", "256MiB", "700MiB"});
    if (dice.chance(15)) text += ", generic: {gpu: 1}";
    return (dice.chance(80) ? ", resources: {" : ", reservations: {") + text + "}";
}

}   // namespace

std::string healthcheck_of(Dice& dice) {
    std::string text = "test: [CMD, \"true\"], interval: " + dice.one_of({"1s", "3s", "10s"});
    text += ", timeout: " + dice.one_of({"500ms", "2s"});
    if (dice.chance(50)) text += ", retries: " + std::to_string(dice.between(1, 3));
    if (dice.chance(30)) text += ", start_period: 10s, start_interval: 1s";
    return ", healthcheck: {" + text + "}";
}

void add_services(Plan& plan, Dice dice) {
    const int count = dice.between(1, 5);
    for (int i = 1; i <= count; ++i) {
        Plan::Service service;
        service.name = "s" + std::to_string(i);
        std::string image = dice.one_of(plan.images);
        if (dice.chance(10)) image = "app/unlisted";
        std::string tag = "service";
        std::string text = "{name: " + service.name + ", image: \"" + image + "\"";
        service.global = dice.chance(20);
        const bool job = dice.chance(12);
        const std::string kind = job ? "-job" : "";
        text += std::string(", mode: ") + (service.global ? "global" : "replicated") + kind;
        if (!service.global) text += ", replicas: " + std::to_string(dice.between(0, 8));
        if (job && !service.global && dice.chance(60)) {
            text += ", max_concurrent: " + std::to_string(dice.between(0, 4));
        }
        tag += (service.global ? " global" : " replicated") + kind;
        if (dice.chance(75)) text += ", " + restart_of(dice, tag);
        text += resources_of(dice) + placement_of(plan, dice) +
                ports_of(service, i, dice, tag) + behaviour_of(dice);
        text += networks_of(service, dice, tag);
        if (dice.chance(30)) {
            text += healthcheck_of(dice);
            tag += ", healthcheck";
        }
        if (!job && dice.chance(70)) {
            text += update_of("update", dice);
            tag += ", update";
        }
        if (dice.chance(20)) {
            std::string rollback = update_of("rollback", dice);
            const std::size_t at = rollback.find("failure_action: rollback");
            if (at != std::string::npos) rollback.replace(at + 16, 8, "pause");
            text += rollback;
        }
        if (dice.chance(20)) text += ", stop_grace_period: " + dice.one_of({"0s", "1s", "20s"});
        plan.draft.services.push_back({text + "}", service.name, {}, tag});
        plan.services.push_back(service);
    }
}

namespace {

/// What every client may say: how often, how patiently, over which connections.
std::string manners_of(Dice& dice, std::string& tag) {
    std::string text;
    if (dice.chance(25)) {
        tag += ", users";
        text = ", users: " + std::to_string(dice.between(1, 6)) +
               ", think_time: " + dice.one_of({"300ms", "2s"});
    } else {
        text = ", rate: " + std::to_string(dice.between(1, 8));
    }
    text += ", arrivals: " + dice.one_of({"poisson", "fixed"}) +
            ", timeout: " + dice.one_of({"200ms", "1s", "3s"});
    if (dice.chance(30)) text += ", retries: 2, retry_delay: 100ms";
    if (dice.chance(30)) {
        text += ", keep_alive: true";
        tag += ", keep alive";
    }
    return text;
}

/// The tasks of another service call; whether they share a network is left to luck.
void add_inside_client(Plan& plan, const Plan::Service& called, Dice& dice) {
    const Plan::Service& caller = dice.one_of(plan.services);
    if (!caller.networked) return;
    std::string tag = "client, inside";
    std::string text = "{name: " + caller.name + "-to-" + called.name + ", service: " +
                       called.name + ", from: " + caller.name + manners_of(dice, tag) +
                       ", by: " + dice.one_of({"name", "name", "tasks", "address"});
    if (dice.chance(50)) text += ", dns_cache: " + dice.one_of({"0s", "5s", "30s"});
    plan.draft.clients.push_back({text + "}", "", {called.name, caller.name}, tag});
}

}   // namespace

void add_clients(Plan& plan, Dice dice) {
    for (const Plan::Service& service : plan.services) {
        if (service.networked && dice.chance(40)) add_inside_client(plan, service, dice);
        if ((service.published == 0 && !service.on_hosts) || !dice.chance(40)) continue;
        std::string tag = "client";
        if (service.on_hosts) tag += ", client of a host port";
        std::string text = "{service: " + service.name + manners_of(dice, tag);
        std::vector<std::string> needs{service.name};
        for (const char* key : {", enter: ", ", from: "}) {
            if (!dice.chance(25)) continue;
            needs.push_back(dice.one_of(plan.hosts));
            text += key + needs.back();
        }
        plan.draft.clients.push_back({text + "}", "", std::move(needs), tag});
    }
}

namespace {

/// What somebody types at a terminal, or at one machine.
void add_line(Plan& plan, const std::string& service, const std::string& host, Dice& dice) {
    const std::string line = dice.one_of(std::vector<std::string>{
        "service update --force " + service, "service rollback " + service,
        "service ps " + service, "service inspect --pretty " + service,
        "service update --limit-cpu 0.5 " + service,
        "service update --update-delay 2s --env-add A=1 " + service, "service rm " + service,
        "node ls", "node inspect --pretty " + host, "service ls", "network ls",
        "network create -d overlay spare", "network create -d overlay spare", "network rm front",
        "swarm leave", "ps", "kill " + service + ".1", "stop -t 3 " + service + ".1",
        "rm -f " + service + ".2", "node update --label-add storm=yes " + host,
        "swarm update --autolock=false"});
    const std::string both = line.find("spare") == std::string::npos
                                 ? "docker " + line
                                 : "[docker " + line + ", docker network rm spare]";
    const std::string verb = line.substr(0, line.find(' '));
    const bool here = line == "swarm leave" || verb == "ps" || verb == "kill" || verb == "stop" ||
                      verb == "rm";
    plan.draft.commands.push_back({"{at: " + seconds(dice.between(1, plan.trouble_ends)) +
                                       (here ? ", on: " + host : "") + ", run: " + both + "}",
                                   "", {service, host}, "command words"});
}

}   // namespace

void add_commands(Plan& plan, Dice dice) {
    const int count = dice.chance(40) ? 0 : dice.between(1, 5);
    for (int i = 0; i < count; ++i) {
        const std::string at = "{at: " + seconds(dice.between(1, plan.trouble_ends)) + ", do: ";
        const Plan::Service& service = dice.one_of(plan.services);
        const std::string& host = dice.one_of(plan.hosts);
        switch (dice.between(1, 6)) {
            case 1:
            case 2:
                if (service.global) break;
                plan.draft.commands.push_back({at + "scale, service: " + service.name +
                                                   ", replicas: " +
                                                   std::to_string(dice.between(0, 9)) + "}",
                                               "", {service.name}, "command scale"});
                break;
            case 3: {
                const std::string image =
                    dice.chance(30) ? "app/unlisted:2" : dice.one_of(plan.images);
                plan.draft.commands.push_back({at + "update, service: " + service.name +
                                                   ", image: \"" + image + "\"}",
                                               "", {service.name}, "command update"});
                break;
            }
            case 4: {
                add_line(plan, service.name, host, dice);
                break;
            }
            default: {
                const std::string what = dice.one_of({"drain", "pause", "activate", "activate"});
                plan.draft.commands.push_back(
                    {at + what + ", host: " + host + "}", "", {host}, "command " + what});
            }
        }
    }
    if (dice.chance(15)) {   // A machine is thrown out while it runs.
        const std::string host = dice.one_of(plan.hosts);
        plan.draft.commands.push_back(
            {"{at: " + seconds(dice.between(1, plan.trouble_ends)) +
                 ", run: docker node rm --force " + host + "}",
             "", {host}, "command words"});
    }
}

}   // namespace glasshive::storm
