#pragma once

#include <string>
#include <string_view>

#include "base/event.h"
#include "base/result.h"

namespace glasshive::session {

/// Which events are meant, by kind and subject: "task.failed", "task.*", "web.*". A star stands for
/// any text, a question mark for one character, [abc] for one of these.
struct EventPattern {
    std::string kind = "*";
    std::string subject = "*";   ///< Of tasks and containers with or without their id: "web.1".

    bool matches(const EventKind& kind_of_event, std::string_view subject_of_event) const;
    /// A Diagnostic when no kind of the registry is meant, with the nearest one.
    Diagnostics check(const EventRegistry& registry) const;
};

/// "web.1" for a task's full name "web.1.x3k9…"; other subjects as they are.
std::string_view without_id(std::string_view kind_of_subject, std::string_view name);

}   // namespace glasshive::session
