#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "viewer/model/picture.h"

namespace glasshive::viewer {

/// One copy of a shard, as it last spoke of itself.
struct CopyCell {
    NameId name, node, host;
    std::int64_t seq = 0;         ///< Its own count of changes.
    std::int64_t documents = 0;   ///< That are not deleted.
    std::int64_t behind = 0;      ///< Changes that the copy of its shard that is furthest has more.
    bool up = true;               ///< Its host is on and its node was not killed.
    Time said{};
};

/// A range of a database with its copies, by the database's nodes.
struct ShardRow {
    NameId range;
    std::vector<int> copies;   ///< Index into StoreDatabase::copies; -1: that node has none.
};

struct StoreDatabase {
    NameId name;
    std::vector<NameId> nodes;   ///< That hold copies, by name.
    std::vector<NameId> hosts;   ///< Theirs.
    std::vector<bool> nodes_up;
    std::vector<ShardRow> shards;   ///< By range.
    std::vector<CopyCell> copies;
    std::int64_t documents = 0;   ///< Of the copies with the most, summed up.
    int behind = 0;               ///< Copies that lag.
    int down = 0;                 ///< Copies on nodes that are not there.
    std::string agreement;        ///< "differ" or "agree", where the recording says so.
};

struct Replication {
    NameId name, node, reason;
    NameId what;   ///< "started", "completed", …
    std::int64_t written = 0;
    Time since{};
};

/// The document stores of one instant.
struct StoreNow {
    std::vector<StoreDatabase> databases;    ///< By name, those that begin with "_" last.
    std::vector<Replication> replications;   ///< The newest first.
};

/// Cost: the live copies and replications.
StoreNow store_of(const Picture& picture, const Glass& glass);

}   // namespace glasshive::viewer
