#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "door/couch/call.h"
#include "door/couch/config.h"
#include "door/couch/passwords.h"
#include "door/couch/statistics.h"
#include "kernel/kernel.h"
#include "store/cluster/cluster.h"

namespace glasshive::door::couch {

struct ServiceOptions {
    /// Seconds since 1970 at virtual time zero: databases carry it, `Date` of design documents too.
    std::int64_t epoch = 1'700'000'000;
    std::string uuid{};                                          ///< Of the server, 32 hex digits.
    std::vector<std::pair<std::string, std::string>> admins{};   ///< Names and passwords.
    /// Rounds of PBKDF2 for passwords; nothing: CouchDB's.
    std::optional<std::int64_t> iterations{};
    std::uint32_t q = 2;
    std::int64_t n = 3;
};

/// CouchDB's HTTP interface of a simulated cluster: what each node needs to answer requests beside
/// the store. It knows nothing of sockets; answers go to a Reply, at once or later.
/// As a process it stands outside the cluster, and only to start nodes again.
/// Source: chttpd.erl and its handlers.
class Service final : public kernel::Process {
  public:
    /// All outlive it.
    Service(kernel::Kernel& kernel, store::Cluster& cluster, const ServiceOptions& options);
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;

    /// Takes a request at a node that runs. `wall`: seconds since 1970 by the client's clock.
    CallPtr handle(std::size_t member, http::Request request, std::int64_t wall,
                   std::shared_ptr<Reply> reply);
    /// Takes a request into which another one was rewritten.
    CallPtr handle_instead(const Call& call, http::Request request);
    /// What a finished set-up has: `_users` and `_replicator`. Through the first node; `then` once
    /// both are there. Source: setup.erl, finish_cluster.
    void create_system_databases(std::function<void()> then);

    kernel::Kernel& kernel() { return kernel_; }
    store::Cluster& cluster() { return cluster_; }
    Config& config(std::size_t member) { return configs_[member]; }
    Statistics& statistics(std::size_t member) { return statistics_[member]; }
    Verifier& verifier() { return verifier_; }
    /// Wrong passwords by client and name, with the time of the last one.
    struct Failures {
        std::int64_t count = 0;
        std::int64_t last = 0;
    };
    std::map<std::pair<std::string, std::string>, Failures>& failures() { return failures_; }

    /// A document's id as [uuids] algorithm says. `wall`: of those made of the time.
    std::string new_uuid(std::size_t member, std::int64_t wall);
    std::string random_hex(std::size_t digits);
    std::string request_id() { return random_hex(10); }
    /// Ends a node's processes and starts them again a second later, as POST /_node/…/_restart.
    void restart(std::size_t member);
    /// `_users` was made: whoever listens to it finds it some seconds later, and gives it its
    /// design document. Until then it is empty.
    /// Source: chttpd_auth_cache: handle_info/2, listen_for_changes/1.
    void watch_users();
    /// Every node pushes its copies of a database to the others at once.
    void sync_shards(const std::string& database);
    const std::string& server_uuid() const { return server_uuid_; }
    std::int64_t epoch() const { return options_.epoch; }

    void on_timer(std::uint32_t tag, std::uint64_t argument) override;

  private:
    enum Tag : std::uint32_t { tag_stop, tag_start, tag_users };
    CallPtr take(CallPtr call);
    void authenticated(const CallPtr& call);

    kernel::Kernel& kernel_;
    store::Cluster& cluster_;
    ServiceOptions options_;
    kernel::Rng chance_;
    std::vector<Config> configs_;   // By member.
    std::vector<Statistics> statistics_;
    Verifier verifier_;
    std::map<std::pair<std::string, std::string>, Failures> failures_;
    struct Sequence {
        std::string prefix{};
        std::uint32_t next = 0;
        std::int64_t micro = 0;   ///< Of the last one made of the time: they rise.
    };
    std::vector<Sequence> sequences_;   // By member: of sequential ids.
    std::string server_uuid_;
    std::uint64_t users_made_ = 0;   // How often `_users` was.
};

}   // namespace glasshive::door::couch
