// Goal: a check of the user's sees the events it asked for, says what does not hold and what it
// measured, and is told what is wrong with it. Method: hand-made events.
#include <catch2/catch.hpp>

#include "check/script/scripted_check.h"

using namespace glasshive;
using check::ScriptedCheck;
using namespace std::chrono_literals;

namespace {

constexpr EventKind running{.id = 1,
                            .name = "task.running",
                            .subject = "task",
                            .doc = "",
                            .fields = {{{"node", FieldType::name, ""},
                                        {"took", FieldType::duration, ""},
                                        {"slot", FieldType::integer, ""},
                                        {"text", FieldType::text, ""}}}};
constexpr EventKind failed{.id = 2,
                           .name = "task.failed",
                           .subject = "task",
                           .doc = "",
                           .fields = {{{"node", FieldType::name, ""}}}};
constexpr EventKind down{.id = 7, .name = "node.down", .subject = "node", .doc = ""};
constexpr const EventKind* kinds[] = {&running, &failed, &down};

struct Stage {
    explicit Stage(const std::string& text, script::Parameters parameters = {})
        : loaded(ScriptedCheck::load({.name = "own.lua",
                                      .file = "folder/own.lua",
                                      .text = text,
                                      .parameters = std::move(parameters)},
                                     registry(), names)) {
        if (loaded.ok()) stream.add_sink(loaded.value().get());
    }
    static const EventRegistry& registry() {
        static const EventRegistry all = [] {
            EventRegistry r;
            r.add(kinds);
            return r;
        }();
        return all;
    }
    NameId name(const char* text) { return names.intern(text); }
    Stage& play() {
        stream.emit(Time{} + 1s, scenario_cause, running, name("web.1"),
                    {field::name(name("n1")), field::duration(1500ms), field::integer(3),
                     field::text("all well")});
        stream.emit(Time{} + 2s, EventId{1}, failed, name("web.1"), {field::name(NameId{})});
        stream.emit(Time{} + 3s, EventId{2}, down, name("n1"), {});
        loaded.value()->finish(Time{} + 10s);
        return *this;
    }
    const ScriptedCheck::Report& report() const { return loaded.value()->report(); }
    Names names;
    EventStream stream{names};
    Result<std::unique_ptr<ScriptedCheck>> loaded;
};

std::string problem_of(const std::string& text) {
    const Stage stage(text);
    return stage.loaded.ok() ? "" : to_text(stage.loaded.problems().front());
}

}   // namespace

TEST_CASE("a check sees what it asked for, with every field", "[check][script]") {
    Stage stage(R"(
        on("task.*", function(e)
            print(e.kind, e.time, e.id, e.cause, e.subject, e.node, e.took, e.slot, e.text)
        end)
        on("node.down", function(e) print(tostring(e), e.took) end)
        at_end(function(run) print(run.time, run.events) end))");
    CHECK(stage.play().report().printed ==
          std::vector<std::string>{"task.running\t1.0\t1\t0\tweb.1\tn1\t1.5\t3\tall well",
                                   "task.failed\t2.0\t2\t1\tweb.1\tnil\tnil\tnil\tnil",
                                   "event\tnil", "10.0\t3"});
    CHECK(stage.report().held());
    CHECK(stage.loaded.value()->wanted() ==
          std::vector<std::string>{"task.running", "task.failed", "node.down"});
}

TEST_CASE("violations have their instant and event, and figures their last value",
          "[check][script]") {
    Stage stage(R"(
        local seen = 0
        on("*", function(e)
            seen = seen + 1
            metric("seen", seen)
            expect(e.kind ~= "task.failed", e.subject .. " failed")
        end)
        at_end(function(run)
            metric("length", run.time * parameters.factor, "min")
            fail("never good enough")
            expect(false)
        end))",
                {{"factor", 0.5}});
    const ScriptedCheck::Report& report = stage.play().report();
    REQUIRE(report.violations == 3);
    CHECK(report.first[0].text == "web.1 failed");
    CHECK(report.first[0].time == Time{} + 2s);
    CHECK(report.first[0].event == EventId{2});
    CHECK(report.first[1].time == Time{} + 10s);
    CHECK(report.first[1].event == EventId{});
    CHECK(report.first[2].text == "line 11 of the check");
    REQUIRE(report.metrics.size() == 2);
    CHECK(report.metrics[0].name == "seen");
    CHECK(report.metrics[0].value == 3);
    CHECK(report.metrics[1].value == 5);
    CHECK(report.metrics[1].unit == "min");
    CHECK_FALSE(report.held());
}

TEST_CASE("a check that fails sees no more, and hurts nobody", "[check][script]") {
    struct Row {
        const char* text;
        int line;
        const char* message;
    };
    const Row row = GENERATE(
        Row{"on('*', function(e)\nreturn nil + 1 end)", 2,
            "attempt to perform arithmetic on a nil value"},
        Row{"on('*', function() while true do end end)", 1,
            "the budget of 10000000 instructions is spent"},
        Row{"on('*', function(e) kept = kept or e return kept.time end)", 1,
            "this event was only there during the call that it was given to"},
        Row{"on('*', function(e) e.time = 1 end)", 1, "a event is read-only"},
        Row{"on('*', function() on('*', print) end)", 1, "on is for while the script loads"},
        Row{"on('*', function() metric('x', 1/0) end)", 1, "a metric is a finite number"},
        Row{"on('*', function(e) for i = 1, 2000 do metric('m' .. i, i) end end)", 1,
            "1000 metrics are enough"});
    CAPTURE(row.text);
    Stage stage(row.text);
    const ScriptedCheck::Report& report = stage.play().report();
    REQUIRE(report.problem);
    CHECK(report.problem->file == "folder/own.lua");
    CHECK(report.problem->line == row.line);
    CHECK(report.problem->message == row.message);
    CHECK_FALSE(report.held());
}

TEST_CASE("only so much is kept", "[check][script]") {
    Stage stage("on('*', function() for i = 1, 500 do fail('again') print(i) end end)");
    const ScriptedCheck::Report& report = stage.play().report();
    CHECK(report.violations == 1'500);
    CHECK(report.first.size() == ScriptedCheck::violations_kept);
    CHECK(report.printed.size() == ScriptedCheck::lines_kept);
}

TEST_CASE("what cannot be a check is told before the run", "[check][script]") {
    CHECK(problem_of("on('task.runing', print)")
              .rfind("folder/own.lua:1: there is no kind of event task.runing; did you mean "
                     "task.running?",
                     0) == 0);
    CHECK(problem_of("local x").rfind("folder/own.lua: the check asks for nothing", 0) == 0);
    CHECK(problem_of("on('*', 7)").rfind("folder/own.lua:1: bad argument #2 to 'on'", 0) == 0);
    CHECK(problem_of("expect(true)")
              .rfind("folder/own.lua:1: there is nothing to expect while the script loads", 0) ==
          0);
    CHECK(problem_of("on(").rfind("folder/own.lua:1:", 0) == 0);
}
