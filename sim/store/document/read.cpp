#include "store/document/read.h"

#include <limits>
#include <utility>

#include "store/json/builder.h"
#include "store/json/print.h"

namespace glasshive::store {

using json::Type;
using json::View;

namespace {

Refusal invalid(std::string reason) { return {"doc_validation", std::move(reason)}; }

std::string text_or(std::optional<View> value, std::string otherwise) {
    return value && value->is(Type::text) ? std::string(value->text()) : std::move(otherwise);
}

bool is_true(std::optional<View> value) {
    return value && value->is(Type::boolean) && value->boolean();
}

/// A count that fits; nothing for anything else.
std::optional<std::int64_t> count_of(std::optional<View> value) {
    if (!value || !value->is(Type::integer)) return std::nullopt;
    const auto number = value->integer();
    return number && *number >= 0 ? number : std::nullopt;
}

/// Takes a document apart, member by member, in their order.
class Reading {
  public:
    explicit Reading(const DocumentLimits& limits) : limits_(limits) {}

    std::variant<DocumentRead, Refusal> all(View document) {
        if (!document.is(Type::object)) {
            return Refusal{"bad_request", "Document must be a JSON object"};
        }
        body_.begin_object();
        for (const json::Member& member : document.members()) {
            if (auto refusal = take(member.key, member.value)) return std::move(*refusal);
        }
        body_.end_object();
        read_.body = body_.take();
        if (auto refusal = check_sizes()) return std::move(*refusal);
        return std::move(read_);
    }

  private:
    std::optional<Refusal> take(std::string_view key, View value) {
        if (!key.starts_with('_') || key.starts_with("_replication_")) return keep(key, value);
        if (key == "_id") return take_id(value);
        if (key == "_rev") return take_rev(value);
        if (key == "_revisions" && value.is(Type::object)) return take_revisions(value);
        if (key == "_attachments" && value.is(Type::object)) return take_attachments(value);
        if (key == "_deleted" && value.is(Type::boolean)) {
            read_.deleted = value.boolean();
            return std::nullopt;
        }
        for (const char* const ignored :
             {"_revs_info", "_local_seq", "_conflicts", "_deleted_conflicts"}) {
            if (key == ignored) return std::nullopt;
        }
        return bad_member(key);
    }

    static Refusal bad_member(std::string_view key) {
        return invalid("Bad special document member: " + std::string(key));
    }

    /// What a replicator writes into its own documents is theirs.
    std::optional<Refusal> keep(std::string_view key, View value) {
        if (key.starts_with('_')) {
            bool known = false;
            for (const char* const name :
                 {"_replication_state", "_replication_state_time", "_replication_state_reason",
                  "_replication_id", "_replication_stats"}) {
                known |= key == name;
            }
            if (!known) return bad_member(key);
        }
        body_.key(key);
        body_.copy(value);
        return std::nullopt;
    }

    std::optional<Refusal> take_id(View value) {
        if (!value.is(Type::text)) return Refusal{"illegal_docid", "Document id must be a string"};
        read_.id = std::string(value.text());
        return check_document_id(*read_.id);
    }

    std::optional<Refusal> take_rev(View value) {
        if (!read_.revisions.empty()) return std::nullopt;   // `_revisions` says more.
        auto revision = value.is(Type::text) ? Revision::parse(value.text()) : std::nullopt;
        if (!revision) return Refusal{"bad_request", "Invalid rev format"};
        read_.revisions = {std::move(*revision)};
        return std::nullopt;
    }

    std::optional<Refusal> take_revisions(View value) {
        const auto start = value.find("start");
        if (!start || !start->is(Type::integer)) {
            return invalid("_revisions.start isn't an integer.");
        }
        const auto ids = value.find("ids");
        if (!ids || !ids->is(Type::array)) return invalid("_revisions.ids isn't a array.");
        const auto first = count_of(start);
        const std::size_t size = ids->size();
        // CouchDB takes positions of any size, and roots below 1, and crashes later.
        if (!first || *first > std::numeric_limits<std::uint32_t>::max() ||
            static_cast<std::uint64_t>(*first) + 1 < size) {
            return Refusal{"bad_request", "Invalid rev format"};
        }
        read_.revisions.clear();
        auto position = *first;
        for (const View id : ids->elements()) {
            if (!id.is(Type::text)) return invalid("RevId isn't a string");
            auto revision =
                Revision::parse(std::to_string(position--) + "-" + std::string(id.text()));
            if (!revision) return invalid("RevId isn't a valid hexadecimal");
            read_.revisions.push_back(std::move(*revision));
        }
        return std::nullopt;
    }

    std::optional<Refusal> take_attachments(View value) {
        read_.attachments.clear();
        for (const json::Member& member : value.members()) {
            if (!member.value.is(Type::object)) continue;   // As couch_doc:transfer_fields/3 does.
            AttachmentGiven given{.name = std::string(member.key)};
            if (auto refusal = take_attachment(member.value, given)) return refusal;
            read_.attachments.push_back(std::move(given));
        }
        return std::nullopt;
    }

    static std::optional<Refusal> take_attachment(View value, AttachmentGiven& given) {
        using Kind = AttachmentGiven::Kind;
        given.type = text_or(value.find("content_type"), given.type);
        if (const auto revpos = count_of(value.find("revpos"))) {
            given.revpos = static_cast<std::uint32_t>(*revpos);
        }
        given.kind = is_true(value.find("stub"))      ? Kind::stub
                     : is_true(value.find("follows")) ? Kind::follows
                                                      : Kind::in_document;
        if (given.kind == Kind::in_document) {
            const auto data = value.find("data");
            auto decoded = data && data->is(Type::text) ? from_base64(data->text()) : std::nullopt;
            if (!decoded) {
                return Refusal{"bad_request", "Invalid attachment data for " + given.name};
            }
            given.data = std::move(*decoded);
            return std::nullopt;
        }
        const auto length = value.find("length");
        given.length = count_of(length);
        if (length && !given.length && given.kind == Kind::follows) {   // CouchDB crashes later.
            return Refusal{"bad_request", "Invalid attachment length for " + given.name};
        }
        given.zipped = text_or(value.find("encoding"), "") == "gzip";
        const std::string digest = text_or(value.find("digest"), "");
        if (digest.starts_with("md5-")) {
            given.md5 = from_base64(std::string_view(digest).substr(4)).value_or("");
        }
        return std::nullopt;
    }

    std::optional<Refusal> check_sizes() {
        // A byte of a term is at most six characters (\u0001); few are worth printing.
        const std::uint64_t term = read_.body.bytes().size();
        if (term * 6 > limits_.document_bytes_max &&
            json::to_text(read_.body.view()).size() > limits_.document_bytes_max) {
            return Refusal{"document_too_large", read_.id.value_or("")};
        }
        for (const AttachmentGiven& given : read_.attachments) {
            const auto size = given.kind == AttachmentGiven::Kind::in_document
                                  ? static_cast<std::int64_t>(given.data.size())
                                  : given.length.value_or(0);
            if (size > limits_.attachment_bytes_max) {
                return Refusal{"attachment_too_large", given.name};
            }
        }
        return std::nullopt;
    }

    const DocumentLimits& limits_;
    DocumentRead read_;
    json::Builder body_;
};

}   // namespace

std::variant<DocumentRead, Refusal> read_document(View document, const DocumentLimits& limits) {
    return Reading(limits).all(document);
}

std::optional<Refusal> check_document_id(std::string_view id) {
    const auto illegal = [](std::string reason) {
        return std::optional<Refusal>({"illegal_docid", std::move(reason)});
    };
    if (id.empty()) return illegal("Document id must not be empty");
    if (id == "_design/" || id == "_local/") {
        return illegal("Illegal document id `" + std::string(id) + "`");
    }
    if (id.starts_with('_') && !id.starts_with("_design/") && !id.starts_with("_local/")) {
        return illegal("Only reserved document ids may start with underscore.");
    }
    return std::nullopt;
}

std::vector<Step> path_of(const DocumentRead& document, ContentPtr content) {
    std::vector<Step> path;
    for (auto each = document.revisions.rbegin(); each != document.revisions.rend(); ++each) {
        path.push_back({*each, {}});
    }
    if (!path.empty()) path.back().content = std::move(content);
    return path;
}

}   // namespace glasshive::store
