#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/json/value.h"
#include "store/quorum/gatherer.h"
#include "store/replicate/document_watch.h"
#include "store/replicate/job_runner.h"

namespace glasshive::store::replicate {

/// Who shows its rows: a node, with its options and clock.
struct RowsOf {
    std::string node{};
    Time now{};
    const SchedulerOptions& options;

    std::string text_of(Time time) const;
    std::int64_t seconds_of(Time time) const;
};

/// Of `_scheduler/jobs`. Source: couch_replicator_scheduler:job_ejson/1,
/// couch_replicator_httpd_util:update_db_name/1.
json::Value job_row(const RowsOf& of, const JobRunner& runner, const std::string& id,
                    const RunnerJob& job);
/// Of `_active_tasks`; nothing for a job that does not run.
/// Source: couch_replicator_scheduler_job:do_init/1, chttpd_misc:handle_task_status_req/1.
std::optional<json::Value> task_row(const RowsOf& of, const JobRunner& runner,
                                    const std::string& id, const RunnerJob& job);
/// Of `_scheduler/docs`, of a document that this node runs; nothing when its job just ended.
/// Source: couch_replicator_doc_processor:ejson_doc/2, couch_replicator_scheduler:job_summary/2.
std::optional<json::Value> document_row(const RowsOf& of, const JobRunner& runner,
                                        const DocumentKey& key,
                                        const DocumentWatch::Document& document);
/// Of `_scheduler/docs`, of a document that has ended; nothing for any other.
/// Source: couch_replicator:info_from_doc/2.
std::optional<json::Value> ended_row(const std::string& database, const std::string& id,
                                     json::View body);
/// A job's progress. Source: couch_replicator_scheduler_job:rep_stats/1, update_task/1.
json::Value progress_value(const Replicator& run);

}   // namespace glasshive::store::replicate
