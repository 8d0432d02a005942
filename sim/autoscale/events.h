#pragma once

#include <array>

#include "base/event.h"

/// Numbers 250..259: what a controller outside the cluster decides.
namespace glasshive::autoscale::events {

inline constexpr EventKind scaled{
    .id = 250,
    .name = "decision.scaled",
    .subject = "service",
    .doc = "An autoscaler looked at the service and gives the command to scale it.",
    .fields = {{{"before", FieldType::integer, "replicas it was to have"},
                {"wanted", FieldType::real, "by its policy"},
                {"after", FieldType::integer, "rounded up, and held between min and max"},
                {"metrics", FieldType::text, "JSON: what it saw; see docs/reference/lua.md"}}},
    .verbosity = 1};
inline constexpr EventKind kept{
    .id = 251,
    .name = "decision.kept",
    .subject = "service",
    .doc = "An autoscaler looked at the service and leaves it as it is.",
    .fields = {{{"before", FieldType::integer, "replicas it is to have"},
                {"wanted", FieldType::real, "by its policy"},
                {"metrics", FieldType::text, "JSON: what it saw; see docs/reference/lua.md"}}},
    .verbosity = 3};

inline constexpr std::array<const EventKind*, 2> all{&scaled, &kept};

}   // namespace glasshive::autoscale::events
