#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "base/units.h"
#include "store/json/value.h"
#include "store/refusal.h"
#include "store/replicate/endpoint.h"
#include "store/replicate/peer.h"

namespace glasshive::store::replicate {

/// Options of a replication. Source: couch_replicator_parse:make_options/1, default.ini.
struct ReplicationOptions {
    bool continuous = false;
    bool create_target = false;
    PeerCreate create_target_params{};
    ChangesFilter filter{};
    /// A place in the source's history to begin at; nothing: where the last session ended. As
    /// given, for it may be any value.
    std::optional<std::string> since_seq{};
    bool winning_revs_only = false;
    bool use_checkpoints = true;
    bool use_bulk_get = true;
    std::size_t worker_processes = 4;
    std::size_t worker_batch_size = 500;
    Duration checkpoint_interval = std::chrono::seconds{30};
    Duration connection_timeout = std::chrono::seconds{30};
    std::uint32_t retries_per_request = 5;

    PeerPatience patience() const {
        return {.timeout = connection_timeout, .retries = retries_per_request};
    }
};

/// What `POST /_replicate` or a `_replicator` document asks for.
struct ReplicationRequest {
    Endpoint source{};
    Endpoint target{};
    ReplicationOptions options{};
    bool cancel = false;
    /// `_local_id`, `replication_id` or `id` of one to cancel; then there may be no endpoints.
    std::string id{};
    std::string user{};   ///< user_ctx.name of a document.
};

/// Or what is wrong with it, in CouchDB's words: {"bad_request", …} is 400, others 500.
/// A bare database name is taken in requests and in documents, unlike CouchDB 3, which has no local
/// endpoints any more. `usual`: what the node's configuration says of options that are not given.
/// Source: couch_replicator_parse.erl.
std::variant<ReplicationRequest, Refusal> read_request(json::View body,
                                                       const ReplicationOptions& usual = {});

}   // namespace glasshive::store::replicate
