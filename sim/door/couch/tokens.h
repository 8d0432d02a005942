#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "door/couch/config.h"
#include "store/json/value.h"

namespace glasshive::door::couch {

/// The claims of a JSON web token, once its signature and all that [jwt_auth] required_claims asks
/// for are right. HS, RS and ES with 256, 384 and 512; keys are [jwt_keys] hmac:ID, rsa:ID, ec:ID,
/// ID "_default" when the token names none. Throws 400 and 401 in CouchDB's words. `now`: seconds
/// since 1970.
/// Source: src/jwtf/src/{jwtf,jwtf_keystore}.erl, couch_httpd_auth:jwt_authentication_handler/1.
store::json::Value read_token(const Config& config, std::string_view token, std::int64_t now);
/// Who a token is for; throws 401 when it does not say.
std::string token_subject(store::json::View claims);
/// The roles at [jwt_auth] roles_claim_path, else those in the claim roles_claim_name: an array, or
/// a text with commas. Throws 404 when the path leads nowhere.
std::vector<std::string> token_roles(const Config& config, store::json::View claims);

/// HMAC in bytes; `name` of the hash as OpenSSL calls it. Empty when there is none of that name.
std::string hmac_of(const char* name, std::string_view key, std::string_view text);
/// base64 of URLs, without '='; nothing for what is none.
std::optional<std::string> from_base64url(std::string text);

}   // namespace glasshive::door::couch
