#pragma once

#include <string>

#include "door/couch/call.h"

namespace glasshive::door::couch {

// Documents that only nodes have, and replicate to each other: /_node/{name}/_dbs/{db} and
// /_node/{name}/_nodes/{node}. `member`: whose are meant.

/// GET, PUT: a database's shard map. An operator moves a copy by it: what he adds is made, empty,
/// and filled by internal replication; what he takes away stays on the disk and is asked no more.
/// Source: src/docs/src/cluster/sharding.rst.
void shard_map_document(Call& call, std::size_t member, const std::string& database);
/// GET, PUT, DELETE: a member of the cluster. Nothing moves with it.
/// Source: src/docs/src/cluster/nodes.rst.
void member_document(Call& call, std::size_t member, const std::string& node);
/// A node is a member, or no longer, as the first one of these sees it: `add_node` of
/// `_cluster_setup`.
void set_member(Call& call, std::size_t member, const std::string& node, bool in);

}   // namespace glasshive::door::couch
