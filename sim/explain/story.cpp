#include "explain/story.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "explain/store_story.h"
#include "explain/tables.h"

namespace glasshive::explain {

namespace {

constexpr std::size_t own_events_most = 40;    // Of the subject itself: its newest ones.
constexpr std::size_t chain_most = 200;        // A stranger's chain may go in circles.
constexpr std::size_t steps_shown = 40;

/// What led to an event, itself first. Causes point back; one that does not ends the chain.
std::vector<EventId> chain_of(Reader& reader, EventId from) {
    std::vector<EventId> chain;
    for (EventId at = from; chain.size() < chain_most;) {
        const Told* told = reader.event(at);
        if (told == nullptr) break;
        chain.push_back(at);
        if (number_of(told->event.cause) >= number_of(at)) break;
        at = told->event.cause;
    }
    return chain;
}

/// Routine that tells nothing: it is in the recording for those who look.
bool tells(const Told& told) {
    static const std::set<std::string_view> quiet{
        "task.accepted", "task.preparing", "task.ready",   "task.starting", "container.serving",
        "health.probe",  "task.removed",   "flow.started", "flow.ended",    "decision.kept",
        "db.read",       "db.revision",    "db.copy"};
    return quiet.count(told.kind->name) == 0;
}

/// Says how a task is: not what is wanted of it, made in its place, or seen on its node.
bool is_state_of_task(const Told& told) {
    if (told.kind->name == "allocation.failed") return true;
    return told.kind->name.substr(0, 5) == "task." && told.kind->name != "task.desired" &&
           told.kind->name != "task.restart";
}

/// What the headline tells: a task's newest state, else the newest event that tells something.
EventId newest_state(Reader& reader, const std::vector<EventId>& own) {
    EventId newest = own.front();
    bool found = false;
    for (const EventId id : own) {
        const Told* told = reader.event(id);
        if (told == nullptr || !tells(*told)) continue;
        if (is_state_of_task(*told)) return id;
        if (!found) newest = id;
        found = true;
    }
    return newest;
}

std::string root_of(Reader& reader, const std::vector<EventId>& chain) {
    if (chain.empty()) return "nothing";
    const Told& first = *reader.event(chain.back());
    if (number_of(first.event.cause) > 0) return "an event that the recording does not hold";
    if (first.kind->name == "fault.started" || first.kind->name == "fault.ended") {
        return std::string(reader.names().text(first.event.subject));
    }
    if (first.kind->name == "command.applied") return "a command";
    if (first.kind->name == "decision.scaled") return "an autoscaler";
    if (first.kind->name == "container.started" || first.kind->name == "container.ended") {
        return "chance";
    }
    return "the start of the run";
}

/// The slot's newest task when only its slot is named: "web.1".
NameId newest_task(Reader& reader, const std::string& slot, Time until) {
    NameId newest;
    EventId last{};
    const std::string prefix = slot + ".";
    for (std::uint32_t i = 0; i < reader.names().size(); ++i) {
        const std::string_view name = reader.names().text(NameId{i});
        if (name.substr(0, prefix.size()) != prefix || name.size() != prefix.size() + 25) continue;
        const std::vector<EventId> events = reader.of_subject(NameId{i}, until, 1);
        if (events.empty() || events.front() < last) continue;
        last = events.front();
        newest = NameId{i};
    }
    return newest;
}

Diagnostic unknown(Reader& reader, const std::string& subject, Time until) {
    std::string near;
    std::size_t shown = 0;
    for (std::uint32_t i = 0; i < reader.names().size() && shown < 6; ++i) {
        const std::string name(reader.names().text(NameId{i}));
        if (subject.empty() || name.find(subject.substr(0, 3)) != 0) continue;
        if (reader.of_subject(NameId{i}, until, 1).empty()) continue;
        near += (shown++ == 0 ? "" : ", ") + name;
    }
    return {.file = reader.recording().path(),
            .message = "nothing is known of \"" + subject + "\" by then",
            .hint = near.empty() ? "a task (web.1), a service, a node, leader, or an event (#12)"
                                 : "there are " + near};
}

// --- Spans that matter ---------------------------------------------------------------------------

struct Milestones {
    const Told *fault = nullptr, *leader = nullptr, *down = nullptr, *restart = nullptr,
               *released = nullptr, *started = nullptr, *pulled = nullptr;
};

void span(std::vector<std::string>& notes, const Told* from, const Told* to, const char* what) {
    if (from == nullptr || to == nullptr || to->event.time <= from->event.time) return;
    notes.push_back(to_text(to->event.time - from->event.time) + " " + what);
}

/// Detection, delay, start: why it took as long as it did.
std::vector<std::string> notes_of(Reader& reader, const std::vector<Step>& steps) {
    Milestones m;
    for (const Step& step : steps) {
        const Told* told = reader.event(step.id);
        if (step.kind == "fault.started") m.fault = told;
        if (m.fault == nullptr) continue;
        if (step.kind == "raft.leader") m.leader = told;
        if (step.kind == "node.down") m.down = told;
        if (step.kind == "task.restart") m.restart = told;
        if (step.kind == "task.desired" && told->field(reader.names(), "desired") == "running") {
            m.released = told;
        }
        if (step.kind == "container.started") m.started = told;
        if (step.kind == "image.pulled") m.pulled = told;
    }
    std::vector<std::string> notes;
    if (m.leader != nullptr && m.down != nullptr && m.leader->event.time < m.down->event.time) {
        span(notes, m.fault, m.leader, "until the managers had a new leader (10 to 19 s without a "
                                       "word from the old one)");
        span(notes, m.leader, m.down, "until that leader gave the node up (twice the usual grace, "
                                      "for it knew of no node how it was)");
    } else {
        span(notes, m.fault, m.down, "until the managers noticed (three heartbeats of 5 s must be "
                                     "missed)");
    }
    if (m.restart != nullptr) {
        span(notes, m.restart, m.released, "of restart delay, and of waiting for the old task");
    }
    if (m.pulled != nullptr) {
        notes.push_back(m.pulled->field(reader.names(), "took") + " to pull the image: " +
                        std::string(reader.names().text(m.pulled->event.subject)) +
                        " did not have it");
    }
    span(notes, m.released, m.started, "from there to the container's start");
    span(notes, m.fault, m.started, "in all, from the fault to the new container");
    return notes;
}

/// What happened to the subject, and when. The same at the same instant to another one shared a
/// message with it (an agent reports its tasks together): it is no step of this story.
std::set<std::pair<std::string_view, Time>> moments_of(Reader& reader, const std::set<EventId>& ids,
                                                       NameId subject) {
    std::set<std::pair<std::string_view, Time>> moments;
    for (const EventId id : ids) {
        const Told& told = *reader.event(id);
        if (told.event.subject == subject) moments.insert({told.kind->name, told.event.time});
    }
    return moments;
}

void tell(Reader& reader, Story& story, const std::set<EventId>& ids, NameId subject) {
    const auto moments = moments_of(reader, ids, subject);
    for (const EventId id : ids) {
        const Told& told = *reader.event(id);
        const bool own = told.event.subject == subject;
        if (!tells(told)) continue;
        if (!own && moments.contains({told.kind->name, told.event.time})) continue;
        story.steps.push_back({.id = id, .time = told.event.time, .cause = told.event.cause,
                               .kind = std::string(told.kind->name),
                               .subject = std::string(reader.names().text(told.event.subject)),
                               .sentence = sentence(told, reader.names()), .asked = own});
    }
    const std::vector<std::string> spans = notes_of(reader, story.steps);
    story.notes.insert(story.notes.begin(), spans.begin(), spans.end());
    if (story.steps.size() <= steps_shown) return;
    // The beginning says why, the end what it came to.
    const auto first = story.steps.begin() + steps_shown / 2;
    const auto last = story.steps.end() - steps_shown / 2;
    story.left_out = static_cast<std::size_t>(last - first);
    story.steps.erase(first, last);
}

/// A service's story is short; its tasks' are what people look for.
void add_tasks(Story& story, const Tables& tables) {
    for (const words::ServiceRow& service : tables.services) {
        if (service.name != story.subject) continue;
        story.notes.push_back(std::to_string(service.running) + " of " +
                              std::to_string(service.desired) + " tasks run");
        if (!is_job(service)) continue;
        const std::uint64_t total =
            service.completions > 0 ? service.completions : service.desired + service.completed;
        story.notes.push_back(std::to_string(service.completed) + " of " + std::to_string(total) +
                              " tasks of this run are complete");
    }
    constexpr std::size_t most = 5;
    std::size_t found = 0;
    for (const words::TaskRow& task : tables.tasks) {
        if (task.name.rfind(story.subject + ".", 0) != 0 || task.state == "running") continue;
        if (task.state == "complete" && task.desired == "complete") continue;   // As it should be.
        if (++found > most) continue;
        story.notes.push_back(task.name + "." + task.id + " is " + task.state +
                              (task.error.empty() ? "" : ": " + task.error));
    }
    if (found > most) {
        story.notes.push_back(std::to_string(found - most) + " more tasks do not run");
    }
}

/// What the managers did not do: nothing in a job's task leads to the DOWN of its node, for nobody
/// looks at a job when a node changes.
/// Source: swarmkit manager/orchestrator/jobs/orchestrator.go handleEvent.
void add_lost_node(Reader& reader, const Tables& tables, Story& story, std::set<EventId>& ids) {
    for (const words::TaskRow& task : tables.tasks) {
        const bool wanted = task.desired == "complete" && task.state != "complete";
        if (task.name + "." + task.id != story.subject || !wanted || task.node.empty()) continue;
        const bool lost = std::any_of(
            tables.nodes.begin(), tables.nodes.end(), [&](const words::NodeRow& node) {
                return node.hostname == task.node && node.status == "down";
            });
        if (!lost) return;
        const auto down = reader.of_kind("node.down", reader.names().find(task.node), tables.at, 1);
        if (down.empty()) return;
        const std::vector<EventId> chain = chain_of(reader, down.front());
        ids.insert(chain.begin(), chain.end());
        story.notes.push_back(task.node + " is down, and a job looks at no node: its task is "
                              "believed to run until it is orphaned, 24 h later");
        const std::string job = task.name.substr(0, task.name.rfind('.'));
        story.notes.push_back("docker service update --force " + job + " runs the whole job again");
    }
}

/// A leader's death is in no chain of what the next one decides: it only begins later. The election
/// between a fault and the DOWN it led to is part of the answer.
void add_election(Reader& reader, std::set<EventId>& ids) {
    const Told *fault = nullptr, *down = nullptr;
    for (const EventId id : ids) {
        const Told* told = reader.event(id);
        if (told->kind->name == "fault.started") fault = told;
        if (told->kind->name == "node.down" && fault != nullptr) down = told;
    }
    if (down == nullptr) return;
    for (const EventId id : reader.of_kind("raft.leader", {}, down->event.time, 1)) {
        if (reader.event(id)->event.time <= fault->event.time) continue;
        const std::vector<EventId> chain = chain_of(reader, id);
        ids.insert(chain.begin(), chain.end());
    }
}

/// The newest of each kind; those of autoscalers have no table of nodes.
std::vector<EventId> scheduler_decisions(Reader& reader, NameId task, Time until) {
    std::vector<EventId> found = reader.of_kind("decision.placed", task, until, 1);
    const std::vector<EventId> refused = reader.of_kind("decision.refused", task, until, 1);
    found.insert(found.end(), refused.begin(), refused.end());
    return found;
}

}   // namespace

Result<Decision> decision_about(record::Recording& recording, const std::string& subject,
                                std::optional<Time> until) {
    Reader reader(recording);
    const Time at = until.value_or(time_never);
    NameId name = reader.names().find(subject);
    std::vector<EventId> found;
    if (name.valid()) found = scheduler_decisions(reader, name, at);
    if (found.empty()) {
        const NameId task = newest_task(reader, subject, at);
        if (task.valid()) {
            name = task;
            found = scheduler_decisions(reader, name, at);
        }
    }
    if (!name.valid()) return unknown(reader, subject, at);
    if (found.empty()) {
        return Diagnostic{.file = recording.path(),
                          .message = "the scheduler decided nothing about \"" + subject +
                                     "\" by then",
                          .hint = "name a task, such as web.1"};
    }
    const Told& told = *reader.event(found.front());
    return Decision{told.event.id, told.event.time,
                    std::string(reader.names().text(told.event.subject)),
                    sentence(told, reader.names())};
}

Result<Story> explain(record::Recording& recording, const std::string& subject,
                      std::optional<Time> until) {
    Reader reader(recording);
    const Time at = until.value_or(time_never);
    std::vector<EventId> own;
    NameId name;
    if (!subject.empty() && subject[0] == '#') {
        std::uint64_t number = 0;
        const char* end = subject.data() + subject.size();
        const auto read = std::from_chars(subject.data() + 1, end, number);
        if (read.ec != std::errc{} || read.ptr != end) return unknown(reader, subject, at);
        own.push_back(EventId{number});
        if (const Told* told = reader.event(own.front())) name = told->event.subject;
        else own.clear();
    } else if (subject == "leader") {
        for (const char* kind : {"raft.leader", "raft.stepdown", "raft.candidate"}) {
            const std::vector<EventId> some = reader.of_kind(kind, {}, at, 3);
            own.insert(own.end(), some.begin(), some.end());
        }
        std::sort(own.rbegin(), own.rend());
        if (!own.empty()) name = reader.event(own.front())->event.subject;
    } else if (subject.rfind("update of ", 0) == 0) {
        name = reader.names().find(subject.substr(10));
        if (name.valid()) own = reader.of_kind("update.", name, at, own_events_most);
    } else {
        name = reader.names().find(subject);
        own = reader.of_subject(name, at, own_events_most);
        if (own.empty()) {
            name = newest_task(reader, subject, at);
            own = reader.of_subject(name, at, own_events_most);
        }
    }
    if (own.empty()) return unknown(reader, subject, at);
    Story story;
    story.subject = std::string(reader.names().text(name));
    std::set<EventId> ids;
    for (const EventId id : own) {
        const std::vector<EventId> chain = chain_of(reader, id);
        ids.insert(chain.begin(), chain.end());
    }
    add_election(reader, ids);
    const EventId state = newest_state(reader, own);
    if (reader.event(state) == nullptr) return unknown(reader, subject, at);
    story.headline = sentence(*reader.event(state), reader.names());
    story.root = root_of(reader, chain_of(reader, state));
    const auto tables = tables_at(recording, until);
    if (tables.ok()) add_lost_node(reader, tables.value(), story, ids);
    add_store(reader, story, own, at, ids);
    tell(reader, story, ids, name);
    if (tables.ok()) add_tasks(story, tables.value());
    return story;
}

}   // namespace glasshive::explain
