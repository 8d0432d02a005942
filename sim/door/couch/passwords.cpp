#include "door/couch/passwords.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/text.h"

namespace glasshive::door::couch {

namespace json = store::json;

namespace {

/// OpenSSL's name of a hash that CouchDB calls so; null: unknown.
const EVP_MD* hash_of(std::string_view prf) {
    if (prf == "sha") return EVP_sha1();
    if (prf == "sha224") return EVP_sha224();
    if (prf == "sha256") return EVP_sha256();
    if (prf == "sha384") return EVP_sha384();
    if (prf == "sha512") return EVP_sha512();
    return nullptr;
}

std::string member(json::View body, std::string_view key, std::string otherwise = "") {
    const auto value = body.find(key);
    return value && value->is(json::Type::text) ? std::string(value->text()) : std::move(otherwise);
}

std::vector<std::string> pieces(std::string_view text) {
    std::vector<std::string> out;
    while (true) {
        const std::size_t comma = text.find(',');
        out.emplace_back(text.substr(0, comma));
        if (comma == std::string_view::npos) return out;
        text.remove_prefix(comma + 1);
    }
}

}   // namespace

std::optional<Credentials> read_admin_line(std::string_view line) {
    static constexpr std::string_view simple = "-hashed-", pbkdf2 = "-pbkdf2";
    if (line.starts_with(simple)) {
        auto parts = pieces(line.substr(simple.size()));
        if (parts.size() != 2) return std::nullopt;
        return Credentials{.salt = std::move(parts[1]), .hash = std::move(parts[0])};
    }
    if (!line.starts_with(pbkdf2)) return std::nullopt;
    line.remove_prefix(pbkdf2.size());
    Credentials out{.scheme = "pbkdf2"};
    const std::size_t dash = line.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    if (line.starts_with(':')) out.prf = std::string(line.substr(1, dash - 1));
    auto parts = pieces(line.substr(dash + 1));
    const auto rounds = parts.size() == 3 ? whole_number<std::int64_t>(parts[2]) : std::nullopt;
    if (!rounds || *rounds < 1 || hash_of(out.prf) == nullptr) return std::nullopt;
    out.hash = std::move(parts[0]);
    out.salt = std::move(parts[1]);
    out.iterations = *rounds;
    return out;
}

std::string admin_line(const Credentials& c) {
    if (c.scheme == "simple") return "-hashed-" + c.hash + "," + c.salt;
    const std::string prf = c.prf == "sha" ? "" : ":" + c.prf;
    return "-pbkdf2" + prf + "-" + c.hash + "," + c.salt + "," + std::to_string(c.iterations);
}

std::optional<Credentials> read_user_document(json::View body) {
    Credentials out{.scheme = member(body, "password_scheme", "simple"),
                    .prf = member(body, "pbkdf2_prf", "sha"),
                    .salt = member(body, "salt")};
    const bool simple = out.scheme == "simple";
    out.hash = member(body, simple ? "password_sha" : "derived_key");
    if (out.hash.empty()) return std::nullopt;
    if (const auto rounds = body.find("iterations"); rounds && rounds->is(json::Type::integer)) {
        out.iterations = rounds->integer().value_or(0);
    }
    const bool known = simple || (out.scheme == "pbkdf2" && hash_of(out.prf) != nullptr &&
                                  out.iterations >= 1 && out.iterations <= 10'000'000);
    return known ? std::optional(out) : std::nullopt;
}

std::vector<std::string> roles_of(json::View body) {
    std::vector<std::string> roles;
    const auto list = body.find("roles");
    if (!list || !list->is(json::Type::array)) return roles;
    for (const json::View role : list->elements()) {
        if (role.is(json::Type::text)) roles.emplace_back(role.text());
    }
    return roles;
}

Credentials hashed(std::string_view password, std::string salt, std::int64_t iterations,
                   std::string prf) {
    if (hash_of(prf) == nullptr) prf = "sha256";
    iterations = std::clamp<std::int64_t>(iterations, 1, 10'000'000);
    Credentials out{.scheme = "pbkdf2",
                    .prf = std::move(prf),
                    .salt = std::move(salt),
                    .iterations = iterations};
    const EVP_MD* const hash = hash_of(out.prf);
    std::array<unsigned char, EVP_MAX_MD_SIZE> key{};
    const int size = EVP_MD_get_size(hash);
    PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()),
                      reinterpret_cast<const unsigned char*>(out.salt.data()),
                      static_cast<int>(out.salt.size()), static_cast<int>(iterations), hash, size,
                      key.data());
    out.hash =
        hex_text({reinterpret_cast<const char*>(key.data()), static_cast<std::size_t>(size)});
    return out;
}

bool same_secret(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool Verifier::verify(std::string_view password, const Credentials& given) {
    if (given.scheme == "simple") {
        const std::string sum = digest_of("SHA1", std::string(password) + given.salt);
        return same_secret(hex_text(sum), given.hash);
    }
    std::string text = std::to_string(password.size()) + ":";
    text += password;
    text += admin_line(given);
    std::string key = digest_of("SHA256", text);
    if (const auto found = remembered_.find(key); found != remembered_.end()) {
        return found->second;
    }
    ++paid_;
    const bool right =
        same_secret(hashed(password, given.salt, given.iterations, given.prf).hash, given.hash);
    if (remembered_.size() >= remembered_max) remembered_.clear();
    if (right) remembered_.emplace(std::move(key), true);   // Guesses are paid for, each time.
    return right;
}

std::string digest_of(const char* name, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned int size = 0;
    EVP_Digest(text.data(), text.size(), out.data(), &size, EVP_get_digestbyname(name), nullptr);
    return {reinterpret_cast<const char*>(out.data()), size};
}

}   // namespace glasshive::door::couch
