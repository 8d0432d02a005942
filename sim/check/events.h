#pragma once

#include <array>

#include "base/event.h"

/// Numbers 220..229: what became of the expectations, said once, when the run ends.
namespace glasshive::check::events {

#define GLASSHIVE_EXPECT_EVENT(identifier, number_, kind_name, sentence)                      \
    inline constexpr EventKind identifier{                                                    \
        .id = number_, .name = kind_name, .subject = "expectation", .doc = sentence,          \
        .fields = {{{"number", FieldType::integer, "place in the scenario's list, from 1"},   \
                    {"decided_by", FieldType::event, "the event that decided it; 0: none"},   \
                    {"figure", FieldType::text, "what decided it, in words"}}},               \
        .verbosity = 3}

GLASSHIVE_EXPECT_EVENT(expect_held, 220, "expect.held", "An expectation held.");
GLASSHIVE_EXPECT_EVENT(expect_failed, 221, "expect.failed", "An expectation did not hold.");
GLASSHIVE_EXPECT_EVENT(expect_undecided, 222, "expect.undecided",
                       "Nothing happened that could decide an expectation.");
#undef GLASSHIVE_EXPECT_EVENT

inline constexpr std::array<const EventKind*, 3> all{&expect_held, &expect_failed,
                                                     &expect_undecided};

}   // namespace glasshive::check::events
