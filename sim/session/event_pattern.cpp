#include "session/event_pattern.h"

#include <fnmatch.h>

#include <algorithm>
#include <vector>

namespace glasshive::session {

namespace {

bool fits(const std::string& pattern, std::string_view text) {
    return fnmatch(pattern.c_str(), std::string(text).c_str(), 0) == 0;
}

}   // namespace

std::string_view without_id(std::string_view kind_of_subject, std::string_view name) {
    constexpr std::size_t id_length = 20;   // SwarmKit's have 25; a service's name may have dots.
    if (kind_of_subject != "task" && kind_of_subject != "container") return name;
    const std::size_t last = name.rfind('.');
    if (last == std::string_view::npos || name.size() - last < id_length) return name;
    return name.substr(0, last);
}

bool EventPattern::matches(const EventKind& kind_of_event,
                           std::string_view subject_of_event) const {
    if (kind != "*" && !fits(kind, kind_of_event.name)) return false;
    return subject == "*" || fits(subject, subject_of_event) ||
           fits(subject, without_id(kind_of_event.subject, subject_of_event));
}

Diagnostics EventPattern::check(const EventRegistry& registry) const {
    const auto& all = registry.all();
    if (std::any_of(all.begin(), all.end(),
                    [&](const EventKind* each) { return fits(kind, each->name); })) {
        return {};
    }
    std::vector<std::string> names;
    for (const EventKind* each : all) names.emplace_back(each->name);
    const std::string meant = nearest(kind, names);
    return {{.file = "event", .message = "no kind of event is called \"" + kind + "\"",
             .hint = meant.empty() ? "such as task.failed, task.* or *; docs/reference/events.md "
                                     "lists the kinds"
                                   : "did you mean " + meant + "?"}};
}

}   // namespace glasshive::session
