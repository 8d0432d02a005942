// Goal: a secret is on a node exactly as long as a task there needs it. Method: a manager with fake
// agents that keep what they are sent; the agent's own half is tested in tests/swarm/agent.
#include "swarm/manager/cluster.h"

using namespace glasshive;
using namespace glasshive::test;

namespace {

ServiceSpec with_secret(const std::string& name, std::uint64_t replicas,
                        std::vector<std::string> constraints = {}) {
    ServiceSpec spec = Cluster::spec(name, replicas);
    spec.task.container.secrets = {{.source = "db_password", .target = "db_password"}};
    spec.task.placement.constraints = std::move(constraints);
    return spec;
}

std::vector<std::size_t> holders(const Cluster& cluster, const std::string& file) {
    std::vector<std::size_t> workers;
    for (std::size_t i = 0; i < cluster.agents.size(); ++i) {
        if (cluster.agents[i]->files.count(file) > 0) workers.push_back(i + 1);
    }
    return workers;
}

using Workers = std::vector<std::size_t>;

}   // namespace

TEST_CASE("only nodes that run a task with the secret are sent it", "[swarm][files]") {
    Cluster cluster(4);
    cluster.start();
    REQUIRE(cluster.manager.create_file(FileKind::secret,
                                        {.name = "db_password", .data = "hunter2"}));
    CHECK_FALSE(cluster.manager.create_file(FileKind::secret, {.name = "db_password"}));
    // Names are unique among secrets and among configs.
    CHECK(cluster.manager.create_file(FileKind::config, {.name = "db_password"}));
    cluster.create("plain", 4);
    cluster.run_for(seconds{2});
    CHECK(holders(cluster, "db_password").empty());

    const ServiceId db = cluster.create(with_secret("db", 2, {"node.hostname != w1"}));
    cluster.run_for(seconds{2});
    const Workers sent = holders(cluster, "db_password");
    CHECK(sent.size() == 2);
    for (const Task* task : cluster.tasks(db)) {
        CHECK(std::count(sent.begin(), sent.end(), task->node.index() + 1) == 1);
    }
    // A second service on the same nodes sends nothing twice and keeps it there.
    const ServiceId more = cluster.create(with_secret("more", 3, {"node.hostname != w1"}));
    cluster.run_for(seconds{2});
    CHECK(holders(cluster, "db_password") == Workers{2, 3, 4});
    cluster.manager.remove_service(db);
    cluster.run_for(seconds{2});
    CHECK(holders(cluster, "db_password") == Workers{2, 3, 4});
    cluster.manager.remove_service(more);
    cluster.run_for(seconds{2});
    CHECK(holders(cluster, "db_password").empty());
}

TEST_CASE("a task that ends gives its secret back; a node that comes back gets what it needs now",
          "[swarm][files]") {
    Cluster cluster(2);
    cluster.fates["once"] = {.run = seconds{3}, .end = TaskState::complete};
    cluster.start();
    REQUIRE(cluster.manager.create_file(FileKind::secret, {.name = "db_password", .data = "x"}));
    ServiceSpec once = with_secret("once", 1, {"node.hostname == w1"});
    once.task.restart = RestartPolicy{.condition = RestartCondition::none};
    cluster.create(once);
    cluster.run_for(seconds{2});
    CHECK(holders(cluster, "db_password") == Workers{1});
    cluster.run_for(seconds{3});
    CHECK(holders(cluster, "db_password").empty());

    cluster.create(with_secret("db", 1, {"node.hostname == w2"}));
    cluster.run_for(seconds{2});
    CHECK(holders(cluster, "db_password") == Workers{2});
    cluster.crash(2);
    CHECK(holders(cluster, "db_password").empty());   // It was in memory only.
    cluster.run_for(seconds{1});
    cluster.kernel.power_on(HostId{2});
    cluster.run_for(seconds{10});                     // The task failed and was replaced there.
    CHECK(holders(cluster, "db_password") == Workers{2});
}
