#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/db/edit.h"
#include "store/json/builder.h"
#include "store/json/value.h"

namespace glasshive::store::replicate {

/// What a replication did. Source: couch_replicator_stats.erl.
struct ReplicationStats {
    std::uint64_t missing_checked = 0;
    std::uint64_t missing_found = 0;
    std::uint64_t docs_read = 0;
    std::uint64_t docs_written = 0;
    std::uint64_t doc_write_failures = 0;
    std::uint64_t bulk_get_docs = 0;
    std::uint64_t bulk_get_attempts = 0;

    void add(const ReplicationStats& other);
};

/// How many sessions a checkpoint remembers.
inline constexpr std::size_t checkpoint_history_max = 50;

/// Where a replication begins, and the sessions before that both sides know of.
struct StartingPoint {
    std::string since = "0";
    std::vector<json::Value> history{};
};

/// Of the same session on both sides: its end. Else the newest session that both have in their
/// histories: what was recorded then. Else zero. Null: there is no checkpoint.
/// Source: couch_replicator_scheduler_job:compare_replication_logs/2.
StartingPoint starting_point(const LocalDocument* source, const LocalDocument* target);

/// One session, as it goes into both sides' checkpoints.
struct ReplicationSession {
    std::string id{};
    std::int64_t started = 0;   ///< Seconds since 1970.
    std::int64_t ended = 0;
    std::string start_seq = "0";
    std::string through_seq = "0";
    ReplicationStats stats{};
    bool by_doc_ids = false;   ///< Then what old clients look for is added.
};
/// A checkpoint's body, at most 50 sessions. Source: do_checkpoint/1.
json::Value checkpoint_body(const ReplicationSession& session,
                            const std::vector<json::Value>& history);

/// The zero at which all histories begin is a number, every other place a text.
void write_seq(std::string_view seq, json::Builder& out);

}   // namespace glasshive::store::replicate
