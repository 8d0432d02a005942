// What a worker does with a batch: what misses the target, fetch it, write it.
// couch_replicator_worker.erl.
#include <algorithm>

#include "store/replicate/replicator.h"

namespace glasshive::store::replicate {

namespace {

/// Of documents that wait to be written together: DOC_BUFFER_BYTE_SIZE.
constexpr Bytes buffer_bytes_max{512 * 1024};
/// Requests of one worker for single documents, at once: [replicator] http_connections by
/// worker_processes.
constexpr std::size_t readers_max = 5;
/// Before a document that is unexpectedly missing is asked for again: MISSING_DOC_RETRY_MSEC.
constexpr Duration missing_wait = std::chrono::seconds{2};

bool is_design(const json::SharedBytes& id) { return id.view().starts_with("_design/"); }

}   // namespace

void Replicator::find_missing(const BatchPtr& batch) {
    query::RevsDiff wanted;
    for (const PeerChange& change : batch->changes) {
        if (change.revisions.empty()) continue;
        wanted.wanted.emplace_back(change.id, change.revisions);
        batch->stats.missing_checked += change.revisions.size();
    }
    ++batch->under_way;
    target_->revs_diff(
        wanted,
        hear<std::vector<found::Missing::One>>(
            [this, batch, asked = wanted.wanted](const std::vector<found::Missing::One>& diff) {
                --batch->under_way;
                const bool bulk = start_.request.options.use_bulk_get;
                std::vector<PeerWanted> together;
                for (std::size_t i = 0; i < diff.size(); ++i) {
                    batch->stats.missing_found += diff[i].missing.size();
                    for (const Revision& revision : diff[i].missing) {
                        auto& list = bulk && !is_design(asked[i].first) ? together : batch->singly;
                        list.push_back({asked[i].first, revision, diff[i].possible_ancestors});
                    }
                }
                if (!together.empty()) return fetch_bulk(batch, std::move(together));
                fetch_singly(batch);
            },
            [this](const PeerError& error) {
                fail(request_failed("POST", target_->uri() + "_revs_diff", error));
            }));
}

/// Without attachments: documents that have some come on their own.
void Replicator::fetch_bulk(const BatchPtr& batch, std::vector<PeerWanted> wanted) {
    ++batch->under_way;
    batch->stats.bulk_get_attempts += wanted.size();
    const auto asked = std::make_shared<const std::vector<PeerWanted>>(std::move(wanted));
    source_->fetch(*asked, false,
                   hear<std::vector<PeerFetched>>(
                       [this, batch, asked](const std::vector<PeerFetched>& fetched) {
                           --batch->under_way;
                           for (std::size_t i = 0; i < fetched.size(); ++i) {
                               if (fetched[i].leaves.empty()) {
                                   batch->singly.push_back((*asked)[i]);
                                   continue;
                               }
                               ++batch->stats.bulk_get_docs;
                               for (const ReplicatedEdit& leaf : fetched[i].leaves) {
                                   buffer(batch, leaf);
                               }
                           }
                           fetch_singly(batch);
                       },
                       [this](const PeerError& error) {
                           fail(request_failed("POST", source_->uri() + "_bulk_get", error));
                       }));
}

void Replicator::fetch_singly(const BatchPtr& batch) {
    while (!batch->singly.empty() && batch->under_way < readers_max) {
        PeerWanted wanted = std::move(batch->singly.back());
        batch->singly.pop_back();
        fetch_one(batch, std::move(wanted), false);
    }
    look(batch);
}

void Replicator::fetch_one(const BatchPtr& batch, PeerWanted wanted, bool again) {
    ++batch->under_way;
    const auto missing = [this, batch, wanted, again] {
        if (again) {
            return fail(job_error_term("{process_died,missing_doc}"));
        }
        PeerWanted once_more = wanted;
        once_more.known.clear();
        const auto alarm = std::make_shared<std::uint64_t>();
        *alarm = alarms_.set(missing_wait, [this, batch, once_more, alarm] {
            set_.erase(*alarm);
            if (phase_ == Phase::ended) return;
            --batch->under_way;
            fetch_one(batch, once_more, true);
        });
        set_.insert(*alarm);
    };
    source_->fetch({wanted}, true,
                   hear<std::vector<PeerFetched>>(
                       [this, batch, missing](const std::vector<PeerFetched>& fetched) {
                           if (fetched.empty() || fetched.front().leaves.empty()) return missing();
                           --batch->under_way;
                           for (const ReplicatedEdit& leaf : fetched.front().leaves) {
                               const Content& content = *leaf.path.back().content;
                               if (content.attachments.empty() && !is_design(leaf.id)) {
                                   buffer(batch, leaf);
                               } else {   // In a request of its own.
                                   ++batch->stats.docs_read;
                                   write(batch, {leaf});
                               }
                           }
                           fetch_singly(batch);
                       },
                       [this, id = std::string(wanted.id.view())](const PeerError& error) {
                           fail(request_failed("GET", source_->uri() + id, error));
                       }));
}

void Replicator::buffer(const BatchPtr& batch, ReplicatedEdit edit) {
    ++batch->stats.docs_read;
    batch->buffered += edit.path.back().content->size();
    batch->buffer.push_back(std::move(edit));
    if (batch->buffered > buffer_bytes_max) flush(batch);
}

void Replicator::flush(const BatchPtr& batch) {
    std::vector<ReplicatedEdit> edits = std::move(batch->buffer);
    batch->buffer.clear();
    batch->buffered = {};
    write(batch, std::move(edits));
}

void Replicator::write(const BatchPtr& batch, std::vector<ReplicatedEdit> edits) {
    ++batch->under_way;
    const std::size_t count = edits.size();
    target_->write(edits,
                   hear<std::vector<PeerRefused>>(
                       [this, batch, count](const std::vector<PeerRefused>& refused) {
                           --batch->under_way;
                           batch->stats.docs_written += count - refused.size();
                           batch->stats.doc_write_failures += refused.size();
                           fetch_singly(batch);
                       },
                       [this](const PeerError& error) {
                           fail(request_failed("POST", target_->uri() + "_bulk_docs", error));
                       }));
}

/// All read: what waits is written; all written: it is done.
void Replicator::look(const BatchPtr& batch) {
    if (phase_ == Phase::ended || batch->under_way > 0 || !batch->singly.empty()) return;
    if (!batch->buffer.empty()) return flush(batch);
    batch_done(*batch);
}

/// report_seq_done: what is through is what has no gap before it.
void Replicator::batch_done(const Batch& batch) {
    const Place place{batch.number, batch.seq};
    stats_.add(batch.stats);
    const bool first = in_progress_.begin()->first == place.batch;
    in_progress_.erase(place.batch);   // `batch` lives on with whoever called.
    if (highest_.batch < place.batch) highest_ = place;
    if (first) through_ = place;
    if (in_progress_.empty()) through_ = highest_;
    if (phase_ != Phase::running) return;
    start_workers();
    read_on();
    maybe_finish();
}

}   // namespace glasshive::store::replicate
