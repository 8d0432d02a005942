#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/assert.h"

namespace glasshive {

/// How bad a Diagnostic is. A warning lets the run go on; an error does not.
enum class Severity { error, warning };

/// One thing a person can fix in a file they wrote: a scenario, a playbook, a Lua policy.
/// Loaders collect every Diagnostic before giving up, so a student fixes one file once.
struct Diagnostic {
    std::string file;      ///< As the user typed it.
    int line = 0;          ///< 1-based; 0 when the whole file is meant.
    std::string path;      ///< Field path, e.g. "services[2].replicas"; may be empty.
    std::string message;   ///< What is wrong, with the value found.
    std::string hint;      ///< What to write instead; may be empty.
    Severity severity = Severity::error;

    friend bool operator==(const Diagnostic&, const Diagnostic&) = default;
};

using Diagnostics = std::vector<Diagnostic>;

/// Thrown when what a user wrote (a script) fails while a run goes on. It passes through everything
/// down to whoever drives the run, who ends it there: nothing of the run may be used any more.
struct RunFailure {
    Diagnostic problem;
};

/// "file:line: path: message" and, on a second line, "    hint: …". No trailing newline.
std::string to_text(const Diagnostic& diagnostic);

/// True when any entry is an error.
bool has_errors(const Diagnostics& diagnostics);

/// The candidate nearest to `word` by edit distance, or "" when none is near enough to be a typo
/// (more than two edits, or more than a third of the word). Ties go to the earlier candidate.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

/// A value, or everything that is wrong with the user's file.
template <class T>
class Result {
  public:
    Result(T value) : data_(std::move(value)) {}   // NOLINT: implicit on purpose
    Result(Diagnostics problems) : data_(std::move(problems)) {}        // NOLINT
    Result(Diagnostic problem) : data_(Diagnostics{std::move(problem)}) {}   // NOLINT

    bool ok() const { return std::holds_alternative<T>(data_); }
    /// Requires ok().
    const T& value() const { SIM_ASSERT(ok()); return *std::get_if<T>(&data_); }
    T& value() { SIM_ASSERT(ok()); return *std::get_if<T>(&data_); }
    /// Requires !ok().
    const Diagnostics& problems() const {
        SIM_ASSERT(!ok());
        return *std::get_if<Diagnostics>(&data_);
    }

  private:
    std::variant<T, Diagnostics> data_;
};

}   // namespace glasshive
