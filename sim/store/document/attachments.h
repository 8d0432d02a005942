#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "store/json/builder.h"
#include "store/json/value.h"
#include "store/refusal.h"
#include "store/revtree/content.h"

namespace glasshive::store {

/// An attachment as a document in JSON names it.
struct AttachmentGiven {
    enum class Kind : std::uint8_t {
        in_document,   ///< `data`, here decoded.
        stub,          ///< The one that is there already.
        follows,       ///< In another part of the request.
    };
    std::string name;
    std::string type = "application/octet-stream";
    Kind kind = Kind::in_document;
    std::string data;                      ///< As sent; gzip bytes when `zipped`.
    std::optional<std::uint32_t> revpos;   ///< A stub without one fits any.
    std::optional<std::int64_t> length;    ///< Of one that follows.
    std::string md5;                       ///< `digest` of one that follows, 16 bytes, or nothing.
    bool zipped = false;                   ///< `encoding: gzip`, of one that follows.
};

/// How attachments are kept. Source: default.ini, [attachments].
struct CompressionRules {
    int level = 8;   ///< 0: none is zipped.
    std::vector<std::string> types{"text/*", "application/javascript", "application/json",
                                   "application/xml"};
    /// Whatever its parameters: "text/html; charset=utf-8" is text.
    /// Source: couch_db:compressible_att_type/1.
    bool zips(std::string_view type) const;
};

/// The attachments of an edit, whole. Requires that those that follow were put in their place.
/// Refused: a stub of nothing, or of another revision's (missing_stub, 412); bytes that followed
/// and are not those of their digest (content_md5_mismatch, 400).
/// `before`: what the edited revision holds; null: nothing. `position`: of the new revision, which
/// brings what is no stub; none: a replicated edit, which says itself.
/// Source: couch_doc:merge_stubs/2, couch_att:merge_stubs/2, couch_db:set_new_att_revpos/1,
/// couch_db:with_stream/3; chttpd:error_info/1.
std::variant<std::vector<Attachment>, Refusal>
attachments_of(std::string_view id, const std::vector<AttachmentGiven>& given,
               const Content* before, std::optional<std::uint32_t> position,
               const CompressionRules& rules = {});

/// As it is stored: zipped if its type says so, with its digest.
Attachment stored(std::string name, std::string type, std::string_view data,
                  const CompressionRules& rules = {});
/// What the client sent.
std::string identity_of(const Attachment& attachment);

struct AttachmentsShown {
    bool data = false;       ///< `attachments=true`: inside the document.
    bool encoding = false;   ///< `att_encoding_info=true`.
    bool follows = false;    ///< With `data`: in parts behind the document.
    /// `atts_since`: those that came with this position or before are stubs all the same.
    std::uint32_t known = 0;

    bool sends(const Attachment& attachment) const { return data && attachment.revpos > known; }
};
/// Appends the member `_attachments`, if there are any. Source: couch_att:to_json/4.
void print_attachments(const std::vector<Attachment>& attachments, const AttachmentsShown& shown,
                       json::Builder& out);

/// Base64 with '+' and '/', padded.
std::string base64(std::string_view bytes);
/// Empty when it is none; white space is skipped, as Erlang does.
std::optional<std::string> from_base64(std::string_view text);

}   // namespace glasshive::store
