#include <algorithm>
#include <array>
#include <set>

#include "scenario/compose/loader.h"
#include "yaml/reader.h"
#include "words/grammar/shlex.h"
#include "yaml/units.h"

namespace glasshive::compose {

namespace {

/// gojsonschema's names, as docker's humanReadableType turns them (cli/compose/schema/schema.go).
std::string names_of(Types types) {
    std::vector<std::string> names;
    const bool number = contains(types, Type::real);
    if (contains(types, Type::text)) names.emplace_back("string");
    if (number) names.emplace_back("number");
    if (contains(types, Type::integer) && !number) names.emplace_back("integer");
    if (contains(types, Type::boolean)) names.emplace_back("boolean");
    if (contains(types, Type::list)) names.emplace_back("list");
    if (contains(types, Type::map)) names.emplace_back("mapping");
    if (contains(types, Type::null)) names.emplace_back("null");
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i > 0) text += i + 1 == names.size() ? " or " : ", ";
        text += names[i];
    }
    return text;
}

std::string type_hint(const Item& item, Types types) {
    const bool scalar = item.type == Type::integer || item.type == Type::real ||
                        item.type == Type::boolean;
    if (scalar && contains(types, Type::text)) {
        return "put it in quotes: \"" + item.written + "\"";
    }
    if (item.type == Type::text && !contains(types, Type::text)) {
        const auto as_number = yaml::parse_real(item.text);
        if (as_number && contains(types, Type::integer))
            return "write it without quotes: " + item.text;
        if (contains(types, Type::list)) return "begin each item on its own line with \"- \"";
    }
    if (item.type == Type::null) return "it has no value; write one or remove the key";
    if (item.type == Type::map && contains(types, Type::list))
        return "write only the names, as a list";
    return "";
}

constexpr Types scalar_value = Type::text | Type::integer | Type::real | Type::null;

}   // namespace

void Loader::error(int line, std::string path, std::string message, std::string hint) {
    problems.push_back({.file = options.file_name, .line = line, .path = std::move(path),
                        .message = std::move(message), .hint = std::move(hint)});
}

void Loader::error(const Item& at, std::string message, std::string hint) {
    error(at.line, at.path, std::move(message), std::move(hint));
}

void Loader::warning(const Item& at, std::string message, std::string hint) {
    error(at, std::move(message), std::move(hint));
    problems.back().severity = Severity::warning;
}

std::map<std::string, std::string> Loader::stack_labels(
    std::map<std::string, std::string> labels) const {
    labels["com.docker.stack.namespace"] =
        options.stack_name;   // convert/compose.go LabelNamespace
    return labels;
}

bool expect(Loader& loader, const Item& item, Types types) {
    if (item.broken) return false;
    if (contains(types, item.type)) return true;
    loader.error(item, "must be a " + names_of(types), type_hint(item, types));
    return false;
}

void expect_unique(Loader& loader, const Item& list) {
    std::map<std::string, std::size_t> seen;
    for (std::size_t i = 0; i < list.items.size(); ++i) {
        const Item& item = list.items[i];
        if (item.type == Type::map || item.type == Type::list) continue;
        const bool text = item.type == Type::text;
        const auto [first, is_new] = seen.emplace((text ? "s" : "n") + item.text, i);
        if (is_new) continue;
        loader.error(item.line, list.path,
                     "array items[" + std::to_string(first->second) + "," + std::to_string(i) +
                         "] must be unique",
                     "remove one " + yaml::quoted(item.text));
        return;
    }
}

bool valid_key(std::string_view name) {
    return !name.empty() &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '.' || c == '_' || c == '-';
           });
}

Fields::Fields(Loader& loader, const Item& map, bool extensible)
    : loader_(loader), map_(map), extensible_(extensible) {}

Fields::~Fields() {
    for (const auto& [key, value] : map_.entries) {
        if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
        if (extensible_ && key.rfind("x-", 0) == 0) continue;
        const std::string near = nearest(key, known_);
        constexpr std::size_t listed_max = 12;
        std::string hint = "did you mean " + near + "?";
        if (near.empty() && known_.size() > listed_max) {
            hint = "docker stack deploy does not know this key";
        } else if (near.empty()) {
            hint = "docker stack deploy knows " + yaml::joined(known_) + " here";
        }
        loader_.error(value.line, map_.path.empty() ? "(root)" : map_.path,
                      "Additional property " + key + " is not allowed", hint);
    }
}

void Fields::allow(std::initializer_list<std::string_view> keys) {
    for (const std::string_view key : keys) {
        if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.emplace_back(key);
    }
}

const Item* Fields::get(std::string_view key, Types types) {
    allow({key});
    const Item* item = map_.find(key);
    return item && expect(loader_, *item, types) ? item : nullptr;
}

std::string Fields::text(std::string_view key) {
    const Item* item = get(key, static_cast<Types>(Type::text));
    return item ? item->text : "";
}

std::optional<bool> Fields::flag(std::string_view key) {
    const Item* item = get(key, static_cast<Types>(Type::boolean));
    return item ? std::optional(item->boolean) : std::nullopt;
}

std::optional<std::int64_t> Fields::integer(std::string_view key) {
    const Item* item = get(key, static_cast<Types>(Type::integer));
    return item ? std::optional(item->integer) : std::nullopt;
}

std::optional<std::uint64_t> Fields::count(std::string_view key) {
    const auto value = integer(key);
    if (value && *value < 0) {
        loader_.error(*map_.find(key), "must not be negative");
        return std::nullopt;
    }
    return value ? std::optional(static_cast<std::uint64_t>(*value)) : std::nullopt;
}

std::optional<double> Fields::number(std::string_view key) {
    const Item* item = get(key, Type::integer | Type::real);
    return item ? std::optional(item->real) : std::nullopt;
}

std::optional<Duration> Fields::duration(std::string_view key) {
    const Item* item = get(key, static_cast<Types>(Type::text));
    if (!item) return std::nullopt;
    const yaml::Parsed<Duration> parsed = yaml::parse_go_duration(item->text);
    if (!parsed) {
        loader_.error(*item, "Does not match format 'duration': " + parsed.problem, parsed.hint);
        return std::nullopt;
    }
    return parsed.value;
}

std::vector<std::string> Fields::texts(std::string_view key, bool unique) {
    std::vector<std::string> result;
    const Item* list = get(key, static_cast<Types>(Type::list));
    if (!list) return result;
    for (const Item& item : list->items) {
        if (expect(loader_, item, static_cast<Types>(Type::text))) result.push_back(item.text);
    }
    if (unique) expect_unique(loader_, *list);
    return result;
}

std::vector<std::string> Fields::text_or_texts(std::string_view key) {
    const Item* item = get(key, Type::text | Type::list);
    if (!item) return {};
    if (item->type == Type::text) return {item->text};
    return texts(key);
}

std::vector<std::string> Fields::command(std::string_view key) {
    const Item* item = get(key, Type::text | Type::list);
    if (!item) return {};
    if (item->type == Type::list) return texts(key, false);
    words::Split split = words::shell_split(item->text);
    if (!split.problem.empty()) {
        loader_.error(*item, split.problem, "look for the missing quote, or write a list");
    }
    return split.words;
}

std::map<std::string, std::optional<std::string>> Fields::mapping(std::string_view key) {
    std::map<std::string, std::optional<std::string>> result;
    const Item* item = get(key, Type::list | Type::map);
    if (!item) return result;
    for (const auto& [name, value] : item->entries) {
        if (!expect(loader_, value, scalar_value)) continue;
        if (value.type == Type::null) {
            result[name] = std::nullopt;
        } else {
            result[name] = value.text;
        }
    }
    if (item->type == Type::map) return result;
    for (const std::string& line : texts(key)) {
        const std::size_t equals = line.find('=');
        result[line.substr(0, equals)] =
            equals == std::string::npos ? std::nullopt : std::optional(line.substr(equals + 1));
    }
    return result;
}

std::map<std::string, std::string> Fields::labels(std::string_view key) {
    std::map<std::string, std::string> result;
    for (const auto& [name, value] : mapping(key)) result[name] = value.value_or("");
    return result;
}

std::map<std::string, std::string> Fields::options(std::string_view key) {
    std::map<std::string, std::string> result;
    const Item* map = get(key, static_cast<Types>(Type::map));
    if (!map) return result;
    for (const auto& [name, value] : map->entries) {
        if (expect(loader_, value, scalar_value)) result[name] = value.text;
    }
    return result;
}

}   // namespace glasshive::compose
