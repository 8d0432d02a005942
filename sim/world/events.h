#pragma once

#include <array>

#include "base/event.h"

/// Numbers 230..239: what the person at the controls did, and the run's own frame.
namespace glasshive::world::events {

inline constexpr EventKind run_started{
    .id = 230, .name = "run.started", .subject = "run",
    .doc = "The run begins (subject: the scenario's file).",
    .fields = {{{"seed", FieldType::integer, "of every random stream"},
                {"profile", FieldType::name, "textbook or realistic"},
                {"hosts", FieldType::integer, "in the platform"},
                {"duration", FieldType::duration, "virtual time to run"}}},
    .state = "running", .verbosity = 3};
inline constexpr EventKind run_ended{
    .id = 231, .name = "run.ended", .subject = "run",
    .doc = "The run is over; what follows judges it.",
    .state = "ended", .verbosity = 3};
inline constexpr EventKind command_applied{
    .id = 232,
    .name = "command.applied",
    .subject = "run",
    .doc = "A person, a script, an autoscaler or the scenario gave a command; it took effect at "
           "this instant.",
    .fields = {{{"source", FieldType::name,
                 "scenario, store, session, script or autoscaler of SERVICE"},
                {"outcome", FieldType::name, "done, or why it was refused"},
                {"text", FieldType::text, "the command as given"}}},
    .verbosity = 0};

inline constexpr EventKind command_output{
    .id = 233, .name = "command.output", .subject = "run",
    .doc = "What docker printed, standard output first.",
    .fields = {{{"exit_code", FieldType::integer, "of the command"},
                {"text", FieldType::text, "its lines"}}},
    .verbosity = 1};

inline constexpr EventKind script_failed{
    .id = 234, .name = "script.failed", .subject = "run",
    .doc = "A script that the scenario names went wrong, which ends the run here.",
    .fields = {{{"file", FieldType::name, "its name, without folders"},
                {"line", FieldType::integer, "in it; 0: none in particular"},
                {"text", FieldType::text, "what is wrong"}}},
    .verbosity = 0};

inline constexpr std::array<const EventKind*, 5> all{&run_started, &run_ended, &command_applied,
                                                     &command_output, &script_failed};

}   // namespace glasshive::world::events
