#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "script/spec.h"

namespace glasshive::compare {

/// A policy to be compared: a name, or a file in Lua with what it says.
struct PolicySpec {
    std::string name;                           ///< As reports show it: without folders and .lua.
    std::string built_in;                       ///< Its own name, of a built-in; else empty.
    std::optional<script::ScriptSpec> script;   ///< None: a built-in.
    /// Tasks that may run on one machine alone, whatever the policy says: what if? See
    /// offline/pins.h.
    std::map<std::string, std::string> pins;
};

/// A file that runs read, as it was when the plan was made.
struct Input {
    std::string path;          ///< Absolute.
    std::string shown;         ///< As the user typed it.
    std::string fingerprint;   ///< Of its bytes; xxh3, hexadecimal.
    std::uint64_t size = 0;    ///< Bytes.
};

/// What is run under every policy.
enum class Kind {
    openb,      ///< offline::inflate: pods arrive and stay. Files nodes, pods and perhaps orders.
    batch,      ///< offline::run_batch: a log of batch jobs. File log.
    tasks,      ///< offline::run_timed: tasks come and go. Files machines and trace (or none).
    scenario,   ///< A whole cluster, as `glasshive run`. File scenario.
};
const char* to_text(Kind kind);

/// What an option or a --vary key is set to, by name.
using Settings = std::map<std::string, std::string>;

/// One run of the matrix.
struct RunKey {
    std::size_t variant = 0;   ///< Index into Plan::variants.
    std::size_t policy = 0;    ///< Index into Plan::policies.
    std::uint64_t seed = 0;
    friend bool operator==(const RunKey&, const RunKey&) = default;
};

/// The whole matrix, as it lies in DIR/plan.json. Equal plans have equal bytes.
struct Plan {
    Kind kind = Kind::openb;
    std::map<std::string, Input> files;           ///< By what they are for; see Kind.
    Settings options;                             ///< In every run; see option_names().
    std::vector<Settings> variants{Settings{}};   ///< Instead of those, one after the other.
    std::vector<PolicySpec> policies;
    std::vector<std::uint64_t> seeds;
    std::vector<std::string> metrics;             ///< To be reported; empty: all there are.
    std::string goal;                             ///< Of a search for a size; see capacity.h.

    /// Variant by variant, policy by policy, seed by seed: the order of every table.
    std::vector<RunKey> runs() const;
    /// Options and the variant's settings together.
    Settings settings(std::size_t variant) const;
    /// "load=1.5, nodes=20"; empty for the only one.
    std::string variant_name(std::size_t variant) const;
    std::string to_json() const;
    static Result<Plan> from_json(const std::string& text, const std::string& file);
    /// Of all that can change a result: files, options, policies, seeds, the program's version.
    /// Shards carry it, and one of another plan is not taken.
    std::string fingerprint() const;
};

/// A built-in of that kind of experiment, or a path that ends with .lua; what is wrong with it as a
/// policy is told.
Result<PolicySpec> read_policy(Kind kind, const std::string& word,
                               const script::Parameters& parameters);
/// The same policy with such pins: "best-fit, job7=n3".
PolicySpec pinned(PolicySpec policy, const std::map<std::string, std::string>& pins);
/// Reads the file's bytes.
Result<Input> read_input(const std::string& path);
/// Whether the file is still what it was when the plan was made.
Diagnostics check_input(const Input& input);

}   // namespace glasshive::compare
