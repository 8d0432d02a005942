#include "swarm/state/objects.h"

namespace glasshive::swarm {

const char* to_text(NodeRole role) { return role == NodeRole::manager ? "manager" : "worker"; }

const char* to_text(NodeState state) {
    switch (state) {
        case NodeState::unknown: return "unknown";
        case NodeState::down: return "down";
        case NodeState::ready: return "ready";
        case NodeState::disconnected: return "disconnected";
    }
    return "?";
}

const char* to_text(UpdateState state) {
    switch (state) {
        case UpdateState::none: return "none";
        case UpdateState::updating: return "updating";
        case UpdateState::paused: return "paused";
        case UpdateState::completed: return "completed";
        case UpdateState::rollback_started: return "rollback_started";
        case UpdateState::rollback_paused: return "rollback_paused";
        case UpdateState::rollback_completed: return "rollback_completed";
    }
    return "?";
}

const char* to_text(Availability availability) {
    switch (availability) {
        case Availability::active: return "active";
        case Availability::pause: return "pause";
        case Availability::drain: return "drain";
    }
    return "?";
}

}   // namespace glasshive::swarm
