// Goal: good Compose files become the specs docker would send to the swarm.
// Method: realistic files of tests/scenarios/compose, asserted field by field.
#include <catch2/catch.hpp>

#include "support.h"

using namespace glasshive;
using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

namespace {

compose::Loaded loaded(const std::string& name) {
    auto result = compose_test::load_file(SOURCE_DIR "/tests/scenarios/compose/" + name + ".yaml");
    if (!result.ok()) FAIL(compose_test::text_of(result.problems()));
    return result.value();
}

const swarm::ServiceSpec& service(const compose::Loaded& file, const std::string& name) {
    for (const swarm::ServiceSpec& spec : file.stack.services) {
        if (spec.name == "shop_" + name) return spec;
    }
    FAIL("no service " + name);
    return file.stack.services.front();
}

Texts network_names(const swarm::ServiceSpec& spec) {
    Texts names;
    for (const auto& network : spec.task.networks) names.push_back(network.network);
    return names;
}

}   // namespace

TEST_CASE("a service without any key gets docker's defaults", "[compose]") {
    const auto file = loaded("minimal");
    const swarm::ServiceSpec& web = service(file, "web");
    REQUIRE(file.stack.services.size() == 1);
    REQUIRE(file.warnings.empty());
    REQUIRE(web.task.container.image == "nginx");
    REQUIRE(web.mode == swarm::ServiceMode::replicated);
    REQUIRE(web.replicas == 1);
    REQUIRE_FALSE(web.update);
    REQUIRE_FALSE(web.task.restart);
    REQUIRE(web.labels == std::map<std::string, std::string>{
                              {"com.docker.stack.image", "nginx"},
                              {"com.docker.stack.namespace", "shop"}});
    REQUIRE(network_names(web) == Texts{"shop_default"});
    REQUIRE(web.task.networks[0].aliases == Texts{"web"});
    REQUIRE(file.stack.networks.size() == 1);
    REQUIRE(file.stack.networks[0].driver == "overlay");
    REQUIRE(web.file == "minimal.yaml");
    REQUIRE(web.line == 1);
}

TEST_CASE("the poll keeps its order, networks, updates and secret", "[compose]") {
    const auto file = loaded("voting");
    REQUIRE(file.stack.services.size() == 6);
    REQUIRE(file.stack.services[0].name == "shop_vote");
    const swarm::ServiceSpec& vote = service(file, "vote");
    REQUIRE(vote.task.container.image == "polls/vote:1.4");
    REQUIRE(vote.replicas == 2);
    REQUIRE(vote.ports == std::vector<swarm::PortConfig>{{.target = 80, .published = 5000}});
    REQUIRE(network_names(vote) == Texts{"shop_back", "shop_front"});
    REQUIRE(vote.update->parallelism == 2);
    REQUIRE(vote.update->delay == 10s);
    REQUIRE(vote.update->order == swarm::UpdateOrder::start_first);
    REQUIRE(vote.update->monitor == 5s);
    REQUIRE(vote.task.restart->condition == swarm::RestartCondition::on_failure);
    REQUIRE(vote.task.restart->max_attempts == 3);
    REQUIRE(vote.task.restart->window == 2min);
    REQUIRE(vote.task.restart->delay == 5s);
    REQUIRE(service(file, "result").ports[0].published == 5001);
    REQUIRE(service(file, "queue").endpoint_mode == swarm::EndpointMode::dnsrr);

    const swarm::ServiceSpec& worker = service(file, "worker");
    REQUIRE(worker.replicas == 3);   // ${REPLICAS} is cast to a number.
    REQUIRE(worker.task.networks[0].aliases == Texts{"tally", "counter", "worker"});
    REQUIRE(worker.task.placement.constraints == Texts{"node.role == worker"});
    REQUIRE(worker.task.placement.preferences == Texts{"node.labels.zone"});

    const swarm::ContainerSpec& db = service(file, "db").task.container;
    REQUIRE(db.env ==
            Texts{"POSTGRES_DB=votes", "POSTGRES_PASSWORD_FILE=/run/secrets/db_password"});
    REQUIRE(db.secrets == std::vector<swarm::FileReference>{
                              {.source = "shop_db_password", .target = "db_password"}});
    REQUIRE(db.mounts == std::vector<swarm::Mount>{
                             {.source = "shop_votes", .target = "/var/lib/postgresql/data"}});
    REQUIRE(db.healthcheck->test == Texts{"CMD-SHELL", "pg_isready -U postgres"});
    REQUIRE(db.healthcheck->retries == 5);
    REQUIRE(service(file, "db").task.placement.max_replicas == 1);

    const swarm::ServiceSpec& viewer = service(file, "viewer");
    REQUIRE(viewer.mode == swarm::ServiceMode::global);
    REQUIRE(viewer.task.container.mounts[0].type == swarm::MountType::bind);
    REQUIRE(viewer.task.container.mounts[0].read_only);
    REQUIRE(file.stack.secrets.size() == 1);
    REQUIRE(file.stack.secrets[0].data == "correct horse battery staple\n");
    REQUIRE(file.stack.networks[1].internal);
}

TEST_CASE("the blog merges, interpolates, reads its env file and maps restart", "[compose]") {
    const auto file = loaded("blog");
    const swarm::ServiceSpec& blog = service(file, "blog");
    REQUIRE(blog.task.container.env ==
            Texts{"CACHE=on", "DB_HOST=db", "DB_NAME=blog", "DB_USER=writer", "DEBUG=0",
                  "LANGUAGE=en", "MODE=production", "PRICE=$5"});
    REQUIRE(blog.task.restart->condition == swarm::RestartCondition::any);
    REQUIRE(blog.task.log_driver == "json-file");
    REQUIRE(blog.task.log_options ==
            std::map<std::string, std::string>{{"max-file", "3"}, {"max-size", "10m"}});
    REQUIRE(blog.task.container.mounts[1].source == "./theme");
    REQUIRE(blog.task.container.mounts[1].type == swarm::MountType::bind);

    const swarm::ServiceSpec& db = service(file, "db");
    REQUIRE(db.task.container.args ==
            Texts{"--character-set-server=utf8mb4", "--init-file=/etc/my file.sql"});
    REQUIRE(db.task.container.env ==
            Texts{"MODE=production", "MYSQL_DATABASE=blog", "MYSQL_RANDOM_ROOT_PASSWORD=yes"});
    REQUIRE(db.task.container.stop_grace_period == Duration(90s));
    REQUIRE(db.task.container.mounts[0].source == "blog-data");
    REQUIRE(db.task.container.mounts[0].no_copy);
    REQUIRE(db.task.limits.cpus == Cpus{1'500'000'000});
    REQUIRE(db.task.limits.memory == gibibyte);
    REQUIRE(db.task.reservations.memory == mebibyte * 256);

    REQUIRE(
        compose_test::text_of(file.warnings) ==
        "blog.yaml: warning: Ignoring unsupported options: restart\n"
        "blog.yaml: warning: Ignoring deprecated options:\n\n"
        "container_name: Setting the container name is not supported.\n"
        "expose: Exposing ports is unnecessary - services on the same network can access each "
        "other's containers on any port.\n"
        "blog.yaml:17: warning: services.blog.ports.1: ignoring IP-address "
        "(127.0.0.1:8443:443/tcp) "
        "service will listen on '0.0.0.0'\n");
}

TEST_CASE("the search stack keeps resources, rollback, configs and probes", "[compose]") {
    const auto file = loaded("search");
    const swarm::ServiceSpec& store = service(file, "store");
    REQUIRE(store.task.reservations.generic == std::map<std::string, std::int64_t>{{"ssd", 1}});
    REQUIRE(store.update->failure_action == swarm::FailureAction::rollback);
    REQUIRE(store.update->max_failure_ratio == 0.2);
    REQUIRE(store.update->monitor == 30s);
    REQUIRE(store.rollback->parallelism == 0);
    REQUIRE(store.task.container.healthcheck->test ==
            Texts{"CMD-SHELL", "curl -fs localhost:9200/_cluster/health"});
    REQUIRE(store.task.container.healthcheck->start_interval == 2s);
    REQUIRE(store.task.container.hostname == "store-{{.Task.Slot}}");
    const swarm::FileReference config = service(file, "pipeline").task.container.configs.at(0);
    REQUIRE(config == swarm::FileReference{
                          .source = "shop_pipeline", .target = "/etc/pipeline.conf", .mode = 0440});
    const auto& mounts = service(file, "shipper").task.container.mounts;
    REQUIRE(mounts[1].type == swarm::MountType::tmpfs);
    REQUIRE(mounts[1].tmpfs_size == mebibyte * 64);
    const swarm::ServiceSpec& dashboard = service(file, "dashboard");
    REQUIRE(dashboard.ports[0].target == 5601);
    REQUIRE(dashboard.ports[0].published == 0);
    REQUIRE(dashboard.labels.at("edge.port") == "5601");
    REQUIRE(network_names(dashboard) == Texts{"edge", "shop_logs"});
    REQUIRE(file.stack.networks[0].subnet == "10.9.0.0/16");
    REQUIRE(file.stack.networks[0].attachable);
    REQUIRE(file.stack.networks[1].external);
}

TEST_CASE("the edge proxy uses host ports, ranges and external objects", "[compose]") {
    const auto file = loaded("edge");
    const swarm::ServiceSpec& proxy = service(file, "proxy");
    REQUIRE(proxy.ports.size() == 5);
    REQUIRE(proxy.ports[0].mode == swarm::PublishMode::host);
    REQUIRE(proxy.ports[4] == swarm::PortConfig{.target = 9002, .published = 8002,
                                                .protocol = swarm::Protocol::udp});
    const swarm::ContainerSpec& container = proxy.task.container;
    REQUIRE(container.cap_add == Texts{"CAP_NET_BIND_SERVICE"});
    REQUIRE(container.cap_drop == Texts{"ALL"});
    REQUIRE(container.hosts == Texts{"10.0.0.5 registry"});
    REQUIRE(container.dns == Texts{"10.0.0.2"});
    REQUIRE(container.dns_search == Texts{"corp.example", "example"});
    REQUIRE(container.sysctls.at("net.ipv4.ip_unprivileged_port_start") == "0");
    REQUIRE(container.init == true);
    REQUIRE(container.read_only);
    REQUIRE(container.mounts[0].source == "edge-certificates");
    REQUIRE(file.stack.volumes[0].external);
    const swarm::ServiceSpec& hello = service(file, "hello");
    REQUIRE(network_names(hello) == Texts{"edge-net", "shop_default"});
    REQUIRE(hello.task.container.labels.at("team") == "web");
    REQUIRE(hello.labels.count("team") == 0);
    REQUIRE(file.stack.networks[1].driver_options.at("mtu") == "1400");
}

TEST_CASE("a single-host file loads with docker's warnings", "[compose]") {
    const auto file = loaded("ignored");
    const swarm::ServiceSpec& app = service(file, "app");
    REQUIRE(app.task.restart->condition == swarm::RestartCondition::on_failure);
    REQUIRE(app.task.restart->max_attempts == 5);
    REQUIRE(app.task.container.healthcheck->test == Texts{"NONE"});
    const swarm::ServiceSpec& db = service(file, "db");
    REQUIRE_FALSE(db.task.restart);   // "no" leaves the engine's default, which restarts.
    REQUIRE(db.task.container.command == Texts{"sh", "-c", "exec db"});
    REQUIRE(db.task.container.args.empty());
    REQUIRE(compose_test::text_of(file.warnings).rfind(
                "ignored.yaml: warning: Ignoring unsupported options: build, devices, links, "
                "network_mode, privileged, restart, security_opt, shm_size\n", 0) == 0);
}

TEST_CASE("a merged deploy block is overridden key by key", "[compose]") {
    const auto file = loaded("shop");
    REQUIRE(service(file, "orders").replicas == 5);
    REQUIRE(service(file, "basket").replicas == 2);
    REQUIRE(service(file, "orders").update->failure_action == swarm::FailureAction::rollback);
    REQUIRE(service(file, "gateway").ports.size() == 2);
    REQUIRE(service(file, "orders").task.reservations.cpus == Cpus{100'000'000});
}

TEST_CASE("placement the swarm cannot follow is warned of, as docker deploys it", "[compose]") {
    const auto loaded = glasshive::compose::load(
        "services:\n"
        "  web:\n"
        "    image: nginx\n"
        "    deploy:\n"
        "      placement:\n"
        "        constraints: [node.roll == worker, Node.Role == worker, node.labels.a != b]\n"
        "        preferences:\n"
        "          - spread: node.labels.zone\n"
        "          - spread: node.hostname\n",
        {.stack_name = "s", .file_name = "c.yaml"});
    REQUIRE(loaded.ok());
    const auto& placement = loaded.value().stack.services.at(0).task.placement;
    CHECK(placement.preferences ==
          std::vector<std::string>{"node.labels.zone", "node.hostname"});
    CHECK(placement.constraints.size() == 3);
    CHECK(compose_test::text_of(loaded.value().warnings) ==
          "c.yaml:6: warning: services.web.deploy.placement.constraints.0: no node ever matches a "
          "constraint on 'node.roll'\n"
          "    hint: did you mean node.role?\n"
          "c.yaml:9: warning: services.web.deploy.placement.preferences.1: the swarm ignores a "
          "preference for anything but labels\n"
          "    hint: write spread: node.labels.X or engine.labels.X\n");
}
