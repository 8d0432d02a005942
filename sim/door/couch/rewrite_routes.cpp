// _rewrite: another request in a request's place, by rules or by a function; chttpd_rewrite.erl.
#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "door/couch/request_object.h"
#include "door/couch/routes.h"
#include "door/couch/service.h"
#include "store/json/builder.h"
#include "store/json/parse.h"
#include "store/json/print.h"

namespace glasshive::door::couch {

namespace json = store::json;
namespace search = store::search;

namespace {

// --- Paths ---------------------------------------------------------------------------------------

/// "/db/_design/x", in percent signs.
std::string prefix_of(const Call& call) {
    return "/" + quoted(call.part(0)) + "/_design/" + quoted(call.part(2));
}

/// "." and ".." are walked, up to the server's root and no further.
std::string normalized(std::string_view path) {
    std::vector<std::string_view> out;
    while (!path.empty()) {
        const std::size_t slash = std::min(path.find('/'), path.size());
        const std::string_view one = path.substr(0, slash);
        path.remove_prefix(std::min(slash + 1, path.size()));
        if (one.empty() || one == ".") continue;
        if (one == ".." && !out.empty())
            out.pop_back();
        else if (one != "..")
            out.push_back(one);
    }
    std::string text;
    for (const std::string_view one : out) text += "/" + std::string(one);
    return text.empty() ? "/" : text;
}

/// As mochiweb_util:quote_plus/1 writes it, but for its '+', which need not be a space in a path.
std::string query_string(const std::vector<std::pair<std::string, std::string>>& pairs) {
    std::string out;
    for (const auto& [key, value] : pairs) {
        out += (out.empty() ? "?" : "&") + quoted(key) + "=" + quoted(value);
    }
    return out;
}

http::Request copy_of(const http::Request& request, std::string target) {
    http::Request out = request;
    out.target = std::move(target);
    return out;
}

// --- Rules ---------------------------------------------------------------------------------------

/// A part of a rule's path: a word, ":name", or "*" for all that follows.
struct Piece {
    enum class Kind { word, name, rest };
    Kind kind = Kind::word;
    std::string text;
};

/// What names stand for: parts of the path and the query; a value is JSON of its own.
struct Binding {
    std::string name;
    json::Value value;
};
using Bindings = std::vector<Binding>;

const json::Value* find(const Bindings& bindings, std::string_view name) {
    for (const Binding& each : bindings) {
        if (each.name == name) return &each.value;
    }
    return nullptr;
}

std::string plain(json::View value) {
    return value.is(json::Type::text) ? std::string(value.text()) : json::to_text(value);
}

std::vector<Piece> pieces_of(const std::string& path, bool secure) {
    std::vector<Piece> out;
    int ups = 0;
    for (std::size_t at = 0; at < path.size();) {
        const std::size_t end = std::min(path.find('/', at), path.size());
        const std::string one = path.substr(at, end - at);
        at = end + 1;
        if (one.empty()) continue;
        if (one == ".." && ++ups > 2 && secure) {
            throw Problem{500, "insecure_rewrite_rule", "too many ../.. segments"};
        }
        if (one == "*")
            out.push_back({Piece::Kind::rest, one});
        else if (one.front() == ':')
            out.push_back({Piece::Kind::name, one.substr(1)});
        else
            out.push_back({Piece::Kind::word, one});
    }
    return out;
}

struct Rule {
    std::vector<Piece> from, to;
    std::optional<std::string> method;
    json::Value query, formats;   ///< Objects.
};

json::Value object_of(json::View rule, const char* key) {
    const auto value = rule.find(key);
    if (!value || !value->is(json::Type::object)) return json::Value::empty_object();
    return json::Value::copy_of(value->bytes());
}

Rule read_rule(json::View rule, bool secure) {
    const auto text = [rule](const char* key) -> std::optional<std::string> {
        const auto value = rule.find(key);
        if (!value) return std::nullopt;
        return plain(*value);
    };
    const auto to = text("to");
    if (!to) throw Problem{500, "error", "invalid_rewrite_target"};
    Rule out{.from = pieces_of(text("from").value_or("*"), secure),
             .to = pieces_of(*to, secure),
             .method = text("method"),
             .query = object_of(rule, "query"),
             .formats = object_of(rule, "formats")};
    if (out.method == "*") out.method.reset();
    return out;
}

/// Whether the rule is for this path; then what its names stand for, and what its "*" is.
bool fits(const Rule& rule, const std::vector<std::string>& path, Bindings& bound,
          std::vector<std::string>& rest) {
    std::size_t at = 0;
    for (std::size_t i = 0; i < rule.from.size(); ++i) {
        const Piece& piece = rule.from[i];
        if (piece.kind == Piece::Kind::rest && i + 1 == rule.from.size()) {
            rest.assign(path.begin() + static_cast<std::ptrdiff_t>(at), path.end());
            return true;
        }
        if (at == path.size()) return false;
        if (piece.kind == Piece::Kind::name) {
            bound.insert(bound.begin(), {piece.text, json::text_value(path[at])});
        } else if (piece.text != path[at]) {
            return false;
        }
        ++at;
    }
    return at == path.size();
}

/// "int" and "bool" make of a text what it says, if it does.
json::Value formatted(const Rule& rule, std::string_view name, const json::Value& value) {
    const auto format = rule.formats.view().find(name);
    if (!format || !format->is(json::Type::text) || !value.view().is(json::Type::text)) {
        return value;
    }
    const json::Parsed read = json::parse(value.view().text());
    const auto wanted = format->text() == "int"    ? json::Type::integer
                        : format->text() == "bool" ? json::Type::boolean
                                                   : json::Type::null;
    const bool fine = read.ok() && wanted != json::Type::null && read.value.view().is(wanted);
    return fine ? read.value : value;
}

/// ":name" is what it stands for, or itself.
json::Value replaced(const Rule& rule, json::View value, const Bindings& bound) {
    if (!value.is(json::Type::text) || !value.text().starts_with(':')) return json::own(value);
    const std::string_view name = value.text().substr(1);
    const json::Value* const found = find(bound, name);
    return formatted(rule, name, found == nullptr ? json::own(value) : *found);
}

Bindings query_of(const Rule& rule, const Bindings& bound) {
    Bindings out;
    for (const json::Member& member : rule.query.view().members()) {
        if (!member.value.is(json::Type::array)) {
            out.push_back({std::string(member.key), replaced(rule, member.value, bound)});
            continue;
        }
        json::Builder list;
        list.begin_array();
        for (const json::View each : member.value.elements()) {
            list.copy(replaced(rule, each, bound).view());
        }
        list.end_array();
        out.push_back({std::string(member.key), list.take()});
    }
    return out;
}

bool is_key(std::string_view name) {
    static constexpr std::array<std::string_view, 6> keys{"key",    "startkey", "start_key",
                                                          "endkey", "end_key",  "keys"};
    return std::find(keys.begin(), keys.end(), name) != keys.end();
}

Bindings asked(const Target& target) {
    Bindings out;
    for (const auto& [key, value] : target.query) {
        if (!is_key(key)) {
            out.push_back({key, json::text_value(value)});
            continue;
        }
        json::Parsed parsed = json::parse(value);
        if (!parsed.ok()) throw bad_request("invalid UTF-8 JSON");
        out.push_back({key, std::move(parsed.value)});
    }
    return out;
}

std::string path_of(const Rule& rule, const Bindings& bound, const std::vector<std::string>& rest) {
    std::string out;
    for (const Piece& piece : rule.to) {
        if (piece.kind == Piece::Kind::rest) {   // What would follow it is not looked at.
            for (const std::string& each : rest) out += "/" + quoted(each);
            break;
        }
        const json::Value* value =
            piece.kind == Piece::Kind::name ? find(bound, piece.text) : nullptr;
        if (piece.kind == Piece::Kind::word)
            out += "/" + quoted(piece.text);
        else
            out += "/" + (value == nullptr ? "undefined" : quoted(plain(value->view())));
    }
    return out;
}

void by_rules(const CallPtr& call, json::View rules) {
    const bool secure =
        call->service().config(call->member()).flag("httpd", "secure_rewrites", true);
    std::vector<Rule> all;
    for (const json::View each : rules.elements()) all.push_back(read_rule(each, secure));
    const auto& parts = call->target().parts;
    const std::vector<std::string> path(parts.begin() + 4, parts.end());
    const Bindings query = asked(call->target());
    for (const Rule& rule : all) {
        Bindings bound;
        std::vector<std::string> rest;
        if (rule.method && *rule.method != call->method()) continue;
        if (!fits(rule, path, bound, rest)) continue;
        bound.insert(bound.end(), query.begin(), query.end());
        const Bindings own_query = query_of(rule, bound);
        std::erase_if(bound, [&](const Binding& each) { return find(own_query, each.name); });
        bound.insert(bound.end(), own_query.begin(), own_query.end());
        std::vector<std::pair<std::string, std::string>> pairs;
        for (const Binding& each : bound) {
            pairs.emplace_back(each.name, is_key(each.name) ? json::to_text(each.value.view())
                                                            : plain(each.value.view()));
        }
        return call->instead(
            copy_of(call->request(), normalized(prefix_of(*call) + path_of(rule, bound, rest)) +
                                         query_string(pairs)));
    }
    throw not_found();
}

// --- A function ----------------------------------------------------------------------------------

Problem rewrite_error(std::string reason) { return {500, "rewrite_error", std::move(reason)}; }

/// Source: couch_query_servers:validate_rewrite_response/1.
void check_rewrite(json::View made) {
    if (!made.is(json::Type::object)) throw rewrite_error("bad rewrite");
    for (const json::Member& member : made.members()) {
        const std::string_view key = member.key;
        const json::View value = member.value;
        if (key == "method" || key == "path" || key == "body") {
            if (!value.is(json::Type::text)) throw rewrite_error("bad " + std::string(key));
        } else if (key == "headers" || key == "query") {
            if (!value.is(json::Type::object)) throw rewrite_error("bad " + std::string(key));
            for (const json::Member& each : value.members()) {
                if (each.value.is(json::Type::text)) continue;
                throw rewrite_error("object key/value must be strings " + std::string(each.key) +
                                    "=" + json::to_text(each.value));
            }
        } else if (key == "code") {
            const auto code = value.is(json::Type::integer) ? value.integer() : std::nullopt;
            if (!code || *code < 200 || *code >= 600) throw rewrite_error("bad code");
        }
    }
}

void answer_at_once(Call& call, json::View made) {
    std::vector<http::Header> headers;
    if (const auto given = made.find("headers")) {
        for (const json::Member& each : given->members()) {
            headers.push_back({std::string(each.key), std::string(each.value.text())});
        }
    }
    const auto body = made.find("body");
    call.bytes(static_cast<int>(made.find("code")->integer().value_or(500)), std::move(headers),
               body ? std::string(body->text()) : call.request().body);
}

void go_on(Call& call, json::View made) {
    const auto path = made.find("path");
    if (!path) throw rewrite_error("Rewrite result must produce a new path.");
    std::string target(path->text());
    const std::size_t mark = std::min(target.find('?'), target.size());
    const std::string tail = target.substr(mark);   // A query in the path stays as it is.
    target = normalized(prefix_of(call) + "/" + target.substr(0, mark)) + tail;
    auto pairs = call.target().query;
    if (const auto query = made.find("query")) {
        pairs.clear();
        for (const json::Member& each : query->members()) {
            pairs.emplace_back(each.key, each.value.text());
        }
    }
    http::Request request =
        copy_of(call.request(), target + (tail.empty() ? query_string(pairs) : ""));
    if (const auto method = made.find("method")) request.method = std::string(method->text());
    if (const auto body = made.find("body")) request.body = std::string(body->text());
    if (const auto headers = made.find("headers")) {
        for (const json::Member& each : headers->members()) {
            const std::string name(each.key);
            std::erase_if(request.headers, [&](const http::Header& old) {
                return http::find_header({old}, name).has_value();
            });
            request.headers.push_back({name, std::string(each.value.text())});
        }
    }
    call.instead(std::move(request));
}

void by_function(const CallPtr& call, const json::Value& design, const std::string& source) {
    with_rewrite_object(call, [call, design, source](const json::Value& request) {
        json::Builder given;
        given.begin_array();
        given.copy(request.view());
        given.end_array();
        const auto said =
            call->node().searcher().render(design, "rewrite", source, given.take().view());
        if (const auto* refusal = std::get_if<store::Refusal>(&said)) {
            Problem problem = problem_of(*refusal);
            problem.unknown = false;
            throw problem;
        }
        const json::View made = std::get<json::Value>(said).view();
        if (made.is(json::Type::null)) throw Problem{404, "rewrite_error", "Invalid path."};
        check_rewrite(made);
        if (made.find("code")) return answer_at_once(*call, made);
        go_on(*call, made);
    });
}

}   // namespace

void rewrite(const CallPtr& call) {
    constexpr std::int64_t enough = 1'000;   // Ours: CouchDB goes on for as long as it is told to.
    const std::int64_t most = std::min(
        call->service().config(call->member()).number("httpd", "rewrite_limit", 100), enough);
    if (static_cast<std::int64_t>(call->rewrites()) >= most) {
        throw bad_request("Exceeded rewrite recursion limit");
    }
    call->node().searcher().open_design(
        call->database(), call->part(2), call->then([](const search::Reply& reply) {
            throw Problem{reply.status, reply.error, reply.reason};
        }),
        call->then([call](const json::Value& design) {
            const auto rules = design.view().find("rewrites");
            if (!rules) throw Problem{404, "rewrite_error", "Invalid path."};
            if (rules->is(json::Type::text)) {
                return by_function(call, design, std::string(rules->text()));
            }
            if (!rules->is(json::Type::array)) throw rewrite_error("bad rewrite");
            by_rules(call, *rules);
        }));
}

}   // namespace glasshive::door::couch
