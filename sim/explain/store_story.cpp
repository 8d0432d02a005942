#include "explain/store_story.h"

#include <algorithm>

#include "explain/small_store_story.h"

namespace glasshive::explain {

namespace {

constexpr std::size_t looked_at_most = 2000;   // Events of one kind: the newest ones.

std::string shortened(const std::string& text) {
    constexpr std::size_t most = 120;
    return text.size() <= most ? text : text.substr(0, most) + "…";
}

std::string status_words(const std::string& status) {
    if (status == "0") return "gets no answer";
    if (status == "201") return "is answered 201: stored by as many copies as wanted";
    if (status == "202") return "is answered 202: stored, but by fewer copies than wanted";
    if (status == "409") return "is answered 409: it is of a revision that is no leaf any more";
    return "is answered " + status;
}

/// The host of "couchdb@node-3", or of any node's name.
std::string host_of(const std::string& node) { return node.substr(node.find('@') + 1); }

/// What an event's text says a member of a JSON object is: "rev":"2-abc".
std::string member_in(const std::string& text, const std::string& key) {
    const std::string opening = "\"" + key + "\":\"";
    const std::size_t at = text.find(opening);
    if (at == std::string::npos) return "";
    const std::size_t begin = at + opening.size();
    return text.substr(begin, text.find('"', begin) - begin);
}

class StoreStory {
  public:
    StoreStory(Reader& reader, Story& story, Time until, std::set<EventId>& ids)
        : reader_(reader),
          story_(story),
          until_(until),
          ids_(ids) {}

    void step(const Told& told) {
        const EventId asked = asked_of(told);
        const std::vector<EventId> lost = caused_by("db.copy_lost", asked);
        std::set<std::string> away;
        for (const EventId id : lost) {
            ids_.insert(id);
            away.insert(reader_.event(id)->field(reader_.names(), "copy"));
        }
        std::vector<EventId> small;
        for (const char* const kind : {"db.draw", "db.silent", "db.transaction", "db.refused"}) {
            for (const EventId id : caused_by(kind, asked)) small.push_back(id);
        }
        away.merge(add_small_store(reader_, story_, small, told.number("status"), ids_));
        for (const std::string& node : away) why_away(node, told.event.time);
        const std::int64_t status = told.number("status");
        if (status == 202) accepted(asked);
        if (status == 409) conflict(asked, told);
        if (status == 0) nobody(told);
        stale(told);
    }

    void document(const Told& told) {
        const std::string winner = told.field(reader_.names(), "winner");
        const std::string loser = told.field(reader_.names(), "loser");
        for (const std::string& revision : {winner, loser}) {
            if (const Told* writer = writer_of(revision)) {
                ids_.insert(writer->event.id);
                note(revision + " was written by " + subject(*writer) + " at " +
                     seconds_text(writer->event.time) + " s, through " +
                     writer->field(reader_.names(), "node"));
            }
        }
        const std::string reason = told.field(reader_.names(), "reason");
        if (reason == "longer history") {
            note(winner + " wins: its history is longer. Every copy comes to the same, no clock is "
                          "asked");
        } else if (reason == "greater id") {
            note(winner +
                 " wins: both histories are as long, and its id is greater. That is chance, "
                 "but the same on every copy");
        }
        if (told.kind->name == "db.conflict") {
            note("it goes away when all leaves but one are deleted: an edit of the winner leaves "
                 "the others where they are");
        }
    }

  private:
    std::string subject(const Told& told) const {
        return std::string(reader_.names().text(told.event.subject));
    }
    void note(std::string text) {
        const auto& notes = story_.notes;
        if (std::find(notes.begin(), notes.end(), text) == notes.end()) {
            story_.notes.push_back(std::move(text));
        }
    }

    EventId asked_of(const Told& told) {
        const auto asked = reader_.of_kind("db.asked", told.event.subject, told.event.time, 1);
        return asked.empty() ? EventId{} : asked.front();
    }

    std::vector<EventId> caused_by(std::string_view kind, EventId cause) {
        std::vector<EventId> found;
        if (number_of(cause) == 0) return found;
        for (const EventId id : reader_.of_kind(kind, {}, until_, looked_at_most)) {
            if (id < cause) break;
            const Told* told = reader_.event(id);
            if (told != nullptr && told->event.cause == cause) found.push_back(id);
        }
        return found;
    }

    /// The newest word on a node that does not answer: its processes', or its host's.
    void why_away(const std::string& node, Time at) {
        const NameId host = reader_.names().find(host_of(node));
        std::vector<EventId> found = reader_.of_kind("db.node_", reader_.names().find(node), at, 1);
        if (host.valid()) {
            const auto power = reader_.of_kind("host.", host, at, 1);
            found.insert(found.end(), power.begin(), power.end());
        }
        std::sort(found.rbegin(), found.rend());
        const Told* newest = found.empty() ? nullptr : reader_.event(found.front());
        const bool dead = newest != nullptr && (newest->kind->name == "host.off" ||
                                                newest->kind->name == "host.paused" ||
                                                newest->kind->name == "db.node_down");
        if (!dead) {   // It lives, so something is between.
            const auto faults = reader_.of_kind("fault.started", {}, at, 20);
            for (const EventId id : faults) {
                const Told* told = reader_.event(id);
                const bool cut =
                    told->field(reader_.names(), "target").find(host_of(node)) != std::string::npos;
                if (!cut) continue;
                ids_.insert(id);
                return note(node + " was not reached: " + subject(*told) + ", " +
                            told->field(reader_.names(), "what"));
            }
            return;
        }
        for (EventId id = newest->event.id; const Told* told = reader_.event(id);) {
            ids_.insert(id);
            if (told->event.cause >= id) break;
            id = told->event.cause;
        }
    }

    void accepted(EventId asked) {
        for (const EventId id : caused_by_any("db.write", asked)) {
            const Told& write = *reader_.event(id);
            note(write.field(reader_.names(), "copies") + " of the copies stored it, w is " +
                 write.field(reader_.names(), "w") +
                 ". 202 is no refusal: whoever has it pushes it to the others when they are back");
            return;
        }
    }

    /// The newest event of a kind whose chain leads to the request.
    std::vector<EventId> caused_by_any(std::string_view kind, EventId asked) {
        for (const EventId id : reader_.of_kind(kind, {}, until_, looked_at_most)) {
            if (id < asked) break;
            EventId at = id;
            for (int steps = 0; steps < 50 && at > asked; ++steps) {
                const Told* told = reader_.event(at);
                if (told == nullptr || told->event.cause >= at) break;
                at = told->event.cause;
            }
            if (at == asked) return {id};
        }
        return {};
    }

    void conflict(EventId asked, const Told& told) {
        const Told* request = reader_.event(asked);
        if (request == nullptr) return;
        std::string id = request->field(reader_.names(), "request");
        id = id.substr(0, id.find_first_of("? ", id.find('/')));
        id = id.substr(id.rfind('/') + 1);
        for (const EventId before : writes_before(told.event.id)) {
            const Told& write = *reader_.event(before);
            const std::string answer = write.field(reader_.names(), "answer");
            if (member_in(answer, "id") != id) continue;
            ids_.insert(before);
            return note(subject(write) + " had stored " + member_in(answer, "rev") + " at " +
                        seconds_text(write.event.time) +
                        " s: an edit must name the newest revision that it replaces");
        }
        note("an edit must name a revision that nobody has edited since");
    }

    std::vector<EventId> writes_before(EventId id) {
        std::vector<EventId> found;
        for (const char* const kind : {"db.step", "db.request"}) {
            for (const EventId each : reader_.of_kind(kind, {}, until_, looked_at_most)) {
                const Told& told = *reader_.event(each);
                const std::int64_t status = told.number("status");
                const bool stored = status >= 200 && status < 300;
                const bool writes = told.field(reader_.names(), "what") == "write";
                if (each < id && stored && writes) found.push_back(each);
            }
        }
        std::sort(found.rbegin(), found.rend());
        return found;
    }

    const Told* writer_of(const std::string& revision) {
        if (revision.empty()) return nullptr;
        for (const EventId id : writes_before(EventId{UINT64_MAX})) {
            const Told* told = reader_.event(id);
            if (member_in(told->field(reader_.names(), "answer"), "rev") == revision) return told;
        }
        return nullptr;
    }

    void nobody(const Told& told) {
        why_away(told.field(reader_.names(), "node"), told.event.time);
    }

    void stale(const Told& told) {
        for (const EventId id : reader_.of_kind("db.stale", {}, told.event.time, looked_at_most)) {
            const Told& found = *reader_.event(id);
            if (found.event.time < told.event.time) break;
            if (found.field(reader_.names(), "reader") != subject(told)) continue;
            ids_.insert(id);
            const std::string newest = found.field(reader_.names(), "newest");
            if (const Told* writer = writer_of(newest)) ids_.insert(writer->event.id);
            note(
                "the copies that answered had not heard of " + newest +
                (told.field(reader_.names(), "what") == "query"
                     ? ": a query is answered by the first copy of each range that answers. It has "
                       "no r"
                     : ": with r + w > n, one of those that are asked would have"));
        }
    }

    Reader& reader_;
    Story& story_;
    Time until_;
    std::set<EventId>& ids_;
};

}   // namespace

namespace {

/// What copies hold, what maps name and what queries are told; empty for other kinds.
std::string copy_sentence(const Told& told, const Names& names) {
    const auto w = [&](std::string_view field) { return told.field(names, field); };
    const std::string subject(names.text(told.event.subject));
    const std::string_view kind = told.kind->name;
    if (kind == "db.revision") {
        const std::string is = w("is"), revision = w("revision");
        if (is == "forgotten") {
            return w("node") + " forgets " + (revision.empty() ? subject : revision) +
                   (revision.empty() ? "" : " of " + subject);
        }
        return w("node") + " holds " + revision + " of " + subject +
               (is == "live" ? "" : ", " + is);
    }
    if (kind == "db.untold") return "what else is written to " + subject + " is not recorded";
    if (kind == "db.copy") {
        return subject + " is at change " + w("seq") + ", with " + w("documents") + " documents";
    }
    if (kind == "db.copy_removed") return subject + " is deleted";
    if (kind == "db.split") {
        const std::string state = w("state"), reason = w("reason");
        return w("node") + " splits its copy of " + subject + " " + w("range") + ": " + w("step") +
               (state == "running" || state == w("step") ? "" : ", " + state) +
               (reason.empty() ? "" : " (" + reason + ")");
    }
    if (kind == "view.query") {
        return w("node") + " answers " + w("status") + " to " + w("view") + " of " + subject +
               ", " + w("rows") + " rows";
    }
    if (kind == "mango.find") {
        return w("node") + " answers " + w("status") + " to a find in " + subject + ", by " +
               w("index");
    }
    if (kind == "view.index") {
        return w("node") + " has " + w("documents") + " changes more in an index of " + subject +
               " " + w("range");
    }
    if (kind == "db.map") return w("node") + " edits the map of " + subject + ": " + w("change");
    return "";
}

}   // namespace

std::string store_sentence(const Told& told, const Names& names) {
    if (const std::string said = copy_sentence(told, names); !said.empty()) return said;
    const auto w = [&](std::string_view field) { return told.field(names, field); };
    const std::string subject(names.text(told.event.subject));
    const std::string_view kind = told.kind->name;
    if (kind == "db.asked") {
        return w("client") + " asks " + w("node") + " (" + subject +
               "): " + shortened(w("request"));
    }
    if (kind == "db.step") {
        const std::string answer = w("answer");
        return subject + " " + status_words(w("status")) +
               (answer.empty() ? "" : ", " + shortened(answer));
    }
    if (kind == "db.write") {
        return w("node") + " decides " + w("status") + ": " + w("copies") +
               " copies said the same, " + w("w") + " were wanted";
    }
    if (kind == "db.copy_lost") {
        return w("node") + " waits no longer for the copy on " + w("copy") + ": " + w("why");
    }
    if (kind == "db.repair") return w("node") + " writes what a read found to all copies";
    if (kind == "db.push") {
        return w("node") + " pushes to " + w("to") + " what its copy lacks: " + w("revisions") +
               " revisions, " + w("document") + " first";
    }
    if (kind == "db.conflict") {
        return w("node") + " holds " + w("conflicts") + " conflict(s) of " + subject + "; " +
               w("winner") + " wins over " + w("loser") + ": " + w("reason");
    }
    if (kind == "db.resolved") return w("node") + " has one live leaf of " + subject + " again";
    if (kind == "db.differ") {
        return "copies of " + subject + " differ for " + w("since") + " already, " + w("document") +
               " among them";
    }
    if (kind == "db.agree") return "all copies of " + subject + " agree again, after " + w("took");
    if (const std::string said = small_store_sentence(told, names); !said.empty()) return said;
    if (kind == "db.node_down") return subject + " is stopped, and its host goes on";
    if (kind == "db.node_up") return subject + " is started again";
    if (kind == "db.stale") {
        const std::string revision = w("revision");
        return w("reader") + " is shown " +
               (revision.empty() ? "nothing" : revision) + " of " + subject + ", though " +
               w("newest") + " is stored";
    }
    return "";
}

void add_store(Reader& reader, Story& story, const std::vector<EventId>& own, Time until,
               std::set<EventId>& ids) {
    StoreStory store(reader, story, until, ids);
    for (const EventId id : own) {
        const Told* told = reader.event(id);
        if (told == nullptr) continue;
        if (told->kind->name == "db.step") return store.step(*told);
        if (told->kind->name == "db.conflict" || told->kind->name == "db.resolved") {
            return store.document(*told);
        }
    }
}

}   // namespace glasshive::explain
