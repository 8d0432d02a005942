#include "scenario/compose/interpolate.h"

#include <optional>
#include <string_view>

#include "yaml/units.h"

namespace glasshive::compose {

namespace {

bool name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool name_part(char c) { return name_start(c) || (c >= '0' && c <= '9'); }

/// The length at `at` of "[_a-z][_a-z0-9]*(?::?[-?][^}]*)?", case aside; 0 when there is none.
std::size_t substitution_length(std::string_view text, std::size_t at) {
    std::size_t end = at;
    if (end >= text.size() || !name_start(text[end])) return 0;
    while (end < text.size() && name_part(text[end])) ++end;
    std::size_t operation = end;
    if (operation < text.size() && text[operation] == ':') ++operation;
    if (operation < text.size() && (text[operation] == '-' || text[operation] == '?')) {
        end = std::min(text.find('}', operation), text.size());
    }
    return end - at;
}

struct Value {
    std::string text;
    std::string missing;   // A required variable's complaint.
};

/// The value of "VAR", "VAR:-default" and so on. docker tries the operators in this order and looks
/// for them anywhere, so the default of ${A-b:-c} belongs to a variable called "A-b".
Value value_of(std::string_view substitution, const std::map<std::string, std::string>& variables) {
    for (const std::string_view operation : {":-", "-", ":?", "?"}) {
        const std::size_t at = substitution.find(operation);
        if (at == std::string_view::npos) continue;
        const std::string name(substitution.substr(0, at));
        const std::string rest(substitution.substr(at + operation.size()));
        const auto found = variables.find(name);
        const bool needs_text = operation[0] == ':';
        if (found != variables.end() && !(needs_text && found->second.empty())) {
            return {found->second, ""};
        }
        if (operation.back() == '-') return {rest, ""};
        return {"", "required variable " + name + " is missing a value: " + rest};
    }
    const auto found = variables.find(std::string(substitution));
    return {found == variables.end() ? "" : found->second, ""};
}

Substituted refuse(const std::string& shown, std::string hint) {
    return {"", "invalid interpolation format: " + yaml::quoted(shown) +
                    "; you may need to escape any $ with another $", std::move(hint)};
}

}   // namespace

Substituted substitute(const std::string& text,
                       const std::map<std::string, std::string>& variables) {
    std::string result;
    std::size_t at = 0;
    while (at < text.size()) {
        if (text[at] != '$') {
            result += text[at++];
            continue;
        }
        ++at;
        if (at < text.size() && text[at] == '$') {
            result += '$';
            ++at;
            continue;
        }
        const bool braced = at < text.size() && text[at] == '{';
        const std::size_t start = at + (braced ? 1 : 0);
        const std::size_t length = substitution_length(text, start);
        const std::size_t end = start + length;
        if (length == 0 || (braced && (end >= text.size() || text[end] != '}'))) {
            const bool plus = braced && text.compare(std::min(end, text.size()), 2, ":+") == 0;
            return refuse(text,
                          plus ? "docker stack deploy knows ${VAR:-x} and ${VAR:?x}, not ${VAR:+x}"
                               : "");
        }
        const Value value = value_of(std::string_view(text).substr(start, length), variables);
        if (!value.missing.empty()) {
            return refuse(value.missing, "give the variable a value before loading the file");
        }
        result += value.text;
        at = end + (braced ? 1 : 0);
    }
    return {result, "", ""};
}

}   // namespace glasshive::compose
