#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>

namespace glasshive::script {

/// One plain value on its way to a script.
using Value = std::variant<bool, std::int64_t, double, std::string>;
/// By name; a script finds them in the global table `parameters`.
using Parameters = std::map<std::string, Value>;

/// A script that a scenario names, with its text: nothing is read later.
struct ScriptSpec {
    std::string name;          ///< As written: "policies/binpack.lua".
    std::string file;          ///< For messages: with the scenario's folder before it.
    std::string text;
    Parameters parameters;
    /// The text gives back a table, a scenario, whose entry `script` is the function that is meant.
    bool in_scenario = false;
    /// What one call, or one leg of a coroutine, may spend: a thousand times what the shipped ones
    /// do.
    std::uint64_t instructions = 10'000'000;
};

}   // namespace glasshive::script
