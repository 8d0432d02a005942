#pragma once

#include <cstdint>

/// The engine's timer tags, counted from its first one, and how its work names its owner.
namespace glasshive::runtime::engine_tags {

enum : std::uint32_t { ready = 0, life_over, crash, stopped, probe_due, probe_late, trouble };
/// Work of a probe carries its container's key with this bit, work of a request a slot.
inline constexpr std::uint64_t probe_bit = std::uint64_t{1} << 63;

}   // namespace glasshive::runtime::engine_tags
