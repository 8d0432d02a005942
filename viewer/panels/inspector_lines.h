#pragma once

#include <string>
#include <vector>

#include "viewer/panels/panels.h"

namespace glasshive::viewer {

/// One line of the panel, as it was found out: drawn every frame, found out when something moved.
struct InspectorLine {
    enum class Kind { heading, value, link, event, text, gap } kind = Kind::gap;
    std::string name, text;
    NameId subject;
    EventId event{};
    Time time{};
    Mood mood = Mood::idle;
};

/// What the state says of the selected thing, in every part it plays, and what runs on it.
void add_state(const Context& context, std::vector<InspectorLine>& lines);
/// Hosts that are meant together: those chosen together, or those of the selected zone or rack. The
/// first 200 by name.
void add_hosts(const Context& context, std::vector<InspectorLine>& lines);
/// The chosen event with its fields and its cause.
void add_event(const Context& context, std::vector<InspectorLine>& lines);
/// The last events about the selected thing. Reads the file.
void add_history(const Context& context, std::vector<InspectorLine>& lines);

}   // namespace glasshive::viewer
