#include "door/couch/replication.h"

#include <utility>

#include "door/couch/access.h"
#include "door/couch/documents.h"
#include "door/couch/front.h"
#include "door/couch/users.h"
#include "store/document/attachments.h"
#include "store/json/parse.h"
#include "store/json/print.h"

namespace glasshive::door::couch {

namespace json = store::json;
namespace replicate = store::replicate;

// --- Who is meant --------------------------------------------------------------------------------

namespace {

/// Digits, not a name.
bool is_address(std::string_view host) {
    return host.starts_with('[') || host.find_first_not_of("0123456789.") == std::string_view::npos;
}

}   // namespace

Resolver::Place Resolver::find(const std::string& node, const replicate::Endpoint& endpoint) {
    const store::Cluster& own = front_.cluster();
    if (endpoint.bare) {
        if (const auto member = own.find(node)) return {&front_, *member};
        return {};
    }
    const std::string port = endpoint.port.empty() ? "" : ":" + endpoint.port;
    std::string host = endpoint.host == "localhost" ? "127.0.0.1" : endpoint.host;
    if (const auto known = addresses_.find(host + port); known != addresses_.end()) {
        return {&front_, known->second};
    }
    // Where real clients are served, an address is what it is outside: somebody else's.
    if ((front_.outside() != nullptr || !addresses_.empty()) && is_address(host)) return {};
    std::vector<Front*> all{&front_};
    all.insert(all.end(), others_.begin(), others_.end());
    for (Front* front : all) {
        const store::Cluster& cluster = front->cluster();
        for (std::size_t i = 0; i < cluster.size(); ++i) {
            const std::string& name = cluster.node(i).name();
            if (host == name || host == name.substr(name.find('@') + 1) ||
                host == front->host_name(i)) {
                return {front, i};
            }
        }
        // A cluster's own name stands for the load balancer in front of it: its first node.
        if (host == front->name()) return {front, 0};
    }
    return {};
}

replicate::PeerAnswer<std::unique_ptr<replicate::Peer>>
Resolver::resolve(const std::string& node, const replicate::Endpoint& endpoint,
                  const replicate::PeerPatience& patience) {
    const auto from = front_.cluster().find(node);
    const Place to = find(node, endpoint);
    const bool outside = to.front == nullptr && !endpoint.bare && front_.outside() != nullptr;
    if ((to.front == nullptr && !outside) || !from) {
        // Nobody may ask the network of a served cluster: there is no such database, as if one had.
        if (!addresses_.empty()) return replicate::PeerError{404, "not_found", "no_outbound"};
        return replicate::PeerError{0, "nxdomain", "nxdomain"};
    }
    replicate::PeerCredentials who{endpoint.user, endpoint.password, endpoint.headers};
    if (outside) {
        if (endpoint.scheme != "http") {
            return replicate::PeerError{0, "https_is_not_supported", "https_is_not_supported"};
        }
        return front_.cluster().node(*from).peer_client().open({.server = front_.outside()->id(),
                                                                .name = endpoint.url,
                                                                .uri = endpoint.shown(),
                                                                .who = std::move(who)},
                                                               patience);
    }
    // In documents only server admins have bare names: see check_bare_names().
    who.known = endpoint.bare && !endpoint.user.empty();
    who.local = endpoint.bare && !who.known;
    if (who.known) who.roles = endpoint.roles;
    return front_.cluster().node(*from).peer_client().open(
        {.server = to.front->cluster().node(to.member).peer_server().id(),
         .name = endpoint.database(),
         .uri = endpoint.shown(),
         .who = std::move(who)},
        patience);
}

// --- Who asks ------------------------------------------------------------------------------------

namespace {

/// A user's document, from whichever copy of the store has it.
std::optional<json::Value> find_user(const store::Cluster& cluster, const std::string& name) {
    const std::string id = "org.couchdb.user:" + name;
    for (std::size_t i = 0; i < cluster.size(); ++i) {
        const store::NodeFiles& files = cluster.node(i).files();
        const store::ShardMap* const map = files.map_of("_users");
        if (map == nullptr) continue;
        for (const store::Copy* holder : map->copies_of(std::string_view(id))) {
            const auto copy = files.copies.find(map->shard_name(holder->range));
            if (copy == files.copies.end()) continue;
            const store::Document* document = copy->second.find(id);
            if (document == nullptr || document->tree.deleted()) continue;
            return document->tree.node(document->tree.winner()).content->body;
        }
    }
    return std::nullopt;
}

std::optional<UserContext> authenticated(Service& service, std::size_t member,
                                         const replicate::PeerCredentials& who) {
    UserContext user{.name = who.user, .handler = "default"};
    const auto shown = [&](const Credentials& credentials) {
        return who.known || service.verifier().verify(who.password, credentials);
    };
    // Who is known already is no server admin (Scheduler::replicate), whatever a token calls him.
    const auto line = service.config(member).find("admins", who.user);
    if (line && !who.known) {
        const auto credentials = read_admin_line(*line);
        if (!credentials || !shown(*credentials)) {
            return std::nullopt;
        }
        user.roles = {"_admin"};
        return user;
    }
    if (who.known && who.roles) {   // By a token.
        user.roles = *who.roles;
        return user;
    }
    const auto body = find_user(service.cluster(), who.user);
    const auto credentials = body ? read_user_document(body->view()) : std::nullopt;
    if (!credentials || !shown(*credentials)) {
        return std::nullopt;
    }
    user.roles = roles_of(body->view());
    return user;
}

/// The security object of any copy; nothing: no copy is known, or it is the default.
json::Value security_of(const store::Cluster& cluster, const std::string& database) {
    for (std::size_t i = 0; i < cluster.size(); ++i) {
        const store::NodeFiles& files = cluster.node(i).files();
        const store::ShardMap* const map = files.map_of(database);
        if (map == nullptr) continue;
        for (const store::Range& range : map->ranges()) {
            const auto copy = files.copies.find(map->shard_name(range));
            if (copy != files.copies.end() && copy->second.security()) {
                return copy->second.security();
            }
        }
    }
    return {};
}

}   // namespace

std::optional<replicate::PeerError> Gate::refuses(const replicate::PeerCredentials& who,
                                                  const std::string& database, Verb verb) {
    Service& service = front_.service();
    UserContext user;
    if (who.local) return std::nullopt;
    if (!who.user.empty()) {
        const auto found = authenticated(service, member_, who);
        if (!found) {
            return replicate::PeerError{401, "unauthorized", "Name or password is incorrect."};
        }
        user = *found;
    }
    if (user.is_server_admin()) return std::nullopt;
    // What is checked when a client writes there a replicator would not do.
    const bool guarded = is_guarded(service.config(member_), database);
    if (verb == Verb::create || (guarded && verb != Verb::read)) {
        return replicate::PeerError{401, "unauthorized", "You are not a server admin."};
    }
    json::Value security = security_of(front_.cluster(), database);
    if (!security) security = default_security(service.config(member_));
    if (verb == Verb::design && !is_database_admin(user, security.view())) {
        const Problem problem = not_database_admin(user);
        return replicate::PeerError{problem.status, problem.error, problem.reason};
    }
    try {
        check_member(user, security);
    } catch (const Problem& problem) {
        return replicate::PeerError{problem.status, problem.error, problem.reason};
    }
    return std::nullopt;
}

std::optional<replicate::PeerError> Gate::too_large(const store::ReplicatedEdit& edit) {
    const store::DocumentLimits limits = document_limits(front_.service().config(member_));
    const store::Content& content = *edit.path.back().content;
    const std::uint64_t term = content.body ? content.body.bytes().size() : 0;
    if (term * 6 > limits.document_bytes_max &&   // As in store::read_document().
        json::to_text(content.body.view()).size() > limits.document_bytes_max) {
        return replicate::PeerError{413, "document_too_large", std::string(edit.id.view())};
    }
    for (const store::Attachment& each : content.attachments) {
        if (static_cast<std::int64_t>(each.data.view().size()) <= limits.attachment_bytes_max) {
            continue;
        }
        return replicate::PeerError{413, "attachment_too_large", each.name};
    }
    return std::nullopt;
}

json::Value Gate::user(const replicate::PeerCredentials& who, const std::string& database) {
    if (who.local) return {};
    UserContext user;
    if (!who.user.empty()) {
        user = authenticated(front_.service(), member_, who).value_or(UserContext{});
    }
    return user_json(user, database);
}

void Gate::script_filter(const std::string& database, const replicate::ChangesFilter& filter,
                         replicate::PeerThen<std::shared_ptr<const store::ChangeFilter>> then) {
    store::search::FilterRequest request{.filter = filter.name};
    request.request = json::parse(R"({"query":{}})").value;
    if (filter.params) {
        if (const auto view = filter.params.view().find("view");
            view && view->is(json::Type::text)) {
            request.view = std::string(view->text());
        }
        json::Parsed asked = json::parse(ObjectText().value("query", filter.params.view()).take());
        request.request = std::move(asked.value);
    }
    front_.cluster().node(member_).searcher().filter(
        database, std::move(request), [then](const store::search::FilterAnswer& answer) {
            if (answer.filter) return then(answer.filter);
            then(replicate::PeerError{answer.status, answer.error, answer.reason});
        });
}

}   // namespace glasshive::door::couch
