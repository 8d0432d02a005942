// One push of a copy to another, step by step; mem3_rep.erl.
#include <algorithm>
#include <utility>

#include "store/json/builder.h"
#include "store/replicate/events.h"
#include "store/replicate/internal.h"
#include "store/shard/shard_map.h"

namespace glasshive::store {

namespace {

/// The number `key` of a note; nothing when there is no such note.
std::optional<std::uint64_t> number_in(const LocalDocument* note, std::string_view key) {
    if (note == nullptr) return {};
    const auto value = note->body.view().find(key);
    if (!value || !value->is(json::Type::integer) || !value->integer()) return {};
    return static_cast<std::uint64_t>(*value->integer());
}

json::Value note_of(std::string_view key, std::uint64_t number) {
    json::Builder builder;
    builder.begin_object();
    builder.key(key);
    builder.integer(number);
    builder.end_object();
    return builder.take();
}

std::string pulled_id(const Database& own, const std::string& target_uuid) {
    return "_local/purge-mem3-" + target_uuid + "-" + own.uuid();
}
std::string pushed_id(const Database& own, const std::string& target_uuid) {
    return "_local/purge-mem3-" + own.uuid() + "-" + target_uuid;
}

}   // namespace

const Database* InternalReplication::own_copy(const Push& push) const {
    const auto copy = files_.copies.find(push.key.shard);
    return copy == files_.copies.end() ? nullptr : &copy->second;
}

/// mem3_reshard_job:pickfun/3.
bool InternalReplication::belongs(const Push& push, const Range& range, std::string_view id) const {
    const auto name = parse_shard_name(push.key.shard);
    const auto map = files_.maps.find(name->database);
    if (map == files_.maps.end()) return false;   // Deleted meanwhile: the push fails.
    const auto hash = map->second.hash(id);
    return hash && range.contains(*hash);
}

void InternalReplication::ask(const PushPtr& push, bool target, Query query, Then then) {
    auto request = std::make_shared<ShardRequest>();
    request->shard = target ? push->target : push->key.shard;
    request->internal = true;
    const auto type = changes_copy(query) ? QuorumMessage::change : QuorumMessage::query;
    request->query = std::make_shared<const Query>(std::move(query));
    const std::size_t member = target ? push->key.member : own_;
    gatherer_.ask_one(member, type, std::move(request),
                      [this, push, then = std::move(then)](const ShardReply* reply) {
                          if (reply == nullptr || own_copy(*push) == nullptr) return fail(push);
                          then(*reply);
                      });
}

void InternalReplication::push_maps(const PushPtr& push) {
    auto request = std::make_shared<ShardRequest>();
    request->internal = true;
    request->maps = std::make_shared<const DatabaseList>(files_);
    gatherer_.ask_one(push->key.member, QuorumMessage::maps, std::move(request),
                      [this, push](const ShardReply* reply) {
                          if (reply == nullptr) return fail(push);
                          end(push);
                      });
}

void InternalReplication::meet(const PushPtr& push) {
    if (own_copy(*push) == nullptr) return end(push);   // Deleted meanwhile.
    ask(push, true, query::Info{}, [this, push](const ShardReply& reply) {
        const auto& info = std::get<found::Info>(*reply.found);
        push->target_uuid = info.uuid;
        push->target_purge_seq = info.info.purge_seq;
        const json::Value& security = own_copy(*push)->security();
        if (info.info.update_seq > 0 || !security) return pull_purges(push);
        auto request = std::make_shared<ShardRequest>();   // A copy that was just made.
        request->shard = push->target;
        request->internal = true;
        request->security = security;
        gatherer_.ask_one(push->key.member, QuorumMessage::security, std::move(request),
                          [this, push](const ShardReply* done) {
                              if (done == nullptr || own_copy(*push) == nullptr) return fail(push);
                              pull_purges(push);
                          });
    });
}

// --- Purges first, so that nothing purged is brought back ----------------------------------------

void InternalReplication::pull_purges(const PushPtr& push) {
    const Database& own = *own_copy(*push);
    const std::string id = pulled_id(own, push->target_uuid);
    const std::uint64_t pulled = number_in(own.find_local(id), "purge_seq").value_or(0);
    if (pulled >= push->target_purge_seq) return push_purges(push);
    ask(push, true, query::ListPurges{.since = pulled}, [this, push, id](const ShardReply& reply) {
        found::Purges purges = std::get<found::Purges>(*reply.found);
        if (purges.requests.empty()) return push_purges(push);
        const Range own_range = parse_shard_name(push->key.shard)->range;
        std::erase_if(purges.requests, [&](const PurgeRequest& each) {
            return !belongs(*push, own_range, each.id);
        });
        ask(push, false, query::Purge{purges.requests},
            [this, push, id, through = purges.through](const ShardReply&) {
                write_note(push, false, id, note_of("purge_seq", through),
                           [this, push](const ShardReply&) { pull_purges(push); });
            });
    });
}

void InternalReplication::push_purges(const PushPtr& push) {
    const Database& own = *own_copy(*push);
    const std::string id = pushed_id(own, push->target_uuid);
    const std::uint64_t pushed = number_in(own.find_local(id), "purge_seq").value_or(0);
    if (pushed >= own.info().purge_seq) return find_start(push);
    ask(push, false, query::ListPurges{.since = pushed}, [this, push, id](const ShardReply& reply) {
        found::Purges purges = std::get<found::Purges>(*reply.found);
        if (purges.requests.empty()) return find_start(push);
        std::erase_if(purges.requests, [&](const PurgeRequest& each) {
            return !belongs(*push, push->key.range, each.id);
        });
        ask(push, true, query::Purge{purges.requests},
            [this, push, id, through = purges.through](const ShardReply&) {
                write_note(push, false, id, note_of("purge_seq", through),
                           [this, push](const ShardReply&) { push_purges(push); });
            });
    });
}

// --- Changes -------------------------------------------------------------------------------------

/// The lower of what both noted: one of the notes may not have been written, or a file may have
/// been put back by hand.
void InternalReplication::find_start(const PushPtr& push) {
    const std::string id = checkpoint_id(own_copy(*push)->uuid(), push->target_uuid);
    ask(push, true, query::OpenLocal{id}, [this, push, id](const ShardReply& reply) {
        const auto& noted = std::get<found::Local>(*reply.found).document;
        const auto theirs = number_in(noted ? &*noted : nullptr, "seq");
        const auto ours = number_in(own_copy(*push)->find_local(id), "seq");
        push->seq = theirs && ours ? std::min(*theirs, *ours) : 0;
        next_batch(push);
    });
}

void InternalReplication::next_batch(const PushPtr& push) {
    const Database& own = *own_copy(*push);
    if (push->seq >= std::min(push->until, own.update_seq())) return end(push);
    query::ListChanges list{.since = {members_[own_].node, own.uuid(), push->seq},
                            .style = Style::all_docs,
                            .leaves_max = options_.leaves};
    ask(push, false, std::move(list), [this, push](const ShardReply& reply) {
        offer(push, std::make_shared<const ShardReply>(reply));
    });
}

namespace {

/// The missing revisions with their pasts; of one that has a future by now, its leaves
/// (mem3_rep:open_docs/4 asks for the latest). What the list read is at hand: no cost of its own.
void add_missing(const Database& own, const json::SharedBytes& id,
                 const std::vector<Revision>& missing, std::vector<ReplicatedEdit>& edits) {
    const Document* document = own.find(id.view());
    if (document == nullptr) return;   // Purged meanwhile.
    const Tree& tree = document->tree;
    std::vector<Tree::Index> leaves;
    for (const Revision& revision : missing) {
        const auto at = tree.find(revision);
        if (!at) continue;
        if (tree.is_leaf(*at)) {
            leaves.push_back(*at);
            continue;
        }
        const std::vector<Tree::Index> later = tree.leaves_from(std::span(&revision, 1));
        leaves.insert(leaves.end(), later.begin(), later.end());
    }
    std::sort(leaves.begin(), leaves.end());
    leaves.erase(std::unique(leaves.begin(), leaves.end()), leaves.end());
    for (const Tree::Index leaf : leaves) edits.push_back({id, path_to(own, tree, leaf)});
}

}   // namespace

void InternalReplication::offer(const PushPtr& push, std::shared_ptr<const ShardReply> reply) {
    const auto& changes = std::get<found::Changes>(*reply->found);
    push->next = changes.seq;
    push->pending = changes.pending;
    std::vector<found::ChangeRow> offered;
    for (const found::ChangeRow& row : changes.rows) {
        const bool taken = !push->partial || belongs(*push, push->key.range, row.id.view());
        if (taken) offered.push_back(row);
    }
    if (offered.empty()) return note(push);
    query::RevsDiff diff;
    for (const found::ChangeRow& row : offered) diff.wanted.emplace_back(row.id, row.revisions);
    ask(push, true, std::move(diff), [this, push, offered](const ShardReply& answer) {
        const auto& missing = std::get<found::Missing>(*answer.found).documents;
        const Database& own = *own_copy(*push);
        std::vector<ReplicatedEdit> edits;
        for (std::size_t i = 0; i < offered.size(); ++i) {
            add_missing(own, offered[i].id, missing[i].missing, edits);
        }
        send(push, std::move(edits));
    });
}

void InternalReplication::send(const PushPtr& push, std::vector<ReplicatedEdit> edits) {
    if (edits.empty()) return note(push);
    documents_pushed_ += edits.size();
    const auto shard = parse_shard_name(push->key.shard);
    const auto name = [this](std::string_view text) { return kernel_.names().intern(text); };
    const EventId event = kernel_.emit(
        replicate::events::db_push, name(files_.told(shard ? shard->database : push->key.shard)),
        {field::name(name(members_[own_].node)), field::name(name(members_[push->key.member].node)),
         field::integer(static_cast<std::int64_t>(edits.size())),
         field::name(name(edits.front().id.view()))});
    const kernel::CauseScope scope(kernel_, event);
    auto request = std::make_shared<ShardRequest>();
    request->shard = push->target;
    request->internal = true;
    request->replicated = std::move(edits);
    gatherer_.ask_one(push->key.member, QuorumMessage::update, std::move(request),
                      [this, push](const ShardReply* reply) {
                          if (reply == nullptr || own_copy(*push) == nullptr) return fail(push);
                          note(push);
                      });
}

// --- Notes ---------------------------------------------------------------------------------------

void InternalReplication::write_note(const PushPtr& push, bool target, const std::string& id,
                                     json::Value body, Then then) {
    ask(push, target, query::EditLocal{{.id = id, .body = std::move(body)}}, std::move(then));
}

/// On both sides: how far, and where the target stood then, for readers that change copies.
void InternalReplication::note(const PushPtr& push) {
    constexpr std::size_t history_max = 30;   // CouchDB thins its history; we keep the newest.
    ask(push, true, query::Info{}, [this, push](const ShardReply& reply) {
        const std::uint64_t target_seq = std::get<found::Info>(*reply.found).info.update_seq;
        const Database& own = *own_copy(*push);
        const std::string id = checkpoint_id(own.uuid(), push->target_uuid);
        json::Builder builder;
        builder.begin_object();
        builder.key("seq");
        builder.integer(push->next);
        builder.key("target_node");
        builder.text(members_[push->key.member].node);
        builder.key("history");
        builder.begin_array();
        builder.begin_object();
        builder.key("source_seq");
        builder.integer(push->next);
        builder.key("target_seq");
        builder.integer(target_seq);
        if (push->before) {
            builder.key("split");
            builder.boolean(true);
        }
        builder.end_object();
        if (const LocalDocument* before = own.find_local(id)) {
            std::size_t kept = 1;
            for (const json::View entry : before->body.view().find("history")->elements()) {
                if (kept++ < history_max) builder.copy(entry);
            }
        }
        builder.end_array();
        builder.end_object();
        const json::Value body = builder.take();
        write_note(push, true, id, body, [this, push, id, body](const ShardReply&) {
            write_note(push, false, id, body, [this, push](const ShardReply&) {
                push->seq = push->next;
                next_batch(push);
            });
        });
    });
}

}   // namespace glasshive::store
