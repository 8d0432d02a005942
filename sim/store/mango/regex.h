#pragma once

#include <memory>
#include <string_view>

namespace glasshive::store::mango {

/// A regular expression of Perl's kind over bytes, as Erlang's re compiles it without options.
struct Regex {
    virtual ~Regex() = default;
    /// Anywhere in the text. False as well when it takes more than a million steps.
    virtual bool matches(std::string_view text) const = 0;
};

/// Null when it is no regular expression.
std::shared_ptr<const Regex> compile_regex(std::string_view pattern);

}   // namespace glasshive::store::mango
