#include "store/replicate/replication_id.h"

#include <openssl/evp.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/text.h"
#include "store/json/builder.h"
#include "store/json/term.h"
#include "store/mango/selector.h"

namespace glasshive::store::replicate {

namespace {

using json::Type;
using json::View;
namespace term = json::term;

void add_binary(std::string& out, std::string_view text) {
    out += static_cast<char>(term::binary_tag);
    term::append_32(out, static_cast<std::uint32_t>(text.size()));
    out += text;
}

void add_atom(std::string& out, std::string_view name) {
    out += static_cast<char>(term::atom_tag);
    out += static_cast<char>(name.size() >> 8);
    out += static_cast<char>(name.size());
    out += name;
}

void add_tuple(std::string& out, std::size_t arity) {
    out += static_cast<char>(term::tuple_tag);
    out += static_cast<char>(arity);
}

void begin_list(std::string& out, std::size_t size) {
    out += static_cast<char>(term::list_tag);
    term::append_32(out, static_cast<std::uint32_t>(size));
}

/// A text of Erlang's old kind, a list of characters: shorter than 65,536.
void add_characters(std::string& out, std::string_view text) {
    if (text.empty()) {
        out += static_cast<char>(term::nil_tag);
        return;
    }
    text = text.substr(0, term::bytes_list_max);
    out += static_cast<char>(term::bytes_tag);
    out += static_cast<char>(text.size() >> 8);
    out += static_cast<char>(text.size());
    out += text;
}

/// couch_replicator_ids:get_non_default_port/2.
void add_port(std::string& out, const Endpoint& endpoint) {
    const bool https = endpoint.scheme == "https";
    const int port = endpoint.port.empty() ? (https ? 443 : 80) : std::stoi(endpoint.port);
    const bool usual = https ? port == 443 : port == 80 || port == 5984;
    if (usual) return add_atom(out, "default");
    json::Builder number;
    number.integer(static_cast<std::int64_t>(port));
    out += number.take().bytes();
}

/// {remote, User, Host, Port, Path, Headers, undefined}. Source: get_v4_endpoint/1.
void add_endpoint(std::string& out, const Endpoint& endpoint) {
    if (endpoint.bare) {
        add_tuple(out, 2);
        add_atom(out, "local");
        return add_binary(out, endpoint.name);
    }
    add_tuple(out, 7);
    add_atom(out, "remote");
    if (endpoint.has_credentials()) {
        add_characters(out, endpoint.user);
    } else {
        add_atom(out, "undefined");
    }
    add_characters(out, endpoint.host);
    add_port(out, endpoint);
    add_characters(out, endpoint.path);
    if (endpoint.headers.empty()) {
        out += static_cast<char>(term::nil_tag);
    } else {
        begin_list(out, endpoint.headers.size());
        for (const auto& [name, value] : endpoint.headers) {
            add_tuple(out, 2);
            add_characters(out, name);
            add_characters(out, value);
        }
        out += static_cast<char>(term::nil_tag);
    }
    add_atom(out, "undefined");   // Of OAuth, which is gone; checkpoints live on.
}

/// Members in order of their names. Source: couch_replicator_filters:ejsort/1.
void sort_members(View value, json::Builder& out) {
    if (value.is(Type::array)) {
        out.begin_array();
        for (const View element : value.elements()) sort_members(element, out);
        out.end_array();
    } else if (value.is(Type::object)) {
        std::vector<json::Member> members;
        for (const json::Member& member : value.members()) members.push_back(member);
        std::stable_sort(members.begin(), members.end(),
                         [](const auto& a, const auto& b) { return a.key < b.key; });
        out.begin_object();
        for (const json::Member& member : members) {
            out.key(member.key);
            sort_members(member.value, out);
        }
        out.end_object();
    } else {
        out.copy(value);
    }
}

/// What a filter adds to the list, each a whole term. Source: maybe_append_filters/2.
std::vector<std::string> filter_terms(const ChangesFilter& filter,
                                      const std::optional<std::string>& code) {
    std::vector<std::string> terms;
    if (filter.doc_ids) {
        json::Builder ids;
        ids.begin_array();
        for (const std::string& id : *filter.doc_ids) ids.text(id);
        ids.end_array();
        terms.emplace_back(ids.take().bytes());
    } else if (filter.selector) {
        const auto selector = mango::Selector::parse(filter.selector.view());
        json::Builder sorted;
        if (const auto* parsed = std::get_if<mango::Selector>(&selector)) {
            sort_members(parsed->to_json().view(), sorted);
        } else {
            sort_members(filter.selector.view(), sorted);
        }
        terms.emplace_back(sorted.take().bytes());
    } else if (!filter.name.empty()) {
        std::string what;
        add_binary(what, code ? *code : filter.name);
        terms.push_back(std::move(what));
        terms.emplace_back(filter.params ? filter.params.bytes()
                                         : json::Value::empty_object().bytes());
    }
    return terms;
}

}   // namespace

bool needs_filter_code(const ReplicationRequest& request) {
    const std::string& name = request.options.filter.name;
    return !name.empty() && !name.starts_with('_');
}

std::string replication_term(std::string_view server_uuid, const ReplicationRequest& request,
                             const std::optional<std::string>& filter_code) {
    SIM_ASSERT(filter_code.has_value() == needs_filter_code(request));
    std::vector<std::string> terms = filter_terms(request.options.filter, filter_code);
    if (request.options.winning_revs_only) {
        std::string mark;
        add_binary(mark, "winning_revs_only");
        terms.push_back(std::move(mark));
    }
    std::string out{static_cast<char>(131)};   // The version of the format.
    begin_list(out, 3 + terms.size());
    add_binary(out, server_uuid);
    add_endpoint(out, request.source);
    add_endpoint(out, request.target);
    for (const std::string& each : terms) out += each;
    out += static_cast<char>(term::nil_tag);
    return out;
}

std::string replication_id(std::string_view server_uuid, const ReplicationRequest& request,
                           const std::optional<std::string>& filter_code) {
    const std::string out = replication_term(server_uuid, request, filter_code);
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    EVP_Digest(out.data(), out.size(), digest, &size, EVP_md5(), nullptr);
    return hex_text({reinterpret_cast<const char*>(digest), size});
}

std::string job_suffix(const ReplicationOptions& options) {
    return std::string(options.continuous ? "+continuous" : "") +
           (options.create_target ? "+create_target" : "");
}

}   // namespace glasshive::store::replicate
