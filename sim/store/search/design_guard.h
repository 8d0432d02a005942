#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/db/validator.h"
#include "store/quorum/gatherer.h"
#include "store/search/scripts.h"

namespace glasshive::store::search {

/// The validation functions of databases, as one node knows them, and what they say.
///
/// They are read when an edit first needs them, from the design documents of the whole database
/// (one copy of each range, so perhaps old ones), and forgotten when one of those is written
/// anywhere. Design documents themselves are for admins, and must compile; functions are not asked
/// about them.
/// Source: couch_db:validate_doc_update/3, load_validation_funs/1;
/// ddoc_cache_entry_validation_funs.erl; fabric:reset_validation_funs/1.
class DesignGuard {
  public:
    DesignGuard(Scripts& scripts, Gatherer& gatherer) : scripts_(scripts), gatherer_(gatherer) {}

    std::optional<Refusal> refuses(const EditWriter& writer, const EditSeen& edit);
    bool ready(std::string_view shard, std::function<void(bool)> then);
    /// "orders.1415960794": of a shard, what its database is called among those of its name.
    static std::string instance_of(std::string_view shard);
    void forget(const std::string& instance);
    void clear() { databases_.clear(); }

  private:
    struct Function {
        json::Value design;
        std::string source;
    };
    struct Known {
        enum class State : std::uint8_t { unknown, loading, known } state = State::unknown;
        bool again = false;   // Forgotten while loading.
        std::string database{};
        std::vector<Function> functions{};
        std::vector<std::function<void(bool)>> waiting{};
    };
    void load(const std::string& instance);
    void loaded(const std::string& instance, const DocsAnswer& answer);

    Scripts& scripts_;
    Gatherer& gatherer_;
    std::map<std::string, Known, std::less<>> databases_;   // By instance.
};

}   // namespace glasshive::store::search
