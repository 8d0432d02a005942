#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>

#include "base/units.h"

/// Small replicated stores of keys and values, to compare the document store with.
namespace glasshive::store::contrast {

/// Which value of a key it is: the number of the edit, and the member that gave it. Greater is
/// newer; of two edits with one number that of the greater member counts (Lamport 1978: a total
/// order out of counters, ties by process).
struct Version {
    std::uint64_t counter = 0;   ///< From 1; 0: there never was a value.
    std::uint32_t member = 0;
    friend constexpr auto operator<=>(const Version&, const Version&) = default;
};

/// A key's newest value on one copy.
struct Record {
    Version version{};
    std::string body{};     ///< Opaque here.
    bool deleted = false;   ///< It stays, so that its number is not given again.
};

/// What one copy holds, by key.
using Contents = std::map<std::string, Record>;

/// What a client wants of a key.
struct Request {
    enum class Verb : std::uint8_t { get, put, remove };
    Verb verb = Verb::get;
    std::string key{};
    std::string body{};
    /// The edit that this one replaces; counter 0: there is no value yet, not even a deleted one.
    Version base{};
    std::uint32_t r = 0, w = 0;   ///< Random quorum: 0 as the store says.

    bool writes() const { return verb != Verb::get; }
};

/// What it is told.
struct Answer {
    enum class Outcome : std::uint8_t {
        done,          ///< Stored, or read.
        missing,       ///< Read: there never was a value.
        conflict,      ///< Write: `base` is not the newest edit. Nothing was changed.
        unavailable,   ///< It cannot be done now, and will not be.
        unknown,       ///< Write: whether it is stored, or will be, is not known here.
    };
    Outcome outcome = Outcome::done;
    Record record{};   ///< What was read, or of what was written its version.
    std::string why{};
};

inline Bytes size_of(const Record& record) {
    return Bytes{32 + static_cast<std::int64_t>(record.body.size())};
}
inline Bytes size_of(const Request& request) {
    return Bytes{32 + static_cast<std::int64_t>(request.key.size() + request.body.size())};
}

}   // namespace glasshive::store::contrast
