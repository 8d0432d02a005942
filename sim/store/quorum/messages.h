#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"
#include "kernel/process.h"
#include "store/db/edit.h"
#include "store/json/value.h"
#include "store/quorum/node_files.h"
#include "store/quorum/query.h"
#include "store/quorum/read_tally.h"
#include "store/quorum/write_tally.h"
#include "store/shard/shard_map.h"

namespace glasshive::store {

/// Between a coordinator and a replica. `a` is the coordinator's number of the request, `b` which
/// of its workers is asked; a reply carries both back.
enum class QuorumMessage : std::uint16_t {
    update = 400,   ///< ShardRequest: edits or replicated.
    open,           ///< ShardRequest: id.
    create,         ///< ShardRequest: map. Makes the node's files and stores the map.
    remove,         ///< ShardRequest: database.
    security,       ///< ShardRequest: security.
    revs_limit,     ///< ShardRequest: limit.
    query,          ///< ShardRequest: query; it reads.
    change,         ///< ShardRequest: query; it is part of a commit.
    maps,           ///< ShardRequest: maps. Another node's `_dbs`.
    listen,         ///< ShardRequest: database. Answered with `changed`, again and again.
    ignore,         ///< No longer.
    list_maps,      ///< Nothing. Answered with `listed`.
    updated,        ///< ShardReply: replies, in order of the edits.
    opened,         ///< ShardReply: path.
    found,          ///< ShardReply: found.
    listed,         ///< ShardReply: maps. The node's `_dbs`.
    changed,        ///< A copy of the database here.
    done,           ///< Nothing more to say.
    failed,         ///< No such file here, or maintenance: the worker is lost (rexi_EXIT).
    existed,        ///< Of `create`: another request made just that database here before.
    conflicted,     ///< Of `create`: the node knows another database of that name.
};

/// How large messages are on the wire, beside the bodies of documents in them: a header and some
/// words for each. Choices of the model.
inline constexpr Bytes request_bytes{128};
inline constexpr Bytes map_bytes{512};   ///< A request that carries a shard map.
inline constexpr Bytes reply_bytes{64};
inline constexpr Bytes edit_bytes{64};   ///< For each edit, beside its content: id and revision.
inline constexpr Bytes revision_bytes{24};   ///< For each revision of a path.

/// What one copy is asked. Only what its type names is filled; values are shared, not copied.
struct ShardRequest final : kernel::MessageBody {
    std::string database;
    std::string shard;   ///< Name of the file.
    std::vector<Edit> edits;
    std::vector<ReplicatedEdit> replicated;
    json::SharedBytes id;
    bool whole = false;   ///< Of `open`: all of the document's history.
    std::optional<ShardMap> map;
    json::Value security;
    json::Value user;   ///< Whose edits they are; nothing: a server's admin's.
    std::uint32_t limit = 0;
    bool internal = false;   ///< Of internal replication: served in maintenance, not validated.
    std::shared_ptr<const Query> query;
    std::shared_ptr<const DatabaseList> maps;
};

struct ShardReply final : kernel::MessageBody {
    std::vector<CopyReply> replies;
    OpenedPath path;
    std::shared_ptr<const Document> whole;
    std::optional<Found> found;
    std::shared_ptr<const DatabaseList> maps;
};

}   // namespace glasshive::store
