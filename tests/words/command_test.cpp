// Goal: what docker's goldens cannot show: flags without a meaning are named, lines that are no
// docker command are refused in our words, completion follows the table.
// Method: lines in, plain structs out.
#include <catch2/catch.hpp>

#include "words/help.h"
#include "words/parse.h"

using namespace glasshive;
using namespace glasshive::words;

namespace {

Command command(const std::string& line) {
    CAPTURE(line);
    return std::get<Command>(parse_line(line));
}

std::string refusal(const std::string& line) {
    CAPTURE(line);
    const Printed printed = std::get<Printed>(parse_line(line));
    REQUIRE(printed.exit_code == 2);
    REQUIRE(printed.out.empty());
    return printed.err;
}

}   // namespace

TEST_CASE("flags that change nothing in the simulation are named", "[words][command]") {
    REQUIRE(command("docker service create nginx").unsimulated.empty());
    REQUIRE(command("docker service create --oom-score-adj 5 --name a --ulimit nofile=1 nginx")
                .unsimulated == Texts{"--oom-score-adj", "--ulimit"});
    REQUIRE(command("docker service create --mount target=/a,volume-label=x=y nginx").unsimulated ==
            Texts{"--mount volume-label"});
    REQUIRE(command("docker service update --env-add A=1 --publish-rm 80 --args x web")
                .unsimulated.empty());
    REQUIRE(command("docker service update --no-resolve-image --image a web").unsimulated ==
            Texts{"--no-resolve-image"});
    REQUIRE(command("docker run --privileged --gpus all nginx").unsimulated ==
            Texts{"--privileged", "--gpus"});
    REQUIRE(command("docker -D ps").unsimulated == Texts{"--debug"});
}

TEST_CASE("every flag of update that is used is one of its own", "[words][command]") {
    const auto used = simulated_flags(Verb::service_update);
    for (const char* name : {"env-add", "env-rm", "publish-add", "mount-rm", "force", "image",
                             "secret-add", "config-rm", "cap-add", "health-cmd", "update-order"}) {
        CAPTURE(name);
        REQUIRE(used.count(name) == 1);
    }
    REQUIRE(used.count("ulimit-add") == 0);
    REQUIRE(used.count("credential-spec") == 0);
}

TEST_CASE("the engine meant is kept as written", "[words][command]") {
    REQUIRE(command("docker -H tcp://w1:2375 ps").host == "tcp://w1:2375");
    REQUIRE(command("docker --context lab service ls").context == "lab");
    REQUIRE(command("docker ps").host.empty());
}

TEST_CASE("a cheat sheet's lines run as they are", "[words][command]") {
    const Command create = command("$ sudo docker service create \\\n  --name web \\\n"
                                   "  --replicas 3 -p 8080:80 \\\n  nginx:1.27   # three of them");
    REQUIRE(create.verb == Verb::service_create);
    const swarm::ServiceSpec& spec = std::get<ServiceCreate>(create.what).spec;
    REQUIRE(spec.name == "web");
    REQUIRE(spec.replicas == 3);
    REQUIRE(spec.task.container.image == "nginx:1.27");
    REQUIRE(spec.ports.at(0).published == 8080);
    const Command drain = command("docker node update --availability drain w1");
    REQUIRE(std::get<NodeUpdate>(drain.what).availability == "drain");
    const Command init = command("docker swarm init --force-new-cluster");
    REQUIRE(std::get<SwarmInit>(init.what).force_new_cluster);
    const Command list = command("docker service list -qf name=web");
    REQUIRE(list.verb == Verb::service_ls);
    REQUIRE(std::get<Look>(list.what).quiet);
    REQUIRE(std::get<Look>(list.what).filters == Pairs{{"name", "web"}});
    const Command deploy = command("docker stack deploy -c a.yml,b.yml --prune shop");
    REQUIRE(std::get<StackDeploy>(deploy.what).files == Texts{"a.yml", "b.yml"});
}

TEST_CASE("lines that are no docker command are refused in our own words", "[words][command]") {
    REQUIRE(refusal("").find("an empty line") != std::string::npos);
    REQUIRE(refusal("kubectl get pods").find("\"kubectl\"") != std::string::npos);
    REQUIRE(refusal("docker ps | wc -l").find("not a shell") != std::string::npos);
    REQUIRE(refusal("docker plugin ls").find("nothing is simulated") != std::string::npos);
    REQUIRE(refusal("docker cp a b").find("docker cp") != std::string::npos);
}

TEST_CASE("a near miss is guessed beside docker's own words", "[words][command]") {
    const auto hint = [](const std::string& line) {
        return std::get<Printed>(parse_line(line)).hint;
    };
    REQUIRE(hint("docker servce ls") == "did you mean docker service?");
    REQUIRE(hint("docker service scael web=2") == "did you mean docker service scale?");
    REQUIRE(hint("docker service create --replica 3 nginx") == "did you mean --replicas?");
    REQUIRE(hint("docker service create --zzzzzz nginx").empty());
    REQUIRE(hint("docker service scale web").empty());
}

TEST_CASE("completion offers what may follow", "[words][complete]") {
    using Words = std::vector<std::string>;
    REQUIRE(completions({"do"}) == Words{"docker"});
    REQUIRE(completions({"docker", "sw"}) == Words{"swarm"});
    REQUIRE(completions({"docker", "service", "r"}) == Words{"rm", "rollback"});
    REQUIRE(completions({"docker", "service", "scale", "--de"}) == Words{"--detach"});
    REQUIRE(completions({"docker", "service", "update", "--mount"}) ==
            Words{"--mount-add", "--mount-rm"});
    REQUIRE(completions({"docker", "service", "update", ""}).empty());
    REQUIRE(completions({"docker", "nothing", "x"}).empty());
}
