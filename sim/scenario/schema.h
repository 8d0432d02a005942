#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "platform/spec.h"
#include "yaml/reader.h"

/// The one table of everything a scenario may say. Readers may ask for nothing that is not in it
/// and must ask for all that is; docs/reference/scenario.md is printed from it.
namespace glasshive::scenario {

/// One key of a map.
struct KeyInfo {
    std::string key;
    std::string type;       ///< "duration", "list of [faults](#faults)"
    std::string fallback;   ///< What counts when the key is absent; "required"; or empty.
    std::string doc;
    std::string example;    ///< YAML of the value; may be empty.
};

/// One kind of map.
struct Section {
    std::string name;       ///< Heading and anchor: "faults".
    std::string doc;
    std::vector<KeyInfo> keys;
    std::string example;    ///< YAML of a whole file or part; may be empty.
};

enum class Part {
    scenario,
    platform,
    host_shape,
    host_group,
    zone_group,
    disk,
    link,
    links,
    uplink,
    cable,
    fat_tree,
    fat_tree_level,
    registry,
    image,
    service,
    resources,
    restart,
    placement,
    port,
    behaviour,
    healthcheck,
    update,
    stack,
    workload,
    client,
    fault,
    group,
    law,
    command,
    record,
    scheduler,
    script,
    pulls,
    balancer,
    autoscaler,
    network,
    store,
    database,
    documents,
    store_client,
    step,
    replication,
    session,
    given,
};

const Section& section(Part part);
/// In the order of the reference page.
const std::vector<Part>& all_parts();

/// A map that is read with the keys of one part: a key the part does not have is our bug, and so is
/// one that its reader forgets. Unknown keys in the file are reported as by yaml::Reader.
class Map {
  public:
    Map(Part part, yaml::Reader reader);
    Map(Part part, const yaml::Value& value) : Map(part, value.as_map()) {}
    Map(const Map&) = delete;
    Map& operator=(const Map&) = delete;
    ~Map();

    bool present() const { return reader_.present(); }
    const yaml::Value& self() const { return reader_.self(); }
    /// The table has such a key, whether or not this file does.
    bool has_key(std::string_view key) const;
    bool has(std::string_view key) { return asked(key), reader_.has(key); }
    yaml::Value value(std::string_view key) { return asked(key), reader_.value(key); }
    /// A key that is not there is reported with its example.
    yaml::Value required(std::string_view key);

    template <class T>
    bool read(std::string_view key, T& out) { return value(key).into(out); }
    template <class T>
        requires std::is_arithmetic_v<T>
    bool read(std::string_view key, T& out, yaml::Range<std::type_identity_t<T>> range) {
        return value(key).into(out, range);
    }
    template <class E>
        requires std::is_enum_v<E>
    bool read(std::string_view key, E& out, const yaml::Choices<std::type_identity_t<E>>& choices) {
        return value(key).into(out, choices);
    }
    template <class T>
    bool require(std::string_view key, T& out) { return required(key).into(out); }
    /// Reports at `key`'s value unless `holds`.
    bool check(bool holds, std::string_view key, std::string message, std::string hint = "") {
        return asked(key), reader_.check(holds, key, std::move(message), std::move(hint));
    }

  private:
    /// Marks the key as asked for; its entry in the table.
    const KeyInfo& asked(std::string_view key);

    const Section& section_;
    yaml::Reader reader_;
    std::vector<bool> asked_;
};

/// Reads the `schema` of a file and reports one that this program does not know.
void check_schema(Map& map);
/// Where a value is written.
platform::Where where_of(const yaml::Value& value);
/// The texts of a scalar or of a list of scalars, each with its place; anything else is reported.
std::vector<std::pair<std::string, yaml::Value>> texts_of(const yaml::Value& value);
/// "a, b, c", of many names the first few and how many there are.
std::string listed(const std::vector<std::string>& names);

}   // namespace glasshive::scenario
