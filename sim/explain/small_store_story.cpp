#include "explain/small_store_story.h"

#include <algorithm>
#include <string_view>

namespace glasshive::explain {

namespace {

void note(Story& story, std::string text) {
    auto& notes = story.notes;
    if (std::find(notes.begin(), notes.end(), text) == notes.end())
        notes.push_back(std::move(text));
}

/// What the kind of store makes of it; a node is called after its kind: "raft@node-1".
void note_kind(Story& story, const std::string& node, bool writes) {
    const std::string kind = node.substr(0, node.find('@'));
    if (kind == "2pc" && writes) {
        note(story, "two-phase commit needs the vote of every copy: one that is away, or locked, "
                    "stops all writes");
    } else if (kind == "2pc") {
        note(story, "who voted yes may neither commit nor abort alone: until the coordinator says "
                    "what was decided the document is locked, for readers too");
    } else if (kind == "raft") {
        note(story, "raft writes and reads through a leader that a majority follows: on a side "
                    "without one nothing is done, so nothing wrong is answered");
    } else if (kind == "quorum") {
        note(story, "a strict quorum waits for the copies it drew; nobody steps in for one that is "
                    "away, though others could");
    }
}

}   // namespace

std::string small_store_sentence(const Told& told, const Names& names) {
    const auto w = [&](std::string_view field) { return told.field(names, field); };
    const std::string subject(names.text(told.event.subject));
    const std::string_view kind = told.kind->name;
    if (kind == "db.transaction") {
        return w("node") + " decides on " + subject + ": " + w("outcome") + ", " + w("why");
    }
    if (kind == "db.in_doubt") {
        return w("node") + " voted yes on " + subject + " and hears nothing from " +
               w("coordinator") + ": the document stays locked there";
    }
    if (kind == "db.settled") {
        return w("node") + " is told at last that " + subject + " was " + w("outcome") +
               ", and unlocks it after " + w("after");
    }
    if (kind == "db.leader") {
        return subject + " leads in term " + w("term") + ", with " + w("votes") + " votes";
    }
    if (kind == "db.leader_gone") return subject + " leads no more: " + w("why");
    if (kind == "db.draw") return w("node") + " draws for a " + w("what") + ": " + w("copies");
    if (kind == "db.silent") {
        return w("node") + " waits no longer for " + w("copy") + ": " + w("why");
    }
    if (kind == "db.refused") return w("node") + " cannot: " + w("why");
    if (kind == "db.mended") {
        return w("node") + " sends what a read of " + subject + " found to " + w("copies") +
               " copies that lack it";
    }
    return "";
}

std::set<std::string> add_small_store(Reader& reader, Story& story,
                                      const std::vector<EventId>& caused, std::int64_t status,
                                      std::set<EventId>& ids) {
    std::set<std::string> away;
    for (const EventId id : caused) {
        const Told& told = *reader.event(id);
        const std::string_view kind = told.kind->name;
        ids.insert(id);
        if (kind == "db.silent") away.insert(told.field(reader.names(), "copy"));
        if (kind != "db.refused") continue;
        const std::string node = told.field(reader.names(), "node");
        const bool writes = told.field(reader.names(), "what") == "write";
        if (status == 504) {
            note(story, "504: nobody who could be asked knows whether it is stored. It may be, and "
                        "it may be yet");
        } else if (writes) {
            note(story, "503: it is not done, and will not be");
        }
        note_kind(story, node, writes);
        // Whoever hears no leader is itself away from the others.
        if (told.field(reader.names(), "why").find("no leader") != std::string::npos) {
            away.insert(node);
        }
        const NameId document = told.event.subject;
        const auto doubts = reader.of_kind("db.in_doubt", document, told.event.time, 3);
        const auto settled = reader.of_kind("db.settled", document, told.event.time, 1);
        for (const EventId doubt : doubts) {
            if (!settled.empty() && settled.front() > doubt) continue;
            ids.insert(doubt);
            away.insert(reader.event(doubt)->field(reader.names(), "coordinator"));
        }
    }
    return away;
}

}   // namespace glasshive::explain
