// Goal: events of Google's traces become tasks, machines and failures as the headers say. Method:
// the lives of a few tasks, event by event; then texts with one mistake each.
#include <sstream>

#include "reading.h"
#include "workload/trace/google_2011.h"
#include "workload/trace/google_2019.h"

using namespace glasshive;
using namespace glasshive::workload::trace;

namespace {

using Told = std::vector<std::string>;
constexpr WholeMachine machine{one_cpu * 10, gibibyte};

/// A line of task_events: second, job, type, and what is asked for.
std::string event(double second, int job, int type, const std::string& asked = "0.5,0.25") {
    std::ostringstream line;
    line << static_cast<std::int64_t>(second * 1e6) << ",," << job << ",0,77," << type
         << ",user,2,9," << asked << ",0.001,1\n";
    return line.str();
}

struct Read {
    std::vector<Task> tasks;
    std::int64_t left_out = 0;
    std::string problem;
};

Read read_2011(const std::vector<std::string>& parts) {
    Read read;
    Google2011Tasks reader(machine, into(read.tasks));
    read.problem = read_parts(reader, parts);
    read.left_out = reader.left_out();
    return read;
}

Read read_2019(const std::vector<std::string>& parts) {
    Read read;
    Google2019Tasks reader(machine, into(read.tasks));
    read.problem = read_parts(reader, parts);
    read.left_out = reader.left_out();
    return read;
}

std::string machines_problem(const std::string& text) {
    Google2011Machines reader(machine);
    return read_parts(reader, {text});
}

}   // namespace

TEST_CASE("2011: a task runs from the SCHEDULE that led to its end", "[trace][google]") {
    const Read read = read_2011({event(600, 1, 0) + event(601, 1, 1) + event(611.5, 1, 4)});
    CHECK(read.problem.empty());
    CHECK(told(read.tasks) == Told{"1/0 600 10.5 5 256"});
    CHECK(read.tasks[0].priority == 9);
    CHECK(read.tasks[0].line == 1);
}

TEST_CASE("2011: evicted and submitted again, it is another task", "[trace][google]") {
    // Over two parts, as the trace comes.
    const Read read = read_2011({event(10, 1, 0) + event(12, 1, 1) + event(20, 1, 2),
                                 event(20, 1, 0, "1,0.5") + event(30, 1, 1) + event(35, 1, 5)});
    CHECK(told(read.tasks) == Told{"1/0 10 8 5 256", "1/0 20 5 10 512"});
    CHECK(read.left_out == 0);
}

TEST_CASE("2011: updates change nothing, a second SCHEDULE begins anew", "[trace][google]") {
    const Read read = read_2011({event(1, 1, 0) + event(2, 1, 7, "1,1") + event(3, 1, 1) +
                                 event(4, 1, 8, "1,1") + event(5, 1, 1) + event(9, 1, 3)});
    CHECK(told(read.tasks) == Told{"1/0 1 4 5 256"});
}

TEST_CASE("2011: what the trace does not see the beginning or the end of", "[trace][google]") {
    const std::string after = std::to_string(after_trace);
    const Read read =
        read_2011({event(0, 9, 0) + event(0, 9, 1) +    // There before the trace; never ends.
                   event(5, 8, 1) + event(7, 8, 6) +    // Its SUBMIT is missing; lost.
                   event(8, 7, 4) +                     // Nothing but an end.
                   event(9, 6, 0) + event(10, 6, 5) +   // Killed while it waited.
                   event(11, 5, 0, ",") +               // Waits for ever, and asks for nothing.
                   after + ",,9,0,77,4,user,2,9,0,0,0,1\n"});
    CHECK(told(read.tasks) == Told{"8/0 5 2 5 256", "5/0 11 stays 0 0", "9/0 0 stays 5 256"});
    CHECK(read.left_out == 2);
}

TEST_CASE("2011: machines, and when they were away", "[trace][google]") {
    Google2011Machines reader(machine);
    CHECK(read_parts(reader, {"0,5,0,p,0.5,0.25\n0,3,0,p,,\n7000000,5,1,p,,\n"
                              "8000000,3,2,p,1,1\n9500000,5,0,p,1,1\n9600000,4,0,p,1,1\n"
                              "9700000,5,1,,,\n9800000,5,1,,,\n9223372036854775807,5,0,,,\n"}) ==
          "");
    REQUIRE(reader.machines().size() == 3);
    CHECK(reader.machines()[0].name == "5");
    CHECK(reader.machines()[0].cpus.count == 5'000'000'000);
    CHECK(reader.machines()[0].memory == mebibyte * 256);
    CHECK(reader.machines()[1].cpus == one_cpu * 10);   // Said by an update.
    const auto& failures = reader.failures();
    REQUIRE(failures.size() == 2);
    CHECK(failures[0].at == Time{std::chrono::seconds{7}});
    CHECK(failures[0].down == Duration{std::chrono::milliseconds{2500}});
    CHECK_FALSE(failures[1].down);
}

TEST_CASE("2019: CSV and JSON lines say the same, in any order", "[trace][google]") {
    const std::string csv =
        "time,type,collection_id,instance_index,collection_type,priority,resource_request.cpus,"
        "resource_request.memory,machine_id\n"
        "20000000,FINISH,3,1,JOB,200,0.1,0.1,5\n"
        "10000000,0,3,1,0,200,0.1,0.1,\n12000000,3,3,1,0,200,0.1,0.1,5\n"
        "11000000,2,3,1,0,200,0.1,0.1,\n11000000,9,3,1,0,200,0.9,0.9,\n"
        "1000000,0,4,0,1,200,0.1,0.1,\n2000000,3,4,0,ALLOC_SET,200,0.1,0.1,\n";
    const std::string json =
        "{\"time\":\"10000000\",\"type\":\"SUBMIT\",\"collection_id\":\"3\",\"priority\":200,"
        "\"instance_index\":\"1\",\"resource_request\":{\"cpus\":0.1,\"memory\":\"0.1\"},"
        "\"constraint\":[]}\n"
        "{\"time\":12000000,\"type\":3,\"collection_id\":3,\"instance_index\":1}\n\n"
        "{\"time\":20000000,\"type\":\"6\",\"collection_id\":3,\"instance_index\":1,"
        "\"resource_request\":null}\n";
    std::string flat = csv;
    for (std::size_t at; (at = flat.find("request.")) != std::string::npos;) flat[at + 7] = '_';
    for (const std::string& text : {csv, json, flat}) {
        const Read read = read_2019({text});
        CHECK(read.problem.empty());
        CHECK(told(read.tasks) == Told{"3/1 10 8 1 103"});
        CHECK(read.tasks[0].priority == 200);
    }
    const Read twice = read_2019({json, csv});   // Parts need not be alike.
    CHECK(told(twice.tasks) == Told{"3/1 10 8 1 103"});
}

TEST_CASE("2019: machines", "[trace][google]") {
    Google2019Machines reader(machine);
    CHECK(read_parts(reader, {"{\"time\":0,\"machine_id\":7,\"type\":\"ADD\","
                              "\"capacity\":{\"cpus\":0.5,\"memory\":0.5}}\n",
                              "time,machine_id,type,capacity_cpus\n5000000,7,2,\n"}) == "");
    REQUIRE(reader.machines().size() == 1);
    CHECK(reader.machines()[0].cpus == one_cpu * 5);
    CHECK(reader.machines()[0].memory == mebibyte * 512);
    REQUIRE(reader.failures().size() == 1);
    CHECK(reader.failures()[0].machine == "7");
}

TEST_CASE("what is wrong with Google's traces", "[trace][google][malformed]") {
    const std::pair<std::string, const char*> cases[] = {
        {"1,2,3\n", "1: : 3 fields, not 13"},
        {event(1, 1, 0) + "x" + event(2, 1, 1),
         "2: field 1: \"x2000000\" is not a whole number from 0 to 4000000000000000"},
        {"9223372036854775806,,1,0,,0,,,,,,,\n",
         "1: field 1: \"9223372036854775806\" is not a whole number from 0 to 4000000000000000"},
        {"-1,,1,0,,0,,,,,,,\n",
         "1: field 1: \"-1\" is not a whole number from 0 to 4000000000000000"},
        {"1,,,0,,0,,,,,,,\n",
         "1: field 3: \"\" is not a whole number from 0 to 9223372036854775807"},
        {"1,,1,a,,0,,,,,,,\n",
         "1: field 4: \"a\" is not a whole number from 0 to 9223372036854775807"},
        {event(1, 1, 9), "1: field 6: \"9\" is not a whole number from 0 to 8"},
        {"1,,1,0,,,,,,,,,\n", "1: field 6: \"\" is not a whole number from 0 to 8"},
        {"1,,1,0,,0,,,-2,,,,\n", "1: field 9: \"-2\" is not a whole number from 0 to 1000000"},
        {event(1, 1, 0, "101,0"), "1: field 10: \"101\" is not a number from 0 to 100"},
        {event(1, 1, 0, "0,nan"), "1: field 11: \"nan\" is not a number from 0 to 100"},
        {event(2, 1, 0) + event(1, 1, 1), "2: field 1: it happened before the event above"}};
    for (const auto& [text, expected] : cases) CHECK(read_2011({text}).problem == expected);
    CHECK(read_2011({event(2, 1, 0), event(1, 1, 1)}).problem ==
          "1: field 1: it happened before the event above");

    CHECK(machines_problem("0,5,0,p,0.5\n") == "1: : 5 fields, not 6");
    CHECK(machines_problem("0,5,3,p,1,1\n") ==
          "1: field 3: \"3\" is not a whole number from 0 to 2");
    CHECK(machines_problem("0,,0,p,1,1\n") == "1: field 2: a machine is missing");
    CHECK(machines_problem("0,5,0,p,-1,1\n") == "1: field 5: \"-1\" is not a number from 0 to 100");

    const std::string head = "time,type,collection_id,instance_index\n";
    const std::pair<std::string, const char*> later[] = {
        {"", "0: : is empty"},
        {"time,type\n", "1: : the header lacks collection_id, instance_index"},
        {head + "1,0,1\n", "2: : 3 fields, not 4"},
        {head + "1,submit,1,1\n", "2: type: \"submit\" is no type"},
        {head + "1,11,1,1\n", "2: type: \"11\" is no type"},
        {head + "1,,1,1\n", "2: type: \"\" is no type"},
        {"{\"time\":1\n", "1: : is no JSON object"},
        {"{}\n[]\n", "1: time: \"\" is not a whole number from 0 to 4000000000000000"},
        {"{\"time\":1.5,\"type\":0,\"collection_id\":1,\"instance_index\":1}\n",
         "1: time: \"1.5\" is not a whole number from 0 to 4000000000000000"},
        {"{\"time\":[1],\"type\":0,\"collection_id\":1,\"instance_index\":1}\n",
         "1: time: \"[…]\" is not a whole number from 0 to 4000000000000000"},
        {"{\"time\":1,\"type\":0,\"collection_id\":1,\"instance_index\":1,"
         "\"resource_request\":{\"cpus\":-1}}\n",
         "1: resource_request.cpus: \"-1\" is not a number from 0 to 100"}};
    for (const auto& [text, expected] : later) CHECK(read_2019({text}).problem == expected);
    // Deeper than a stack, were it written out.
    const std::string deep = std::string(500'000, '[') + std::string(500'000, ']');
    CHECK(read_2019({"{\"time\":" + deep + "}"}).problem ==
          "1: time: \"[…]\" is not a whole number from 0 to 4000000000000000");
}

TEST_CASE("twenty problems are enough, over all parts", "[trace][google][malformed]") {
    std::string bad;
    for (int i = 0; i < 15; ++i) bad += "x\n";
    std::vector<Task> none;
    Google2011Tasks reader(machine, into(none));
    read_parts(reader, {bad, bad, bad});
    CHECK(reader.problems().size() == problems_most);
}
