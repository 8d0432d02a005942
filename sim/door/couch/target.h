#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace glasshive::door::couch {

/// What a request's target names.
struct Target {
    std::vector<std::string> parts;   ///< Of the path, decoded one by one; empty ones are left out.
    std::vector<std::pair<std::string, std::string>> query;   ///< Decoded, in their order.

    /// The first of that name; null when there is none.
    const std::string* value(std::string_view name) const;
    bool is(std::string_view name, std::string_view value) const;
    /// The part at `index`; empty when there are fewer.
    std::string_view part(std::size_t index) const;
};

/// "/db/a%2Fb?rev=1-x". Throws a Problem for a '%' that is none. A '+' is a space in the query, and
/// in the path if `plus_is_space` ([chttpd] decode_plus_to_space).
/// Source: chttpd:handle_request_int/1, chttpd:unquote/1, mochiweb_util:parse_qs/1.
Target read_target(std::string_view raw, bool plus_is_space = false);

/// Whether answering such a request takes its body. mochiweb leaves the others' where it is, and
/// closes the connection behind the answer.
/// Source: mochiweb_request:should_close/1; chttpd_db: create_db_req/2, delete_db_req/2, and
/// db_doc_req/3 of GET, DELETE, COPY; chttpd_external:json_req_obj/2 reads it for the functions
/// of a design document.
bool reads_body(std::string_view method, std::string_view target);

/// Percent signs decoded; those that are none stay as they are.
std::string unquoted(std::string_view text, bool plus_is_space = false);
/// Everything but letters, digits, '_', '.' and '-' in percent signs.
/// Source: couch_util:url_encode/1.
std::string quoted(std::string_view text);

}   // namespace glasshive::door::couch
