#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "door/couch/call.h"
#include "door/couch/passwords.h"

namespace glasshive::door::couch {

/// Somebody with a password.
struct Account {
    Credentials credentials;
    std::vector<std::string> roles;
};

/// An admin of the configuration, who has the roles of his document beside; else a document of the
/// users' database; or nobody. Throws 401 when that document is in conflict.
/// Source: chttpd_auth_cache:get_user_creds/2.
void find_account(const CallPtr& call, const std::string& name,
                  std::function<void(std::optional<Account>)> then);
/// Throws 403 when too many wrong passwords were given for this name.
/// Source: chttpd_auth_lockout.erl.
void check_lockout(Call& call, const std::string& name);
/// Whether the password is theirs; one that is not is counted against the client.
bool is_right(Call& call, const std::string& name, const std::string& password,
              const std::optional<Account>& account);

}   // namespace glasshive::door::couch
