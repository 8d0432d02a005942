// Goal: services, images, the registry and stacks become the right specs.
// Method: one service with every key, and small variants; stacks through the Compose reader.
#include <catch2/catch.hpp>

#include "support.h"

using namespace scenario_test;
using namespace std::chrono_literals;

namespace {

swarm::ServiceSpec service(const std::string& keys) {
    return with_hosts("services:\n  - {name: web, image: nginx, " + keys + "}\n").services.at(0);
}

/// A service with every key.
swarm::ServiceSpec full_service() {
    return with_hosts(
        "services:\n"
        "  - name: web\n    image: \"shop/web:1.4\"\n    replicas: 3\n"
        "    resources: {cpus: 0.5, memory: 256MiB}\n    limits: {cpus: 1}\n"
        "    restart: {condition: on-failure, delay: 1s, max_attempts: 3, window: 2m}\n"
        "    placement: {constraints: [node.role == worker], spread: [node.labels.zone],\n"
        "                max_per_node: 2}\n"
        "    ports: [\"8080:80\", \"53/udp\", {target: 90, published: 9090, mode: host}]\n"
        "    update: {parallelism: 2, delay: 10s, failure_action: rollback, monitor: 15s,\n"
        "             max_failure_ratio: 20%, order: start-first}\n"
        "    rollback: {failure_action: continue}\n    stop_grace_period: 30s\n"
        "    behaviour: {start_time: 2s, run_time: 1m, exit_code: 1, stop_time: 3s,\n"
        "                stop_exit_code: 143, crash_per_second: 0.1%, service_time: 5ms,\n"
        "                response_size: 64KiB}\n"
        "    command: [run, --fast]\n    env: {MODE: fast}\n    labels: {team: shop}\n"
        ).services[0];
}

}   // namespace

TEST_CASE("a service: image, resources, restart, placement and ports", "[scenario][services]") {
    const swarm::ServiceSpec spec = full_service();
    CHECK(spec.name == "web");
    CHECK(spec.line == 4);
    CHECK(spec.replicas == 3);
    CHECK(spec.task.container.image == "shop/web:1.4");
    CHECK(spec.task.reservations.cpus == Cpus{500'000'000});
    CHECK(spec.task.reservations.memory == mebibyte * 256);
    CHECK(spec.task.limits.cpus == one_cpu);
    CHECK(spec.task.limits.memory == Bytes{0});   // `limits` replaces all of `resources` there.
    REQUIRE(spec.task.restart);
    CHECK(spec.task.restart->condition == swarm::RestartCondition::on_failure);
    CHECK(spec.task.restart->delay == 1s);
    CHECK(spec.task.restart->max_attempts == 3);
    CHECK(spec.task.restart->window == 2min);
    CHECK(spec.task.placement.constraints == std::vector<std::string>{"node.role == worker"});
    CHECK(spec.task.placement.preferences == std::vector<std::string>{"node.labels.zone"});
    CHECK(spec.task.placement.max_replicas == 2);
    REQUIRE(spec.ports.size() == 3);
    CHECK(spec.ports[0].published == 8080);
    CHECK(spec.ports[1].published == 0);
    CHECK(spec.ports[1].target == 53);
    CHECK(spec.ports[1].protocol == swarm::Protocol::udp);
    CHECK(spec.ports[2].mode == swarm::PublishMode::host);
}

TEST_CASE("a service: update, behaviour, command, environment and labels",
          "[scenario][services]") {
    const swarm::ServiceSpec spec = full_service();
    REQUIRE(spec.update);
    CHECK(spec.update->parallelism == 2);
    CHECK(spec.update->delay == 10s);
    CHECK(spec.update->failure_action == swarm::FailureAction::rollback);
    CHECK(spec.update->monitor == 15s);
    CHECK(spec.update->max_failure_ratio == 0.2);
    CHECK(spec.update->order == swarm::UpdateOrder::start_first);
    REQUIRE(spec.rollback);
    CHECK(spec.rollback->failure_action == swarm::FailureAction::continue_);
    CHECK(spec.task.container.stop_grace_period == 30s);
    const swarm::Behaviour& behaviour = spec.task.container.behaviour;
    CHECK(behaviour.start_time == 2s);
    CHECK(behaviour.run_time == 1min);
    CHECK(behaviour.exit_code == 1);
    CHECK(behaviour.stop_time == 3s);
    CHECK(behaviour.stop_exit_code == 143);
    CHECK(behaviour.failure_ppm_per_second == Approx(1000));
    CHECK(behaviour.service_time == 5ms);
    CHECK(behaviour.response_size == Bytes{65'536});
    CHECK(spec.task.container.command == std::vector<std::string>{"run", "--fast"});
    CHECK(spec.task.container.env == std::vector<std::string>{"MODE=fast"});
    CHECK(spec.labels == std::map<std::string, std::string>{{"team", "shop"}});
}

TEST_CASE("short forms: a condition for restart, a text for lists, resources for both",
          "[scenario][services]") {
    CHECK(service("restart: none").task.restart->condition == swarm::RestartCondition::none);
    CHECK_FALSE(service("replicas: 1").task.restart);
    CHECK(service("command: run").task.container.command == std::vector<std::string>{"run"});
    const auto both = service("resources: {cpus: 2}").task;
    CHECK(both.reservations.cpus == one_cpu * 2);
    CHECK(both.limits.cpus == one_cpu * 2);
    const auto global = service("mode: global");
    CHECK(global.mode == swarm::ServiceMode::global);
}

TEST_CASE("images have sizes and may be present, the registry serves the rest",
          "[scenario][services]") {
    const auto registry = with_hosts("registry: {host: node-2, default_size: 80MiB, "
                                     "missing_is_error: true}\n"
                                     "images:\n  a: 120MiB\n  b: {present_on: \"*\"}\n"
                                     "  c: {size: 1KiB, present_on: [node-1, node-3]}\n").registry;
    CHECK(registry.host == "node-2");
    CHECK(registry.default_image_size == mebibyte * 80);
    CHECK(registry.missing_is_error);
    REQUIRE(registry.images.size() == 3);
    CHECK(registry.images[0].size == mebibyte * 120);
    CHECK(registry.images[1].size == mebibyte * 80);
    CHECK(registry.images[1].present_on == std::vector<std::string>{"*"});
    CHECK(registry.images[2].present_on == std::vector<std::string>{"node-1", "node-3"});
}

TEST_CASE("generic resources are offered by hosts and reserved by services", "[scenario]") {
    const auto result = good(
        "schema: 1\n"
        "platform:\n"
        "  host: {generic_resources: {gpu: 2}}\n"
        "  hosts: [{name: a}, {name: b, generic_resources: {fpga: 1}}]\n"
        "services:\n"
        "  - {name: s, image: i, reservations: {generic: {gpu: 1}}}\n"
        "  - {name: t, image: i, resources: {cpus: 1, generic: {gpu: 2}}}\n");
    using Pieces = std::vector<std::pair<std::string, std::int64_t>>;
    CHECK(result.platform.hosts[0].generic_resources == Pieces{{"gpu", 2}});
    CHECK(result.platform.hosts[1].generic_resources == Pieces{{"fpga", 1}});
    CHECK(result.services[0].task.reservations.generic.at("gpu") == 1);
    CHECK(result.services[1].task.reservations.generic.at("gpu") == 2);
    CHECK(result.services[1].task.limits.generic.empty());
}

TEST_CASE("a stack's services come first, under the stack's name", "[scenario][stack]") {
    const Files files{{"x/shop.yaml", "services:\n  web:\n    image: nginx:${TAG:-1}\n"
                                      "    networks: [back]\n    deploy: {replicas: 2}\n"
                                      "    build: .\nnetworks: {back: {}}\n"}};
    const auto spec = with_hosts("stack: x/shop.yaml\nservices:\n  - {name: api, image: a}\n",
                                 files);
    REQUIRE(spec.services.size() == 2);
    CHECK(spec.stack_name == "shop");
    CHECK(spec.services[0].name == "shop_web");
    CHECK(spec.services[0].task.container.image == "nginx:1");
    CHECK(spec.services[0].replicas == 2);
    CHECK(spec.services[0].file == "x/shop.yaml");
    CHECK(spec.services[0].line == 2);
    CHECK(spec.services[1].name == "api");
    CHECK(spec.networks.at(0).name == "shop_back");
    // docker stack deploy ignores build: a warning, not an error.
    REQUIRE(spec.warnings.size() == 1);
    CHECK(spec.warnings[0].severity == Severity::warning);
    CHECK(spec.warnings[0].file == "x/shop.yaml");
}

TEST_CASE("a stack can be named, and variables given", "[scenario][stack]") {
    const Files files{{"docker-compose.yml", "services: {web: {image: \"nginx:${TAG}\"}}\n"}};
    const auto named = with_hosts("stack: {file: docker-compose.yml, name: s, env: {TAG: \"2\"}}\n",
                                  files);
    CHECK(named.services.at(0).name == "s_web");
    CHECK(named.services.at(0).task.container.image == "nginx:2");
    CHECK(with_hosts("stack: {file: docker-compose.yml, env: {TAG: \"2\"}}\n", files)
              .services.at(0).name == "stack_web");
}

TEST_CASE("a health check has Compose's keys; an image may bring one", "[scenario][services]") {
    const auto check = [](const std::string& keys) {
        const auto read = service("healthcheck: {" + keys + "}").task.container.healthcheck;
        REQUIRE(read);
        return *read;
    };
    CHECK(check("test: [CMD, curl, -f, localhost], interval: 10s, timeout: 2s, retries: 5, "
                "start_period: 40s, start_interval: 1s") ==
          swarm::Healthcheck{.test = {"CMD", "curl", "-f", "localhost"}, .interval = 10s,
                             .timeout = 2s, .start_period = 40s, .start_interval = 1s,
                             .retries = 5});
    CHECK(check("test: curl localhost").test ==
          std::vector<std::string>{"CMD-SHELL", "curl localhost"});
    CHECK(check("disable: true") == check("test: [NONE]"));
    CHECK_FALSE(service("replicas: 1").task.container.healthcheck);

    const auto spec = with_hosts("images: {nginx: {healthcheck: {test: [CMD, x], retries: 2}}}\n"
                                 "services: [{name: web, image: nginx}]\n");
    CHECK_FALSE(spec.services.at(0).task.container.healthcheck);
    CHECK_FALSE(spec.applications.at("nginx").behaviour);
    REQUIRE(spec.applications.at("nginx").healthcheck);
    CHECK(spec.applications.at("nginx").healthcheck->retries == 2);
}

TEST_CASE("an application goes wrong in the ways a behaviour names", "[scenario][services]") {
    const swarm::Behaviour read =
        service("behaviour: {hangs_after: 40s, fails_after: 1m, recovers_after: 5s, "
                "ignores_sigterm: true, probe_time: 200ms}").task.container.behaviour;
    CHECK(read.hangs_after == 40s);
    CHECK(read.fails_after == 1min);
    CHECK(read.recovers_after == 5s);
    CHECK(read.ignores_sigterm);
    CHECK(read.probe_time == 200ms);
}
