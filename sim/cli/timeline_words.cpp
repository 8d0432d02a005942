// How an event reads on one line of the timeline.
#include <cstdio>
#include <cstring>

#include "base/text.h"
#include "cli/timeline.h"

namespace glasshive::cli {

namespace {

/// Reads an event's fields by name, whatever their place.
struct Fields {
    const Event& event;
    const EventKind& kind;
    const Names& names;
    std::string_view text;

    const FieldInfo* find(std::string_view name, std::size_t& at) const {
        for (at = 0; at < event_fields_max; ++at) {
            if (kind.fields[at].name == name) return &kind.fields[at];
        }
        return nullptr;
    }
    std::string value(std::size_t at) const {
        const FieldType type = kind.fields[at].type;
        return type == FieldType::text ? std::string(text)
                                       : field_text(type, event.fields[at], names);
    }
    std::string get(std::string_view name) const {
        std::size_t at = 0;
        return find(name, at) == nullptr ? "" : value(at);
    }
};

std::string joined(std::initializer_list<std::string> parts, const char* with = ", ") {
    std::string out;
    for (const std::string& part : parts) {
        if (part.empty()) continue;
        if (!out.empty()) out += with;
        out += part;
    }
    return out;
}

std::string prefixed(const char* prefix, const std::string& value) {
    return value.empty() ? "" : prefix + value;
}

std::string generic(const Fields& f) {
    std::string out;
    for (std::size_t at = 0; at < f.kind.field_count(); ++at) {
        const std::string value = f.value(at);
        if (value.empty()) continue;
        if (!out.empty()) out += ", ";
        out += std::string(f.kind.fields[at].name) + " " + value;
    }
    return out;
}

/// Bandwidth and loss are plain numbers in the event: bits per second and millionths.
std::string quality_words(const Fields& f) {
    std::size_t at = 0;
    if (f.find("bandwidth", at) == nullptr) return generic(f);
    const Bandwidth bandwidth{f.event.fields[at].integer};
    if (f.find("loss", at) == nullptr) return generic(f);
    char loss[32];
    std::snprintf(loss, sizeof loss, "%g", static_cast<double>(f.event.fields[at].integer) / 1e4);
    return to_text(bandwidth) + ", " + f.get("latency") + ", " + loss + "% of packets lost";
}

std::string task_words(const Fields& f) {
    const std::string error = f.get("error");
    return joined({prefixed("on ", f.get("node")), error.empty() ? "" : error});
}

std::string command_words(const Fields& f) {
    const std::string outcome = f.get("outcome");
    return std::string(f.text) + (outcome == "done" ? "" : ": " + outcome);
}

std::string service_words(const Fields& f, std::string_view kind) {
    if (kind == "service.run") {
        const std::string total = f.get("completions"), at_once = f.get("at_once");
        const std::string tasks = total + (total == "1" ? " task" : " tasks, ") +
                                  (total == "1" ? "" : at_once + " at a time");
        return "run " + f.get("iteration") + ": " +
               (total == "0" ? "one task on every node" : tasks);
    }
    if (kind != "service.created" && kind != "service.updated") return generic(f);
    const std::string n = f.get("replicas"), mode = f.get("mode");
    std::string what = mode == "replicated" ? n + (n == "1" ? " replica" : " replicas") : mode;
    if (mode == "replicated job") what += ", " + n + " to complete";
    return joined({what, f.get("image")});
}

std::string update_words(const Fields& f) {
    const std::string_view name = f.kind.name;
    if (name == "update.failure") {
        return short_subject("task", f.get("task")) + ": failure " + f.get("failures") + " of " +
               f.get("slots") + " slots";
    }
    if (name == "update.slot") {
        return joined({short_subject("task", f.get("task")), f.get("order"),
                       f.get("left") + " slots wait"});
    }
    return joined({f.get("message"), f.get("image")});
}

std::string shortened(std::string_view text, std::size_t most) {
    if (text.size() <= most) return std::string(text);
    return std::string(text.substr(0, most)) + "…";
}

std::string store_words(const Fields& f, std::string_view kind) {
    constexpr std::size_t most = 90;
    if (kind == "db.asked") return shortened(f.text, most) + " at " + f.get("node");
    if (kind == "db.step" || kind == "db.request") {
        const std::string status = f.get("status");
        return (status == "0" ? "no answer" : status) + prefixed(" ", shortened(f.text, most));
    }
    if (kind == "db.conflict") {
        return f.get("conflicts") + " on " + f.get("node") + ", " + f.get("winner") +
               " wins: " + f.get("reason");
    }
    if (kind == "db.resolved") return "on " + f.get("node") + ", " + f.get("winner") + " is left";
    if (kind == "db.stale") {
        const std::string revision = f.get("revision");
        return f.get("reader") + " is shown " + (revision.empty() ? "nothing" : revision) + " at " +
               f.get("node") + ", but " + f.get("newest") + " is stored";
    }
    if (kind == "db.differ") {
        return f.get("documents") + " differ for " + f.get("since") + ", such as " +
               f.get("document");
    }
    return generic(f);
}

}   // namespace

std::string service_of(std::string_view kind_of_subject, std::string_view name) {
    if (kind_of_subject == "service") return std::string(name);
    if (kind_of_subject != "task" && kind_of_subject != "container") return "";
    for (int part = 0; part < 2; ++part) name = name.substr(0, name.rfind('.'));
    return std::string(name);
}

std::string short_subject(std::string_view kind_of_subject, std::string_view name) {
    if (kind_of_subject != "task" && kind_of_subject != "container") return std::string(name);
    const std::size_t last = name.rfind('.');
    if (last == std::string_view::npos || name.size() - last < 20) return std::string(name);
    return std::string(name.substr(0, last));
}

std::string autoscaler_words(const Fields& f) {
    const std::string after = f.get("after");
    const std::string change =
        after.empty() ? f.get("before") : "from " + f.get("before") + " to " + after;
    return change + " replicas, wanted " + f.get("wanted") + ": " + f.get("metrics");
}

std::string detail_words(const Event& event, const EventKind& kind, const Names& names,
                         std::string_view text) {
    const Fields f{event, kind, names, text};
    const std::string_view name = kind.name;
    if (name == "fault.started" || name == "fault.ended") {
        return joined({f.get("what"), f.get("target")}, " ");
    }
    if (name == "command.applied") return command_words(f);
    if (name == "command.output" || name == "script.note") return std::string(text);
    if (name == "script.failed") {
        return f.get("file") + ":" + f.get("line") + ": " + std::string(text);
    }
    if (name == "node.ready") {
        const std::string before = f.get("before");
        return before.empty() || before == "none" ? f.get("role")
                                                  : f.get("role") + ", was " + before;
    }
    if (name == "node.down") return f.get("message") + ", silent for " + f.get("silent_for");
    if (name.substr(0, 8) == "service.") return service_words(f, name);
    if (name == "task.restart") {
        const std::string replacement = short_subject("task", f.get("replacement"));
        return f.get("why") + (replacement.empty() ? ": not replaced, as its restart policy says"
                                                   : ": replaced, starts in " + f.get("delay"));
    }
    if (name == "task.desired") return joined({f.get("desired"), prefixed("", f.get("why"))}, ": ");
    if (name.substr(0, 5) == "task.") return task_words(f);
    if (name == "decision.refused") return f.get("message");
    if (name == "decision.scaled" || name == "decision.kept") return autoscaler_words(f);
    if (name.substr(0, 7) == "update.") return update_words(f);
    if (name == "decision.placed") {
        return "on " + f.get("node") + " (" + f.get("service_tasks") + " of the service there, " +
               f.get("total_tasks") + " in all; " + f.get("candidates") + " candidates)";
    }
    if (name == "container.started" || name == "container.serving") return "on " + f.get("host");
    if (name == "container.ended") {
        return "on " + f.get("host") + ", " + f.get("why") + ", exit " + f.get("exit_code");
    }
    if (name == "health.status") return f.get("status") + ", was " + f.get("before");
    if (name == "image.pulled") {
        return f.get("image") + " (" + f.get("size") + ") from " + f.get("from") + " in " +
               f.get("took");
    }
    if (name == "image.pull_started") {
        return f.get("image") + " (" + f.get("size") + ") from " + f.get("from");
    }
    if (name == "image.pull_failed") {
        return f.get("image") + ": " + f.get("reason") + ", attempt " + f.get("attempt") + " of 5";
    }
    if (name == "link.degraded" || name == "link.restored") return quality_words(f);
    if (name == "request.failed") {
        return f.get("service") + ": " + f.get("reason") + " after " + f.get("latency") +
               prefixed(" through ", f.get("entered"));
    }
    if (name.substr(0, 3) == "db.") return store_words(f, name);
    if (name == "discovery.removed" || name == "discovery.added") {
        return short_subject("task", f.get("task")) + prefixed(", ", f.get("why")) + ": " +
               f.get("backends") + " backends of " + f.get("service") + " known here";
    }
    return generic(f);
}

}   // namespace glasshive::cli
