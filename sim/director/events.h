#pragma once

#include <array>

#include "base/event.h"

/// Numbers 240..249: what a scenario's script says.
namespace glasshive::director::events {

inline constexpr EventKind note{.id = 240,
                                .name = "script.note",
                                .subject = "run",
                                .doc = "The scenario's script noted or printed something.",
                                .fields = {{{"text", FieldType::text, "what it said"}}},
                                .verbosity = 0};
inline constexpr EventKind held{.id = 241,
                                .name = "script.held",
                                .subject = "expectation",
                                .doc = "What the scenario's script expected was so.",
                                .fields = {{{"line", FieldType::integer, "of the script"}}},
                                .verbosity = 3};
inline constexpr EventKind not_held{.id = 242,
                                    .name = "script.not_held",
                                    .subject = "expectation",
                                    .doc = "What the scenario's script expected was not so.",
                                    .fields = {{{"line", FieldType::integer, "of the script"}}},
                                    .verbosity = 0};

inline constexpr std::array<const EventKind*, 3> all{&note, &held, &not_held};

}   // namespace glasshive::director::events
