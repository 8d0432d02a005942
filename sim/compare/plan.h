#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "script/spec.h"

namespace glasshive::compare {

/// A policy to be compared: a built-in's name, or a file in Lua with what it says.
struct PolicySpec {
    std::string name;                           ///< As reports show it: without folders and .lua.
    std::optional<script::ScriptSpec> script;   ///< None: a built-in.
};

/// A file that runs read, as it was when the plan was made.
struct Input {
    std::string path;          ///< Absolute.
    std::string shown;         ///< As the user typed it.
    std::string fingerprint;   ///< Of its bytes; xxh3, hexadecimal.
    std::uint64_t size = 0;    ///< Bytes.
};

/// What all runs of a plan have in common: the experiment of InflationSetup.
struct Workload {
    Input nodes, pods;
    std::optional<Input> orders;   ///< None: each seed draws its own.
};

/// One run of the matrix.
struct RunKey {
    std::size_t policy = 0;        ///< Index into Plan::policies.
    std::uint64_t seed = 0;
    friend bool operator==(const RunKey&, const RunKey&) = default;
};

/// The whole matrix, as it lies in DIR/plan.json. Equal plans have equal bytes.
struct Plan {
    Workload workload;
    std::vector<PolicySpec> policies;
    std::vector<std::uint64_t> seeds;

    /// Policy by policy, seed by seed: the order of every table.
    std::vector<RunKey> runs() const;
    std::string to_json() const;
    static Result<Plan> from_json(const std::string& text, const std::string& file);
    /// Of all that can change a result: files, policies, seeds, the program's version. Shards carry
    /// it, and one of another plan is not taken.
    std::string fingerprint() const;
};

/// A built-in's name, or a path that ends with .lua; what is wrong with it as a policy is told.
Result<PolicySpec> read_policy(const std::string& word, const script::Parameters& parameters);
/// Reads the file's bytes.
Result<Input> read_input(const std::string& path);
/// Whether the file is still as long as it was when the plan was made.
Diagnostics check_input(const Input& input);

}   // namespace glasshive::compare
