#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "store/shard/ranges.h"

namespace glasshive::store::reshard {

/// How far a split has come, in its order. Source: mem3_reshard_job.erl, SPLIT_STATES.
enum class Step : std::uint8_t {
    made,                ///< "new"
    initial_copy,        ///< The copy as it is, into two new files.
    topoff1,             ///< What was written meanwhile.
    build_indices,       ///< Of the new files, so that no reader waits for them.
    topoff2,             ///< What was written meanwhile.
    copy_local_docs,     ///< `_local` documents, which no push brings.
    update_shardmap,     ///< From here on the cluster asks the new files.
    wait_source_close,   ///< Requests of before the map end.
    topoff3,             ///< What these wrote.
    source_delete,
    completed,
};
/// As `_reshard` shows it: "new", "initial_copy", …
std::string_view text_of(Step step);
/// Requires that it is not the last one.
Step next(Step step);
/// Where a job begins again whose node went down at this step. Source: STATE_RESTART.
Step restart(Step step);

enum class JobState : std::uint8_t { made, running, stopped, completed, failed };
std::string_view text_of(JobState state);

/// One line of a job's history.
struct JobEvent {
    Time at{};
    JobState state = JobState::made;
    std::string detail{};   ///< A step, or a reason; empty: null.
};

/// A job that splits one node's copy of one range in two. It is on the node's disk.
/// Source: mem3_reshard.hrl, #job{}.
struct SplitJob {
    std::string id;
    std::string node;
    std::string source;                 ///< Shard.
    std::vector<std::string> targets;   ///< Shards.
    JobState state = JobState::made;
    Step step = Step::made;
    std::string reason{};   ///< state_info: why it stopped or failed.
    std::string error{};    ///< state_info: why it tries a step again.
    Time started{};
    Time updated{};
    std::vector<JobEvent> history{};
    std::size_t retries = 0;   ///< Of this step.
    bool suspended = false;    ///< It stopped because splitting was switched off.
};

/// "001-" and the SHA-256 of shard and node in hex. Source: mem3_reshard:set_job_id/1.
std::string job_id(std::string_view shard, std::string_view node);
/// The names of the shards that this one becomes; empty for one that is too short, or none.
std::vector<std::string> targets_of(std::string_view shard);
/// Adds a line, and forgets the oldest ones beyond `max`. Source: mem3_reshard:update_history/4.
void note(SplitJob& job, Time at, std::string detail, std::size_t max);

/// What a node has on its disk of splitting: `_local` documents of its `_dbs`.
struct ReshardFiles {
    bool stopped = false;
    std::optional<std::string> reason{};
    std::map<std::string, SplitJob, std::less<>> jobs{};   ///< By id.
};

}   // namespace glasshive::store::reshard
