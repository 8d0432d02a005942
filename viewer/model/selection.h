#pragma once

#include <algorithm>
#include <vector>

#include "base/event.h"

namespace glasshive::viewer {

/// What all panels share: one selected thing, one event and one instant.
struct Selection {
    NameId subject;   ///< A host, a service, a task, …: whatever goes by that name. Invalid: none.
    EventId event{};   ///< The event that was chosen last; 0: none.
    Time playhead{};   ///< What every panel shows.
    /// Hosts that were chosen together, sorted; `subject` is one of them. Empty: the one alone.
    std::vector<NameId> hosts;

    /// It is selected, alone or with others.
    bool holds(NameId name) const {
        return (name.valid() && name == subject) ||
               std::binary_search(hosts.begin(), hosts.end(), name);
    }
    /// It alone; an invalid name: nothing.
    void choose(NameId name) {
        subject = name;
        hosts.clear();
    }
    /// All of these hosts; of none, nothing is selected.
    void choose(std::vector<NameId> together) {
        std::sort(together.begin(), together.end());
        together.erase(std::unique(together.begin(), together.end()), together.end());
        if (together.empty()) subject = NameId{};
        if (!together.empty() && !std::binary_search(together.begin(), together.end(), subject))
            subject = together.front();
        if (together.size() < 2) together.clear();
        hosts = std::move(together);
    }
    /// One host more, or one less where it was chosen already. Requires a host, and that `subject`
    /// is one or nothing.
    void toggle(NameId host) {
        std::vector<NameId> together = hosts;
        if (together.empty() && subject.valid()) together.push_back(subject);
        const auto found = std::find(together.begin(), together.end(), host);
        if (found == together.end())
            together.push_back(host);
        else
            together.erase(found);
        choose(std::move(together));
    }
};

}   // namespace glasshive::viewer
