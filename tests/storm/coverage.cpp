#include "storm/coverage.h"

#include <algorithm>

#include "session/session.h"

namespace glasshive::storm {

namespace {

/// Events that no storm can bring about.
bool exempt(std::string_view event) {
    return event.rfind("expect.", 0) == 0 ||   // Storms have no expectations,
           event.rfind("script.", 0) == 0 ||   // and no scripts,
           event == "decision.scaled" || event == "decision.kept" ||   // nor autoscalers.
           event == "task.orphaned" ||                                 // After a day.
           // The manager sees the newest state of a tenth of a second, and these pass at once.
           event == "task.accepted" || event == "task.starting" ||
           // Connections end by silence after 924 s; nothing refuses them on a host that is on.
           event == "message.connection_lost" ||
           // There are no such commands in storms yet.
           event == "node.role" || event == "raft.member" || event == "raft.snapshot" ||
           event.rfind("file.", 0) == 0 || event == "certificate.issued" ||
           // Within one step of two-phase commit, or when a minority's leader notices: too rare.
           event == "db.in_doubt" || event == "db.settled" || event == "db.leader_gone";
}

// clang-format off
/// Beside the events.
const char* const wanted[] = {
    "fault power_off", "fault pause", "fault slow_cpu", "fault link_down", "fault partition",
    "fault packet_loss", "fault added_latency", "fault reduced_bandwidth", "fault slow_disk",
    "fault full_disk", "fault once", "fault repeats", "fault lasts", "fault by MTBF",
    "fault by Weibull", "topology: star", "topology: tree", "topology: zones",
    "topology: fat tree", "topology: cables", "profile: textbook", "profile: realistic",
    "service global", "service replicated", "restart any", "restart on-failure", "restart none",
    "host port", "networks", "network: small", "dnsrr", "client", "inside",
    "client of a host port", "users", "keep alive", "command scale", "command update",
    "command drain", "command pause", "command activate", "command words",
    "registry: refuses unknown images", "oracle end judged", "oracle slot runs",
    "oracle slot waits for room", "oracle slot waits for an address", "oracle slot is finished",
    "oracle slot restarts", "oracle slot is underway", "oracle global: none here",
    "oracle node is well", "oracle node is lost", "oracle restart: replaced",
    "oracle restart: not replaced", "oracle placement", "oracle rejected: no such image",
    "oracle rejected: no registry", "oracle command: scale", "oracle command: update",
    "oracle command: availability", "store users", "store steps", "database: partitioned",
    "replication", "store: 1 nodes", "store: 3 nodes", "store: 5 nodes",
    "store: serialized start", "managers: several", "healthcheck", "image healthcheck", "update",
    "oracle update: completed", "oracle update: paused", "oracle update: rolled back",
    "oracle update: an old task is left", "oracle update: two tasks of a slot", "store: 2pc",
    "store: raft", "store: quorum", "command store"};
// clang-format on

}   // namespace

void Coverage::add(const Draft& draft) {
    for (const std::string& tag : draft.tags) ++counts_[tag];
    Draft copy = draft;
    for (const std::vector<Entry>* list : copy.lists()) {
        for (const Entry& entry : *list) {
            std::size_t from = 0;
            while (from < entry.tag.size()) {
                const std::size_t to = std::min(entry.tag.find(", ", from), entry.tag.size());
                ++counts_[entry.tag.substr(from, to - from)];
                from = to + 2;
            }
        }
    }
}

void Coverage::add(const Result& result) {
    for (const auto& [what, count] : result.covered) counts_[what] += count;
}

std::vector<std::string> Coverage::missing() const {
    std::vector<std::string> missing;
    const auto need = [&](const std::string& what) {
        if (counts_.count(what) == 0) missing.push_back(what);
    };
    for (const EventKind* kind : session::all_events().all()) {
        if (!exempt(kind->name)) need("event " + std::string(kind->name));
    }
    for (const char* const what : wanted) need(what);
    return missing;
}

std::string Coverage::text(std::size_t width) const {
    std::string out, line, family;
    for (const auto& [what, count] : counts_) {
        const std::size_t space = what.find_first_of(" :");
        const std::string first = what.substr(0, space);
        const std::string rest = space == std::string::npos ? what : what.substr(space + 1);
        const std::string item =
            " " + (rest.front() == ' ' ? rest.substr(1) : rest) + " " + std::to_string(count) + ";";
        if (first != family || line.size() + item.size() > width) {
            if (!line.empty()) out += line + "\n";
            line = first == family ? std::string(2, ' ') : "  " + first + ":";
            family = first;
        }
        line += item;
    }
    return out + line + "\n";
}

}   // namespace glasshive::storm
