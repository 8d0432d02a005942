// Goal: Alibaba's batch tasks and machines of 2018 become gangs and machines as the header says.
// Method: a few lines of each kind, then one mistake each.
#include "reading.h"
#include "workload/trace/alibaba_2018.h"

using namespace glasshive;
using namespace glasshive::workload::trace;

namespace {

using Told = std::vector<std::string>;
constexpr WholeMachine machine{one_cpu * 96, gibibyte * 100};

std::string problem_of(const std::string& text) {
    std::vector<Task> tasks;
    Alibaba2018Tasks reader(machine, into(tasks));
    return read_parts(reader, {text});
}

std::string machines_problem(const std::string& text) {
    Alibaba2018Machines reader(machine);
    return read_parts(reader, {text});
}

}   // namespace

TEST_CASE("batch tasks are gangs that begin when they began", "[trace][alibaba]") {
    std::vector<Task> tasks;
    Alibaba2018Tasks reader(machine, into(tasks));
    CHECK(read_parts(reader, {"M1,10,j_1,1,Terminated,100,160,50,0.5\n"
                              "R2_1,1,j_1,1,Terminated,161,170,100,0.39\n",
                              "task_Nzg=,,j_2,2,Running,90,0,,\n"}) == "");
    CHECK(told(tasks) ==
          Told{"j_1/M1 100 60 0.5 512", "j_1/R2_1 161 9 1 400", "j_2/task_Nzg= 90 stays 0 0"});
    CHECK(tasks[0].gang == 10);
    CHECK(tasks[2].gang == 1);
    CHECK(tasks[1].line == 2);
}

TEST_CASE("0 is a time outside the trace, 101 no memory", "[trace][alibaba]") {
    std::vector<Task> tasks;
    Alibaba2018Tasks reader(machine, into(tasks));
    CHECK(read_parts(reader, {"a,1,j,1,Terminated,0,60,100,101\n"   // There at the beginning.
                              "b,1,j,1,Waiting,0,0,100,1\n"         // Never began.
                              "c,1,j,1,Failed,70,60,100,1\n"        // Ends before it begins.
                              "d,1,j,1,Terminated,50,50,100,-1\n"}) == "");   // Within a second.
    CHECK(told(tasks) == Told{"j/a 0 60 1 0", "j/d 50 0 1 0"});
    CHECK(reader.left_out() == 2);
}

TEST_CASE("machines of 2018 are what their first lines say", "[trace][alibaba]") {
    Alibaba2018Machines reader(machine);
    CHECK(read_parts(reader, {"m_1,0,10,41,96,100,USING\nm_2,0,10,41,64,50,USING\n"
                              "m_1,386640,10,41,32,100,USING\n"}) == "");
    REQUIRE(reader.machines().size() == 2);
    CHECK(reader.machines()[0].cpus == one_cpu * 96);
    CHECK(reader.machines()[1].memory == gibibyte * 50);
}

TEST_CASE("what is wrong with Alibaba's tables", "[trace][alibaba][malformed]") {
    CHECK(problem_of("M1,1,j,1,Terminated,1,2,100\n") == "1: : 8 fields, not 9");
    CHECK(problem_of("M1,0,j,1,Terminated,1,2,100,1\n") ==
          "1: field 2: \"0\" is not a whole number from 1 to 1000000");
    CHECK(problem_of("M1,1,j,1,Terminated,-1,2,100,1\n") ==
          "1: field 6: \"-1\" is not a whole number from 0 to 4000000000");
    CHECK(problem_of("M1,1,j,1,Terminated,1,2.5,100,1\n") ==
          "1: field 7: \"2.5\" is not a whole number from 0 to 4000000000");
    CHECK(problem_of("M1,1,j,1,Terminated,1,2,-5,1\n") ==
          "1: field 8: \"-5\" is not a number from 0 to 1e+07");
    CHECK(problem_of("M1,1,j,1,Terminated,1,2,100,102\n") ==
          "1: field 9: \"102\" is not a number from -1 to 101");
    CHECK(machines_problem("m_1,0,10,41,96,100\n") == "1: : 6 fields, not 7");
    CHECK(machines_problem(",0,10,41,96,100,USING\n") == "1: field 1: a machine is missing");
    CHECK(machines_problem("m,0,10,41,,100,USING\n") ==
          "1: field 5: \"\" is not a number from 0 to 1e+07");
}
