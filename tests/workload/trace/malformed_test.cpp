// Goal: whatever is wrong with a trace is told with its line, and nothing of it is read. Method:
// texts with one mistake each, for every format; packed files that are cut short.
#include <catch2/catch.hpp>

#include <zlib.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "workload/trace/batsim.h"
#include "workload/trace/openb.h"
#include "workload/trace/plain.h"
#include "workload/trace/swf.h"

using namespace glasshive;
using namespace glasshive::workload::trace;

namespace {

Lines lines(const std::string& text) { return Lines::of(text, "t"); }

/// "line: path: message" of the first problem; "" when there is none.
template <class T>
std::string first_problem(const Result<T>& result) {
    if (result.ok()) return "";
    const Diagnostic& problem = result.problems().front();
    CHECK(problem.file == "t");
    return std::to_string(problem.line) + ": " + problem.path + ": " + problem.message;
}

std::string plain_problem(const std::string& text) {
    auto source = PlainSource::open(lines(text));
    if (!source.ok()) return first_problem(source);
    Task task;
    while (source.value()->next(task)) {
    }
    const Diagnostics problems = source.value()->problems();
    return problems.empty() ? "" : first_problem(Result<int>(problems));
}

const std::string pods = "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec\n";
const std::string nodes = "sn,cpu_milli,memory_mib,gpu,model\n";
const std::string job = "1 0 -1 10 4 -1 -1 4 60 -1 1 -1 -1 -1 -1 -1 -1 -1\n";

}   // namespace

TEST_CASE("what is wrong with a plain trace", "[trace][malformed]") {
    const std::pair<const char*, const char*> cases[] = {
        {"", "0: : is empty"},
        {"name,run\n", "1: : the header lacks submit"},
        {"submit,run\n1\n", "2: : 1 fields, not 2"},
        {"submit,run\n1,2,3\n", "2: : 3 fields, not 2"},
        {"submit\nsoon\n", "2: submit: \"soon\" is not a number from 0 to 4e+09"},
        {"submit\n1\n\n\n-1\n", "5: submit: \"-1\" is not a number from 0 to 4e+09"},
        {"submit\nnan\n", "2: submit: \"nan\" is not a number from 0 to 4e+09"},
        {"submit\ninf\n", "2: submit: \"inf\" is not a number from 0 to 4e+09"},
        {"submit\n1e300\n", "2: submit: \"1e300\" is not a number from 0 to 4e+09"},
        {"submit\n0x10\n", "2: submit: \"0x10\" is not a number from 0 to 4e+09"},
        {"submit\n2\n1\n", "3: submit: it is submitted before the task above"},
        {"submit,run\n1,-2\n", "2: run: \"-2\" is not a number from 0 to 4e+09"},
        {"submit,cpus\n1,two\n", "2: cpus: \"two\" is not a number from 0 to 1e+07"},
        {"submit,memory\n1,1.5\n", "2: memory: \"1.5\" is not a whole number from 0 to 1073741824"},
        {"submit,gpus\n1,17\n", "2: gpus: \"17\" is not a whole number from 0 to 16"},
        {"submit,gpus,gpu_milli\n1,2,500\n", "2: gpu_milli: shares of several GPUs"},
        {"submit,gpus,gpu_milli\n1,1,0\n",
         "2: gpu_milli: \"0\" is not a whole number from 1 to 1000"},
        {"submit,gang\n1,0\n", "2: gang: \"0\" is not a whole number from 1 to 1000000"},
        {"submit,name\n1,\"a\n", "2: : a quote in the wrong place"},
        {"submit,name\n1,a\"b\n", "2: : a quote in the wrong place"},
        {"submit,name\n1,\"a\"b\n", "2: : a quote in the wrong place"}};
    for (const auto& [text, expected] : cases) CHECK(plain_problem(text) == expected);
    CHECK(plain_problem(std::string("submit\n1\n\0002\n", 12)) == "3: : a NUL byte");
    CHECK(plain_problem("submit\n" + std::string(line_most + 1, '1') + "\n") ==
          "2: : a line of more than 1 MiB");
}

TEST_CASE("what is wrong with openb's lists", "[trace][malformed]") {
    const auto pod = [](const std::string& line) {
        return first_problem(read_openb_pods(lines(pods + line)));
    };
    CHECK(pod("") == "1: : there are no pods");
    CHECK(first_problem(read_openb_pods(lines("name,cpu_milli\n"))) ==
          "1: : the header lacks memory_mib, num_gpu, gpu_milli");
    CHECK(pod(",1,1,0,0,\n") == "2: name: a name is missing");
    CHECK(pod("a,1,1,0,0,\na,1,1,0,0,\n") == "3: name: \"a\" is there already");
    CHECK(pod("a,1.5,1,0,0,\n") ==
          "2: cpu_milli: \"1.5\" is not a whole number from 0 to 10000000");
    CHECK(pod("a,1,1,2,500,\n") == "2: gpu_milli: shares of several GPUs");
    CHECK(pod("a,1,1,1,0,\n") == "2: gpu_milli: nothing of a GPU");
    CHECK(pod("a,1,1,17,1000,\n") == "2: num_gpu: \"17\" is not a whole number from 0 to 16");
    CHECK(first_problem(read_openb_pods(
              lines("name,cpu_milli,memory_mib,num_gpu,gpu_milli,creation_time,deletion_time\n"
                    "a,1,1,0,0,9,8\n"))) == "2: deletion_time: it ends before it begins");
    const auto node = [](const std::string& line) {
        return first_problem(read_openb_nodes(lines(nodes + line)));
    };
    CHECK(node("") == "1: : there are no nodes");
    CHECK(node("a,1,1,99,T4\n") == "2: gpu: \"99\" is not a whole number from 0 to 16");
    CHECK(node("a,1,1,1,T4|P100\n") == "2: model: \"T4|P100\" is not one model");
    CHECK(node("a,99999999999999999999,1,1,T4\n") ==
          "2: cpu_milli: \"99999999999999999999\" is not a whole number from 0 to 10000000");
    const auto order = [](const std::string& text) {
        return first_problem(read_openb_orders(lines(text)));
    };
    CHECK(order("") == "0: : there are no orders");
    CHECK(order("42,pods\n") == "1: : 2 fields, not 3");
    CHECK(order("42,nodes,1 2\n") == "1: field 2: \"nodes\" is no kind of order");
    CHECK(order("42,pods,1 x\n") == "1: field 3: \"x\" is not an index");
    CHECK(order("42,pods,1 -2\n") == "1: field 3: \"-2\" is not an index");
    CHECK(order("42,pods,1\n42,pods,2\n") == "2: field 1: this order is there already");
}

TEST_CASE("what is wrong with logs of batch jobs", "[trace][malformed]") {
    const auto swf = [](const std::string& text) { return first_problem(read_swf(lines(text))); };
    CHECK(swf("; MaxProcs: 4\n") == "1: : there are no jobs");
    CHECK(swf("; a comment\n1 2 3\n") == "2: : 3 fields, not 18");
    CHECK(swf(job + "1 x" + job.substr(3)) ==
          "2: field 2: \"x\" is not a whole number from 0 to 4000000000");
    CHECK(swf("1 9" + job.substr(3) + job) == "2: field 2: it was submitted before the job above");
    CHECK(swf(job.substr(0, job.size() - 1) + " 7\n") == "1: : 19 fields, not 18");
    const auto batsim = [](const std::string& text) {
        return first_problem(read_batsim(lines(text)));
    };
    CHECK(batsim("{") == "0: : is no JSON object");
    CHECK(batsim("[]") == "0: : is no JSON object");
    CHECK(batsim("{\"jobs\": 3}") == "0: jobs: is no list");
    CHECK(batsim("{\"jobs\": []}") == "0: jobs: is empty");
    CHECK(batsim("{\"jobs\": [{\"id\": " + std::string(500'000, '[') + std::string(500'000, ']') +
                 "}]}") == "0: : is nested too deeply");
    CHECK(batsim("{\"jobs\": [\"\\\\\\\"" + std::string(500, '[') + "\"]}") ==
          "0: jobs[0]: is no object");   // In a text.
    CHECK(batsim("{\"jobs\": [3]}") == "0: jobs[0]: is no object");
    const std::string one = "{\"jobs\": [{\"subtime\": 1, \"res\": 1, \"profile\": \"p\"}], ";
    CHECK(batsim(one + "\"profiles\": {}}") == "0: jobs[0].profile: there is no profile \"p\"");
    CHECK(batsim(one + "\"profiles\": {\"p\": {\"type\": \"mpi\"}}}") ==
          "0: profiles.p.type: is not delay, the only type that is read");
    CHECK(batsim(one + "\"profiles\": {\"p\": {\"type\": \"delay\", \"delay\": -1}}}") ==
          "0: profiles.p.delay: is no length of time");
}

TEST_CASE("what is wrong with machines", "[trace][malformed]") {
    const auto machines = [](const std::string& text) {
        return first_problem(read_machines(lines(text)));
    };
    CHECK(machines("name\na\n") == "1: : the header lacks cpus");
    CHECK(machines("name,cpus\n") == "1: : there are no machines");
    CHECK(machines("name,cpus\n,4\n") == "2: name: a name is missing");
    CHECK(machines("name,cpus\na,4\na,4\n") == "3: name: \"a\" is there already");
    CHECK(machines("name,cpus,count\na,4,0\n") ==
          "2: count: \"0\" is not a whole number from 1 to 10000000");
    CHECK(machines("name,cpus,count\na,4,10000000\nb,4,1\n") ==
          "3: count: more than 10000000 machines");
}

TEST_CASE("many mistakes are told at once, but not without end", "[trace][malformed]") {
    std::string text = "submit\n";
    for (int i = 0; i < 100; ++i) text += "x\n";
    auto source = PlainSource::open(lines(text));
    REQUIRE(source.ok());
    Task task;
    std::size_t told = 0;
    while (source.value()->next(task)) ++told;
    CHECK(told == 0);
    CHECK(source.value()->problems().size() <= problems_most);
}

TEST_CASE("packed traces are read as plain ones, and cut ones are told", "[trace][malformed]") {
    const auto folder =
        std::filesystem::temp_directory_path() / ("hive_trace_" + std::to_string(getpid()));
    std::filesystem::create_directories(folder);
    const std::string path = (folder / "t.csv.gz").string();
    std::string text = "submit,name\n";
    for (int i = 0; i < 20'000; ++i)
        text += std::to_string(i) + ",task number " + std::to_string(i * 7919) + "\n";
    gzFile file = gzopen(path.c_str(), "wb");
    REQUIRE(gzwrite(file, text.data(), static_cast<unsigned>(text.size())) > 0);
    gzclose(file);

    const auto count = [&] {
        auto opened = Lines::open(path);
        REQUIRE(opened.ok());
        auto source = PlainSource::open(std::move(opened.value()));
        if (!source.ok()) return std::pair{0, source.problems()};
        Task task;
        int tasks = 0;
        while (source.value()->next(task)) ++tasks;
        return std::pair{tasks, source.value()->problems()};
    };
    const auto [whole, none] = count();
    CHECK(whole == 20'000);
    CHECK(none.empty());
    std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
    const auto [some, problems] = count();
    CHECK(some < 20'000);
    REQUIRE(problems.size() == 1);
    CHECK(problems.front().message.starts_with("cannot be unpacked: "));
    std::ofstream(path, std::ios::binary) << "\x28\xb5\x2f\xfd"
                                          << "no zstd at all";
    const auto [nothing, wrong] = count();
    CHECK(nothing == 0);
    CHECK(wrong.size() == 1);
    std::filesystem::remove_all(folder);
    CHECK_FALSE(Lines::open(folder.string()).ok());   // Gone.
    CHECK_FALSE(Lines::open("/").ok());               // A folder.
}
