#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "words/catalog.h"

namespace glasshive::words {

/// One use of a flag, its value already checked.
struct FlagValue {
    const FlagInfo* flag = nullptr;   ///< In the table, which lives for ever.
    std::string value;                ///< "true" for a toggle without a value.
    friend bool operator==(const FlagValue&, const FlagValue&) = default;
};

/// What stands on a command line after the command, in order.
///
/// Whoever gives a flag its meaning asks for it here; unasked() says which flags were given and
/// mean nothing to the simulation, and asked() which a command gives a meaning to at all.
class Flags {
  public:
    std::vector<FlagValue> values;
    std::vector<std::string> arguments;

    bool given(std::string_view name) const;
    /// The last value, or nothing.
    std::optional<std::string> last(std::string_view name) const;
    /// The last value, or "".
    std::string text(std::string_view name) const { return last(name).value_or(""); }
    bool toggle(std::string_view name) const;
    std::vector<std::string> all(std::string_view name) const;
    /// KEY=VALUE texts as a map; a later one wins; a key alone maps to "".
    std::vector<std::pair<std::string, std::string>> pairs(std::string_view name) const;

    std::vector<std::string> unasked() const;
    const std::set<std::string, std::less<>>& asked() const { return asked_; }

  private:
    mutable std::set<std::string, std::less<>> asked_;
};

struct ParsedFlags {
    Flags flags;
    bool help = false;             ///< --help was met; nothing after it was read.
    bool help_shorthand = false;   ///< It was -h, which is deprecated.
    std::string problem;           ///< Not empty: pflag's words; nothing else counts.
};

/// Reads words as spf13/pflag does: --name=value, --name value, -abc, -p80, --. With `interspersed`
/// false, reading stops at the first argument (docker run, service create).
ParsedFlags parse_flags(std::span<const FlagInfo> table, std::span<const std::string> words,
                        bool interspersed);

}   // namespace glasshive::words
