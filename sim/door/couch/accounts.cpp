#include "door/couch/accounts.h"

#include <utility>

#include "door/couch/service.h"
#include "door/couch/users.h"

namespace glasshive::door::couch {

namespace json = store::json;

void find_account(const CallPtr& call, const std::string& name,
                  std::function<void(std::optional<Account>)> then) {
    const Config& config = call->service().config(call->member());
    std::optional<Account> admin;
    if (const auto line = config.find("admins", name)) {
        const auto credentials = read_admin_line(*line);
        if (!credentials) return then(std::nullopt);
        admin = Account{*credentials, {"_admin"}};
        // Other requests have no need of what more they are, and no wait for it.
        if (call->part(0) != "_session") return then(admin);
    }
    call->node().coordinator().read(
        authentication_database(config), "org.couchdb.user:" + name, 0,
        call->then([admin, then = std::move(then)](const store::ReadAnswer& answer) {
            if (answer.status != 200) return then(admin);
            if (answer.whole && !answer.whole->tree.conflicts(false).empty()) {
                throw unauthorized(
                    "User document conflicts must be resolved before the document is used for "
                    "authentication purposes.");
            }
            const json::View body = answer.path.back().content->body.view();
            const auto credentials = read_user_document(body);
            if (!credentials) return then(admin);
            Account account = admin.value_or(Account{*credentials, {}});
            for (std::string& role : roles_of(body)) account.roles.push_back(std::move(role));
            then(std::move(account));
        }),
        true);
}

// --- Too many wrong passwords --------------------------------------------------------------------

void check_lockout(Call& call, const std::string& name) {
    const Config& config = call.service().config(call.member());
    if (config.text("chttpd_auth_lockout", "mode") != "enforce") return;
    auto& failures = call.service().failures();
    const auto found = failures.find({call.request().client, name});
    if (found == failures.end()) return;
    const std::int64_t life = config.number("chttpd_auth_lockout", "max_lifetime", 300'000) / 1000;
    if (call.wall() - found->second.last >= life) {
        failures.erase(found);
        return;
    }
    if (found->second.count < config.number("chttpd_auth_lockout", "threshold", 5)) return;
    throw forbidden("Account is temporarily locked due to multiple authentication failures");
}

namespace {

void count_failure(Call& call, const std::string& name) {
    auto& failures = call.service().failures();
    if (failures.size() >= 10'000) failures.clear();   // [chttpd_auth_lockout] max_objects
    auto& entry = failures[{call.request().client, name}];
    ++entry.count;
    entry.last = call.wall();
}

}   // namespace

bool is_right(Call& call, const std::string& name, const std::string& password,
              const std::optional<Account>& account) {
    Verifier& verifier = call.service().verifier();
    const std::uint64_t paid = verifier.paid();
    const bool right = account && verifier.verify(password, account->credentials);
    if (account) {
        call.service().statistics(call.member()).count_password(verifier.paid() != paid, right);
    }
    if (right) {
        call.service().failures().erase({call.request().client, name});
        return true;
    }
    count_failure(call, name);
    return false;
}

}   // namespace glasshive::door::couch
