#include "swarm/state/constraint.h"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace glasshive::swarm {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_text(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (lower(a[i]) != lower(b[i])) return false;
    }
    return true;
}

bool starts_with_text(std::string_view text, std::string_view prefix) {
    return text.size() >= prefix.size() && same_text(text.substr(0, prefix.size()), prefix);
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_key(std::string_view text) {
    if (text.size() < 2 || !(is_letter(text[0]) || text[0] == '_')) return false;
    for (const char c : text.substr(1)) {
        if (!is_letter(c) && !is_digit(c) && c != '-' && c != '_' && c != '.') return false;
    }
    return true;
}

bool is_value(std::string_view text) {
    constexpr std::string_view others = ":-_ \t.*()?+[]\\^$|/";
    for (const char c : text) {
        if (!is_letter(c) && !is_digit(c) && others.find(c) == std::string_view::npos) return false;
    }
    return !text.empty();
}

Diagnostic problem(std::string message, std::string hint) {
    Diagnostic diagnostic;
    diagnostic.message = std::move(message);
    diagnostic.hint = std::move(hint);
    return diagnostic;
}

/// 32 bits of a dotted IPv4 address.
std::optional<std::uint32_t> ipv4(std::string_view text) {
    std::uint32_t address = 0;
    for (int part = 0; part < 4; ++part) {
        std::uint32_t number = 0;
        std::size_t digits = 0;
        while (digits < text.size() && digits < 3 && is_digit(text[digits])) {
            number = number * 10 + static_cast<std::uint32_t>(text[digits++] - '0');
        }
        if (digits == 0 || number > 255) return std::nullopt;
        text.remove_prefix(digits);
        address = address << 8 | number;
        if (part == 3) break;
        if (text.empty() || text[0] != '.') return std::nullopt;
        text.remove_prefix(1);
    }
    return text.empty() ? std::optional<std::uint32_t>(address) : std::nullopt;
}

/// An IPv4 address, or a subnet as 10.0.0.0/8. Anything else never matches, whatever the operator.
bool ip_matches(const Constraint& constraint, std::string_view address) {
    const std::string_view value = constraint.value;
    const auto slash = value.find('/');
    const auto wanted = ipv4(value.substr(0, slash));
    const auto own = ipv4(address);
    if (!wanted) return false;
    int bits = 32;
    if (slash != std::string_view::npos) {
        bits = 0;
        const std::string_view digits = value.substr(slash + 1);
        if (digits.empty() || digits.size() > 2) return false;
        for (const char c : digits) {
            if (!is_digit(c)) return false;
            bits = bits * 10 + (c - '0');
        }
        if (bits > 32) return false;
    }
    const std::uint32_t mask = bits == 0 ? 0 : 0xFFFFFFFFU << (32 - bits);
    const bool within = own && (*wanted & mask) == (*own & mask);
    return within == constraint.equal;
}

std::string_view label(const std::map<std::string, std::string>& labels, std::string_view name) {
    const auto found = labels.find(std::string(name));
    return found == labels.end() ? std::string_view{} : std::string_view{found->second};
}

constexpr std::string_view node_labels = "node.labels.", engine_labels = "engine.labels.";

/// Of node.labels.X or engine.labels.X; the prefix tells them apart.
std::string_view label_value(std::string_view key, const NodeConfig& node) {
    if (starts_with_text(key, node_labels)) {
        return label(node.labels, key.substr(node_labels.size()));
    }
    return label(node.engine_labels, key.substr(engine_labels.size()));
}

bool has_label(std::string_view key, std::string_view prefix) {
    return starts_with_text(key, prefix) && key.size() > prefix.size();
}

bool matches_one(const Constraint& constraint, const NodeConfig& node, std::string_view node_id) {
    const std::string_view key = constraint.key;
    const auto is = [&](std::string_view own) {
        return same_text(own, constraint.value) == constraint.equal;
    };
    if (same_text(key, "node.id")) return is(node_id);
    if (same_text(key, "node.hostname")) return is(node.hostname);
    if (same_text(key, "node.ip")) return ip_matches(constraint, node.address);
    if (same_text(key, "node.role")) return is(to_text(node.role));
    if (same_text(key, "node.platform.os")) return is(node.os);
    if (same_text(key, "node.platform.arch")) return is(node.architecture);
    return is_spread_label(key) && is(label_value(key, node));
}

}   // namespace

Result<Constraint> parse_constraint(std::string_view text) {
    const auto equal = text.find("=="), unequal = text.find("!=");
    const auto at = std::min(equal, unequal);
    if (at == std::string_view::npos) {
        return problem("constraint expected one operator from ==, !=: \"" + std::string(text) +
                           "\"",
                       "for example node.role == worker");
    }
    const std::string_view key = trimmed(text.substr(0, at));
    const std::string_view value = trimmed(text.substr(at + 2));
    if (!is_key(key)) {
        return problem("key '" + std::string(key) + "' is invalid",
                       "keys are like node.role, node.labels.zone or engine.labels.storage");
    }
    if (!is_value(value)) {
        return problem("value '" + std::string(value) + "' is invalid",
                       "use letters, digits and : - _ . * ( ) ? + [ ] \\ ^ $ | /");
    }
    Constraint constraint;
    constraint.key = std::string(key);
    constraint.equal = equal < unequal;
    constraint.value = std::string(value);
    return constraint;
}

std::vector<Constraint> parse_constraints(const std::vector<std::string>& texts) {
    std::vector<Constraint> constraints;
    for (const std::string& text : texts) {
        Result<Constraint> parsed = parse_constraint(text);
        constraints.push_back(parsed.ok() ? parsed.value() : Constraint{});
    }
    return constraints;
}

bool matches(const std::vector<Constraint>& constraints, const NodeConfig& node,
             std::string_view node_id) {
    for (const Constraint& constraint : constraints) {
        if (!matches_one(constraint, node, node_id)) return false;
    }
    return true;
}

bool is_spread_label(std::string_view descriptor) {
    return has_label(descriptor, node_labels) || has_label(descriptor, engine_labels);
}

std::string spread_value(std::string_view descriptor, const NodeConfig& node) {
    return std::string(label_value(descriptor, node));
}

}   // namespace glasshive::swarm
