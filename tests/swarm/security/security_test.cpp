// Goal: tokens, certificates and the bookkeeping of secrets follow SwarmKit's rules. Method: the
// rules alone, without a manager.
#include <catch2/catch.hpp>

#include "kernel/support.h"
#include "swarm/security/authority.h"
#include "swarm/security/files_in_use.h"
#include "swarm/security/tokens.h"

using namespace glasshive;
using namespace glasshive::swarm;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TEST_CASE("a rotated token admits nobody and the other role's goes on", "[swarm][security]") {
    ClusterObject cluster;
    const std::string worker = join_token(7, cluster, NodeRole::worker);
    const std::string manager = join_token(7, cluster, NodeRole::manager);
    CHECK(worker.size() == std::string("SWMTKN-1--").size() + 75);
    CHECK(worker.substr(0, 60) == manager.substr(0, 60));   // One root, one digest.
    CHECK(worker != manager);
    CHECK(role_of_token(7, cluster, worker) == NodeRole::worker);
    CHECK(role_of_token(7, cluster, manager) == NodeRole::manager);
    ++cluster.worker_token;
    CHECK_FALSE(role_of_token(7, cluster, worker).has_value());
    CHECK(role_of_token(7, cluster, manager) == NodeRole::manager);
    CHECK(join_token(7, cluster, NodeRole::worker).substr(0, 60) == worker.substr(0, 60));
    CHECK_FALSE(role_of_token(8, cluster, manager).has_value());   // Another swarm.
    CHECK_FALSE(role_of_token(7, cluster, "").has_value());
}

TEST_CASE("a swarm that locks its managers has a key, and a new one after each rotation",
          "[swarm][security]") {
    ClusterObject cluster;
    CHECK(unlock_key(7, cluster).empty());
    cluster.unlock_key = 1;
    const std::string first = unlock_key(7, cluster);
    CHECK(first.substr(0, 9) == "SWMKEY-1-");
    CHECK(first.size() == 9 + 43);
    CHECK(unlock_key(7, cluster) == first);
    cluster.unlock_key = 2;
    CHECK(unlock_key(7, cluster) != first);
}

TEST_CASE("certificates are renewed between half and four fifths of their life",
          "[swarm][security]") {
    Certificate certificate;
    certificate.valid_from = Time{hours{-1}};
    certificate.valid_until = Time{hours{1}};
    kernel::Rng rng(1, "test");
    Duration least = hours{9}, most{};
    for (int i = 0; i < 2000; ++i) {
        const Duration wait = renewal_wait(certificate, Time{}, rng);
        CHECK(wait % minutes{1} == Duration::zero());
        least = std::min(least, wait);
        most = std::max(most, wait);
    }
    // Two hours of life, one of them before it was signed: from minute 60 up to but not 96.
    CHECK(least == Duration{});
    CHECK(most == minutes{35});
    CHECK(renewal_wait(certificate, Time{hours{5}}, rng) == Duration{});   // Late: at once.
}

TEST_CASE("failed renewals wait longer and longer, an hour at most", "[swarm][security]") {
    kernel::Rng rng(1, "test");
    CHECK(renewal_backoff(0, rng) == Duration{});
    struct Row {
        std::uint32_t failures;
        Duration bound;
    };
    const Row row = GENERATE(values<Row>({
        {1, seconds{10}}, {2, seconds{15}}, {3, seconds{25}}, {11, hours{1}}, {90, hours{1}}}));
    Duration most{};
    for (int i = 0; i < 2000; ++i) {
        const Duration wait = renewal_backoff(row.failures, rng);
        REQUIRE(wait < row.bound);
        most = std::max(most, wait);
    }
    CHECK(most > row.bound * 9 / 10);
}

TEST_CASE("a node is sent a secret with the first task that needs it and loses it with the last",
          "[swarm][security]") {
    std::vector<FileObject> files(3);
    for (std::uint32_t i = 0; i < 3; ++i) files[i].id = FileId{i};
    const auto find = [&](FileKind kind, const std::string& name) -> const FileObject* {
        if (kind == FileKind::secret && name == "key") return &files[0];
        if (kind == FileKind::secret && name == "cert") return &files[1];
        if (kind == FileKind::config && name == "key") return &files[2];
        return nullptr;
    };
    TaskSpec web;
    web.container.secrets = {{.source = "key"}, {.source = "cert"}, {.source = "gone"},
                             {.source = "key", .target = "twice"}};
    TaskSpec job;
    job.container.configs = {{.source = "key"}};
    job.container.secrets = {{.source = "cert"}};
    using Files = std::vector<FileId>;
    FilesInUse use;
    const NodeId here{0}, there{1};
    CHECK(use.use(here, TaskId{1}, web, find) == Files{FileId{0}, FileId{1}});
    CHECK(use.use(here, TaskId{1}, web, find).empty());       // The same task again.
    CHECK(use.use(here, TaskId{2}, job, find) == Files{FileId{2}});
    CHECK(use.use(there, TaskId{3}, job, find) == Files{FileId{1}, FileId{2}});
    CHECK(use.use(here, TaskId{4}, TaskSpec{}, find).empty());
    CHECK(use.release(here, TaskId{1}) == Files{FileId{0}});
    CHECK(use.release(here, TaskId{1}).empty());
    CHECK(use.release(here, TaskId{2}) == Files{FileId{1}, FileId{2}});
    CHECK(use.release(there, TaskId{9}).empty());
    use.forget(there);                                        // A new session starts with nothing.
    CHECK(use.use(there, TaskId{3}, job, find) == Files{FileId{1}, FileId{2}});
}

TEST_CASE("the authority refuses expired, foreign and removed nodes in their own words",
          "[swarm][security]") {
    test::Bench machines(2);
    Store store(machines.kernel);
    NodeCreate create;
    create.node = store.new_node_id();
    create.host = HostId{0};
    create.config = std::make_shared<const NodeConfig>();
    store.propose(Proposer::api, {{create, {}}});
    store.commit_next();
    const Authority authority(store);
    const Certificate mine = authority.sign(store.node(NodeId{0}), 1);
    CHECK(mine.valid_until - mine.valid_from == hours{90 * 24 + 1});
    CHECK_FALSE(authority.refuse(mine, NodeRole::worker).has_value());
    CHECK(authority.refuse(mine, NodeRole::manager)->text ==
          "Permission denied: unauthorized peer role, expecting: [swarm-manager]");
    CHECK(authority.refuse(Certificate{}, NodeRole::worker)->text ==
          "no client certificates in request");
    Certificate old = mine;
    old.valid_until = Time{} - seconds{1};
    CHECK(authority.refuse(old, NodeRole::worker)->code == std::string("Unavailable"));
    Certificate foreign = mine;
    foreign.root = 2;
    CHECK(authority.refuse(foreign, NodeRole::worker)->code == std::string("Unavailable"));
    auto cluster = std::make_shared<ClusterObject>(store.cluster());
    cluster->removed_nodes[NodeId{0}] = mine.valid_until;
    store.propose(Proposer::api, {{ClusterUpdate{cluster, {}}, {}}});
    store.commit_next();
    const auto refusal = authority.refuse(mine, NodeRole::worker);
    REQUIRE(refusal.has_value());
    CHECK(refusal->text.substr(0, 24) == "Permission denied: node ");
    CHECK(refusal->text.substr(refusal->text.size() - 22) == "was removed from swarm");
}
