#include "scenario/schema_table.h"

namespace glasshive::scenario::table {

Section session() {
    return {"session",
            "A session as `glasshive console` saves it: a scenario, what was given to it, and "
            "where it stood. `glasshive run` repeats it to the same digest; `glasshive console` "
            "goes on from there.",
            {{"scenario", "file", "required", "What was played, relative to this file. Files that "
              "it includes are relative to it, as ever.", "02_node_crash.yaml"},
             {"seed", "number", "the scenario's", "Where all chance came from.", "7"},
             {"profile", "`textbook`, `realistic`", "the scenario's", "As of a scenario.",
              "realistic"},
             {"duration", "duration", "the scenario's", "As of a scenario.", "10m"},
             {"until", "duration", "the end", "Where the session stood.", "37.5s"},
             {"commands", "list of [given](#given)", "none", "What was given.", ""}},
            "schema: 1\nsession:\n  scenario: 02_node_crash.yaml\n  seed: 7\n  until: 90s\n"
            "  commands:\n    - {at: 30s, do: \"scale web=5\"}\n"
            "    - {at: 60.000000001s, do: \"fault {do: pause, host: node-3, for: 10s}\"}\n"};
}

Section given() {
    return {"given",
            "One command of a session. It takes effect after everything that is due at its "
            "instant; commands of one instant in the order of the file.",
            {{"at", "duration", "required", "When, since the start, to the nanosecond.",
              "60.000000001s"},
             {"do", "line", "required", "As typed: a line of docker's, `on HOST` before it when "
              "it is typed at a host; `scale SERVICE=N`, `update SERVICE IMAGE`, `drain HOST`, "
              "`pause HOST`, `activate HOST`, `heal NUMBER` of a fault, or `fault` with what a "
              "[fault](#faults) says.", "\"scale web=5\""}},
            ""};
}

}   // namespace glasshive::scenario::table
