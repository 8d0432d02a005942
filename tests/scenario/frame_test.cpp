// Goal: what stands at the top of a scenario becomes the right spec, with the promised defaults.
// Method: small texts, read and compared field by field.
#include <catch2/catch.hpp>

#include "support.h"

using namespace scenario_test;

TEST_CASE("the smallest scenario has the defaults of the reference page", "[scenario]") {
    const auto spec = good("schema: 1\nplatform: {hosts: 3}\n");
    CHECK(spec.file == "s.yaml");
    CHECK(spec.title.empty());
    CHECK(spec.seed == 42);
    CHECK(spec.duration == std::chrono::minutes{5});
    CHECK(spec.profile == scenario::Profile::textbook);
    CHECK(spec.policy == swarm::PlacementPolicy::spread);
    CHECK(spec.managers == std::vector<std::string>{"node-1"});
    CHECK(spec.registry.host == "node-1");
    CHECK(spec.services.empty());
    CHECK(spec.warnings.empty());
    CHECK(spec.record.kinds.empty());
    CHECK(spec.record.keyframe_events == 50'000);
    REQUIRE(spec.inputs.size() == 1);
    CHECK(spec.inputs[0].content == "schema: 1\nplatform: {hosts: 3}\n");
}

TEST_CASE("seed, duration, profile, title and record are read", "[scenario]") {
    const auto spec = with_hosts("title: T\nseed: 18446744073709551615\nduration: 1h30m\n"
                                 "profile: realistic\n"
                                 "scheduler: {policy: best-fit}\n"
                                 "record: {kinds: [\"task.*\", node.down], samples: 250ms, "
                                 "keyframes: 0}\n");
    CHECK(spec.title == "T");
    CHECK(spec.seed == UINT64_MAX);
    CHECK(spec.duration == std::chrono::minutes{90});
    CHECK(spec.profile == scenario::Profile::realistic);
    CHECK(spec.policy == swarm::PlacementPolicy::best_fit);
    CHECK(spec.record.kinds == std::vector<std::string>{"task.*", "node.down"});
    CHECK(spec.record.keyframe_events == 0);
    CHECK(spec.platform.sample_interval == std::chrono::milliseconds{250});
}

TEST_CASE("a policy may be a file in Lua, with parameters of any plain kind", "[scenario]") {
    const auto read = scenario::read_scenario(
        "schema: 1\nplatform: {hosts: 1}\nscheduler:\n  policy: mine/own.lua\n"
        "  parameters: {on: true, count: 3, share: 0.5, word: west, \"a-b\": \"7\"}\n",
        "folder/s.yaml", [](const std::string& name) {
            return name == "mine/own.lua" ? std::optional<std::string>("return {}") : std::nullopt;
        });
    REQUIRE(read.ok());
    const script::ScriptSpec& script = *read.value().policy_script;
    CHECK(script.name == "mine/own.lua");
    CHECK(script.file == "folder/mine/own.lua");
    CHECK(script.text == "return {}");
    CHECK(script.parameters ==
          script::Parameters{{"on", true}, {"count", std::int64_t{3}}, {"share", 0.5},
                             {"word", std::string("west")}, {"a-b", std::string("7")}});
    CHECK(read.value().inputs.size() == 2);
}

TEST_CASE("the manager is who is named, else who has the role, else the first host",
          "[scenario]") {
    const std::string hosts = "schema: 1\nplatform:\n  hosts: [{name: \"w{}\", count: 2}, "
                              "{name: boss, role: manager}]\n";
    CHECK(good(hosts).managers == std::vector<std::string>{"boss"});
    CHECK(good(hosts).registry.host == "boss");
    CHECK(good(hosts + "managers: w2\n").managers == std::vector<std::string>{"w2"});
    CHECK(good(hosts + "managers: [w2]\n").registry.host == "w2");
    CHECK(good(hosts + "registry: {host: w1}\n").registry.host == "w1");
    CHECK(with_hosts("").managers == std::vector<std::string>{"node-1"});
}

TEST_CASE("one manager named twice is one too many, and no manager is the default", "[scenario]") {
    CHECK(problems_of("managers: [node-1, node-1]\n").find("is named twice") != std::string::npos);
    CHECK(with_hosts("managers: []\n").managers == std::vector<std::string>{"node-1"});
}

TEST_CASE("a null is an absent value, and merge keys fill in", "[scenario]") {
    const auto spec = with_hosts("services:\n"
                                 "  - &web {name: web, image: nginx, replicas: 3}\n"
                                 "  - {<<: *web, name: api, replicas: 2}\n"
                                 "faults:\nworkload:\nexpect:\n");
    REQUIRE(spec.services.size() == 2);
    CHECK(spec.services[1].name == "api");
    CHECK(spec.services[1].replicas == 2);
    CHECK(spec.services[1].task.container.image == "nginx");
    CHECK(spec.services[1].line == 5);
    CHECK(spec.faults.empty());
}

TEST_CASE("a scenario read back from what it embeds is the same", "[scenario]") {
    const Files files{{"a/shop.yaml", "services: {web: {image: nginx, env_file: w.env}}\n"},
                      {"a/w.env", "MODE=fast\n"},
                      {"out.csv", "host,down_at,up_at\nnode-2,1s,2s\n"}};
    const std::string text = "schema: 1\nplatform: {hosts: 3}\nstack: a/shop.yaml\n"
                             "faults:\n  - {do: power_off, trace: out.csv}\n";
    const auto spec = good(text, files);
    std::vector<std::string> names;
    for (const auto& input : spec.inputs) names.push_back(input.name);
    CHECK(names == std::vector<std::string>{"s.yaml", "a/shop.yaml", "a/w.env", "out.csv"});
    const auto again =
        scenario::read_scenario(spec.inputs[0].content, "s.yaml", scenario::reader_of(spec.inputs));
    REQUIRE(again.ok());
    CHECK(again.value().services.at(0).name == "shop_web");
    CHECK(again.value().services[0].task == spec.services[0].task);
    CHECK(again.value().inputs.size() == spec.inputs.size());
    CHECK(again.value().faults[0].trace.size() == 1);
}

TEST_CASE("a file that is not there is a problem, and so is a folder", "[scenario]") {
    for (const char* path : {"/no/such/scenario.yaml", "/"}) {
        const auto result = scenario::read_scenario(path);
        REQUIRE_FALSE(result.ok());
        CHECK(result.problems()[0].file == path);
    }
}

TEST_CASE("a Compose file in a scenario's place is recognised, not taken apart", "[scenario]") {
    const auto result = scenario::read_scenario("services:\n  web: {image: nginx}\n",
                                                "shop/compose.yaml", scenario::reader_of({}));
    REQUIRE_FALSE(result.ok());
    REQUIRE(result.problems().size() == 1);
    CHECK(result.problems()[0].message ==
          "this is a Compose file; a scenario says on which machines to deploy it");
    CHECK(result.problems()[0].hint ==
          "put a file beside it with schema: 1, platform: {hosts: 3} and stack: compose.yaml");
}
