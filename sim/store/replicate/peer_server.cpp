#include "store/replicate/peer_server.h"

#include <algorithm>

#include "store/replicate/plain_filters.h"
#include "store/spec.h"

namespace glasshive::store::replicate {

namespace {

const PeerError no_database{404, "not_found", "Database does not exist."};

/// More shards than this nobody means; CouchDB has no bound.
constexpr std::int64_t ranges_max = 4096;

/// Of an answer that is no success: what chttpd would say.
PeerError problem(int status, const std::string& reason) {
    if (status == 404 && reason == "no_db_file") return no_database;
    if (status == 404) return {404, "not_found", reason};
    if (status == 400) return {400, "bad_request", reason};
    if (status == 412)
        return {412, reason,
                "The database could not be created, the file already "
                "exists."};
    return {status, reason.empty() ? "error" : reason, reason};
}

bool is_design(std::string_view id) { return id.starts_with("_design/"); }

PeerPage page_of(const std::vector<ChangesAnswer::Row>& rows) {
    PeerPage page;
    for (const ChangesAnswer::Row& row : rows) {
        page.changes.push_back({row.seq, row.change.id, row.change.revisions, row.change.deleted});
    }
    return page;
}

PeerError refusal_of(const Decision& decision) {
    const Refusal why = decision.refusal ? *decision.refusal : Refusal{"forbidden", ""};
    const int status = decision.kind == Decision::Kind::unauthorized  ? 401
                       : decision.kind == Decision::Kind::bad_request ? 400
                                                                      : 403;
    return {status, why.error, why.reason};
}

}   // namespace

// --- Connections ---------------------------------------------------------------------------------

void PeerServer::on_message(const kernel::Message& message) {
    const Key key{message.channel, message.a};
    if (static_cast<PeerMessage>(message.type) == PeerMessage::forget) return forget(key);
    const auto request = std::static_pointer_cast<const PeerRequest>(message.body);
    calls_.emplace(key, Call{request});
    if (const auto refusal = refused(*request)) return answer(key, *refusal);
    std::visit([&](const auto& question) { serve(key, *request, question); }, request->question);
}

std::optional<PeerError> PeerServer::refused(const PeerRequest& request) const {
    const bool creates = std::holds_alternative<ask::Create>(request.question);
    if (!creates && node_.files.maps.count(request.database) == 0) return no_database;
    if (node_.gate == nullptr) return {};
    const bool writes = std::holds_alternative<ask::Write>(request.question) ||
                        std::holds_alternative<ask::WriteLocal>(request.question);
    const auto verb = creates  ? PeerGate::Verb::create
                      : writes ? PeerGate::Verb::write
                               : PeerGate::Verb::read;
    return node_.gate->refuses(request.who, request.database, verb);
}

void PeerServer::answer(const Key& key, PeerTold told) {
    const auto at = calls_.find(key);
    if (at == calls_.end()) return;
    calls_.erase(at);
    auto reply = std::make_shared<PeerReply>();
    reply->told = std::move(told);
    const Bytes size = size_of(*reply);
    kernel_.send(id(), key.first,
                 {.type = static_cast<std::uint16_t>(PeerMessage::answer),
                  .a = key.second,
                  .body = std::move(reply),
                  .size = size});
}

std::function<void(PeerTold)> PeerServer::answering(const Key& key) {
    return [this, key](PeerTold told) { answer(key, std::move(told)); };
}

void PeerServer::forget(const Key& key) {
    const auto at = calls_.find(key);
    if (at == calls_.end()) return;
    if (at->second.feed != 0) node_.feeds.close(at->second.feed);
    calls_.erase(at);
}

void PeerServer::on_channel_closed(ChannelId channel, kernel::CloseReason) {
    for (auto at = calls_.lower_bound({channel, 0});
         at != calls_.end() && at->first.first == channel;) {
        const Key key = at->first;
        ++at;
        forget(key);
    }
}

std::string PeerServer::start_time(const std::string& database) const {
    const auto map = node_.files.maps.find(database);
    return map == node_.files.maps.end() ? "0" : map->second.suffix().substr(1);
}

// --- What concerns the database as a whole -------------------------------------------------------

void PeerServer::serve(const Key& key, const PeerRequest& request, const ask::Info&) {
    node_.gatherer.info(request.database, [this, reply = answering(key),
                                           name = request.database](const InfoAnswer& info) {
        if (info.status != 200) return reply(problem(info.status, info.reason));
        reply(PeerInfo{info.update_seq, start_time(name)});
    });
}

void PeerServer::serve(const Key& key, const PeerRequest& request, const ask::Create& what) {
    const std::string& partitioned = what.options.partitioned;
    const bool system = request.database == "_users" || request.database == "_replicator";
    if (!system && !is_database_name(request.database)) {
        return answer(key, problem(400, "illegal_database_name"));
    }
    if (!partitioned.empty() && partitioned != "true" && partitioned != "false") {
        return answer(key, problem(400, "Invalid `partitioned` parameter"));
    }
    Spread spread;
    spread.partitioned = partitioned == "true";
    if (what.options.q < 0 || what.options.q > ranges_max) {
        return answer(key, problem(400, "The `q` value should be a positive integer."));
    }
    if (what.options.n < 0) {
        return answer(key, problem(400, "The `n` value should be a positive integer."));
    }
    if (what.options.q > 0) spread.q = static_cast<std::uint32_t>(what.options.q);
    if (what.options.n > 0) spread.n = what.options.n;
    node_.coordinator.create(request.database, spread,
                             [reply = answering(key)](const StatusAnswer& created) {
                                 if (created.status > 202) {
                                     return reply(problem(created.status, created.reason));
                                 }
                                 reply(PeerDone{});
                             });
}

void PeerServer::serve(const Key& key, const PeerRequest& request, const ask::Commit&) {
    node_.gatherer.ensure_full_commit(
        request.database,
        [this, reply = answering(key), name = request.database](const StatusAnswer& committed) {
            if (committed.status != 201) return reply(problem(committed.status, committed.reason));
            reply(start_time(name));
        });
}

// --- Documents -----------------------------------------------------------------------------------

void PeerServer::serve(const Key& key, const PeerRequest& request, const ask::Open& what) {
    node_.coordinator.read(request.database, what.id, 0,
                           [reply = answering(key)](const ReadAnswer& read) {
                               if (read.status != 200) {
                                   return reply(problem(read.status, read.reason));
                               }
                               reply(read.path.back().content->body);
                           });
}

void PeerServer::serve(const Key& key, const PeerRequest& request, const ask::OpenLocal& what) {
    node_.gatherer.read_local(request.database, what.id,
                              [reply = answering(key)](const LocalAnswer& read) {
                                  if (read.status != 200) {
                                      return reply(problem(read.status, read.reason));
                                  }
                                  reply(*read.document);
                              });
}

void PeerServer::serve(const Key& key, const PeerRequest& request, const ask::WriteLocal& what) {
    node_.gatherer.write_local(request.database, what.edit, 0,
                               [reply = answering(key)](const LocalAnswer& written) {
                                   if (written.status > 202) {
                                       return reply(problem(written.status, written.reason));
                                   }
                                   reply(written.revision);
                               });
}

void PeerServer::serve(const Key& key, const PeerRequest& request, const ask::RevsDiff& what) {
    node_.gatherer.revs_diff(request.database, what.wanted,
                             [reply = answering(key)](const DiffAnswer& diff) {
                                 if (diff.status != 200) return reply(problem(diff.status, ""));
                                 reply(diff.documents);
                             });
}

/// One question to the copies for each revision, as `_bulk_get` puts them.
void PeerServer::serve(const Key& key, const PeerRequest& request, const ask::Fetch& what) {
    struct Fetching {
        std::vector<PeerFetched> found;
        std::size_t waiting = 0;
        std::optional<PeerError> failed{};
    };
    if (what.wanted.empty()) return answer(key, std::vector<PeerFetched>{});
    const auto all = std::make_shared<Fetching>();
    all->found.resize(what.wanted.size());
    all->waiting = what.wanted.size();
    for (std::size_t i = 0; i < what.wanted.size(); ++i) {
        const PeerWanted& wanted = what.wanted[i];
        const bool attachments = what.attachments;
        node_.gatherer.open_revs(
            request.database, wanted.id.view(), {wanted.revision}, true, 0,
            [reply = answering(key), all, i, attachments, id = wanted.id](const RevsAnswer& revs) {
                if (revs.status != 200) all->failed = problem(revs.status, "");
                PeerFetched& one = all->found[i];
                for (const found::Leaf& leaf : revs.leaves) {
                    if (leaf.path.empty()) continue;
                    one.has_attachments |= !leaf.path.back().content->attachments.empty();
                    one.leaves.push_back({id, leaf.path});
                }
                if (one.has_attachments && !attachments) one.leaves.clear();
                if (attachments) one.has_attachments = false;
                if (--all->waiting > 0) return;
                if (all->failed) return reply(*all->failed);
                reply(std::move(all->found));
            });
    }
}

void PeerServer::serve(const Key& key, const PeerRequest& request, const ask::Write& what) {
    std::vector<ReplicatedEdit> edits;
    std::vector<PeerRefused> refused;
    for (const ReplicatedEdit& edit : what.edits) {
        std::optional<PeerError> no;
        if (node_.gate != nullptr && is_design(edit.id.view())) {
            no = node_.gate->refuses(request.who, request.database, PeerGate::Verb::design);
        }
        // A replicator halves a batch that is too large, until the document stands alone.
        // Source: couch_replicator_worker:handle_flush_docs_result/3.
        if (node_.gate != nullptr && !no) no = node_.gate->too_large(edit);
        if (no) {
            refused.push_back({std::string(edit.id.view()), edit.path.back().revision, *no});
        } else {
            edits.push_back(edit);
        }
    }
    if (edits.empty()) return answer(key, std::move(refused));
    json::Value user;
    if (node_.gate != nullptr) user = node_.gate->user(request.who, request.database);
    node_.coordinator.write_replicated(
        request.database, edits, {0, std::move(user)},
        [reply = answering(key), edits, refused](const WriteAnswer& written) {
            if (written.decisions.empty()) return reply(problem(written.status, "no_db_file"));
            std::vector<PeerRefused> all = refused;
            for (std::size_t i = 0; i < edits.size(); ++i) {
                const Decision& decision = written.decisions[i];
                if (decision.kind == Decision::Kind::failed) {
                    return reply(problem(500, "internal_server_error"));
                }
                if (decision.refusal) {
                    all.push_back({std::string(edits[i].id.view()), edits[i].path.back().revision,
                                   refusal_of(decision)});
                }
            }
            reply(std::move(all));
        });
}

// --- Changes -------------------------------------------------------------------------------------

void PeerServer::serve(const Key& key, const PeerRequest& request, const ask::Changes& what) {
    const std::string& database = request.database;
    find_filter(database, what.question.filter,
                [this, key, database, question = what.question](
                    const PeerAnswer<std::shared_ptr<const ChangeFilter>>& filter) {
                    if (const auto* error = std::get_if<PeerError>(&filter)) {
                        return answer(key, *error);
                    }
                    list_changes(key, database, question, std::get<0>(filter));
                });
}

void PeerServer::find_filter(const std::string& database, const ChangesFilter& filter,
                             PeerThen<std::shared_ptr<const ChangeFilter>> then) {
    auto plain = plain_filter(filter);
    if (plain) return then(std::move(*plain));
    if (node_.gate == nullptr) {
        return then(PeerError{404, "not_found", "missing json key: filters"});
    }
    node_.gate->script_filter(database, filter, std::move(then));
}

void PeerServer::list_changes(const Key& key, const std::string& database,
                              const PeerChanges& question,
                              std::shared_ptr<const ChangeFilter> filter) {
    const auto at = calls_.find(key);
    if (at == calls_.end()) return;
    ChangesOptions options{.since = question.since, .limit = question.limit};
    options.list.style = question.style;
    options.list.filter = std::move(filter);
    if (question.wait) {
        // It waits for the first row; the next question goes on behind the last one.
        const std::uint64_t feed = node_.feeds.open(
            database, {.feed = Feed::longpoll, .changes = options, .heartbeat = question.heartbeat},
            [this, key](const FeedEvent& event) { hear(key, event); });
        const auto still = calls_.find(key);   // It may have been answered at once.
        if (still != calls_.end()) still->second.feed = feed;
        return;
    }
    node_.gatherer.changes(database, options,
                           [reply = answering(key)](const ChangesAnswer& changes) {
                               if (changes.status != 200) {
                                   return reply(problem(changes.status, changes.reason));
                               }
                               PeerPage page = page_of(changes.rows);
                               page.last_seq = changes.last_seq;
                               page.pending = changes.pending;
                               reply(std::move(page));
                           });
}

void PeerServer::hear(const Key& key, const FeedEvent& event) {
    const auto at = calls_.find(key);
    if (at == calls_.end()) return;
    PeerPage& page = at->second.page;
    if (const auto* row = std::get_if<feed::Row>(&event)) {
        page.changes.push_back(page_of({row->row}).changes.front());
    } else if (std::holds_alternative<feed::Waiting>(event)) {
        return;
    } else if (std::holds_alternative<feed::Heartbeat>(event)) {
        kernel_.send(id(), key.first,
                     {.type = static_cast<std::uint16_t>(PeerMessage::heartbeat), .a = key.second});
    } else if (const auto* end = std::get_if<feed::End>(&event)) {
        page.last_seq = end->last_seq;
        page.pending = end->pending;
        answer(key, std::move(page));
    } else {
        const auto& refused = std::get<feed::Refused>(event);
        answer(key, problem(refused.status, refused.reason));
    }
}

}   // namespace glasshive::store::replicate
