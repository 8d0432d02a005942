#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "viewer/model/picture.h"
#include "viewer/model/store_log.h"

namespace glasshive::viewer {

/// One copy of a shard, as it last spoke of itself.
struct CopyCell {
    NameId name, node, host;
    std::int64_t seq = 0;         ///< Its own count of changes.
    std::int64_t documents = 0;   ///< That are not deleted.
    std::int64_t behind = 0;      ///< Changes that the copy of its shard that is furthest has more.
    bool up = true;               ///< Its host is on and its node was not killed.
    /// Whether the database's map names it: while a copy is split, its halves are not asked yet;
    /// what was split or taken away stays on the disk for a while, or for good.
    enum class Place : std::uint8_t { asked, filling, left } place = Place::asked;
    Time said{};
};

/// A range of a database with its copies, by the database's nodes.
struct ShardRow {
    NameId range;
    int depth = 0;                ///< Wider ranges that it lies in: while some copies are split.
    std::vector<int> copies{};    ///< Index into StoreDatabase::copies; -1: that node has none.
    std::int64_t documents = 0;   ///< Of the copy with the most.
    bool asked = false;           ///< The map names a copy of it.
};

struct StoreDatabase {
    NameId name;
    std::vector<NameId> nodes;   ///< That hold copies, by name.
    std::vector<NameId> hosts;   ///< Theirs.
    std::vector<bool> nodes_up;
    std::vector<ShardRow> shards;   ///< By where they begin, the wider first.
    std::vector<CopyCell> copies;
    int q = 0;                    ///< Ranges, without those that are split somewhere.
    std::int64_t documents = 0;   ///< Of the copies with the most, summed up.
    int behind = 0;               ///< Copies that lag.
    int down = 0;                 ///< Copies on nodes that are not there.
    /// Some copies of a range are split, others are not yet.
    bool splits() const {
        return std::any_of(shards.begin(), shards.end(),
                           [](const ShardRow& shard) { return shard.depth > 0; });
    }
    std::string agreement;   ///< "differ" or "agree", where the recording says so.
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

/// `log`: knows which copies maps name; null: all. Cost: the live copies and replications, the
/// edits of maps.
StoreNow store_of(const Picture& picture, const Glass& glass, const StoreLog* log = nullptr);

}   // namespace glasshive::viewer
