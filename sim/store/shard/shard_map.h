#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "store/json/value.h"
#include "store/revtree/revision.h"
#include "store/shard/placement.h"
#include "store/shard/ranges.h"

namespace glasshive::store {

/// A line of the shard map's changelog: what was added, moved away or split.
struct MapChange {
    enum class Kind : std::uint8_t { add, remove, split };
    Kind kind = Kind::add;
    Range range;
    std::string node;
    std::uint32_t parts = 0;   ///< Of a split.

    friend bool operator==(const MapChange&, const MapChange&) = default;
};

/// Where a database's copies are: its document in `_dbs`, which every node has a copy of and an
/// operator may edit by hand. So by_node and by_range may disagree; then by_node counts, as in
/// CouchDB. Nothing here moves by itself: nodes that join hold nothing, nodes that leave stay.
/// Source: fabric_db_create:make_document/3, mem3_util:build_ordered_shards/2,
/// mem3_reshard_dbdoc:update_shard_props/3.
/// Memory: copies share what they hold until one of them is edited: all nodes have all maps, and
/// tell them to each other.
class ShardMap {
  public:
    /// A new database's map. `created`: seconds since 1970, which every shard's name carries.
    /// `tombstone`: the revision of one of that name that was deleted, or null.
    ShardMap(std::string database, std::int64_t created, bool partitioned,
             const std::vector<Copy>& copies, const Revision* tombstone = nullptr);
    /// From a document's body, which may be anybody's. Or what is wrong with it.
    static std::variant<ShardMap, std::string> read(std::string database, json::View body);
    /// The document's body, as CouchDB writes it: shard_suffix, changelog, by_node, by_range,
    /// props.
    json::Value body() const;

    const std::string& database() const { return parts_->database; }
    const std::string& suffix() const { return parts_->suffix; }   ///< ".1415960794"
    bool partitioned() const { return parts_->partitioned; }
    /// "shards/80000000-ffffffff/orders.1415960794"
    std::string shard_name(const Range& range) const;
    const std::vector<MapChange>& changelog() const { return parts_->changelog; }
    /// As of any document: of two maps of one database the greater one counts.
    const Revision& revision() const { return parts_->revision; }

    // --- Who holds what --------------------------------------------------------------------------
    /// All copies. By range and then in the map's order of nodes, in which a request asks them.
    const std::vector<Copy>& copies() const { return parts_->copies; }
    std::vector<const Copy*> copies_on(std::string_view node) const;
    /// Which copies hold these hashes. While one copy of a range is split and another is not,
    /// ranges of several lengths hold a document.
    std::vector<const Copy*> copies_of(std::uint32_t hash) const;
    /// Ditto for an id; empty for one that a partitioned database refuses.
    std::vector<const Copy*> copies_of(std::string_view id) const;
    std::optional<std::uint32_t> hash(std::string_view id) const;
    /// The distinct ranges, in order; q of them unless a split is half done.
    std::vector<Range> ranges() const;
    /// How many whole rings the copies make: the database's n. Source: mem3_util:calculate_max_n/1.
    std::uint32_t n() const { return parts_->n; }
    /// The copy that a node prefers to ask of these: every node names the same one.
    /// Requires one or more of equal range. Source: mem3:choose_ushards/2.
    const Copy* preferred(const std::vector<const Copy*>& copies) const;

    // --- What an operator does -------------------------------------------------------------------
    /// Each says whether it could. A move: add on the new node, wait until it is filled, remove.
    bool add_copy(const Range& range, const std::string& node);
    bool remove_copy(const Range& range, const std::string& node);
    /// One node's copy of a range is now `parts` copies. Others keep theirs whole.
    bool split_copy(const Range& range, const std::string& node, std::uint32_t parts);
    /// What was changed is an edit of `before`, the map as it stood: the same edit made on two
    /// nodes is no conflict.
    void edit_of(const ShardMap& before);
    /// The one that counts of two maps of the same database. Splits that only the other one knows
    /// are done in it, too, which is an edit: a split that is done cannot be undone by a conflict
    /// between two sides of a partition. Ours: CouchDB keeps both and an operator mends it.
    static ShardMap merged(const ShardMap& a, const ShardMap& b);

  private:
    struct Parts {
        std::string database;
        std::string suffix;
        bool partitioned = false;
        std::vector<MapChange> changelog;
        std::map<std::string, std::vector<Range>> by_node;
        std::map<Range, std::vector<std::string>> by_range;
        std::vector<Copy> copies;
        std::uint32_t n = 0;
        Revision revision;

        void rebuild();
    };
    ShardMap() : parts_(std::make_shared<Parts>()) {}
    /// To be edited: nobody else's.
    Parts& own();

    std::shared_ptr<Parts> parts_;
};

/// Takes the name of a shard apart; empty when it is none.
struct ShardName {
    Range range;
    std::string database;
    std::string suffix;
};
std::optional<ShardName> parse_shard_name(std::string_view name);

/// Which of `nodes` is responsible for a document: the same to all who know the same nodes.
/// Requires one or more. Source: mem3:owner/3, mem3_util:rotate_list/2.
std::string owner_of(std::string_view database, std::string_view id,
                     std::vector<std::string> nodes);

}   // namespace glasshive::store
