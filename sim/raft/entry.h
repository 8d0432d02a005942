#pragma once

#include <compare>
#include <cstdint>
#include <memory>

#include "base/ids.h"
#include "base/units.h"

namespace glasshive::raft {

struct MemberTag;
/// One member of one cluster. Never reused: who was removed and joins again gets a new number.
using MemberId = Id<MemberTag>;

/// A reign: at most one leader each. 0 is before the first election.
using Term = std::uint64_t;
/// A place in the log, from 1; 0 is before the first entry.
using Index = std::uint64_t;

/// Where an entry stands and in which term it was proposed; the two together name it for ever (log
/// matching). Positions compare as the vote does: "at least as up to date" is >= (Raft 5.4.1).
struct Position {
    Term term = 0;
    Index index = 0;
    friend constexpr auto operator<=>(const Position&, const Position&) = default;
};

/// What an entry carries: opaque here, immutable, and shared by every member's log. Copying an
/// entry copies a pointer, and two logs hold the same entry exactly when the pointers are equal.
class Payload {
  public:
    virtual ~Payload() = default;
    /// On the wire and on disk, without the entry's own few bytes.
    virtual Bytes size() const = 0;
};
using PayloadPtr = std::shared_ptr<const Payload>;

/// One voter more or one voter less. Changes by one keep old and new majorities overlapping.
struct Change {
    enum class Kind : std::uint8_t { add, remove };
    Kind kind = Kind::add;
    MemberId member;
    friend constexpr bool operator==(const Change&, const Change&) = default;
};

/// One entry of the log.
struct Entry {
    enum class Kind : std::uint8_t {
        empty,    ///< What a new leader appends, so that older entries can commit (Raft 5.4.2).
        data,     ///< `payload`.
        change,   ///< `change`.
    };
    Position at;
    Kind kind = Kind::empty;
    PayloadPtr payload;
    Change change;

    /// Same position and same content, not merely equal content.
    friend bool operator==(const Entry&, const Entry&) = default;
};

/// On the wire and on disk: the payload and a header. The 16 bytes are a protobuf-encoded term,
/// index and type, rounded up (etcd raft.proto, message Entry).
inline Bytes size_of(const Entry& entry) {
    return Bytes{16} + (entry.payload ? entry.payload->size() : Bytes{0});
}

}   // namespace glasshive::raft
