#pragma once

#include <map>
#include <string>

#include "store/db/database.h"
#include "store/shard/shard_map.h"

namespace glasshive::store {

/// What a node has on its disk: it outlives the node's processes.
struct NodeFiles {
    std::map<std::string, ShardMap, std::less<>> maps;     ///< `_dbs`, by database.
    std::map<std::string, Database, std::less<>> copies;   ///< By the shard's name.
};

}   // namespace glasshive::store
