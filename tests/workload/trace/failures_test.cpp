// Goal: failures are read from our own format and from Los Alamos' records, and written back.
// Method: small texts, a round trip, then one mistake each.
#include <sstream>

#include "reading.h"
#include "workload/trace/failures.h"
#include "workload/trace/plain.h"

using namespace glasshive;
using namespace glasshive::workload::trace;

namespace {

const std::string lanl_head =
    "System,machine type,nodenum,\"Prob Started (mm/dd/yy hh:mm)\",Prob Fixed,Down Time,"
    "Facilities\n";

std::string failures_problem(const std::string& text) {
    const auto read = read_failures(Lines::of(text, "t"));
    return read.ok() ? "" : first_of(read.problems());
}

std::string lanl_problem(const std::string& text) {
    LanlFailures reader("");
    return read_parts(reader, {text});
}

}   // namespace

TEST_CASE("failures that are written are read back", "[trace][failures]") {
    const auto read = read_failures(
        Lines::of("down,at,machine,why\n60.5,1,a,fan\n,2.25,\"b, \"\"c\"\"\",\n0,2.25,a,\n", "t"));
    REQUIRE(read.ok());
    REQUIRE(read.value().size() == 3);
    CHECK(read.value()[1].machine == "b, \"c\"");
    CHECK_FALSE(read.value()[1].down);
    std::ostringstream out;
    write_failures(out, read.value());
    CHECK(out.str() == "machine,at,down\na,1,60.5\n\"b, \"\"c\"\"\",2.25,\na,2.25,0\n");
    const auto again = read_failures(Lines::of(out.str(), "t"));
    REQUIRE(again.ok());
    CHECK(again.value()[0].down == Duration{std::chrono::milliseconds{60'500}});
}

TEST_CASE("machines that are written are read back", "[trace][failures]") {
    const std::vector<Machine> machines{{"a", one_cpu * 4, gibibyte, 2, "T4"},
                                        {"b,", {1'500'000'000}, {}, 0, ""}};
    std::ostringstream out;
    write_machines(out, machines);
    CHECK(out.str() == "name,cpus,memory,gpus,model\na,4,1024,2,T4\n\"b,\",1.5,0,0,\n");
    const auto again = read_machines(Lines::of(out.str(), "t"));
    REQUIRE(again.ok());
    CHECK(again.value()[1].cpus == machines[1].cpus);
}

TEST_CASE("Los Alamos: by time, from the midnight before the first", "[trace][failures]") {
    LanlFailures reader("");
    CHECK(read_parts(reader, {lanl_head + "20,cluster,17,12/31/1999 23:59,1/1/2000 0:09,10,\n"
                                          "2,cluster,0,6/21/96 10:54,6/21/96 11:00,6,x\n"
                                          "2,cluster,1,,,,\n"
                                          "2,cluster,1,6/21/1996 10:54,,,\n"}) == "");
    const auto& failures = reader.failures();
    REQUIRE(failures.size() == 3);
    CHECK(failures[0].machine == "2-0");
    CHECK(failures[0].at == Time{std::chrono::hours{10} + std::chrono::minutes{54}});
    CHECK(failures[0].down == Duration{std::chrono::minutes{6}});
    CHECK(failures[1].machine == "2-1");
    CHECK_FALSE(failures[1].down);
    // 21 June 1996 to 31 December 1999: 1,288 days.
    CHECK(failures[2].at == Time{std::chrono::hours{24 * 1288 + 23} + std::chrono::minutes{59}});
    CHECK(reader.left_out() == 1);
}

TEST_CASE("Los Alamos: one system, and the shorter header", "[trace][failures]") {
    LanlFailures reader("20");
    CHECK(read_parts(reader, {"nodenum,System,Prob Started,Down Time\n"
                              "1,2,no date at all,\n5,20,3/1/04 00:00,90\n"}) == "");
    REQUIRE(reader.failures().size() == 1);
    CHECK(reader.failures()[0].at == Time{});
}

TEST_CASE("what is wrong with failures", "[trace][failures][malformed]") {
    const std::pair<const char*, const char*> cases[] = {
        {"", "0: : is empty"},
        {"machine,down\n", "1: : the header lacks at"},
        {"machine,at\n", "1: : there are no failures"},
        {"machine,at\n,1\n", "2: machine: a machine is missing"},
        {"machine,at\na,-1\n", "2: at: \"-1\" is not a number from 0 to 4e+09"},
        {"machine,at\na,\n", "2: at: \"\" is not a number from 0 to 4e+09"},
        {"machine,at\na,2\nb,1\n", "3: at: it fails before the machine above"},
        {"machine,at,down\na,2,soon\n", "2: down: \"soon\" is not a number from 0 to 4e+09"}};
    for (const auto& [text, expected] : cases) CHECK(failures_problem(text) == expected);

    CHECK(lanl_problem("nodenum,Down Time\n") == "1: : the header lacks System");
    CHECK(lanl_problem("System,nodenum,Down Time\n") ==
          "1: : the header lacks Prob Started (mm/dd/yy hh:mm)");
    const std::string path = "2: Prob Started (mm/dd/yy hh:mm): ";
    for (const char* date :
         {"21/6/96 10:54", "6/31/96 10:54", "6/21/96", "6/21/96 24:00", "6/21/96 10:60",
          "6/21/2500 10:54", "-6/21/96 10:54", "6/21/96 10:54 PM", "99999999999/1/1 1:1"}) {
        CHECK(lanl_problem(lanl_head + "2,c,0," + date + ",,6,\n") ==
              path + "\"" + date + "\" is no date from 1970 to 2069");
    }
    CHECK(lanl_problem(lanl_head + ",c,0,6/21/96 10:54,,6,\n") == "2: System: a system is missing");
    CHECK(lanl_problem(lanl_head + "2,c,,6/21/96 10:54,,6,\n") == "2: nodenum: a node is missing");
    CHECK(lanl_problem(lanl_head + "2,c,0,6/21/96 10:54,,-6,\n") ==
          "2: Down Time: \"-6\" is not a whole number from 0 to 66666666");
    CHECK(lanl_problem(lanl_head + "2,c,0\n") == "2: : 3 fields, not 7");
}
