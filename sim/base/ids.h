#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>

namespace glasshive {

/// An index with a type, so that a host is never used where a link is meant. Dense from 0.
template <class Tag>
struct Id {
    static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
    std::uint32_t value = none;

    constexpr bool valid() const { return value != none; }
    constexpr std::size_t index() const { return value; }
    friend constexpr auto operator<=>(const Id&, const Id&) = default;
};

struct NameTag;
struct HostTag;
struct LinkTag;
struct ProcessTag;
struct ChannelTag;
using NameId = Id<NameTag>;         ///< A text interned in Names.
using HostId = Id<HostTag>;         ///< A simulated machine.
using LinkId = Id<LinkTag>;         ///< One direction-less network link of the platform.
using ProcessId = Id<ProcessTag>;   ///< A state machine on a host, kernel::Process.
using ChannelId = Id<ChannelTag>;   ///< A connection between two processes.

/// An event's place in the run, from 1; 0 means "the scenario itself" and is every chain's root.
enum class EventId : std::uint64_t {};
inline constexpr EventId scenario_cause{0};
constexpr std::uint64_t number_of(EventId id) { return static_cast<std::uint64_t>(id); }

}   // namespace glasshive

template <class Tag>
struct std::hash<glasshive::Id<Tag>> {
    std::size_t operator()(glasshive::Id<Tag> id) const noexcept { return id.value; }
};
