// Goal: the oracle accepts what SwarmKit's rules allow and names what they do not. Method: runs
// told by hand, each sound but for one thing; the same run without that thing is accepted.
#include <catch2/catch.hpp>
#include <functional>

#include "check/oracle.h"
#include "check/story.h"

using namespace glasshive;
using namespace glasshive::check;
using namespace std::chrono_literals;
using glasshive::testing::Story;
using namespace glasshive::swarm::events;
namespace host = glasshive::platform::events;

namespace {

/// Manager m and workers a and b, each of one CPU; the service web of one replica of one CPU.
OracleInput cluster() {
    OracleInput input;
    for (const char* name : {"m", "a", "b"}) {
        input.nodes.push_back({.name = name, .zone = "z", .rack = "r",
                               .manager = name == std::string("m"),
                               .labels = {{"disk", name == std::string("a") ? "ssd" : ""}},
                               .cpus = one_cpu, .memory = gibibyte});
    }
    input.manager = "m";
    input.registry.host = "m";
    swarm::ServiceSpec web;
    web.name = "web";
    web.task.container.image = "web:1";
    web.task.reservations.cpus = one_cpu;
    input.services = {web};
    return input;
}

swarm::TaskSpec& task_of(OracleInput& input) { return input.services[0].task; }
swarm::RestartPolicy& policy_of(OracleInput& input) {
    if (!task_of(input).restart) task_of(input).restart.emplace();
    return *task_of(input).restart;
}

Story& ready(Story& s, const std::string& node) {
    return s.emit(node_ready, node,
                  {field::name(s.names.intern("worker")), field::name(s.names.intern("none"))});
}
Story& down(Story& s, const std::string& node) {
    return s.emit(node_down, node, {field::name(s.names.intern("heartbeat failure")),
                                    field::duration(15s)});
}
Story& created(Story& s, int replicas = 1, const char* image = "web:1", bool again = false) {
    return s.emit(again ? service_updated : service_created, "web",
                  {field::name(s.names.intern("replicated")), field::integer(replicas),
                   field::name(s.names.intern(image))});
}
/// All nodes are ready and the service exists.
void begin(Story& s) {
    ready(s, "m"), ready(s, "a"), ready(s, "b"), created(s);
}
void place(Story& s, int slot, const std::string& node, int nth = 1) {
    s.task(task_new, "web", slot, "", nth).task(task_pending, "web", slot, "", nth);
    s.task(task_assigned, "web", slot, node, nth);
}
void run(Story& s, int slot, const std::string& node, int nth = 1) {
    place(s, slot, node, nth);
    s.start("web", slot, node, nth).task(task_running, "web", slot, node, nth);
}
void fail(Story& s, int slot, const std::string& node, int nth = 1) {
    s.end("web", slot, node, nth, 1).task(task_failed, "web", slot, node, nth);
}
/// The supervisor answers; nth 0: not replaced.
void restart(Story& s, int slot, int old, int nth) {
    const NameId replacement =
        nth > 0 ? s.names.intern(Story::task_name("web", slot, nth)) : NameId{};
    s.emit(task_restart, Story::task_name("web", slot, old),
           {field::name(s.names.intern("web")), field::name(replacement), field::duration(5s),
            field::name(s.names.intern("failed"))});
    s.desired("web", slot, "shutdown", old);
}
Story& command(Story& s, const char* outcome, const char* source = "scenario") {
    static constexpr EventKind applied{
        .id = 232, .name = "command.applied", .subject = "run",
        .fields = {{{"source", FieldType::name, ""}, {"outcome", FieldType::name, ""}}}};
    return s.emit(applied, "scenario.yaml", {field::name(s.names.intern(source)),
                                             field::name(s.names.intern(outcome))});
}

OracleReport judge(OracleInput input, const std::function<void(Story&)>& tell) {
    Story story;
    Oracle oracle(story.names, std::move(input));
    story.stream.add_sink(&oracle);
    tell(story);
    return oracle.finish(time_of_ns(500'000'000'000));
}

struct Row {
    const char* says;   ///< Within the only violation; "": there is none.
    std::function<void(Story&)> tell;
    std::function<void(OracleInput&)> change = [](OracleInput&) {};
};

void check_rows(const std::vector<Row>& rows) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        OracleInput input = cluster();
        rows[i].change(input);
        const OracleReport report = judge(std::move(input), rows[i].tell);
        INFO("row " << i << ": " << rows[i].says);
        const std::string wanted = rows[i].says;
        CHECK(report.violations.empty() == wanted.empty());
        for (const Violation& v : report.violations) {
            INFO(v.text);
            CHECK((!wanted.empty() && v.text.find(wanted) != std::string::npos));
        }
    }
}

}   // namespace

TEST_CASE("the oracle: restart policies", "[check][oracle]") {
    const auto none = [](OracleInput& in) {
        policy_of(in).condition = swarm::RestartCondition::none;
    };
    const auto once = [](OracleInput& in) { policy_of(in).max_attempts = 1; };
    const auto twice_in = [](Duration window) {
        return [window](OracleInput& in) {
            policy_of(in).max_attempts = 1;
            policy_of(in).window = window;
        };
    };
    const auto replaced = [](Story& s) {
        begin(s), run(s, 1, "a"), s.at(50), fail(s, 1, "a"), restart(s, 1, 1, 2), run(s, 1, "b", 2);
    };
    const auto replaced_twice = [](Story& s) {
        begin(s), run(s, 1, "a"), s.at(50), fail(s, 1, "a"), restart(s, 1, 1, 2), run(s, 1, "b", 2);
        s.at(90), fail(s, 1, "b", 2), restart(s, 1, 2, 3), run(s, 1, "a", 3);
    };
    const auto ended = [](Story& s) {
        begin(s), run(s, 1, "a"), s.at(50), fail(s, 1, "a"), restart(s, 1, 1, 0);
    };
    check_rows({
        {"", replaced},
        {"is replaced, against its restart policy", replaced, none},
        {"", ended, none},
        {"is not replaced, against its restart policy", ended},
        {"", replaced, once},
        {"is replaced, against its restart policy", replaced_twice, once},
        {"", replaced_twice, twice_in(30s)},
        {"is replaced, against its restart policy", replaced_twice, twice_in(60s)},
        {"is not replaced, against its restart policy", ended, once},
        {"", [](Story& s) {
             begin(s), run(s, 1, "a"), s.at(50).end("web", 1, "a", 1, 0);
             s.task(task_complete, "web", 1, "a"), restart(s, 1, 1, 0);
         }, [](OracleInput& in) { policy_of(in).condition = swarm::RestartCondition::on_failure; }},
        {"nothing replaces web.1.1", [](Story& s) {
             begin(s), run(s, 1, "a"), s.at(50), fail(s, 1, "a"), s.desired("web", 1, "shutdown");
         }},
        {"ended and is still wanted",
         [](Story& s) { begin(s), run(s, 1, "a"), s.at(50), fail(s, 1, "a"); }},
    });
}

TEST_CASE("the oracle: where a task may go", "[check][oracle]") {
    const auto on_a = [](Story& s) { begin(s), run(s, 1, "a"); };
    const auto on_b = [](Story& s) { begin(s), run(s, 1, "b"); };
    const auto two_on_a = [](Story& s) { begin(s), run(s, 1, "a"), run(s, 2, "a"); };
    const auto constraint = [](const char* text) {
        return [text](OracleInput& in) { task_of(in).placement.constraints = {text}; };
    };
    const auto two = [](std::function<void(OracleInput&)> more) {
        return [more](OracleInput& in) {
            in.services[0].replicas = 2;
            task_of(in).reservations = {};
            more(in);
        };
    };
    check_rows({
        {"", on_a, constraint("node.labels.disk == SSD")},
        {"a constraint does not hold", on_b, constraint("node.labels.disk == ssd")},
        {"", on_b, constraint("node.labels.disk != ssd")},
        {"a constraint does not hold", on_a, constraint("node.role==manager")},
        {"a constraint does not hold", on_a, constraint("node.hostname != a")},
        {"too few CPUs are free", two_on_a, [](OracleInput& in) { in.services[0].replicas = 2; }},
        {"too little memory is free", on_a,
         [](OracleInput& in) { task_of(in).reservations.memory = gibibyte * 2; }},
        {"", two_on_a, two([](OracleInput&) {})},
        {"it has enough tasks", two_on_a,
         two([](OracleInput& in) { task_of(in).placement.max_replicas = 1; })},
        {"its port is taken", two_on_a, two([](OracleInput& in) {
             in.services[0].ports = {{.target = 80, .published = 9000,
                                      .mode = swarm::PublishMode::host}};
         })},
        {"it is not available",
         [](Story& s) { ready(s, "m"), ready(s, "b"), created(s), run(s, 1, "a"), ready(s, "a"); }},
    });
}

TEST_CASE("the oracle: what a slot comes to", "[check][oracle]") {
    const auto waits = [](Story& s) {
        begin(s), s.task(task_new, "web", 1).task(task_pending, "web", 1);
    };
    const auto probed = [](Story& s) {
        begin(s), place(s, 1, "a");
        s.start("web", 1, "a").task(task_starting, "web", 1, "a");
    };
    static const swarm::Healthcheck patient{.test = {"CMD", "x"}, .interval = 200s};
    check_rows({
        {"waits though m has room", waits},
        {"", waits, [](OracleInput& in) { task_of(in).reservations.cpus = one_cpu * 2; }},
        {"", waits, [](OracleInput& in) { task_of(in).placement.constraints = {"node.id == x"}; }},
        {"web has 0 slots, not 1", begin},
        {"web has 2 slots, not 1", [](Story& s) { begin(s), run(s, 1, "a"), run(s, 2, "b"); }},
        {"two tasks of one slot", [](Story& s) { begin(s), run(s, 1, "a"), run(s, 1, "b", 2); }},
        {"was never allocated", [](Story& s) { begin(s), s.task(task_new, "web", 1); }},
        {"gets no further", [](Story& s) { begin(s), place(s, 1, "a"); }},
        {"gets no further", probed},
        {"", probed, [](OracleInput& in) { task_of(in).container.healthcheck = patient; }},
        {"", probed, [](OracleInput& in) { in.applications["web:1"].healthcheck = patient; }},
        {"gets no further", probed,
         [](OracleInput& in) {
             in.applications["web:1"].healthcheck = patient;
             task_of(in).container.healthcheck = swarm::Healthcheck{.test = {"NONE"}};
         }},
        {"", [](Story& s) { begin(s), s.at(497), place(s, 1, "a"); }},   // A moment ago.
        {"believed to run on a and does not",
         [](Story& s) { begin(s), run(s, 1, "a"), s.at(90).end("web", 1, "a"); }},
        {"still executes on a", [](Story& s) {
             begin(s), run(s, 1, "a"), s.at(90).desired("web", 1, "remove");
             s.task(task_shutdown, "web", 1, "a");
         }, [](OracleInput& in) { in.services[0].replicas = 0; }},
        {"though its service is at web:2",
         [](Story& s) { begin(s), run(s, 1, "a"), s.at(90), created(s, 1, "web:2", true); }},
        {"which nobody has", [](Story& s) { begin(s), run(s, 1, "a"); },
         [](OracleInput& in) { in.registry.missing_is_error = true; }},
        {"rejected though its image can be had", [](Story& s) {
             begin(s), place(s, 1, "a"), s.task(task_rejected, "web", 1, "a");
             restart(s, 1, 1, 2), run(s, 1, "b", 2);
         }},
    });
}

TEST_CASE("the oracle: nodes and what is lost with them", "[check][oracle]") {
    const auto lose_a = [](Story& s) {
        begin(s), run(s, 1, "a"), s.at(100).fault(1).host(host::host_off, "a").end("web", 1, "a");
    };
    const auto partition = [](OracleInput& in) {
        platform::FaultSpec fault;
        fault.kind = platform::FaultKind::partition;
        fault.groups = {{{platform::TargetSpec::Of::host, "a", {}}}};
        in.faults = {fault};
    };
    const auto power = [](OracleInput& in) { in.faults.resize(1); };
    const auto one_way = [partition](OracleInput& in) {
        partition(in);
        in.faults[0].one_way = true;
    };
    check_rows({
        {"the managers do not know b", [](Story& s) {
             s.names.intern("b");   // It exists; nobody ever heard of it.
             ready(s, "m"), ready(s, "a"), created(s), run(s, 1, "a");
         }},
        {"", [lose_a](Story& s) {
             lose_a(s), s.at(115), down(s, "a"), restart(s, 1, 1, 2), run(s, 1, "b", 2);
         }, power},
        {"the managers believe in a", [](Story& s) {
             begin(s), run(s, 1, "b"), s.at(100).fault(1).host(host::host_off, "a");
         }, power},
        {"is wanted on a, which is lost", [lose_a](Story& s) { lose_a(s), down(s, "a"); }, power},
        {"the managers believe in a",
         [](Story& s) { begin(s), run(s, 1, "b"), s.at(100).fault(1); }, partition},
        {"", [](Story& s) { begin(s), run(s, 1, "b"), s.at(100).fault(1); }, one_way},
        {"", [](Story& s) {   // Cut off, its container goes on; the slot lives elsewhere.
             begin(s), run(s, 1, "a"), s.at(100).fault(1).at(115), down(s, "a");
             restart(s, 1, 1, 2), run(s, 1, "b", 2);
         }, partition},
        {"decide something though the host m", [](Story& s) {
             begin(s), run(s, 1, "a"), s.at(100).fault(1).host(host::host_off, "m");
             s.at(110).desired("web", 1, "shutdown");
         }, power},
    });
}

TEST_CASE("the oracle: global services", "[check][oracle]") {
    const auto global = [](OracleInput& in) {
        in.services[0].mode = swarm::ServiceMode::global;
        task_of(in).placement.constraints = {"node.role == worker"};
    };
    const auto on = [](Story& s, const char* node, int nth) {
        s.task(task_new, "web", 0, node, nth).task(task_pending, "web", 0, node, nth);
        s.task(task_assigned, "web", 0, node, nth).start("web", 0, node, nth);
        s.task(task_running, "web", 0, node, nth);
    };
    const auto drain_b = [](Story& s) {
        s.at(100).emit(node_availability, "b", {field::name(s.names.intern("drain"))});
    };
    check_rows({
        {"", [on](Story& s) { begin(s), on(s, "a", 1), on(s, "b", 2); }, global},
        {"web has no task on b", [on](Story& s) { begin(s), on(s, "a", 1); }, global},
        {"a constraint does not hold",
         [on](Story& s) { begin(s), on(s, "a", 1), on(s, "b", 2), on(s, "m", 3),
                          s.desired("web", 0, "shutdown", 3).end("web", 0, "m", 3); }, global},
        {"is wanted on b, which is lost, drained",
         [on, drain_b](Story& s) { begin(s), on(s, "a", 1), on(s, "b", 2), drain_b(s); }, global},
        {"", [on, drain_b](Story& s) {
             begin(s), on(s, "a", 1), on(s, "b", 2), drain_b(s);
             s.desired("web", 0, "shutdown", 2).end("web", 0, "b", 2);
         }, global},
        {"though its service is at web:2", [on](Story& s) {
             begin(s), on(s, "a", 1), on(s, "b", 2), s.at(90), created(s, 1, "web:2", true);
             s.desired("web", 0, "shutdown", 1).end("web", 0, "a", 1);
             s.task(task_shutdown, "web", 0, "a", 1), on(s, "a", 3);
         }, global},
        {"", [on](Story& s) {   // Paused: neither updated nor restarted.
             begin(s), on(s, "a", 1), on(s, "b", 2);
             s.emit(node_availability, "b", {field::name(s.names.intern("pause"))});
             s.at(90), created(s, 1, "web:2", true);
             s.desired("web", 0, "shutdown", 1).end("web", 0, "a", 1);
             s.task(task_shutdown, "web", 0, "a", 1), on(s, "a", 3);
         }, global},
    });
}

TEST_CASE("the oracle: jobs", "[check][oracle]") {
    const auto job = [](OracleInput& in) {
        in.services[0].mode = swarm::ServiceMode::replicated_job;
        in.services[0].replicas = 3;
        in.services[0].max_concurrent = 2;
        in.services[0].task.reservations = {};
    };
    const auto begin_job = [](Story& s) {
        begin(s), s.emit(service_run, "web", {field::integer(0)});
    };
    const auto done = [](Story& s, std::int64_t slot, const char* node) {
        s.end("web", slot, node, 1).task(task_complete, "web", slot, node, 1);
    };
    check_rows({
        {"web has 1 tasks underway and 0 complete of 3",
         [=](Story& s) { begin_job(s), run(s, 1, "a"); }, job},
        {"", [=](Story& s) { begin_job(s), run(s, 1, "a"), run(s, 2, "b"); }, job},
        {"web has 3 tasks underway", [=](Story& s) {
             begin_job(s), run(s, 1, "a"), run(s, 2, "b"), run(s, 3, "a");
         }, job},
        {"web has 1 tasks underway and 1 complete of 3", [=](Story& s) {
             begin_job(s), run(s, 1, "a"), run(s, 2, "b"), s.at(50), done(s, 1, "a");
         }, job},
        {"", [=](Story& s) {
             begin_job(s), run(s, 1, "a"), run(s, 2, "b"), s.at(50), done(s, 1, "a");
             done(s, 2, "b"), run(s, 3, "a");
         }, job},
        {"is replaced, against its restart policy", [=](Story& s) {
             begin_job(s), run(s, 1, "a"), run(s, 2, "b"), s.at(50), done(s, 1, "a");
             done(s, 2, "b"), run(s, 3, "a"), restart(s, 1, 1, 2);
         }, job},
        {"of an earlier run is still wanted", [=](Story& s) {
             begin_job(s), run(s, 1, "a"), run(s, 2, "b");
             s.at(50).emit(service_run, "web", {field::integer(1)});
             run(s, 1, "a", 2), run(s, 2, "b", 2);
             s.desired("web", 2, "remove", 1).end("web", 2, "b", 1);
         }, job},
    });
}

TEST_CASE("the oracle: commands, and when it abstains", "[check][oracle]") {
    const auto scale = [](OracleInput& in) {
        in.commands = {{.what = OracleCommand::Do::scale, .service = "web", .replicas = 2}};
    };
    const auto up = [](Story& s) { begin(s), run(s, 1, "a"); };
    check_rows({
        {"web has 1 slots, not 2", [up](Story& s) { up(s), s.at(99), command(s, "done"); }, scale},
        {"", [up](Story& s) { up(s), s.at(99), command(s, "done"), run(s, 2, "b"); }, scale},
        {"", [up](Story& s) {   // Scaled away and up again; the old tasks of slot 2 stay.
             up(s), run(s, 2, "b"), s.at(50), fail(s, 2, "b"), restart(s, 2, 1, 2);
             run(s, 2, "b", 2);
             s.at(60).desired("web", 2, "remove", 2).end("web", 2, "b", 2);
             s.task(task_shutdown, "web", 2, "b", 2).task(task_removed, "web", 2, "", 2);
             s.at(99), command(s, "done"), run(s, 2, "b", 3);
         }, scale},
        {"", [up](Story& s) {   // An ended slot is scaled away: whichever of its tasks is told.
             up(s), run(s, 2, "b"), s.at(50), fail(s, 2, "b"), restart(s, 2, 1, 2);
             run(s, 2, "b", 2), s.at(60), fail(s, 2, "b", 2), restart(s, 2, 2, 0);
             s.at(90).desired("web", 2, "remove", 1);
         }, [](OracleInput& in) { policy_of(in).max_attempts = 1; }},
        {"was refused while the manager's host is well",
         [up](Story& s) { up(s), s.at(99), command(s, "no"), run(s, 2, "b"); }, scale},
        {"nobody gave that command", [up](Story& s) { up(s), s.at(99), command(s, "done"); }},
    });
    // Wrong all over, and yet nothing to say: the scenario does not tell what was asked for.
    const auto count = [](const OracleReport& report, const char* what) {
        return report.violations.empty() && report.judged.count(what) == 1;
    };
    CHECK(count(judge(cluster(), [](Story& s) { begin(s), command(s, "done", "session"); }),
                "not judged: commands of a session"));
    CHECK(count(judge(cluster(), [](Story& s) { begin(s), s.at(450).fault(1); }),
                "not judged: too little quiet"));
    CHECK(count(judge(cluster(), [](Story& s) { begin(s), s.host(host::host_paused, "m"); }),
                "not judged: no manager"));
}
