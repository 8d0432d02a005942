#include "store/search/copy_reader.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "store/document/print.h"
#include "store/revtree/tree.h"

namespace glasshive::store::search {

namespace {

/// The documents that rows bring with them, and how much of them was read.
class Documents {
  public:
    Documents(const Database& copy, const IndexRequest& request)
        : copy_(copy),
          telling_(request.telling) {
        const view::Query& query = request.query;
        shown_.conflicts = query.conflicts.value_or(false);
        shown_.attachments = {query.attachments, query.att_encoding_info};
    }
    json::Value find(std::string_view id, const std::optional<Revision>& revision) {
        const Document* document = copy_.find(id);
        if (document == nullptr) return {};
        const Tree& tree = document->tree;
        const auto at = revision ? tree.find(*revision) : std::optional(tree.winner());
        if (!at || !tree.node(*at).content) return {};
        if (!revision && tree.deleted()) return {};
        ++count_;
        bytes_ += tree.node(*at).content->size();
        if (!telling_) return document_json(id, tree, *at, shown_);
        OpenedPath path;
        for (const Tree::Index each : tree.history(*at)) {
            const Tree::Node& node = tree.node(each);
            path.push_back({node.revision, path.empty() ? node.content : ContentPtr()});
        }
        std::reverse(path.begin(), path.end());
        return told_json(telling_, id, path, shown_);
    }
    std::uint64_t count() const { return count_; }
    Bytes bytes() const { return bytes_; }

  private:
    const Database& copy_;
    TellingPtr telling_;
    DocumentShown shown_;
    std::uint64_t count_ = 0;
    Bytes bytes_{};
};

class Reader {
  public:
    Reader(const Database& copy, const CopyIndex* index, const IndexRequest& request)
        : copy_(copy),
          index_(index),
          request_(request),
          documents_(copy, request),
          reply_(std::make_shared<IndexReply>()) {}

    CopyReading read() {
        reply_->seq = {"", copy_.uuid(), index_ ? index_->index.update_seq() : copy_.update_seq()};
        if (request_.query.reduces) {
            reduce();
        } else if (request_.plan && !request_.bare) {
            pick();
        } else {
            reply_->page = rows(request_.query);
            read_ += reply_->page.rows.size();
            if (request_.bare) unpack();
        }
        // As lists of a copy: a node of the B-tree holds some twenty rows, a document is by itself.
        const CostModel& costs = copy_.options().costs;
        const auto reads = static_cast<std::int64_t>(documents_.count() + read_ / 20 + 1);
        return {std::move(reply_), {.cpu = costs.read_cpu * reads, .read = documents_.bytes()}};
    }

  private:
    view::FindDocument find() {
        return [this](std::string_view id, const std::optional<Revision>& revision) {
            return documents_.find(id, revision);
        };
    }
    const view::RowTree& tree() const {
        const std::string partition =
            request_.partitioned ? request_.query.partition.value_or("") : std::string();
        return index_->index.rows(request_.place.map, partition);
    }
    view::MapPage rows(const view::Query& query) {
        if (index_ != nullptr) return view::read_rows(tree(), query, find());
        const auto all = [](std::string_view) { return true; };
        return view::read_documents(copy_, query, request_.listing, all, find());
    }
    void reduce() {
        SIM_ASSERT(index_ != nullptr && request_.place.reduce);
        auto groups = view::read_groups(tree(), *request_.place.reduce, request_.query);
        if (auto* refusal = std::get_if<Refusal>(&groups)) {
            reply_->refusal = std::move(*refusal);
            return;
        }
        reply_->groups = std::get<std::vector<view::Group>>(std::move(groups));
        read_ += reply_->groups.size();
    }
    static mango::FoundRow found(view::MapRow row) {
        json::Value document = std::move(row.document);
        if (document && document.view().is(json::Type::null)) document = {};
        return {row.row.key, std::string(row.row.id.view()), std::move(document)};
    }
    /// Rows are looked at in growing pieces, until there are as many as the coordinator may need.
    void pick() {
        view::Query query = request_.query;
        const std::uint64_t most = query.limit;
        query.limit = 128;
        for (std::uint64_t seen = 0; seen < most; query.limit *= 4) {
            query.skip = seen;
            query.limit = std::min(query.limit, most - seen);
            view::MapPage page = rows(query);
            const std::size_t count = page.rows.size();
            for (view::MapRow& row : page.rows) {
                ++read_;
                mango::FoundRow one = found(std::move(row));
                auto picked = mango::pick(*request_.plan, one, reply_->examined);
                if ((reply_->refusal = reply_->examined.failure)) return;
                if (!picked) continue;
                one.document = std::move(*picked);
                reply_->found.push_back(std::move(one));
                if (reply_->found.size() == request_.picks_max) return;
            }
            if (count < query.limit) return;
            seen += count;
        }
    }
    void unpack() {
        for (view::MapRow& row : std::exchange(reply_->page.rows, {}))
            reply_->found.push_back(found(std::move(row)));
        reply_->examined.keys = reply_->found.size();
    }

    const Database& copy_;
    const CopyIndex* index_;
    const IndexRequest& request_;
    Documents documents_;
    std::shared_ptr<IndexReply> reply_;
    std::uint64_t read_ = 0;   // Rows.
};

std::int64_t bytes_of(const json::Value& value) {
    return value ? static_cast<std::int64_t>(value.bytes().size()) : 0;
}

}   // namespace

CopyReading read_copy(const Database& copy, const CopyIndex* index, const IndexRequest& request) {
    return Reader(copy, index, request).read();
}

Bytes size_of(const IndexReply& reply) {
    std::int64_t size = 128;
    for (const view::MapRow& row : reply.page.rows) {
        size += 32 + static_cast<std::int64_t>(row.row.id.view().size());
        size += bytes_of(row.row.key) + bytes_of(row.row.value) + bytes_of(row.document);
    }
    for (const view::Group& group : reply.groups)
        size += 32 + bytes_of(group.key) + bytes_of(group.value);
    for (const mango::FoundRow& row : reply.found) {
        size += 32 + static_cast<std::int64_t>(row.id.size());
        size += bytes_of(row.key) + bytes_of(row.document);
    }
    return Bytes{size};
}

}   // namespace glasshive::store::search
