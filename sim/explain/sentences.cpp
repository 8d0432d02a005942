// One function per kind of event: what happened, as a person would say it.
#include <functional>
#include <map>

#include "explain/store_story.h"
#include "explain/story.h"

namespace glasshive::explain {

namespace {

struct Words {
    const Told& told;
    const Names& names;
    std::string operator()(std::string_view field) const { return told.field(names, field); }
    std::string subject() const { return std::string(names.text(told.event.subject)); }
    /// "web.1" of "web.1.<task id>".
    std::string short_subject() const { return without_id(subject()); }
    static std::string without_id(const std::string& name) {
        const std::size_t last = name.rfind('.');
        return last == std::string::npos || name.size() - last < 20 ? name : name.substr(0, last);
    }
};
using Function = std::string (*)(const Words&);

std::string with_reason(const std::string& said, const std::string& reason) {
    return reason.empty() ? said : said + ": " + reason;
}

const std::map<std::string_view, Function>& tasks() {
    static const std::map<std::string_view, Function> all{
        {"task.new", [](const Words& w) { return w.short_subject() + " is created"; }},
        {"task.pending",
         [](const Words& w) {
             return with_reason(w.short_subject() + " waits for a node", w("error"));
         }},
        {"task.assigned",
         [](const Words& w) { return w.short_subject() + " is given to " + w("node"); }},
        {"task.running",
         [](const Words& w) {
             return "the managers learn that " + w.short_subject() + " runs on " + w("node");
         }},
        {"task.complete",
         [](const Words& w) { return w.short_subject() + " ended with exit code 0: COMPLETE"; }},
        {"task.failed",
         [](const Words& w) { return with_reason(w.short_subject() + " FAILED", w("error")); }},
        {"task.rejected",
         [](const Words& w) {
             return with_reason(w.short_subject() + " was REJECTED: it never ran", w("error"));
         }},
        {"task.shutdown",
         [](const Words& w) { return w.short_subject() + " is stopped, as wanted"; }},
        {"task.desired",
         [](const Words& w) {
             return w.short_subject() + " is wanted " +
                    (w("desired") == "running"    ? "to run"
                     : w("desired") == "complete" ? "to run to its end"
                                                  : w("desired")) +
                    " (" + w("why") + ")";
         }},
        {"task.restart",
         [](const Words& w) {
             const std::string next = w("replacement");
             if (next.empty()) {
                 return w.short_subject() + " is not replaced (" + w("why") +
                        "): its restart policy forbids it";
             }
             return "another task is made for " + w.short_subject() + " (" + w("why") +
                    "), held for " + w("delay");
         }},
        {"decision.placed",
         [](const Words& w) {
             return "the scheduler chose " + w("node") + ": " + w("service_tasks") +
                    " tasks of the service and " + w("total_tasks") + " in all there; " +
                    w("candidates") + " nodes could have taken it, " + w("refused") +
                    " could not";
         }},
        {"decision.refused", [](const Words& w) { return w("message"); }},
    };
    return all;
}

const std::map<std::string_view, Function>& containers() {
    static const std::map<std::string_view, Function> all{
        {"container.started",
         [](const Words& w) { return "its container starts on " + w("host"); }},
        {"container.serving", [](const Words&) { return std::string("its application answers"); }},
        {"container.stopping",
         [](const Words& w) {
             return "its container is asked to stop, and has " + w("grace") + " for it";
         }},
        {"container.trouble",
         [](const Words& w) { return "its application " + w("what") + " while its process runs"; }},
        {"health.probe",
         [](const Words& w) {
             const std::string code = w("exit_code");
             return "a health probe " +
                    std::string(code == "0"    ? "is answered well"
                                : code == "-1" ? "gets no answer in time"
                                               : "is answered with an error") +
                    " (failures in a row: " + w("failing_streak") + ")";
         }},
        {"health.status",
         [](const Words& w) {
             return "docker calls it " + w("status") + ", after " + w("before");
         }},
        {"container.ended",
         [](const Words& w) {
             return "its container ended on " + w("host") + ": " + w("why") + ", exit code " +
                    w("exit_code");
         }},
        {"image.pull_started",
         [](const Words& w) { return w.subject() + " begins to pull " + w("image"); }},
        {"image.pulled",
         [](const Words& w) {
             return w.subject() + " has pulled " + w("image") + " (" + w("size") + ") in " +
                    w("took");
         }},
        {"image.pull_failed",
         [](const Words& w) {
             return w.subject() + " could not pull " + w("image") + ": " + w("reason") +
                    " (attempt " + w("attempt") + " of 5)";
         }},
    };
    return all;
}

const std::map<std::string_view, Function>& machines() {
    static const std::map<std::string_view, Function> all{
        {"fault.started",
         [](const Words& w) { return w.subject() + " strikes: " + w("what") + " " + w("target"); }},
        {"fault.ended",
         [](const Words& w) { return w.subject() + " is over: " + w("what") + " " + w("target"); }},
        {"host.off", [](const Words& w) { return w.subject() + " loses power"; }},
        {"host.on", [](const Words& w) { return w.subject() + " boots"; }},
        {"host.paused", [](const Words& w) { return w.subject() + " freezes"; }},
        {"host.resumed", [](const Words& w) { return w.subject() + " goes on"; }},
    };
    return all;
}

const std::map<std::string_view, Function>& cluster() {
    static const std::map<std::string_view, Function> all{
        {"node.ready",
         [](const Words& w) {
             const std::string before = w("before");
             return w.subject() + " registers and is READY" +
                    (before.empty() || before == "none" ? "" : " (it was " + before + ")");
         }},
        {"node.down",
         [](const Words& w) {
             return "the managers call " + w.subject() + " DOWN: " + w("message") +
                    ", nothing heard for " + w("silent_for");
         }},
        {"node.unknown",
         [](const Words& w) {
             return "a new leader does not know how " + w.subject() + " is: UNKNOWN";
         }},
        {"node.availability",
         [](const Words& w) { return w.subject() + " is set to " + w("availability"); }},
        {"node.role", [](const Words& w) { return w.subject() + " is to be a " + w("role"); }},
        {"host.added", [](const Words& w) { return w.subject() + " is there, switched on"; }},
        {"host.slowed",
         [](const Words& w) { return w.subject() + " computes at another speed than before"; }},
        {"disk.full", [](const Words& w) { return "the disk of " + w.subject() + " is full"; }},
        {"disk.freed",
         [](const Words& w) { return "the disk of " + w.subject() + " has room again"; }},
        {"message.dropped",
         [](const Words& w) { return "a message of " + w.subject() + " is lost"; }},
        {"message.stalled",
         [](const Words& w) {
             return "a stream of " + w.subject() + " meets silence, and retransmits";
         }},
        {"message.resumed",
         [](const Words& w) { return "a stalled stream of " + w.subject() + " gets through"; }},
        {"discovery.added",
         [](const Words& w) { return w.subject() + " learns where the task serves"; }},
        {"discovery.removed",
         [](const Words& w) { return w.subject() + " learns that a backend is gone"; }},
    };
    return all;
}

const std::map<std::string_view, Function>& managers() {
    static const std::map<std::string_view, Function> all{
        {"raft.leader",
         [](const Words& w) {
             return w.subject() + " leads the swarm in term " + w("term") + " (" + w("managers") +
                    " managers vote)";
         }},
        {"raft.candidate",
         [](const Words& w) {
             return w.subject() + " stands for election in term " + w("term") + ": " + w("why");
         }},
        {"raft.stepdown",
         [](const Words& w) { return w.subject() + " leads no more: " + w("why"); }},
        {"raft.vote",
         [](const Words& w) {
             return w.subject() + " votes for " + w("candidate") + " in term " + w("term");
         }},
        {"raft.log",
         [](const Words& w) {
             return w.subject() + " has " + w("log") + " entries in its log, " + w("commit") +
                    " of them committed";
         }},
        {"raft.member",
         [](const Words& w) {
             return w.subject() + " " + w("change") + " the managers, " + w("managers") +
                    " vote now";
         }},
    };
    return all;
}

const std::map<std::string_view, Function>& networks_and_trust() {
    static const std::map<std::string_view, Function> all{
        {"service.allocated",
         [](const Words& w) {
             const std::string ports = w("ports");
             return w.subject() + " gets " + w("virtual_ips") +
                    (ports.empty() ? "" : ", published as " + ports);
         }},
        {"node.removed",
         [](const Words& w) { return w.subject() + " is removed from the swarm"; }},
        {"certificate.issued",
         [](const Words& w) {
             return w.subject() + " gets a certificate for " + w("valid_for") + " (" + w("why") +
                    ")";
         }},
        {"access.refused",
         [](const Words& w) { return w.subject() + " is turned away: " + w("error"); }},
        {"network.created",
         [](const Words& w) { return "network " + w.subject() + " is created"; }},
        {"network.allocated",
         [](const Words& w) { return "network " + w.subject() + " gets " + w("subnet"); }},
        {"allocation.failed",
         [](const Words& w) {
             const std::string network = w("network");
             return w.short_subject() + " gets nothing" +
                    (network.empty() ? "" : " on " + network) + ": " + w("message");
         }},
    };
    return all;
}

/// What people and controllers say to the cluster.
const std::map<std::string_view, Function>& commands() {
    static const std::map<std::string_view, Function> all{
        {"decision.scaled",
         [](const Words& w) {
             return "its autoscaler wants " + w("after") + " replicas of " + w.subject() +
                    ", not " + w("before") + ": it saw " + w("metrics");
         }},
        {"decision.kept",
         [](const Words& w) {
             return "its autoscaler leaves " + w.subject() + " at " + w("before") +
                    " replicas: it saw " + w("metrics");
         }},
        {"command.applied",
         [](const Words& w) {
             const std::string outcome = w("outcome"), source = w("source");
             const bool machine = source.starts_with("autoscaler");
             return (machine ? "the " + source : std::string("somebody")) + " typed: " + w("text") +
                    (outcome == "done" ? "" : " (refused: " + outcome + ")");
         }},
    };
    return all;
}

std::string how_many(const Words& w) {
    const std::string mode = w("mode");
    if (mode == "global" || mode == "global job") return ", one task per node";
    return ", " + w("replicas") + (mode == "replicated" ? " replicas" : " tasks to complete");
}

const std::map<std::string_view, Function>& services() {
    static const std::map<std::string_view, Function> all{
        {"service.created",
         [](const Words& w) {
             return w.subject() + " is created: " + w("image") +
                    how_many(w);
         }},
        {"service.updated",
         [](const Words& w) {
             return "the spec of " + w.subject() + " changes: " + w("image") + how_many(w);
         }},
        {"service.run",
         [](const Words& w) {
             const std::string total = w("completions");
             return "run " + w("iteration") + " of the job " + w.subject() + " begins: " +
                    (total == "0" ? "a task on every node there is"
                    : total == "1" ? "one task is to complete"
                                   : total + " tasks are to complete, " + w("at_once") +
                                         " at a time");
         }},
        {"service.removed", [](const Words& w) { return w.subject() + " is removed"; }},
        {"update.started",
         [](const Words& w) {
             return "the update of " + w.subject() + " to " + w("image") + " begins";
         }},
        {"update.slot",
         [](const Words& w) {
             return "slot " + w("slot") + " of " + w.subject() + " gets " +
                    Words::without_id(w("task")) + ", " + w("order");
         }},
        {"update.failure",
         [](const Words& w) {
             return "that counts against the update of " + w.subject() + ": failure " +
                    w("failures") + " of " + w("slots") + " slots";
         }},
        {"update.paused", [](const Words& w) { return w.subject() + ": " + w("message"); }},
        {"update.completed",
         [](const Words& w) { return "the update of " + w.subject() + " is complete"; }},
        {"update.rollback_started",
         [](const Words& w) { return w.subject() + ": " + w("message"); }},
        {"update.rollback_paused",
         [](const Words& w) { return w.subject() + ": " + w("message"); }},
        {"update.rollback_completed",
         [](const Words& w) { return w.subject() + " is back at " + w("image"); }},
    };
    return all;
}

}   // namespace

std::string sentence(const Told& told, const Names& names) {
    const Words words{told, names};
    const std::string_view area = told.kind->name.substr(0, told.kind->name.find('.'));
    if (area == "db" || area == "view" || area == "mango") {
        const std::string said = store_sentence(told, names);
        if (!said.empty()) return said;
    }
    for (const auto* family : {&tasks(), &containers(), &machines(), &cluster(), &managers(),
                               &networks_and_trust(), &commands(), &services()}) {
        const auto found = family->find(told.kind->name);
        if (found != family->end()) return found->second(words);
    }
    return words.subject() + ": " + std::string(told.kind->doc);
}

}   // namespace glasshive::explain
