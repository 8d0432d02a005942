#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "scenario/compose/compose.h"
#include "scenario/compose/item.h"

namespace glasshive::compose {

/// What one load() shares between its parts.
class Loader {
  public:
    explicit Loader(const Options& options_) : options(options_) {}

    const Options& options;
    Diagnostics problems;

    /// A network, volume, secret or config of the top level.
    template <class T>
    struct Definition {
        T spec;
        bool used = false;   ///< By a service.
    };
    template <class T>
    struct Definitions {
        std::vector<Definition<T>> in_order;
        std::map<std::string, std::size_t> by_key;
        Definition<T>* find(const std::string& key) {
            const auto at = by_key.find(key);
            return at == by_key.end() ? nullptr : &in_order[at->second];
        }
        std::vector<std::string> keys() const {
            std::vector<std::string> result;
            for (const auto& [key, index] : by_key) result.push_back(key);
            return result;
        }
    };
    Definitions<swarm::NetworkSpec> networks;
    Definitions<swarm::VolumeSpec> volumes;
    Definitions<swarm::FileObjectSpec> secrets, configs;

    void error(const Item& at, std::string message, std::string hint = "");
    void error(int line, std::string path, std::string message, std::string hint = "");
    void warning(const Item& at, std::string message, std::string hint = "");
    /// "shop_web" for "web".
    std::string scoped(const std::string& name) const { return options.stack_name + "_" + name; }
    /// The labels with docker's own that marks what belongs to a stack.
    std::map<std::string, std::string>
    stack_labels(std::map<std::string, std::string> labels) const;
};

/// Reports "must be a string or list" and returns false unless the item's type is among `types`.
bool expect(Loader& loader, const Item& item, Types types);
/// Reports "array items[0,1] must be unique" for the first pair of equal items.
void expect_unique(Loader& loader, const Item& list);

/// The keys of one map, checked as docker's JSON schema checks them: wrong types and unknown keys
/// are reported in its words. Every key asked for is valid; x- keys always are when `extensible`.
class Fields {
  public:
    Fields(Loader& loader, const Item& map, bool extensible = false);
    Fields(const Fields&) = delete;
    Fields& operator=(const Fields&) = delete;
    /// Reports unknown keys.
    ~Fields();

    const Item& item() const { return map_; }
    Loader& loader() const { return loader_; }
    /// The item of `key` when it is there and of one of `types` (else that is reported), or null.
    const Item* get(std::string_view key, Types types);
    /// Lists keys that are valid and mean nothing here.
    void allow(std::initializer_list<std::string_view> keys);

    std::string text(std::string_view key);
    std::optional<bool> flag(std::string_view key);
    std::optional<std::int64_t> integer(std::string_view key);
    /// A whole number that is not negative.
    std::optional<std::uint64_t> count(std::string_view key);
    std::optional<double> number(std::string_view key);
    std::optional<Duration> duration(std::string_view key);
    /// A list of texts; equal ones are reported when `unique`.
    std::vector<std::string> texts(std::string_view key, bool unique = true);
    /// A text or a list of texts (string_or_list).
    std::vector<std::string> text_or_texts(std::string_view key);
    /// A command: a list, or a text split as a shell would (google/shlex).
    std::vector<std::string> command(std::string_view key);
    /// A map of scalars or a list of KEY=VALUE (list_or_dict); a key without a value maps to
    /// nothing.
    std::map<std::string, std::optional<std::string>> mapping(std::string_view key);
    /// mapping() with "" for keys without a value.
    std::map<std::string, std::string> labels(std::string_view key);
    /// A map of texts and numbers, as driver options are.
    std::map<std::string, std::string> options(std::string_view key);

  private:
    Loader& loader_;
    const Item& map_;
    std::vector<std::string> known_;
    bool extensible_;
};

/// True when `name` is acceptable as a key of services, networks, volumes, secrets and configs.
bool valid_key(std::string_view name);

// The parts of a file. Each reports what is wrong with its part and goes on.
void load_networks(Loader& loader, const Item& section);
void load_volumes(Loader& loader, const Item& section);
void load_secrets(Loader& loader, const Item& section);
void load_configs(Loader& loader, const Item& section);
swarm::ServiceSpec load_service(Loader& loader, const std::string& name, const Item& item);
void load_deploy(Loader& loader, const Item& item, swarm::ServiceSpec& spec);
void load_environment(Fields& service, swarm::ContainerSpec& spec);
void load_ports(Fields& service, std::vector<swarm::PortConfig>& ports);
void load_mounts(Fields& service, std::vector<swarm::Mount>& mounts);

}   // namespace glasshive::compose
