#include "store/search/indexer.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "store/search/copy_reader.h"
#include "store/search/events.h"
#include "store/shard/shard_map.h"

namespace glasshive::store::search {

namespace {

/// What a compacted file has besides the rows, so that it is larger than what it holds. The figure
/// is ours: CouchDB's header begins at a block of 4,096 bytes (couch_file:write_header/2), which
/// would hide that small indexes shrink.
constexpr Bytes header{200};

}   // namespace

Indexer::Indexer(kernel::Kernel& kernel, Scripts& scripts, const IndexerPlace& place,
                 const std::vector<ProcessId>& indexers, const IndexerOptions& options)
    : kernel_(kernel),
      scripts_(scripts),
      place_(place),
      indexers_(indexers),
      options_(options),
      guard_(scripts, place.gatherer),
      work_(kernel, place.machine) {}

// --- The node's validator ------------------------------------------------------------------------

std::optional<Refusal> Indexer::refuses(const EditWriter& writer, const EditSeen& edit) {
    return guard_.refuses(writer, edit);
}

bool Indexer::ready(std::string_view shard, std::function<void(bool)> then) {
    return guard_.ready(shard, std::move(then));
}

/// All nodes must read the functions anew: each copy that commits it tells all of them, so the last
/// one does.
void Indexer::design_changed(std::string_view shard) {
    auto request = std::make_shared<IndexRequest>();
    request->database = DesignGuard::instance_of(shard);
    guard_.forget(request->database);
    channels_.resize(indexers_.size());
    const std::shared_ptr<const IndexRequest> shared = std::move(request);
    for (std::size_t member = 0; member < indexers_.size(); ++member) {
        if (indexers_[member] == id()) continue;
        ChannelId& channel = channels_[member];
        if (!channel.valid() || !kernel_.is_open(channel)) {
            channel = kernel_.connect(id(), indexers_[member]);
        }
        kernel_.send(id(), channel,
                     {.type = static_cast<std::uint16_t>(SearchMessage::forget),
                      .body = shared,
                      .size = Bytes{128}});
    }
}

// --- Messages ------------------------------------------------------------------------------------

void Indexer::on_message(const kernel::Message& message) {
    const auto type = static_cast<SearchMessage>(message.type);
    const IndexRequest& request = request_of(message);
    if (type == SearchMessage::forget) return guard_.forget(request.database);
    if (type == SearchMessage::cleanup) {
        cleanup(request);
        return tell(message, SearchMessage::answered, std::make_shared<IndexReply>());
    }
    const bool served = place_.replica.maintenance() != Maintenance::on;
    if (!served || place_.files.copies.count(request.shard) == 0) {
        return tell(message, SearchMessage::failed);
    }
    switch (type) {
        case SearchMessage::query: return query(message);
        case SearchMessage::info: return tell_info(message);
        case SearchMessage::compact: return compact(message);
        default: break;
    }
}

void Indexer::on_channel_closed(ChannelId channel, kernel::CloseReason) {
    const auto found = std::find(channels_.begin(), channels_.end(), channel);
    if (found != channels_.end()) *found = ChannelId{};
}

void Indexer::on_stop() {
    builders_.clear();
    work_.clear();
    channels_.clear();
    guard_.clear();
}

void Indexer::tell(const kernel::Message& to, SearchMessage type,
                   std::shared_ptr<const IndexReply> reply) {
    const Bytes size = reply ? size_of(*reply) : Bytes{64};
    kernel_.send(id(), to.channel,
                 {.type = static_cast<std::uint16_t>(type),
                  .a = to.a,
                  .b = to.b,
                  .body = std::move(reply),
                  .size = size});
}

void Indexer::refuse(const kernel::Message& to, const Refusal& refusal) {
    auto reply = std::make_shared<IndexReply>();
    reply->refusal = refusal;
    tell(to, SearchMessage::answered, std::move(reply));
}

// --- Queries -------------------------------------------------------------------------------------

void Indexer::query(const kernel::Message& message) {
    if (request_of(message).definition) return query_index(message);
    read(message, nullptr);
}

/// couch_mrview:query_view/6: what `update` says of an index that is behind its copy.
void Indexer::query_index(const kernel::Message& message) {
    const IndexRequest& request = request_of(message);
    std::optional<Refusal> refusal;
    CopyIndex* index = open(request, refusal);
    if (index == nullptr) return refuse(message, *refusal);
    const std::uint64_t seq = place_.files.copies.at(request.shard).update_seq();
    const Key key{request.shard, request.definition->signature};
    const bool behind = index->index.update_seq() < seq;
    if (behind && request.query.update == view::Query::Update::yes) {
        builders_[key].waiting.push_back({message, seq});
        return update(key);
    }
    read(message, index);
    if (behind && request.query.update == view::Query::Update::lazy) update(key);
}

/// What it says is of now; the client hears it when the host has read it.
void Indexer::read(const kernel::Message& message, const CopyIndex* index) {
    const IndexRequest& request = request_of(message);
    CopyReading reading = read_copy(place_.files.copies.at(request.shard), index, request);
    reading.reply->seq.node = place_.machine.node;
    pay(reading.cost, [this, message, reply = std::move(reading.reply)] {
        tell(message, SearchMessage::answered, reply);
    });
}

void Indexer::tell_info(const kernel::Message& message) {
    const IndexRequest& request = request_of(message);
    std::optional<Refusal> refusal;
    const CopyIndex* index = open(request, refusal);
    if (index == nullptr) return refuse(message, *refusal);
    const Database& copy = place_.files.copies.at(request.shard);
    const auto builder = builders_.find({request.shard, request.definition->signature});
    auto reply = std::make_shared<IndexReply>();
    IndexInfo& info = reply->info;
    info.file = index->file;
    info.external = index->index.external_size();
    info.active = std::min(info.file, info.external);
    info.update_seq = index->index.update_seq();
    info.purge_seq = index->index.purge_seq();
    info.pending = copy.pending(info.update_seq);
    if (builder != builders_.end()) {
        info.waiting = builder->second.waiting.size();
        info.updating = builder->second.updating;
        info.compacting = builder->second.compacting;
    }
    pay({.cpu = copy.options().costs.read_cpu},
        [this, message, reply] { tell(message, SearchMessage::answered, reply); });
}

// --- Indexes -------------------------------------------------------------------------------------

CopyIndex* Indexer::find(const Key& key) {
    const auto copy = place_.files.copies.find(key.first);
    const auto known = place_.indexes.indexes.find(key);
    if (copy == place_.files.copies.end() || known == place_.indexes.indexes.end()) return nullptr;
    if (known->second.copy_uuid == copy->second.uuid()) return &known->second;
    place_.indexes.indexes.erase(known);   // Of a database of the same name that is gone.
    return nullptr;
}

/// Indexes of copies that are gone (couch_index_server: on `deleted`).
void Indexer::drop_orphans() {
    std::erase_if(place_.indexes.indexes, [this](const auto& each) {
        return place_.files.copies.count(each.first.first) == 0;
    });
}

CopyIndex* Indexer::open(const IndexRequest& request, std::optional<Refusal>& refusal) {
    const Key key{request.shard, request.definition->signature};
    if (CopyIndex* known = find(key)) return known;
    drop_orphans();
    auto code = scripts_.code_of(DesignGuard::instance_of(request.shard), request.definition,
                                 static_cast<int>(request.copies));
    if (auto* problem = std::get_if<Refusal>(&code)) {
        refusal = std::move(*problem);
        return nullptr;
    }
    auto shared = std::get<std::shared_ptr<ViewCode>>(std::move(code));
    auto reducers = view::make_reducers(*shared->definition, shared->program.get());
    if (auto* problem = std::get_if<Refusal>(&reducers)) {
        refusal = std::move(*problem);
        return nullptr;
    }
    view::Index index(*shared->definition, std::move(std::get<0>(reducers)), options_.costs,
                      request.partitioned);
    CopyIndex made{place_.files.copies.at(request.shard).uuid(), std::move(shared),
                   std::move(index), ++place_.indexes.made};
    return &place_.indexes.indexes.emplace(key, std::move(made)).first->second;
}

/// One step: the functions run now, the host works it off, and then the disk has it.
void Indexer::update(const Key& key) {
    Builder& builder = builders_[key];
    CopyIndex* index = find(key);
    if (builder.updating || index == nullptr) return;
    const Database& copy = place_.files.copies.at(key.first);
    auto planned = std::make_shared<view::Index::Planned>(
        index->index.plan(copy, *index->code->shared, options_.step));
    if (planned->progress.refusal) {
        for (const Waiting& waiting : std::exchange(builder.waiting, {}))
            refuse(waiting.message, *planned->progress.refusal);
        return tell_built(key, false);
    }
    builder.updating = true;
    pay(planned->progress.cost,
        [this, key, planned, made = index->number] { stepped(key, *planned, made); });
}

void Indexer::stepped(const Key& key, view::Index::Planned& planned, std::uint64_t made) {
    Builder& builder = builders_[key];
    builder.updating = false;
    CopyIndex* index = find(key);
    if (index == nullptr || index->number != made) {   // Deleted while it worked.
        for (const Waiting& waiting : std::exchange(builder.waiting, {}))
            tell(waiting.message, SearchMessage::failed);
        return tell_built(key, false);
    }
    const bool finished = planned.progress.finished;
    const std::size_t documents = planned.progress.documents;
    index->file += planned.progress.cost.append;
    index->index.apply(std::move(planned));
    tell_step(key, documents);
    answer_waiting(key);
    // Whoever asks meanwhile waits for the next step; without waiters a lazy update still ends.
    if (!finished || !builder.waiting.empty()) return update(key);
    tell_built(key, true);
}

void Indexer::tell_step(const Key& key, std::size_t documents) {
    const auto shard = parse_shard_name(key.first);
    const CopyIndex& index = *find(key);
    const std::uint64_t pending =
        place_.files.copies.at(key.first).pending(index.index.update_seq());
    Names& names = kernel_.names();
    const std::string database = place_.files.told(shard ? shard->database : key.first);
    kernel_.emit(events::view_index, names.intern(database),
                 {field::name(names.intern(place_.machine.node)),
                  field::name(names.intern(shard ? shard->range.text() : "")),
                  field::integer(static_cast<std::int64_t>(documents)),
                  field::integer(static_cast<std::int64_t>(pending))});
}

void Indexer::answer_waiting(const Key& key) {
    Builder& builder = builders_[key];
    const CopyIndex& index = *find(key);
    std::vector<Waiting> later;
    for (Waiting& waiting : std::exchange(builder.waiting, {})) {
        if (waiting.seq > index.index.update_seq()) {
            later.push_back(std::move(waiting));
        } else {
            read(waiting.message, &index);
        }
    }
    builder.waiting = std::move(later);
}

void Indexer::compact(const kernel::Message& message) {
    const IndexRequest& request = request_of(message);
    const Key key{request.shard, request.definition->signature};
    tell(message, SearchMessage::answered, std::make_shared<IndexReply>());
    const CopyIndex* index = find(key);
    if (index == nullptr || builders_[key].compacting) return;
    builders_[key].compacting = true;
    pay({.read = index->file, .append = index->index.external_size(), .sync = true}, [this, key] {
        builders_[key].compacting = false;
        if (CopyIndex* done = find(key)) {
            done->file = std::min(done->file, done->index.external_size() + header);
        }
    });
}

/// couch_mrview_cleanup.erl: indexes that no design document has any more.
void Indexer::cleanup(const IndexRequest& request) {
    std::erase_if(place_.indexes.indexes, [&](const auto& each) {
        const auto& [shard, signature] = each.first;
        const auto& stay = request.signatures;
        return DesignGuard::instance_of(shard) == request.database &&
               std::find(stay.begin(), stay.end(), signature) == stay.end();
    });
}

}   // namespace glasshive::store::search
