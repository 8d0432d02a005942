#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "door/couch/documents.h"

namespace glasshive::door::couch {

/// One part of a multipart body.
struct Part {
    std::vector<http::Header> headers;
    std::string_view body;   ///< In the text it was read from.
};
/// The parts of a body; throws 400 for one that has no end. `type` as the header has it.
std::vector<Part> read_parts(std::string_view type, std::string_view body);
/// A parameter of a header's value: boundary, filename. Quotes are taken off.
std::optional<std::string> parameter(std::string_view header, std::string_view name);

/// Puts the attachments that follow a document in their places. `parts`: of the document, too, in
/// front. Throws 400, or 412 for a wrong length.
void take_following(store::DocumentRead& document, const std::vector<Part>& parts);

/// PUT with multipart/related: the document first, then the attachments that follow it, in its
/// order. Source: couch_doc:doc_from_multi_part_stream/4.
Incoming read_related(Call& call, const std::string& type, const std::string& id);
/// POST on a document: a form with files. Source: chttpd_db:db_doc_req/3.
void post_form(const CallPtr& call, const std::string& id);

/// A document and the attachments that follow it.
struct Related {
    std::string type;
    std::string body;
};
/// Source: couch_doc:doc_to_multi_part_stream/5. Nothing follows: plain JSON.
Related related_of(std::string_view id, const std::vector<store::Step>& path,
                   store::DocumentShown shown, const std::string& boundary);
/// Leaves of a document, each a part. `since`: revisions whose attachments the client has.
/// Source: chttpd_db:send_docs_multipart/3.
std::string mixed_of(std::string_view id, const std::vector<store::found::Leaf>& leaves,
                     store::DocumentShown shown, const std::vector<store::Revision>& since,
                     const std::string& outer, const std::string& inner);
/// The newest of `since` in the path: attachments up to there need not be sent.
std::uint32_t known_position(const std::vector<store::Step>& path,
                             const std::vector<store::Revision>& since);

/// "\"1A2B…\"", of what is no document with a history. Source: chttpd:make_etag/1.
std::string made_etag(std::string_view text);

}   // namespace glasshive::door::couch
