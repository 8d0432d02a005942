#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "yaml/node.h"

namespace glasshive::compose {

/// What docker's YAML library (gopkg.in/yaml.v2, YAML 1.1) makes of a value. A set of these says
/// what a key accepts.
enum class Type : unsigned {
    null = 1,
    boolean = 2,
    integer = 4,
    real = 8,
    text = 16,
    list = 32,
    map = 64,
};
using Types = unsigned;
constexpr Types operator|(Type a, Type b) {
    return static_cast<Types>(a) | static_cast<Types>(b);
}
constexpr Types operator|(Types a, Type b) { return a | static_cast<Types>(b); }
constexpr bool contains(Types types, Type type) {
    return (types & static_cast<Types>(type)) != 0;
}

struct ItemEntry;

/// A value of a Compose file with its type resolved and its variables replaced.
struct Item {
    Type type = Type::null;
    std::string text;           ///< Of a scalar, as Go's fmt.Sprint prints it: 1.10 is "1.1".
    std::string written;   ///< Of a plain scalar that is no text, as in the file: `no`, `1.10`.
    bool boolean = false;
    std::int64_t integer = 0;
    double real = 0;            ///< Of an integer, too.
    std::vector<Item> items;
    std::vector<ItemEntry> entries;
    int line = 0;
    bool broken = false;        ///< Already reported; whatever expects a type says no more.
    std::string path;           ///< "services.web.ports.0"; "" for the file.

    /// The entry of a map, or null.
    const Item* find(std::string_view key) const;
};

/// A key of a map and its value.
struct ItemEntry {
    std::string key;
    Item value;
};

/// Sets type, text and numbers of a scalar as yaml.v2 resolves it (resolve.go, resolveTable):
/// `yes`, `on` and `n` are booleans, 0755 is octal, 1_000 an integer; a quoted text stays a text.
void resolve_scalar(const yaml::Node& node, Item& item);

/// Turns a text into the type given, as docker casts interpolated values (loader/interpolate.go).
/// Returns what went wrong, or "".
std::string cast(Item& item, Type type);

}   // namespace glasshive::compose
