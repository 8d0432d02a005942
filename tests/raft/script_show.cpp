#include <cstdio>
#include <stdexcept>

#include "raft/describe.h"
#include "raft/script.h"

namespace glasshive::test {

using raft::to_text;

// --- As it happens -------------------------------------------------------------------------------

void Script::say(MemberId id, const std::string& text) {
    char time[32];
    std::snprintf(time, sizeof time, "%9.3f", static_cast<double>(cluster().now()) / 1000);
    out_ += std::string(time) + "  " + to_text(id) + " " + text + "\n";
}

std::string Script::text_of(const Entry& entry) const {
    if (entry.kind != Entry::Kind::data) return to_text(entry);
    return dynamic_cast<const Command&>(*entry.payload).text();
}

void Script::heard(MemberId id, const Output& output) {
    const auto told = [this](const char* what) { return told_[what]; };
    if (const auto* role = std::get_if<RoleChange>(&output)) {
        if (told("roles")) say(id, "is " + to_text(*role));
    } else if (const auto* vote = std::get_if<VoteCast>(&output)) {
        if (told("votes")) say(id, to_text(*vote));
    } else if (const auto* removed = std::get_if<WasRemoved>(&output)) {
        if (told("changes")) say(id, "hears from " + to_text(removed->by) + " that it was removed");
    } else if (const auto* transfer = std::get_if<TransferProgress>(&output)) {
        if (told("changes")) say(id, to_text(*transfer));
    } else if (const auto* refused = std::get_if<Refused>(&output)) {
        say(id, "refuses: " + to_text(refused->why));
    } else if (const auto* restore = std::get_if<Restore>(&output)) {
        if (told("snapshots")) say(id, "restores " + to_text(restore->snapshot.at));
    } else if (const auto* wanted = std::get_if<SnapshotWanted>(&output)) {
        if (told("snapshots")) say(id, "takes a snapshot at " + to_text(wanted->at));
    } else if (const auto* apply = std::get_if<Apply>(&output)) {
        for (const Entry& entry : apply->entries) {
            const bool change = entry.kind == Entry::Kind::change && told("changes");
            if (!change && !told("applies")) continue;
            say(id, "applies " + std::to_string(entry.at.index) + ": " + text_of(entry));
        }
    } else if (const auto* send = std::get_if<Send>(&output)) {
        const Message& message = send->message;
        if (told("messages")) say(id, "to " + to_text(message.to) + ": " + to_text(message));
    } else if (const auto* order = std::get_if<Persist>(&output); order && told("disk")) {
        std::string text = "writes term " + std::to_string(order->hard.term) + ", vote " +
                           to_text(order->hard.voted_for) + ", commit " +
                           std::to_string(order->hard.commit);
        for (const Snapshot& shot : order->snapshot) text += ", snapshot " + to_text(shot.at);
        for (const Entry& entry : order->entries) {
            text += ", " + std::to_string(entry.at.index) + ": " + text_of(entry);
        }
        say(id, text + (order->sync ? "" : " (nobody waits)"));
    }
}

// --- When asked ----------------------------------------------------------------------------------

bool Script::watch(const std::string& verb, Words& words) {
    if (verb == "watch" || verb == "ignore") {
        for (std::string what; words >> what;) told_[what] = verb == "watch";
    } else if (verb == "transit") {
        for (const Message& message : cluster().transit()) {
            out_ += to_text(message.from) + " > " + to_text(message.to) + "  ";
            out_ += to_text(message) + "\n";
        }
    } else if (verb == "show") {
        show(words);
    } else {
        return false;
    }
    return true;
}

void Script::show(Words& words) {
    std::string what;
    words >> what;
    if (what.empty()) {
        for (const MemberId id : cluster().ids()) out_ += cluster().line(id) + "\n";
    } else if (what == "logs") {
        show_logs();
    } else if (what == "entries") {
        show_entries();
    } else if (what == "progress") {
        show_progress();
    } else if (what == "states") {
        for (const MemberId id : cluster().ids()) {
            out_ += to_text(id);
            for (const std::string& text : cluster().state(id)) out_ += " " + text;
            out_ += "\n";
        }
    } else {
        throw std::invalid_argument("show logs, entries, progress or states");
    }
}

/// The terms of a log; "|" stands after the last entry known to be committed, "[3]" for a snapshot
/// of the first three entries. A member that is off shows its disk.
void Script::show_logs() {
    for (const MemberId id : cluster().ids()) {
        const bool on = cluster().running(id);
        const Log log = on ? cluster().raft(id).log() : Log(cluster().disk(id));
        const Index commit = on ? cluster().raft(id).commit() : cluster().disk(id).hard.commit;
        out_ += to_text(id) + (on ? "  " : "- ");
        if (log.first() > 1) out_ += "[" + std::to_string(log.first() - 1) + "]";
        if (commit + 1 == log.first()) out_ += "|";
        for (Index index = log.first(); index <= log.last().index; ++index) {
            out_ += " " + std::to_string(*log.term_at(index)) + (index == commit ? "|" : "");
        }
        out_ += "\n";
    }
}

void Script::show_entries() {
    for (const MemberId id : cluster().ids()) {
        const Log log = cluster().running(id) ? cluster().raft(id).log() : Log(cluster().disk(id));
        out_ += to_text(id);
        for (Index index = log.first(); index <= log.last().index; ++index) {
            out_ += "  " + std::to_string(log.entry(index).at.term) + "." + std::to_string(index) +
                    " " + text_of(log.entry(index));
        }
        out_ += "\n";
    }
}

void Script::show_progress() {
    const MemberId leader = cluster().leader();
    if (!leader.valid()) return;
    for (const auto& [id, progress] : cluster().raft(leader).progress()) {
        if (id == leader) continue;
        const char* names[] = {"probe", "replicate", "snapshot"};
        std::string state = names[static_cast<std::size_t>(progress.state)];
        state.resize(9, ' ');
        out_ += to_text(id) + " " + state + "  match " + std::to_string(progress.match) +
                "  next " + std::to_string(progress.next) + "  unanswered " +
                std::to_string(progress.inflight.size()) + "\n";
    }
}

}   // namespace glasshive::test
