#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "store/json/value.h"
#include "store/refusal.h"

namespace glasshive::store::replicate {

/// A source or a target as a request names it: "name", "http://user:pass@host:port/db", or
/// {"url":…, "auth":{"basic":{"username":…,"password":…}}, "headers":{…}}.
struct Endpoint {
    bool bare = false;      ///< A database's name alone. CouchDB 3 refuses it in its own texts.
    std::string name{};     ///< Of a bare one.
    std::string url{};      ///< Without credentials; ends in '/' unless it has a query.
    std::string scheme{};   ///< "http" or "https".
    std::string host{};
    std::string port{};   ///< Digits; empty: the scheme's (80, 443).
    std::string path{};   ///< As written: "/db%2Fa/".
    /// Credentials, decoded: those of `auth` before those of the URL before those of the headers.
    /// Of a bare one: as whom, if not as the node itself.
    std::string user{};
    std::string password{};
    /// Of a bare one's user, when they stand in a token; nothing: in his document.
    std::optional<std::vector<std::string>> roles{};
    /// By name, beside what stands for basic credentials.
    std::vector<std::pair<std::string, std::string>> headers{};

    bool has_credentials() const { return !user.empty() || !password.empty(); }
    /// What people are shown: no password. A bare name as it is.
    const std::string& shown() const { return bare ? name : url; }
    /// The database's name that a URL's path ends in, decoded; a bare one's name.
    std::string database() const;

    friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

/// Or why it is none: {"error", reason}.
/// Source: couch_replicator_parse:parse_rep_db/3, couch_replicator_utils:normalize_basic_auth/1.
std::variant<Endpoint, Refusal> read_endpoint(std::optional<json::View> value);

}   // namespace glasshive::store::replicate
