#include "door/couch/tokens.h"

#include <array>
#include <cctype>
#include <memory>
#include <optional>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include "door/couch/passwords.h"
#include "door/couch/problem.h"
#include "store/document/attachments.h"
#include "store/json/parse.h"

namespace glasshive::door::couch {

namespace json = store::json;

std::string hmac_of(const char* name, std::string_view key, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned int size = 0;
    const EVP_MD* const hash = EVP_get_digestbyname(name);
    if (hash == nullptr) return "";
    HMAC(hash, key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), out.data(), &size);
    return {reinterpret_cast<const char*>(out.data()), size};
}

std::optional<std::string> from_base64url(std::string text) {
    for (char& c : text) {
        if (c == '-')
            c = '+';
        else if (c == '_')
            c = '/';
    }
    while (text.size() % 4 != 0) text += '=';
    return store::from_base64(text);
}

namespace {

struct Algorithm {
    std::string_view name;
    const char* hash;
    std::string_view kind;   ///< Of the key.
};
constexpr std::array<Algorithm, 9> algorithms{{{"HS256", "sha256", "hmac"},
                                               {"HS384", "sha384", "hmac"},
                                               {"HS512", "sha512", "hmac"},
                                               {"RS256", "sha256", "rsa"},
                                               {"RS384", "sha384", "rsa"},
                                               {"RS512", "sha512", "rsa"},
                                               {"ES256", "sha256", "ec"},
                                               {"ES384", "sha384", "ec"},
                                               {"ES512", "sha512", "ec"}}};

json::Value read_part(std::string_view part) {
    const auto text = from_base64url(std::string(part));
    if (!text) throw bad_request("badarg");
    json::Parsed parsed = json::parse(*text);
    if (!parsed.ok()) throw bad_request("invalid_json");
    if (!parsed.value.view().is(json::Type::object)) throw bad_request("Not an object");
    return std::move(parsed.value);
}

std::string text_of(json::View object, const char* key) {
    const auto value = object.find(key);
    return value && value->is(json::Type::text) ? std::string(value->text()) : std::string();
}

// --- Claims --------------------------------------------------------------------------------------

/// A claim that must be there, and what it must be (iss).
struct Required {
    std::string name;
    std::string value;
};

/// "exp, {iss, \"x\"}". Source: couch_httpd_auth:get_configured_claims/0.
std::vector<Required> required_claims(const std::string& text) {
    std::vector<Required> out;
    const auto word = [&text](std::size_t& at) {
        const std::size_t from = at;
        while (at < text.size() && std::islower(static_cast<unsigned char>(text[at])) != 0) ++at;
        return text.substr(from, at - from);
    };
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] != '{') {
            const std::string name = word(at);
            if (name.empty())
                ++at;
            else
                out.push_back({name, ""});
            continue;
        }
        ++at;
        const std::string name = word(at);
        const std::size_t open = text.find('"', at);
        const std::size_t close = open == std::string::npos ? open : text.find('"', open + 1);
        if (name.empty() || close == std::string::npos) continue;
        out.push_back({name, text.substr(open + 1, close - open - 1)});
        at = std::min(text.size(), text.find('}', close));
    }
    if (out.empty() && !text.empty()) {
        throw Problem{500, "misconfigured_server", "JWT is not configured correctly"};
    }
    return out;
}

std::optional<double> time_of(json::View claims, const std::string& name) {
    const auto value = claims.find(name);
    if (!value) throw bad_request("Missing " + name + " claim");
    if (value->is(json::Type::integer)) return value->number();
    if (value->is(json::Type::real)) return value->number();
    return std::nullopt;
}

void check_claim(const Required& required, json::View claims, double now) {
    const std::string& name = required.name;
    if (name == "iss") {
        const auto value = claims.find(name);
        if (!value) throw bad_request("Missing iss claim");
        if (text_of(claims, "iss") != required.value) throw bad_request("Invalid iss claim");
    } else if (name == "iat") {
        const auto value = claims.find(name);
        if (!value) throw bad_request("Missing iat claim");
        if (!value->is(json::Type::integer)) throw bad_request("Invalid iat claim");
    } else if (name == "nbf") {   // In Erlang a text is later than any number.
        const auto time = time_of(claims, name);
        if (!time || *time >= now) throw unauthorized("nbf not in past");
    } else if (name == "exp") {
        const auto time = time_of(claims, name);
        if (time && *time <= now) throw unauthorized("exp not in future");
    }
}

void check_header(const Required& required, json::View header) {
    if (required.name == "kid" && text_of(header, "kid").empty()) {
        throw bad_request("Missing kid claim");
    }
    if (required.name != "typ") return;
    if (!header.find("typ")) throw bad_request("Missing typ header parameter");
    if (text_of(header, "typ") != "JWT") throw bad_request("Invalid typ header parameter");
}

// --- Signatures ----------------------------------------------------------------------------------

template <class T, void (*Free)(T*)>
struct Freed {
    void operator()(T* value) const { Free(value); }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY, EVP_PKEY_free>>;
using Digest = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX, EVP_MD_CTX_free>>;

Key read_key(std::string pem, std::string_view kind) {
    for (std::size_t at = 0; (at = pem.find("\\n", at)) != std::string::npos;) {
        pem.replace(at, 2, "\n");
    }
    BIO* const bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    Key key(PEM_read_bio_PUBKEY(bio, nullptr, nullptr, nullptr));
    BIO_free(bio);
    if (!key) throw bad_request("Not a valid key");
    if (kind == "rsa" && EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA) {
        throw bad_request("not an RSA public key");
    }
    if (kind == "ec" && EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_EC) {
        throw bad_request("not an EC public key");
    }
    return key;
}

/// The two numbers that RFC 7518 writes one after the other, as DER has them.
std::string der_of(std::string_view pair) {
    const auto* const bytes = reinterpret_cast<const unsigned char*>(pair.data());
    const int half = static_cast<int>(pair.size() / 2);
    ECDSA_SIG* const signature = ECDSA_SIG_new();
    ECDSA_SIG_set0(signature, BN_bin2bn(bytes, half, nullptr),
                   BN_bin2bn(bytes + half, half, nullptr));
    unsigned char* der = nullptr;
    const int size = i2d_ECDSA_SIG(signature, &der);
    std::string out(reinterpret_cast<const char*>(der),
                    static_cast<std::size_t>(std::max(size, 0)));
    OPENSSL_free(der);
    ECDSA_SIG_free(signature);
    return out;
}

bool verifies(const Key& key, const char* hash, std::string_view message,
              std::string_view signature) {
    const Digest context(EVP_MD_CTX_new());
    if (EVP_DigestVerifyInit(context.get(), nullptr, EVP_get_digestbyname(hash), nullptr,
                             key.get()) != 1) {
        return false;
    }
    return EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                            signature.size(),
                            reinterpret_cast<const unsigned char*>(message.data()),
                            message.size()) == 1;
}

void check_signature(const Config& config, const Algorithm& algorithm, const std::string& id,
                     std::string_view message, std::string_view signature) {
    const auto line = config.find("jwt_keys", std::string(algorithm.kind) + ":" + id);
    if (!line) throw bad_request("Unknown kid");
    if (algorithm.kind == "hmac") {
        const auto secret = store::from_base64(*line);
        if (!secret) throw bad_request("Not a valid key");
        if (same_secret(hmac_of(algorithm.hash, *secret, message), signature)) return;
        throw bad_request("Bad HMAC");
    }
    const Key key = read_key(*line, algorithm.kind);
    if (verifies(key, algorithm.hash, message, signature)) return;
    if (algorithm.kind == "ec" && signature.size() % 2 == 0 && signature.size() < 200 &&
        verifies(key, algorithm.hash, message, der_of(signature))) {
        return;
    }
    throw bad_request("Bad signature");
}

const Algorithm& algorithm_of(json::View header) {
    if (!header.find("alg")) throw bad_request("Missing alg header parameter");
    const std::string name = text_of(header, "alg");
    for (const Algorithm& each : algorithms) {
        if (each.name == name) return each;
    }
    throw bad_request("Invalid alg header parameter");
}

}   // namespace

json::Value read_token(const Config& config, std::string_view token, std::int64_t now) {
    const auto required = required_claims(config.text("jwt_auth", "required_claims"));
    const std::size_t first = token.find('.');
    const std::size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
    if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) {
        throw bad_request("Malformed token");
    }
    const json::Value header = read_part(token.substr(0, first));
    const Algorithm& algorithm = algorithm_of(header.view());
    for (const Required& each : required) check_header(each, header.view());
    json::Value claims = read_part(token.substr(first + 1, second - first - 1));
    for (const Required& each : required) {
        check_claim(each, claims.view(), static_cast<double>(now));
    }
    const std::string id = text_of(header.view(), "kid");
    const auto signature = from_base64url(std::string(token.substr(second + 1)));
    check_signature(config, algorithm, id.empty() ? "_default" : id, token.substr(0, second),
                    signature.value_or(""));
    return claims;
}

std::string token_subject(json::View claims) {
    const auto subject = claims.find("sub");
    if (!subject) throw unauthorized("Token missing sub claim.");
    return subject->is(json::Type::text) ? std::string(subject->text()) : std::string();
}

namespace {

/// "a.b\.c" is ["a", "b.c"].
std::vector<std::string> path_of(const std::string& text) {
    std::vector<std::string> out{""};
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '.') {
            out.back() += text[++i];
        } else if (text[i] == '.') {
            out.emplace_back();
        } else {
            out.back() += text[i];
        }
    }
    return out;
}

}   // namespace

std::vector<std::string> token_roles(const Config& config, json::View claims) {
    std::optional<json::View> at = claims;
    if (const auto path = config.find("jwt_auth", "roles_claim_path")) {
        for (const std::string& key : path_of(*path)) {
            at = at->find(key);
            if (!at) throw not_found("missing json key: " + key);
        }
    } else {
        at = claims.find(config.text("jwt_auth", "roles_claim_name", "_couchdb.roles"));
    }
    std::vector<std::string> out;
    if (at && at->is(json::Type::array)) {
        for (const json::View each : at->elements()) {
            if (each.is(json::Type::text)) out.emplace_back(each.text());
        }
    } else if (at && at->is(json::Type::text)) {
        std::string word;
        for (const char c : std::string(at->text()) + ",") {
            if (c == ',' && !word.empty()) {
                while (word.ends_with(' ')) word.pop_back();
                out.push_back(std::exchange(word, {}));
            } else if (c != ',' && (c != ' ' || !word.empty())) {
                word += c;
            }
        }
    }
    return out;
}

}   // namespace glasshive::door::couch
