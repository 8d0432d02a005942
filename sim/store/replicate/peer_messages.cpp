#include "store/replicate/peer_messages.h"

namespace glasshive::store::replicate {

namespace {

/// Of one request's or reply's headers.
constexpr Bytes headers_bytes{256};
/// Of a row of JSON around an id, and of a revision in hex with its quotes.
constexpr Bytes row_bytes{48};
constexpr Bytes revision_text_bytes{40};

Bytes text_size(std::string_view text) { return Bytes{static_cast<std::int64_t>(text.size())}; }
Bytes times(Bytes each, std::size_t count) { return each * static_cast<std::int64_t>(count); }

Bytes document_size(const ReplicatedEdit& edit) {
    Bytes size =
        row_bytes + text_size(edit.id.view()) + times(revision_text_bytes, edit.path.size());
    if (edit.path.back().content) size += edit.path.back().content->size();
    return size;
}

struct Size {
    Bytes operator()(const ask::Info&) const { return {}; }
    Bytes operator()(const ask::Create&) const { return {}; }
    Bytes operator()(const ask::Open& what) const { return text_size(what.id); }
    Bytes operator()(const ask::OpenLocal& what) const { return text_size(what.id); }
    Bytes operator()(const ask::WriteLocal& what) const {
        return text_size(what.edit.id) + text_size(what.edit.body.bytes());
    }
    Bytes operator()(const ask::Changes& what) const {
        Bytes size = text_size(what.question.since);
        if (what.question.filter.doc_ids) {
            for (const std::string& id : *what.question.filter.doc_ids) size += text_size(id);
        }
        return size;
    }
    Bytes operator()(const ask::RevsDiff& what) const {
        Bytes size{};
        for (const auto& [id, revisions] : what.wanted.wanted) {
            size += text_size(id.view()) + times(revision_text_bytes, revisions.size());
        }
        return size;
    }
    Bytes operator()(const ask::Fetch& what) const {
        Bytes size{};
        for (const PeerWanted& wanted : what.wanted) {
            size += row_bytes + text_size(wanted.id.view()) +
                    times(revision_text_bytes, 1 + wanted.known.size());
        }
        return size;
    }
    Bytes operator()(const ask::Write& what) const {
        Bytes size{};
        for (const ReplicatedEdit& edit : what.edits) size += document_size(edit);
        return size;
    }
    Bytes operator()(const ask::Commit&) const { return {}; }

    Bytes operator()(const PeerError&) const { return row_bytes; }
    Bytes operator()(const PeerInfo&) const { return Bytes{512}; }
    Bytes operator()(const PeerDone&) const { return row_bytes; }
    Bytes operator()(const json::Value& body) const { return text_size(body.bytes()); }
    Bytes operator()(const LocalDocument& document) const {
        return text_size(document.body.bytes());
    }
    Bytes operator()(const Revision&) const { return revision_text_bytes; }
    Bytes operator()(const PeerPage& page) const {
        Bytes size = row_bytes;
        for (const PeerChange& change : page.changes) {
            size += row_bytes + text_size(change.seq) + text_size(change.id.view()) +
                    times(revision_text_bytes, change.revisions.size());
        }
        return size;
    }
    Bytes operator()(const std::vector<found::Missing::One>& documents) const {
        Bytes size{};
        for (const found::Missing::One& one : documents) {
            size += times(revision_text_bytes, one.missing.size() + one.possible_ancestors.size());
        }
        return size;
    }
    Bytes operator()(const std::vector<PeerFetched>& fetched) const {
        Bytes size{};
        for (const PeerFetched& one : fetched) {
            size += row_bytes;
            for (const ReplicatedEdit& leaf : one.leaves) size += document_size(leaf);
        }
        return size;
    }
    Bytes operator()(const std::vector<PeerRefused>& refused) const {
        return times(row_bytes + revision_text_bytes, refused.size());
    }
    Bytes operator()(const std::string& text) const { return row_bytes + text_size(text); }
};

}   // namespace

Bytes size_of(const PeerRequest& request) {
    return headers_bytes + text_size(request.database) + std::visit(Size{}, request.question);
}

Bytes size_of(const PeerReply& reply) { return headers_bytes + std::visit(Size{}, reply.told); }

}   // namespace glasshive::store::replicate
