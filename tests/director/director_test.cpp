// Goal: a scenario's script acts when it says, sees what happened, and is told plainly when it is
// wrong. Method: a bare kernel, a stage of cardboard that writes down what was asked of it, and a
// process that emits events.
#include <catch2/catch.hpp>

#include "director/cardboard.h"
#include "director/director.h"
#include "director/events.h"
#include "kernel/support.h"

using namespace glasshive;
using namespace glasshive::test;
using director::Director;
using namespace std::chrono_literals;

/// So that an unexpected failure says what it is.
CATCH_TRANSLATE_EXCEPTION(const RunFailure& failure) { return to_text(failure.problem); }

namespace {

/// What the script noted, with the time, and every event.
struct Notes final : EventSink {
    std::string all;
    std::vector<Event> events;
    void on_event(const Event& event, std::string_view text) override {
        events.push_back(event);
        if (event.kind != director::events::note.id) return;
        all += std::to_string(event.time.time_since_epoch() / 1ms) + " " + std::string(text) + "\n";
    }
};

struct Theatre {
    explicit Theatre(const std::string& text, script::Parameters parameters = {})
        : topology(1),
          kernel(stream, topology, 1),
          driver(kernel),
          stage(kernel),
          director(kernel, stage, registry(),
                   {.name = "play.lua",
                    .file = "folder/play.lua",
                    .text = text,
                    .parameters = std::move(parameters)},
                   names.intern("run")) {
        stream.add_sink(&log);
        stream.add_sink(&director);
    }
    static const EventRegistry& registry() {
        static const EventRegistry all = [] {
            EventRegistry r;
            r.add(kinds);
            return r;
        }();
        return all;
    }
    Theatre& play(Duration length = 10s) {
        if (!started) kernel.start(director.id());
        started = true;
        driver.run_for(length);
        return *this;
    }
    std::string notes() const { return log.all; }
    void task_event(const EventKind& kind, const char* subject) {
        if (&kind == &task_running) {
            kernel.emit(kind, names.intern(subject),
                        {field::name(names.intern("n1")), field::duration(1500ms),
                         field::integer(3), field::text("all well")});
        } else {
            kernel.emit(kind, names.intern(subject), {});
        }
    }
    Names names;
    EventStream stream{names};
    Notes log;
    FlatTopology topology;
    kernel::Kernel kernel;
    kernel::BareDriver driver;
    Cardboard stage;
    Director director;
    bool started = false;
};

Diagnostic failure(const std::string& text) {
    Theatre theatre(text);
    try {
        theatre.play();
    } catch (const RunFailure& failed) {
        return failed.problem;
    }
    FAIL("nothing was thrown by: " << text);
    return {};
}

}   // namespace

TEST_CASE("coroutines sleep, start at times, again and again, and beside one another",
          "[director]") {
    Theatre theatre(R"(
        note("begin " .. now())
        at("2s", function() note("at 2 s") sleep(0.5) note("later") end)
        local left = 3
        every(1, function() note("every " .. left) left = left - 1 return left > 0 end)
        spawn(function() note("beside") end)
        sleep("1500ms")
        print("slept", now()))");
    CHECK(theatre.play().notes() == "0 begin 0.0\n0 beside\n1000 every 3\n1500 slept\t1.5\n"
                                    "2000 at 2 s\n2000 every 2\n2500 later\n3000 every 1\n");
}

TEST_CASE("docker waits for a leader and for what it changed, as at a terminal", "[director]") {
    Theatre theatre(R"(
        local a = docker "service scale web=5"
        note(a.exit_code .. " " .. a.output)
        note(docker("nonsense", {on = "n1"}).exit_code .. "")
        note("done"))");
    theatre.stage.leader_from = Time{} + 2500ms;
    CHECK(theatre.play().notes() == "3003 0 answer to docker service scale web=5\n3006 1\n"
                                    "3006 done\n");
    CHECK(theatre.stage.log == "3000 docker service scale web=5\n3003 docker nonsense at n1\n");
    Theatre forever("note(docker('node ls').output)");
    forever.stage.leader_from = Time{} + 1h;
    CHECK(forever.play(30s).notes() == "20003 answer to docker node ls\n");
}

TEST_CASE("faults are written as in a scenario, from tables", "[director]") {
    Theatre theatre(R"(
        fault.power_off{host = "n1", lasts = 30}
        fault.partition{between = {{"n1"}, {"n2", "n3"}}, lasts = "1m", symmetric = true}
        fault.slow_cpu{host = "n1", factor = 0.25, lasts = 0.5}
        note(tostring(pcall(fault.pause, {host = "nowhere"}))))");
    theatre.play();
    CHECK(theatre.stage.log ==
          "0 fault {\"do\":\"power_off\",\"for\":\"30s\",\"host\":\"n1\"}\n"
          "0 fault {\"between\":[[\"n1\"],[\"n2\",\"n3\"]],\"do\":\"partition\",\"for\":\"1m\","
          "\"symmetric\":true}\n"
          "0 fault {\"do\":\"slow_cpu\",\"factor\":0.25,\"for\":\"500ms\",\"host\":\"n1\"}\n");
    CHECK(theatre.notes() == "0 false\n");
}

TEST_CASE("events reach handlers and waiters at their instant, and cause what they do",
          "[director]") {
    Theatre theatre(R"(
        on("task.*", function(e)
            note(e.kind .. " " .. e.subject .. " " .. tostring(e.node) .. " " .. tostring(e.took)
                 .. " " .. tostring(e.slot) .. " " .. tostring(e.text))
        end)
        local e = wait_for("task.failed", "web.1", "5s")
        note("waited for " .. e.kind .. " at " .. e.time)
        note(tostring(wait_for("task.failed", "web.1", 2))))");
    theatre.play(1s);
    theatre.task_event(task_running, "web.1");
    theatre.task_event(task_failed, "other.1");
    theatre.play(1s);
    theatre.task_event(task_failed, "web.1");
    const EventId cause = theatre.stream.last();
    theatre.play(10s);
    CHECK(theatre.notes() == "1000 task.running web.1 n1 1.5 3 all well\n"
                             "1000 task.failed other.1 nil nil nil nil\n"
                             "2000 waited for task.failed at 2.0\n"
                             "2000 task.failed web.1 nil nil nil nil\n4000 nil\n");
    const auto& events = theatre.log.events;
    const auto note = std::find_if(events.begin(), events.end(), [&](const Event& e) {
        return e.kind == director::events::note.id && e.time == Time{} + 2s;
    });
    CHECK(note->cause == cause);
}

TEST_CASE("wait_until asks until it is so, or the time is over", "[director]") {
    Theatre theatre(R"(
        note(tostring(wait_until(function() return service("web").running >= 2 end)))
        note(tostring(wait_until(function() return service("none") end, "3s", 0.25))))");
    theatre.play(1050ms);
    theatre.stage.running = 2;
    CHECK(theatre.play().notes() == "1100 true\n4100 false\n");
}

TEST_CASE("a request is answered by its own event", "[director]") {
    Theatre theatre(R"(
        local a = http.get("web", {port = 8080, enter = "n1", timeout = 2})
        note(tostring(a.ok) .. " " .. tostring(a.backend))
        local b = http.get("web")
        note(tostring(b.ok)))");
    theatre.play(1s);
    theatre.kernel.emit(request_ok, theatre.names.intern("somebody"), {});
    theatre.kernel.emit(request_ok, theatre.names.intern("script-1"),
                        {field::name(theatre.names.intern("web.1"))});
    theatre.play(1s);
    theatre.kernel.emit(request_failed, theatre.names.intern("script-1"), {});
    CHECK(theatre.play().notes() == "1000 true web.1\n2000 false\n");
    CHECK(theatre.stage.log == "0 request web 8080 n1 2s\n1000 request web 0  1s\n");
}

TEST_CASE("what a script expects and samples is said", "[director]") {
    Theatre theatre("local ok = expect(1 < 2, 'numbers')\n"
                    "expect(not ok)\n"
                    "sample('heal', 2.5, 'web')\nsample('own', parameters.x)\n"
                    "for _, t in ipairs(tasks('web')) do note(t.name) end\n"
                    "note(#services() .. #nodes() .. tostring(node('x')))",
                    {{"x", std::int64_t{7}}});
    struct Samples final : EventSink {
        std::string all;
        const Names* names = nullptr;
        void on_event(const Event&, std::string_view) override {}
        void on_sample(const Sample& s) override {
            all += std::string(names->text(s.series)) + " " + std::string(names->text(s.subject)) +
                   " " + std::to_string(s.value) + "\n";
        }
    } samples;
    samples.names = &theatre.names;
    theatre.stream.add_sink(&samples);
    theatre.play();
    CHECK(samples.all == "heal web 2.500000\nown run 7.000000\n");
    CHECK(theatre.notes() == "0 web.1\n0 web.2\n0 10nil\n");
    const auto& events = theatre.log.events;
    CHECK(events[0].kind == director::events::held.id);
    CHECK(theatre.names.text(events[0].subject) == "numbers");
    CHECK(events[1].kind == director::events::not_held.id);
    CHECK(theatre.names.text(events[1].subject) == "play.lua:2");
    CHECK(events[1].fields[0].integer == 2);
}

TEST_CASE("a script that goes wrong ends the run with its line", "[director]") {
    struct Row {
        const char* text;
        int line;
        const char* message;
    };
    const Row row = GENERATE(
        Row{"sleep(1)\nlocal x = nil + 1", 2, "attempt to perform arithmetic on a nil value"},
        Row{"on('task.runing', print)", 1,
            "there is no kind of event task.runing; did you mean task.running?"},
        Row{"docker 'servce ls'", 1, "no such command"},
        Row{"docker('ps', {at = 'x'})", 1, "nobody knows at here"},
        Row{"docker('ps', {on = 'nowhere'})", 1, "no host is named nowhere"},
        Row{"sleep(-1)", 1, "a duration is from 0 to 9e9 seconds"},
        Row{"sleep('soon')", 1, "\"soon\" is not a duration"},
        Row{"sleep(2) at(1, print)", 1, "that time is over"},
        Row{"every(0, print)", 1, "every 1 ms at most"},
        Row{"\nwhile true do sleep(0) end", 0,
            "the script acts for ever at one instant: 100000 times"},
        Row{"on('script.note', function() note('again') end) note('first')", 0,
            "the script acts for ever at one instant: 100000 times"},
        Row{"coroutine.yield()", 0, "the script yields by itself: nothing would wake it again"},
        Row{"coroutine.wrap(function() sleep(1) end)()", 1,
            "sleep stops the script's own coroutine: it cannot be called here"},
        Row{"wait_until(function() sleep(1) end)", 1,
            "sleep stops the script's own coroutine: it cannot be called here"},
        Row{"sleep(1)\nwhile true do end", 2, "the budget of 10000000 instructions is spent"},
        Row{"for i = 1, 20000 do spawn(function() sleep(1) end) end", 0,
            "10000 coroutines wait already"},
        Row{"sample('x', 0/0)", 1, "a sample is a finite number"},
        Row{"fault.pause(7)", 1, "a fault is a table such as {host = \"node-2\"}"});
    CAPTURE(row.text);
    const Diagnostic problem = failure(row.text);
    CHECK(problem.file == "folder/play.lua");
    CHECK(problem.line == row.line);
    CHECK(problem.message == row.message);
}

TEST_CASE("a mistake of grammar is found before anything runs", "[director]") {
    const Diagnostics problems =
        Director::check({.name = "play.lua", .file = "folder/play.lua", .text = "x = = 1"});
    REQUIRE(problems.size() == 1);
    CHECK(to_text(problems[0]) == "folder/play.lua:1: unexpected symbol near '='");
    CHECK(
        Director::check({.name = "p", .file = "p", .text = "error('only when it runs')"}).empty());
}

TEST_CASE("waiting costs no memory that is not given back", "[director]") {
    Theatre theatre(R"(
        for i = 1, 30000 do
            wait_until(function() return i end)
            spawn(function() end)
            if i % 1000 == 0 then sleep(0.001) end
        end
        note("still here"))");
    CHECK(theatre.play().notes() == "30 still here\n");
}
