#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "store/db/database.h"
#include "store/json/value.h"
#include "store/revtree/revision.h"
#include "store/shard/placement.h"
#include "store/shard/shard_map.h"

namespace glasshive::store {

/// A node's document in `_nodes`: it is a member of the cluster unless that is deleted.
struct MemberDocument {
    Revision revision{};
    json::Value body{};   ///< `zone`, `decom`, and whatever an operator writes.
    bool deleted = false;
};

/// The tombstone of a database in `_dbs`. One of the same name may be made in the same second, with
/// the same suffix: then revisions say which came later.
struct RemovedDatabase {
    std::string suffix;
    Revision revision;
};

/// `_dbs` and `_nodes`: the databases that a node knows, and those it knows to be gone; the members
/// of its cluster. Nodes replicate both to each other.
struct DatabaseList {
    std::map<std::string, ShardMap, std::less<>> maps;   ///< By database.
    /// Tombstones: of that name the newest one that was deleted.
    std::map<std::string, RemovedDatabase, std::less<>> removed;
    std::map<std::string, MemberDocument, std::less<>> members;   ///< By the node's name.

    /// Null: it knows no such database.
    const ShardMap* map_of(std::string_view database) const;
    /// Whether a node is a member. With no list at all every node is.
    bool has_member(std::string_view node) const;
    /// Members as a placement sees them, in order of their names.
    std::vector<Member> placeable() const;
};

/// What a node has on its disk: it outlives the node's processes.
struct NodeFiles : DatabaseList {
    std::map<std::string, Database, std::less<>> copies;   ///< By the shard's name.
    std::uint32_t copies_made = 0;
    std::string prefix{};   ///< Of names in events, such as "west/"; with several stores in a run.

    /// What events call a database, so that no other store's has that name.
    std::string told(std::string_view database) const { return prefix + std::string(database); }
};

/// An edit of a member's document, or its first one (`before` null). `body` without its _id and
/// _rev.
MemberDocument edited_member(const MemberDocument* before, json::Value body, bool deleted = false);
/// `{}`, or with a zone.
json::Value member_body(std::string_view zone);

}   // namespace glasshive::store
