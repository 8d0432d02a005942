#pragma once

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "yaml/node.h"
#include "yaml/units.h"

/// Reads a schema out of a Document. A schema function looks like this; specs carry the defaults:
///
///     ServiceSpec read_service(Reader service) {
///         ServiceSpec spec;
///         service.require("image", spec.image);             // std::string
///         service.read("replicas", spec.replicas, {1, 1000});
///         service.read("mode", spec.mode, {{"a", Mode::a}, {"b", Mode::b}});
///         Reader health = service.map("health");            // Absent: reads keep defaults.
///         health.read("interval", spec.health.interval);    // Duration
///         for (Reader port : service.maps("ports")) spec.ports.push_back(read_port(port));
///         service.check(!spec.global, "replicas", "a global service has none");
///         return spec;
///     }                                                     // Unknown keys are reported here.
///
///     Diagnostics problems;
///     const Spec spec = read_spec(Reader(document.root(), problems));
///     if (has_errors(problems)) return sorted(problems);
namespace glasshive::yaml {

/// Bounds of an integer or real, both included.
template <class T>
struct Range {
    T min = std::numeric_limits<T>::lowest();
    T max = std::numeric_limits<T>::max();
};

/// The words an enumeration is written with.
template <class E>
using Choices = std::vector<std::pair<std::string, E>>;

class Reader;

/// A value with its path and the list its problems go to. Cheap to copy.
///
/// Every `into` returns true when it set `out`. Else it has reported why, at the value's line, and
/// left `out` alone. A value that does not exist reports nothing and sets nothing.
class Value {
  public:
    Value(Node node, std::string path, Diagnostics& problems)
        : node_(node), path_(std::move(path)), problems_(&problems) {}

    bool exists() const { return node_.exists(); }
    const Node& node() const { return node_; }
    const std::string& path() const { return path_; }   ///< "services[0].resources.memory"

    bool into(std::string& out) const;   ///< Any scalar, as written; null is refused.
    bool into(bool& out) const;
    bool into(Duration& out) const;
    bool into(Bytes& out) const;
    bool into(Bandwidth& out) const;
    bool into(Cpus& out) const;
    bool into(std::int64_t& out, Range<std::int64_t> range = {}) const;
    bool into(int& out, Range<int> range = {}) const;
    bool into(std::uint64_t& out) const;   ///< 0 .. 2^64-1, for seeds.
    bool into(double& out, Range<double> range = {}) const;
    /// A probability or share: "0.25" or "25%".
    bool into_fraction(double& out) const;
    /// A word of `choices`; anything else is reported with the nearest and the list.
    template <class E>
    bool into(E& out, const Choices<E>& choices) const;
    /// Sets nothing, and reports nothing, when the value is null.
    template <class T>
    bool into(std::optional<T>& out) const;
    /// A list whose items are all read; bad items are reported and left out.
    template <class T>
    bool into(std::vector<T>& out) const;

    /// The items of a list; a value of another kind is reported ("expected a list, found a map").
    std::vector<Value> items() const;
    /// The entries of a map in written order: name and value. Any name is valid.
    std::vector<std::pair<std::string, Value>> entries() const;
    /// A Reader of a map; of nothing (all reads keep their defaults) when it is none, after
    /// reporting.
    Reader as_map() const;

    /// Reports a problem at this value: `path: message`. A value that does not exist says line 0.
    void error(std::string message, std::string hint = "") const;
    void warning(std::string message, std::string hint = "") const;
    /// Reports "expected <wanted>, found <kind>".
    void wrong_kind(std::string_view wanted) const;

  private:
    friend class Reader;
    bool scalar(std::string_view wanted) const;
    void out_of_range() const;
    /// The index of the word within `words`, or -1 after reporting.
    int choice(const std::vector<std::string>& words) const;

    Node node_;
    std::string path_;
    Diagnostics* problems_;
};

/// Reads the keys of one map. Remembers every key asked for: those are the valid ones, and when the
/// Reader is destroyed any other key is reported with the nearest valid spelling.
class Reader {
  public:
    /// `path` is the map's own: "" for the whole file. Reports when `node` exists and is not a map;
    /// a null counts as an empty map.
    Reader(Node node, Diagnostics& problems, std::string path = "");
    Reader(Reader&& other) noexcept;
    Reader& operator=(Reader&&) = delete;
    ~Reader();

    /// False for the Reader of an absent key: every read keeps its default.
    bool present() const { return self_.exists(); }
    /// True when `key` is written in the map (even with a null). The key counts as valid from now
    /// on.
    bool has(std::string_view key);
    /// The raw value of a key; may not exist.
    Value value(std::string_view key);
    /// The map itself, for messages about the whole of it.
    const Value& self() const { return self_; }

    /// Reads an optional key: `out` keeps its value when the key is absent. Extra arguments (a
    /// Range, Choices) go to Value::into. True when `out` was set.
    template <class T>
    bool read(std::string_view key, T& out) { return value(key).into(out); }
    template <class T>
        requires std::is_arithmetic_v<T>
    bool read(std::string_view key, T& out, Range<std::type_identity_t<T>> range) {
        return value(key).into(out, range);
    }
    template <class E>
        requires std::is_enum_v<E>
    bool read(std::string_view key, E& out, const Choices<std::type_identity_t<E>>& choices) {
        return value(key).into(out, choices);
    }
    bool read_fraction(std::string_view key, double& out) { return value(key).into_fraction(out); }

    /// Reads a key that must be there: its absence is reported at the map's line.
    template <class T>
    bool require(std::string_view key, T& out) { return required(key).into(out); }
    template <class T>
        requires std::is_arithmetic_v<T>
    bool require(std::string_view key, T& out, Range<std::type_identity_t<T>> range) {
        return required(key).into(out, range);
    }
    template <class E>
        requires std::is_enum_v<E>
    bool require(std::string_view key, E& out, const Choices<std::type_identity_t<E>>& choices) {
        return required(key).into(out, choices);
    }
    /// value(), but reports when the key is absent.
    Value required(std::string_view key, std::string hint = "");

    /// A Reader of the map under `key`; one that is not present() when the key is absent.
    Reader map(std::string_view key) { return value(key).as_map(); }
    /// The list of maps under `key`; empty when absent.
    std::vector<Reader> maps(std::string_view key);
    /// The list under `key`, whatever its items; empty when absent.
    std::vector<Value> list(std::string_view key) { return value(key).items(); }
    /// The map of freely named values under `key`; empty when absent.
    std::vector<std::pair<std::string, Value>> entries(std::string_view key) {
        return value(key).entries();
    }

    /// Reports `message` at `key`'s value (at the map when it is absent) unless `holds`; says
    /// nothing of what is no map.
    bool check(bool holds, std::string_view key, std::string message, std::string hint = "");
    /// Names keys that are valid though nobody asks for them, such as "x-notes" or a variant's
    /// keys.
    void allow(std::initializer_list<std::string_view> keys);
    /// Accepts every key: for maps that somebody else checks.
    void allow_any() { any_key_ = true; }
    /// Reports unknown keys now; the destructor does it otherwise.
    void finish();

  private:
    Value self_;
    std::vector<std::string> asked_;   // In order of first mention, which hints keep.
    bool any_key_ = false;
    bool finished_ = false;
};

/// The problems in order of file and line, those of one line in the order of discovery; equal ones
/// once.
Diagnostics sorted(Diagnostics problems);

/// The words with ", " between them.
std::string joined(const std::vector<std::string>& words);

// Templates.

template <class E>
bool Value::into(E& out, const Choices<E>& choices) const {
    if (!exists()) return false;
    std::vector<std::string> words;
    for (const auto& [word, meaning] : choices) words.push_back(word);
    const int index = choice(words);
    if (index < 0) return false;
    out = choices[static_cast<std::size_t>(index)].second;
    return true;
}

template <class T>
bool Value::into(std::optional<T>& out) const {
    if (!exists() || node_.is_null()) return false;
    T read{};
    if (!into(read)) return false;
    out = std::move(read);
    return true;
}

template <class T>
bool Value::into(std::vector<T>& out) const {
    if (!exists()) return false;
    if (!node_.is_list() && !node_.is_null()) {
        wrong_kind("a list");
        return false;
    }
    out.clear();
    for (const Value& item : items()) {
        T read{};
        if (item.into(read)) out.push_back(std::move(read));
    }
    return true;
}

}   // namespace glasshive::yaml
