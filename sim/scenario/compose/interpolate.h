#pragma once

#include <map>
#include <string>

namespace glasshive::compose {

/// A text with its variables replaced, or why it has no valid form.
struct Substituted {
    std::string text;
    std::string problem;   ///< Worded as docker's; empty when all is well.
    std::string hint;
};

/// Replaces $VAR, ${VAR}, ${VAR:-default}, ${VAR-default}, ${VAR:?message}, ${VAR?message} and $$.
/// An unset variable without a default is "". Defaults are not expanded again.
/// Source: docker/cli cli/compose/template/template.go: also that $VAR-x without braces takes the
/// rest of the text as its default, and that ${VAR:+x} is refused.
Substituted substitute(const std::string& text,
                       const std::map<std::string, std::string>& variables);

}   // namespace glasshive::compose
