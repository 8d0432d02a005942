#include "swarm/protocol.h"

namespace glasshive::swarm {

namespace {
std::uint64_t mix(std::uint64_t z) {   // SplitMix64's finaliser: a bijection on 64 bits.
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}
}   // namespace

std::string object_id(std::uint64_t seed, std::uint32_t kind, std::uint64_t number) {
    // Two words so that 25 characters are filled; the first alone already tells objects apart.
    std::uint64_t high = mix(number + (static_cast<std::uint64_t>(kind) << 48) + mix(seed));
    std::uint64_t low = mix(high + 0x9E3779B97F4A7C15ULL);
    std::string id(25, '0');
    for (int i = 12; i >= 0; --i, high /= 36) {
        id[static_cast<std::size_t>(i)] = "0123456789abcdefghijklmnopqrstuvwxyz"[high % 36];
    }
    for (int i = 24; i >= 13; --i, low /= 36) {
        id[static_cast<std::size_t>(i)] = "0123456789abcdefghijklmnopqrstuvwxyz"[low % 36];
    }
    return id;
}

const char* to_text(FileKind kind) { return kind == FileKind::secret ? "secret" : "config"; }

const char* to_text(TaskState state) {
    switch (state) {
        case TaskState::new_: return "new";
        case TaskState::pending: return "pending";
        case TaskState::assigned: return "assigned";
        case TaskState::accepted: return "accepted";
        case TaskState::preparing: return "preparing";
        case TaskState::ready: return "ready";
        case TaskState::starting: return "starting";
        case TaskState::running: return "running";
        case TaskState::complete: return "complete";
        case TaskState::shutdown: return "shutdown";
        case TaskState::failed: return "failed";
        case TaskState::rejected: return "rejected";
        case TaskState::remove: return "remove";
        case TaskState::orphaned: return "orphaned";
    }
    return "?";
}

}   // namespace glasshive::swarm
