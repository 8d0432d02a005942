#include "viewer/live/offers.h"

#include <algorithm>

#include "client/session_process.h"

namespace glasshive::viewer {

namespace {

/// A name inside a flow of YAML: plain where it may be, else in double quotes.
std::string in_yaml(const std::string& name) {
    const bool plain = !name.empty() && name.front() != '-' &&
                       name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVW"
                                              "XYZ0123456789_-.") == std::string::npos;
    if (plain) return name;
    std::string quoted = "\"";
    for (const char c : name) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return quoted + "\"";
}

/// "fault {do: power_off, host: w1, for: 30s}"
std::string fault(const std::string& what, const std::string& whom, std::optional<Duration> lasts) {
    const std::string span = lasts ? ", for: " + client::exact_text(*lasts) : "";
    return "fault {do: " + what + ", " + whom + span + "}";
}

struct Kind {
    const char* label;
    const char* what;   ///< With its magnitude.
    const char* tooltip;
};

constexpr Kind of_hosts[] = {
    {"Power off", "power_off", "As when the cord is pulled: what runs there is gone"},
    {"Pause", "pause", "As when a virtual machine is suspended: nothing runs, nothing is lost"},
    {"Slow CPU", "slow_cpu, factor: 0.25", "Its cores do a quarter of their work"},
    {"Slow disk", "slow_disk, factor: 0.1", "Its disk reads and writes a tenth as fast"},
    {"Full disk", "full_disk", "Nothing more can be written there: pulls fail"},
};
constexpr Kind of_links[] = {
    {"Cut", "link_down", "Nothing passes; streams retransmit, datagrams are lost"},
    {"Lose packets", "packet_loss, loss: 10%", "One packet of ten is lost"},
    {"Slow down", "reduced_bandwidth, factor: 0.1", "A tenth of its bandwidth is left"},
    {"Delay", "added_latency, latency: 100ms", "Each way takes 100 ms longer"},
};

std::vector<Offer> faults_of_hosts(const std::string& whom, std::optional<Duration> lasts) {
    std::vector<Offer> offers;
    for (const Kind& kind : of_hosts) {
        offers.push_back({kind.label, kind.tooltip, fault(kind.what, whom, lasts)});
    }
    return offers;
}

void offer_service(const Subject& service, std::vector<Offer>& offers) {
    const std::string& name = service.name;
    if (service.replicas >= 0) {
        const auto scale = [&](std::int64_t n) {
            return "docker service scale " + name + "=" + std::to_string(n);
        };
        offers.push_back({"One task more", "docker service scale", scale(service.replicas + 1)});
        const bool none = service.replicas == 0;
        offers.push_back({"One task fewer", "docker service scale",
                          scale(none ? 0 : service.replicas - 1), "", "",
                          none ? "no task is wanted already" : ""});
        offers.push_back({"Scale to…", "docker service scale", "docker service scale " + name + "=",
                          "replicas", std::to_string(service.replicas)});
    }
    offers.push_back({"Update image…", "docker service update --image: a rolling update",
                      "update " + name + " ", "image"});
    offers.push_back({"Replace all tasks", "docker service update --force",
                      "docker service update --force " + name});
    offers.push_back({"Roll back", "docker service rollback: to what it was before its update",
                      "docker service rollback " + name});
    offers.push_back({"Remove", "docker service rm", "docker service rm " + name});
}

void offer_node(const Subject& node, std::vector<Offer>& offers) {
    struct Row {
        const char* availability;
        const char* label;
        const char* verb;
        const char* tooltip;
    };
    constexpr Row rows[] = {
        {"active", "Activate", "activate", "docker node update --availability active"},
        {"pause", "Pause for new tasks", "pause", "docker node update --availability pause"},
        {"drain", "Drain", "drain", "docker node update --availability drain: its tasks move"},
    };
    for (const Row& row : rows) {
        const bool so = node.availability == row.availability;
        offers.push_back({row.label, row.tooltip, std::string(row.verb) + " " + node.name, "", "",
                          so ? "its availability is " + node.availability + " already" : ""});
    }
}

Offer heal(const ActiveFault& fault) {
    return {"End " + fault.what + " (" + fault.target + ")",
            "Fault " + std::to_string(fault.number) + " is over, and what it still had planned",
            "heal " + std::to_string(fault.number)};
}

}   // namespace

std::vector<ActiveFault> active_faults(const record::State& state, const Names& names) {
    std::vector<ActiveFault> faults;
    const auto type = state.type_named("fault");
    if (!type) return faults;
    for (const record::StateRow* row : state.rows(*type)) {
        if (state.state_text(*row) != "active") continue;
        const auto text = [&](const char* field) -> std::string {
            const record::StateValue* said = state.value(*type, *row, field);
            if (said == nullptr || said->type != FieldType::name) return "";
            const NameId name{static_cast<std::uint32_t>(said->value.integer)};
            return name.value < names.size() ? std::string(names.text(name)) : "";
        };
        const record::StateValue* number = state.value(*type, *row, "number");
        if (number == nullptr || number->type != FieldType::integer) continue;
        faults.push_back({number->value.integer, text("what"), text("target")});
    }
    return faults;
}

std::vector<Offer> offers_for(const Subject& subject, const std::vector<ActiveFault>& active,
                              std::optional<Duration> lasts) {
    std::vector<Offer> offers;
    const std::string target = subject.type + " " + subject.name;
    for (const ActiveFault& each : active) {
        const bool itself =
            subject.type == "fault" && subject.name == "fault " + std::to_string(each.number);
        if (each.target == target || itself) offers.push_back(heal(each));
    }
    const std::string whom = subject.type + ": " + in_yaml(subject.name);
    if (subject.type == "host") {
        // What is off or stands still feels nothing else.
        const bool on = subject.state.empty() || subject.state == "on";
        std::vector<Offer> faults = faults_of_hosts(whom, lasts);
        for (Offer& each : offers_for_hosts({subject.name}, lasts)) faults.push_back(each);
        for (Offer& each : faults) {
            if (!on) each.refused = subject.name + " is " + subject.state + " already";
            offers.push_back(std::move(each));
        }
    } else if (subject.type == "zone" || subject.type == "rack") {
        for (Offer& each : faults_of_hosts(whom, lasts)) offers.push_back(std::move(each));
        offers.push_back({"Cut off", "A partition: no message passes between it and the rest",
                          fault("partition", "groups: [{" + whom + "}]", lasts)});
    } else if (subject.type == "link") {
        for (const Kind& kind : of_links) {
            offers.push_back({kind.label, kind.tooltip, fault(kind.what, whom, lasts)});
        }
    } else if (subject.type == "node") {
        offer_node(subject, offers);
    } else if (subject.type == "service") {
        offer_service(subject, offers);
    } else if ((subject.type == "task" || subject.type == "container") && !subject.host.empty()) {
        const std::string at = "on " + subject.host + " docker ";
        offers.push_back(
            {"Kill", "docker kill, typed at " + subject.host, at + "kill " + subject.name});
        offers.push_back(
            {"Stop", "docker stop, typed at " + subject.host, at + "stop " + subject.name});
    }
    return offers;
}

std::vector<Offer> offers_for_hosts(const std::vector<std::string>& hosts,
                                    std::optional<Duration> lasts) {
    std::vector<Offer> offers;
    if (hosts.empty()) return offers;
    std::string list;
    for (const std::string& host : hosts) list += (list.empty() ? "" : ", ") + in_yaml(host);
    if (hosts.size() > 1) offers = faults_of_hosts("host: [" + list + "]", lasts);
    offers.push_back({"Cut off", "A partition: no message passes between these and the rest",
                      fault("partition", "groups: [{host: [" + list + "]}]", lasts)});
    offers.push_back(
        {"Cut off one way", "The rest does not hear them; they hear the rest",
         fault("partition", "groups: [{host: [" + list + "]}], one_way: true", lasts)});
    return offers;
}

std::vector<Offer> offers_to_heal(const std::vector<ActiveFault>& active) {
    std::vector<Offer> offers;
    std::transform(active.begin(), active.end(), std::back_inserter(offers), heal);
    return offers;
}

}   // namespace glasshive::viewer
