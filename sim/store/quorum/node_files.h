#pragma once

#include <map>
#include <string>

#include "store/db/database.h"
#include "store/shard/shard_map.h"

namespace glasshive::store {

/// `_dbs`: the databases a node knows, and those it knows to be gone.
struct DatabaseList {
    std::map<std::string, ShardMap, std::less<>> maps;   ///< By database.
    /// Tombstones: the suffix of the newest one of that name that was deleted.
    std::map<std::string, std::string, std::less<>> removed;
};

/// What a node has on its disk: it outlives the node's processes.
struct NodeFiles : DatabaseList {
    std::map<std::string, Database, std::less<>> copies;   ///< By the shard's name.
    std::uint32_t copies_made = 0;
};

}   // namespace glasshive::store
