// Goal: a placement policy in Lua does what its script says, each shipped one serves its purpose,
// and one that is wrong says where. Method: small clusters in a store without a swarm around it.
#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>
#include <map>

#include "policy/placement.h"
#include "swarm/manager/store_bench.h"

using namespace glasshive;
using namespace glasshive::test;
using policy::ScriptedPlacement;

namespace {

std::unique_ptr<ScriptedPlacement> from_text(const std::string& text,
                                             script::Parameters parameters = {}) {
    auto loaded = ScriptedPlacement::load({.name = "own.lua",
                                           .file = "folder/own.lua",
                                           .text = text,
                                           .parameters = std::move(parameters)},
                                          1);
    if (!loaded.ok()) FAIL(to_text(loaded.problems().front()));
    return std::move(loaded.value());
}

std::unique_ptr<ScriptedPlacement> shipped(const std::string& name,
                                           script::Parameters parameters = {}) {
    std::ifstream in(SOURCE_DIR "/lua/policies/" + name + ".lua");
    return from_text({std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()},
                     std::move(parameters));
}

Diagnostics problems(const std::string& text) {
    const auto loaded =
        ScriptedPlacement::load({.name = "own.lua", .file = "folder/own.lua", .text = text}, 1);
    return loaded.ok() ? Diagnostics{} : loaded.problems();
}

/// A cluster under a policy; nodes by their labels.
struct Cluster {
    explicit Cluster(std::unique_ptr<ScriptedPlacement> own)
        : policy(std::move(own)),
          bench(*policy) {}
    NodeId node(std::map<std::string, std::string> labels, std::int64_t cpus = 4,
                std::int64_t gpus = 0) {
        NodeConfig config;
        config.cpus = one_cpu * cpus;
        config.memory = gibibyte * 8;
        config.labels = std::move(labels);
        if (gpus > 0) config.generic["gpu"] = gpus;
        return bench.add_node(std::move(config));
    }
    std::vector<NodeId> place(ServiceSpec spec, std::uint32_t count) {
        const auto tasks = bench.add_tasks(bench.add_service(std::move(spec)), count);
        bench.schedule();
        std::vector<NodeId> nodes;
        for (const TaskId task : tasks) nodes.push_back(bench.store.task(task)->node);
        return nodes;
    }
    std::map<std::string, int> by_label(const std::vector<NodeId>& nodes, const char* label) {
        std::map<std::string, int> count;
        for (const NodeId node : nodes) {
            ++count[node.valid() ? bench.store.node(node).config->labels.at(label) : "nowhere"];
        }
        return count;
    }
    std::unique_ptr<ScriptedPlacement> policy;
    StoreBench bench;
};

ServiceSpec service(const std::string& name, std::int64_t cpus = 1, std::int64_t gpus = 0) {
    ServiceSpec spec = StoreBench::spec(name);
    spec.task.reservations.cpus = one_cpu * cpus;
    if (gpus > 0) spec.task.reservations.generic["gpu"] = gpus;
    return spec;
}

using Counts = std::map<std::string, int>;

}   // namespace

TEST_CASE("the loss of a zone takes as few tasks along as can be, and each zone is packed",
          "[policy]") {
    Cluster cluster(shipped("zone-failure-aware"));
    for (const char* zone : {"a", "a", "a", "a", "b", "b", "c"}) cluster.node({{"zone", zone}});
    const auto nodes = cluster.place(service("web"), 9);
    CHECK(cluster.by_label(nodes, "zone") == Counts{{"a", 3}, {"b", 3}, {"c", 3}});
    // Of four nodes in zone a three stay empty.
    CHECK(std::set<NodeId>(nodes.begin(), nodes.end()).size() == 3);
    // When a zone is full, the others level what is left.
    CHECK(cluster.by_label(cluster.place(service("more"), 7), "zone") ==
          Counts{{"a", 3}, {"b", 3}, {"c", 1}});
}

TEST_CASE("clean power is used first, and dirty power only by what is urgent", "[policy]") {
    Cluster cluster(shipped("carbon-aware", {{"limit", std::int64_t{500}}}));
    cluster.node({{"carbon", "700"}, {"name", "coal"}});
    cluster.node({{"carbon", "30"}, {"name", "wind"}});
    cluster.node({{"name", "unknown"}});
    CHECK(cluster.by_label(cluster.place(service("web"), 6), "name") ==
          Counts{{"wind", 4}, {"unknown", 2}});
    const auto late = cluster.place(service("more"), 3);
    CHECK(cluster.by_label(late, "name") == Counts{{"unknown", 2}, {"nowhere", 1}});
    const TaskId waits = cluster.bench.add_tasks(ServiceId{1}, 1, 9)[0];
    cluster.bench.schedule();
    CHECK(cluster.bench.error(waits) ==
          "no suitable node (insufficient resources on 2 nodes; refused by the policy on 1 node)");
    ServiceSpec urgent = service("urgent");
    urgent.labels["urgent"] = "true";
    CHECK(cluster.by_label(cluster.place(urgent, 1), "name") == Counts{{"coal", 1}});
    Cluster prices(shipped("carbon-aware", {{"label", std::string("price")}}));
    prices.node({{"price", "0.30"}});
    prices.node({{"price", "0.09"}});
    CHECK(prices.by_label(prices.place(service("web"), 1), "price") == Counts{{"0.09", 1}});
}

TEST_CASE("tasks go near those who call them", "[policy]") {
    Cluster cluster(shipped("latency-aware",
                            {{"west-south", std::int64_t{10}}, {"east-west", std::int64_t{40}}}));
    for (const char* zone : {"east", "east", "south", "west", "nowhere"}) {
        cluster.node({{"zone", zone}}, 2);
    }
    ServiceSpec web = service("web");
    web.labels["near"] = "west";
    CHECK(cluster.by_label(cluster.place(web, 9), "zone") ==
          Counts{{"west", 2}, {"south", 2}, {"east", 4}, {"nowhere", 1}});
}

TEST_CASE("fragmentation is avoided: what only GPU tasks can use is left to them", "[policy]") {
    // Large jobs come first, so that their kind is known; then small ones that could spoil nodes.
    const auto jobs_placed = [](std::unique_ptr<ScriptedPlacement> own) {
        Cluster cluster(std::move(own));
        for (int i = 0; i < 4; ++i) cluster.node({{"name", "n"}}, 16, 4);
        cluster.place(service("seen", 4, 4), 1);
        cluster.place(service("small", 1, 1), 4);
        const auto nodes = cluster.place(service("large", 4, 4), 2);
        return std::count_if(nodes.begin(), nodes.end(), [](NodeId n) { return n.valid(); });
    };
    CHECK(jobs_placed(shipped("spread")) == 0);
    CHECK(jobs_placed(shipped("fragmentation-aware")) == 2);
}

TEST_CASE("of what waits the shortest jobs come first, unless others have waited too long",
          "[policy]") {
    const auto placed = [](double aging) {
        Cluster cluster(shipped("shortest-job-first", {{"aging", aging}}));
        const auto wait = [&](const char* name, const char* runtime) {
            ServiceSpec spec = service(name);
            spec.labels["runtime"] = runtime;
            const ServiceId id = cluster.bench.add_service(spec);
            return std::pair{id, cluster.bench.add_tasks(id, 2)};
        };
        const auto [longest, of_longest] = wait("long", "3600");
        cluster.bench.driver.run_for(std::chrono::minutes{10});
        const auto [shortest, of_shortest] = wait("short", "20");
        const auto [middle, of_middle] = wait("middle", "60");
        cluster.node({}, 3);
        cluster.bench.schedule();
        std::string who;
        for (const auto& tasks : {of_longest, of_shortest, of_middle}) {
            for (const TaskId task : tasks) {
                who += cluster.bench.store.task(task)->node.valid() ? "+" : "-";
            }
        }
        return who;
    };
    CHECK(placed(0) == "--+++-");
    CHECK(placed(10) == "+++---");   // 600 s of waiting make up for 6000 s.
}

TEST_CASE("what a policy's functions are shown", "[policy]") {
    const std::string text = R"(
local function equal(a, b, what) if a ~= b then error(what .. ": " .. tostring(a)) end end
return {
  prepare = function(nodes, task, cluster)
    equal(nodes.count, 2, "count")
    equal(nodes.hostname[2], "n2", "hostname")
    equal(nodes:label("zone")[1], "a", "label")
    equal(nodes:label("zone")[2], "", "no label")
    equal(nodes:generic_free("gpu")[1], 3, "generic")
    equal(nodes.available[2], true, "available")
    equal(nodes.nano_cpus[1], 4000000000, "cpus")
    equal(nodes.memory_free[1], 8 * 1024 ^ 3, "memory")
    equal(nodes.service_tasks[1] + nodes.tasks[1], 0, "tasks")
    equal(cluster.time, 0, "time")
  end,
  score = function(node, task, cluster)
    equal(task.service, "web", "service")
    equal(task.nano_cpus, 1000000000, "asked")
    equal(task.labels.tier, "front", "labels of the service")
    equal(task.replicas, 1, "replicas")
    equal(cluster.largest_nano_cpus, 4000000000, "largest")
    equal(cluster.largest_generic, 3, "largest")
    equal(tostring(node), "node", "text")
    equal(node.role, "worker", "role")
    equal(node.labels.zone, node:label("zone"), "label")
    for name, value in pairs(node) do equal(node[name] ~= nil, value ~= nil, name) end
    if node.hostname == "n1" then equal(node.generic.gpu, 3, "has") end
    return node.hostname == "n2" and 1 or 0
  end,
})";
    Cluster cluster(from_text(text));
    cluster.node({{"zone", "a"}}, 4, 3);
    cluster.node({});
    ServiceSpec web = service("web");
    web.labels["tier"] = "front";
    CHECK(cluster.place(web, 1) == std::vector<NodeId>{NodeId{1}});
}

TEST_CASE("a policy that cannot be one says everything that is wrong", "[policy]") {
    const auto wrong = problems("return { scor = function() end, ties = 3, one_by_one = 'x',\n"
                                "  filter = 7 }");
    REQUIRE(wrong.size() == 4);
    CHECK(to_text(wrong[0]) == "folder/own.lua: filter is not a function\n"
                               "    hint: write filter = function(…) … end");
    CHECK(wrong[1].message == "one_by_one is neither true nor false");
    CHECK(to_text(wrong[2]) == "folder/own.lua:1: a placement policy has no entry scor\n"
                               "    hint: did you mean score?");
    CHECK(wrong[3].message == "ties is neither \"order\" nor \"random\"");
    CHECK(problems("return {}")[0].message == "a placement policy needs a function score");
    CHECK(problems("return {score = print, score_all = print}")[0].message ==
          "a placement policy has score or score_all, not both");
    CHECK(problems("local x = 1")[0].message ==
          "the script gives back nothing; it must end with: return {…}");
    CHECK(problems("return {[1] = 2}")[0].message ==
          "the table that the script gives back has a key that is no text");
    CHECK(to_text(problems("return {\nscore = function(")[0]) ==
          "folder/own.lua:2: <name> or '...' expected near <eof>");
    CHECK(to_text(problems("\nwhile true do end")[0]) ==
          "folder/own.lua:2: the budget of 10000000 instructions is spent");
}

TEST_CASE("a policy that fails while it is asked ends the run with its line", "[policy]") {
    struct Row {
        const char* body;
        int line;
        const char* message;
    };
    const Row row = GENERATE(
        Row{"score = function(node)\nreturn node.memry end", 2,
            "a node has no field memry; it has hostname nano_cpus nano_cpus_free memory "
            "memory_free tasks service_tasks available role labels generic generic_free "
            "gpus_left gpu_milli_left gpu_model gpu_tasks gpu_share_tasks label()"},
        Row{"score = function(node) node.tasks = 1 end", 1, "a node is read-only"},
        Row{"score = function(node)\nwhile true do end end", 2,
            "the budget of 10000000 instructions is spent"},
        Row{"score = function() return 'best' end", 1,
            "score gave back something else than one or two numbers"},
        Row{"score = function() return 1, {} end", 1,
            "score gave back something else than one or two numbers"},
        Row{"score = function() return 0/0 end", 1, "what should be a number is none (0/0)"},
        Row{"score = function() return 1 end,\nfilter = function() end", 2,
            "filter gave back something else than true or false"},
        Row{"score = function() return 1 end,\npriority = function() return {} end", 2,
            "priority gave back something else than a number"},
        Row{"score_all = function() return {1, 2, 3} end", 1,
            "score_all gave back a list of 3 for 1 nodes"},
        Row{"score_all = function() return {{}} end", 1,
            "element 1 of the list is a table, not a number"},
        Row{"score = function(node) return node.label('zone') end", 1,
            "a method of node wants one: write node:method(…)"},
        Row{"score = function(node) kept = kept or node return kept.tasks end", 1,
            "this node was only there during the call that it was given to"},
        Row{"score = function(node) return getmetatable(node).__index end", 1,
            "attempt to index a boolean value"});
    CAPTURE(row.body);
    Cluster cluster(from_text("return {" + std::string(row.body) + "}"));
    cluster.node({});
    try {
        cluster.place(service("web"), 2);
        cluster.place(service("again"), 1);
        FAIL("nothing was thrown");
    } catch (const RunFailure& failure) {
        CHECK(failure.problem.file == "folder/own.lua");
        CHECK(failure.problem.line == row.line);
        CHECK(failure.problem.message == row.message);
    }
}

TEST_CASE("each reign begins with a fresh script, and equal seeds draw alike", "[policy]") {
    const std::string text = "local calls = 0 return {score = function() calls = calls + 1 "
                             "return math.random() + calls end}";
    NodeInfo node;
    NodeConfig config;
    node.config = std::make_shared<const NodeConfig>(config);
    const ServiceSpec spec = service("web");
    const auto first = from_text(text), second = from_text(text);
    const Needs needs = needs_of(spec, ServiceId{0}, 1, *first);
    const Score one = first->score(node, needs), two = first->score(node, needs);
    CHECK(one.value < two.value);
    CHECK(second->score(node, needs) == one);
    // Whoever looks at a decision does not move the script that decides.
    CHECK(first->onlooker().score(node, needs) == one);
    CHECK(second->score(node, needs) == two);
}
