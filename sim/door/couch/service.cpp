#include "door/couch/service.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/text.h"
#include "door/couch/access.h"
#include "door/couch/browsers.h"
#include "door/couch/routes.h"
#include "door/couch/users.h"

namespace glasshive::door::couch {

Service::Service(kernel::Kernel& kernel, store::Cluster& cluster, const ServiceOptions& options)
    : kernel_(kernel),
      cluster_(cluster),
      options_(options),
      chance_(kernel.rng("store/uuids")),
      configs_(cluster.size()),
      statistics_(cluster.size()),
      sequences_(cluster.size()),
      server_uuid_(options.uuid) {
    kernel_.add_process(HostId{}, *this);
    kernel_.start(id());
    const std::string secret = random_hex(32);
    for (const auto& [name, password] : options.admins) {
        const std::int64_t rounds =
            options.iterations.value_or(configs_[0].auth_number("iterations", 600'000));
        const std::string line = admin_line(hashed(password, random_hex(32), rounds));
        for (Config& config : configs_) config.set("admins", name, line);
    }
    for (Config& config : configs_) {
        config.set("couchdb", "uuid", server_uuid_);
        config.set("chttpd_auth", "secret", secret);
        config.set("cluster", "q", std::to_string(options.q));
        config.set("cluster", "n", std::to_string(options.n));
        if (options.iterations) {
            config.set("chttpd_auth", "iterations", std::to_string(*options.iterations));
        }
    }
}

CallPtr Service::handle(std::size_t member, http::Request request, std::int64_t wall,
                        std::shared_ptr<Reply> reply) {
    return take(std::make_shared<Call>(*this, member, std::move(request), wall, std::move(reply)));
}

CallPtr Service::handle_instead(const Call& call, http::Request request) {
    auto other =
        std::make_shared<Call>(*this, call.member(), std::move(request), call.wall(), call.reply_);
    other->rewrites_ = call.rewrites_ + 1;
    other->requested_ = call.requested_path();
    return take(std::move(other));
}

CallPtr Service::take(CallPtr call) {
    if (call->begun()) return call;   // Its target was none.
    if (auto headers = preflight(config(call->member()), call->request())) {
        call->bytes(204, std::move(*headers), "");
        return call;
    }
    call->guard(
        [&] { authenticate(call, [this, call] { call->guard([&] { authenticated(call); }); }); });
    return call;
}

void Service::authenticated(const CallPtr& call) {
    authorize(call, [call] { call->guard([&] { route(call); }); });
}

void Service::create_system_databases(std::function<void()> then) {
    store::Coordinator& coordinator = cluster_.node(cluster_.first_member()).coordinator();
    const store::Spread spread{.q = options_.q, .n = options_.n};
    coordinator.create("_users", spread, [this, &coordinator, spread, then](const auto&) {
        write_auth_design(cluster_.node(cluster_.first_member()), [&coordinator, spread, then] {
            coordinator.create("_replicator", spread, [then](const auto&) { then(); });
        });
    });
}

void Service::restart(std::size_t member) {
    // The answer leaves first.
    kernel_.after(id(), std::chrono::milliseconds{100}, tag_stop, member);
}

void Service::watch_users() {
    constexpr std::chrono::seconds listening_again{5};
    kernel_.after(id(), listening_again, tag_users, ++users_made_);
}

void Service::on_timer(std::uint32_t tag, std::uint64_t argument) {
    if (tag == tag_users) {
        for (std::size_t i = 0; i < cluster_.size() && argument == users_made_; ++i) {
            if (cluster_.is_running(i)) return write_auth_design(cluster_.node(i), {});
        }
        return;
    }
    const auto member = static_cast<std::size_t>(argument);
    if (tag == tag_start) return cluster_.start(member);
    cluster_.crash(member, kernel_.cause());
    kernel_.after(id(), std::chrono::seconds{1}, tag_start, member);
}

void Service::sync_shards(const std::string& database) {
    for (std::size_t i = 0; i < cluster_.size(); ++i) {
        store::Node& node = cluster_.node(i);
        const auto map = node.files().maps.find(database);
        if (!cluster_.is_running(i) || map == node.files().maps.end()) continue;
        for (const store::Copy* copy : map->second.copies_on(node.name())) {
            node.internal().updated(map->second.shard_name(copy->range));
        }
    }
}

std::string Service::random_hex(std::size_t digits) {
    std::string bytes;
    for (std::size_t i = 0; i < (digits + 1) / 2; ++i) {
        bytes += static_cast<char>(chance_.below(256));
    }
    return hex_text(bytes).substr(0, digits);
}

/// Source: couch_uuids.erl: 26 random digits, then six that rise by 1 to 0xffe.
std::string Service::new_uuid(std::size_t member, std::int64_t wall) {
    const Config& config = configs_[member];
    const std::string algorithm = config.text("uuids", "algorithm", "sequential");
    if (algorithm == "random") return random_hex(32);
    if (algorithm == "utc_random" || algorithm == "utc_id") {
        std::array<char, 24> time{};
        std::int64_t& micro = sequences_[member].micro;
        micro = std::max(micro + 1, wall * 1'000'000);
        std::snprintf(time.data(), time.size(), "%014llx", static_cast<unsigned long long>(micro));
        return std::string(time.data()) +
               (algorithm == "utc_id" ? config.text("uuids", "utc_id_suffix") : random_hex(18));
    }
    Sequence& sequence = sequences_[member];
    sequence.next += 1 + static_cast<std::uint32_t>(chance_.below(0xffe));
    if (sequence.prefix.empty() || sequence.next > 0xffffff) {
        sequence.prefix = random_hex(26);
        sequence.next = 1 + static_cast<std::uint32_t>(chance_.below(0xffe));
    }
    std::array<char, 8> digits{};
    std::snprintf(digits.data(), digits.size(), "%06x", sequence.next);
    return sequence.prefix + digits.data();
}

}   // namespace glasshive::door::couch
