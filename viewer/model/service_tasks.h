#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "viewer/model/picture.h"

namespace glasshive::viewer {

/// One line of `docker service ps`, as the managers believe it.
struct TaskLine {
    NameId name;
    NameId node;              ///< Invalid before assignment.
    std::string_view label;   ///< "web.3"; lives as long as the recording.
    std::string state, desired, error;
    Time since{};
    std::int64_t slot = 0;   ///< 0 of global services.
    bool past = false;       ///< Not its slot's newest task: history.
};

/// How far the replacing of a service's tasks has come.
struct UpdateProgress {
    std::string message;     ///< "update in progress"; "" when it was never updated.
    std::int64_t left = 0;   ///< Slots that still wait for a worker.
    bool going = false;
};

/// The tasks of a service in one state: by slot, newest first. Cost: all tasks of the state.
std::vector<TaskLine> tasks_of(const Picture& picture, const Glass& glass, NameId service);
UpdateProgress update_of(const Picture& picture, const Glass& glass, NameId service);

}   // namespace glasshive::viewer
