#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/json/value.h"

namespace glasshive::door::couch {

/// How a password is kept: what a user's document, or a line of [admins], says of it.
struct Credentials {
    std::string scheme = "simple";   ///< "simple" or "pbkdf2".
    std::string prf = "sha";         ///< Of pbkdf2: "sha", "sha224", "sha256", "sha384", "sha512".
    std::string salt{};
    std::string hash{};   ///< In hex digits.
    std::int64_t iterations = 0;
};

/// "-pbkdf2:sha256-HASH,SALT,ITERATIONS", "-pbkdf2-…" or "-hashed-HASH,SALT"; nothing for others.
/// Source: couch_passwords:hash_admin_password/1, couch_auth_cache:get_admin/1.
std::optional<Credentials> read_admin_line(std::string_view line);
std::string admin_line(const Credentials& credentials);
/// Of a document of `_users`; nothing when it has no password.
std::optional<Credentials> read_user_document(store::json::View body);
/// The `roles` of such a document.
std::vector<std::string> roles_of(store::json::View body);

/// PBKDF2 over the salt as it is written; rounds outside 1 to 10,000,000 and hashes that nobody
/// knows become the nearest and SHA-256.
/// Source: couch_passwords:pbkdf2/4.
Credentials hashed(std::string_view password, std::string salt, std::int64_t iterations,
                   std::string prf = "sha256");

/// Says whether passwords are right and remembers those that were, so that 600,000 rounds are paid
/// once and not with each request.
/// Source: couch_password_hasher.erl, chttpd_auth_cache.erl; couchdb.md, "Auth".
class Verifier {
  public:
    bool verify(std::string_view password, const Credentials& credentials);
    /// How often rounds were paid for.
    std::uint64_t paid() const { return paid_; }

  private:
    static constexpr std::size_t remembered_max = 1'000;
    std::uint64_t paid_ = 0;
    std::map<std::string, bool> remembered_;   // By a digest of password and credentials.
};

/// Compares in a time that says nothing of where they differ.
bool same_secret(std::string_view a, std::string_view b);
/// MD5, SHA-1 and their like in bytes; `name` as OpenSSL calls it.
std::string digest_of(const char* name, std::string_view text);

}   // namespace glasshive::door::couch
