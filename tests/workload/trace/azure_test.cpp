// Goal: Azure's virtual machines become tasks as the headers say, and no SQLite file, however
// hostile, does more than give problems. Method: small databases made here, damaged byte by byte.
#include <filesystem>
#include <fstream>

#include "kernel/rng.h"
#include "reading.h"
#include "record/sqlite.h"
#include "workload/trace/azure_packing.h"
#include "workload/trace/azure_vm.h"

using namespace glasshive;
using namespace glasshive::workload::trace;

namespace {

using Told = std::vector<std::string>;

const std::string schema =
    "CREATE TABLE vmType (id INTEGER, vmTypeId INTEGER, machineId INTEGER, core REAL, memory REAL,"
    " hdd REAL, ssd REAL, nic REAL);"
    "CREATE TABLE vm (vmId INTEGER, tenantId INTEGER, vmTypeId INTEGER, priority INTEGER,"
    " starttime REAL, endtime REAL);";
const std::string types =
    "INSERT INTO vmType VALUES (1, 7, 16, 0.5, 0.25, NULL, 0, 0), (2, 7, 2, 0.1, 0.2, 0, 0, 0),"
    " (3, 8, 16, 1, 1, 0, 0, 0);";

struct Folder {
    Folder() { std::filesystem::create_directories(path); }
    ~Folder() { std::filesystem::remove_all(path); }
    std::filesystem::path path =
        std::filesystem::temp_directory_path() / ("hive_azure_" + std::to_string(getpid()));
    std::string file() const { return (path / "packing.sqlite").string(); }
};

/// A database in which these statements were run.
void make(const Folder& folder, const std::string& sql) {
    std::filesystem::remove(folder.file());
    sqlite3* handle = nullptr;
    REQUIRE(sqlite3_open(folder.file().c_str(), &handle) == SQLITE_OK);
    const record::Database db{handle};
    REQUIRE(record::execute(handle, sql) == SQLITE_OK);
}

struct Read {
    std::vector<Task> tasks;
    Diagnostics problems;
    std::int64_t left_out = 0;
};

Read read(const Folder& folder, std::optional<std::string> machine = std::nullopt) {
    Read all;
    const AzurePackingOptions options{.whole = {one_cpu * 10, gibibyte}, .machine = machine};
    all.problems = read_azure_packing(folder.file(), options, into(all.tasks), &all.left_out);
    return all;
}

std::string problem_of(const Folder& folder, const std::string& sql) {
    make(folder, sql);
    return first_of(read(folder).problems);
}

std::string vm_problem(const std::string& text) {
    std::vector<Task> tasks;
    AzureVms reader(into(tasks));
    return read_parts(reader, {text});
}

}   // namespace

TEST_CASE("packing: days, machines from before the trace, types by machine", "[trace][azure]") {
    const Folder folder;
    make(folder, schema + types +
                     "INSERT INTO vm VALUES (3, 0, 7, 1, 1, 1.5), (2, 0, 8, 0, 0.5, NULL),"
                     " (1, 0, 7, 0, -7157, 2), (4, 0, 7, 0, -9, -8), (5, 0, 7, NULL, 0.5, 0.5);");
    const Read all = read(folder);
    CHECK(all.problems.empty());
    CHECK(told(all.tasks) == Told{"1 0 172800 1 205", "2 43200 stays 10 1024", "5 43200 0 1 205",
                                  "3 86400 43200 1 205"});
    CHECK(all.tasks[3].priority == -1);
    CHECK(all.tasks[0].priority == 0);
    CHECK(all.left_out == 1);
    CHECK(told(read(folder, "16").tasks)[0] == "1 0 172800 5 256");
    const Read other = read(folder, "2");   // Type 8 does not run there.
    CHECK(other.tasks.size() == 3);
    CHECK(other.left_out == 2);
    CHECK(first_of(read(folder, "99").problems) == "0: vmType: no VM type runs on machine 99");
}

TEST_CASE("what is wrong with a packing trace", "[trace][azure][malformed]") {
    const Folder folder;
    const auto vm = [&](const std::string& values) {
        return problem_of(folder, schema + types + "INSERT INTO vm VALUES (" + values + ");");
    };
    CHECK(first_of(read(folder).problems) == "0: : cannot open: No such file or directory");
    std::ofstream(folder.file()) << "vmId,starttime\n";
    CHECK(first_of(read(folder).problems) == "0: : is no SQLite database");
    CHECK(problem_of(folder, "CREATE TABLE vm (vmId)") == "0: vmType: there is no such table");
    CHECK(problem_of(folder, "CREATE VIEW vm AS SELECT 1; CREATE TABLE vmType (id)") ==
          "0: vm: there is no such table");
    CHECK(problem_of(folder, "CREATE TABLE vm (vmId); CREATE TABLE vmType (id)") ==
          "0: : cannot be read: no such column: vmTypeId");
    CHECK(vm("1, 0, 9, 0, 0, 1") == "0: vm row 1: vmTypeId: there is no VM type \"9\"");
    CHECK(vm("1, 0, 7, 'high', 0, 1") == "0: vm row 1: priority: is not a number from 0 to 1e+06");
    CHECK(vm("1, 0, 7, 0, NULL, 1") ==
          "0: vm row 1: starttime: is not a number from -46296.3 to 46296.3");
    CHECK(vm("1, 0, 7, 0, 9e999, 1") ==
          "0: vm row 1: starttime: is not a number from -46296.3 to 46296.3");
    CHECK(vm("1, 0, 7, 0, 0, x'00'") ==
          "0: vm row 1: endtime: is not a number from -46296.3 to 46296.3");
    CHECK(vm("1, 0, 7, 0, 2, 1") == "0: vm row 1: endtime: it ends before it begins");
    CHECK(vm("x'0a', 0, 7, 0, 1, 2") == "0: vm row 1: vmId: is no name");
    CHECK(vm("zeroblob(5000), 0, 7, 0, 1, 2") == "0: vm row 1: vmId: is no name");
    CHECK(problem_of(folder, schema + "INSERT INTO vmType VALUES (1, 7, 1, -1, 1, 0, 0, 0)") ==
          "0: vmType row 1: core: is not a number from 0 to 100");
    std::string many = schema + types;
    for (int i = 0; i < 30; ++i) many += "INSERT INTO vm VALUES (1, 0, 9, 0, 0, 1);";
    make(folder, many);
    CHECK(read(folder).problems.size() == problems_most);
}

TEST_CASE("a damaged packing trace gives problems or tasks, never a crash", "[trace][azure]") {
    const Folder folder;
    std::string sql = schema + types + "BEGIN;";
    for (int i = 0; i < 2000; ++i) {
        sql += "INSERT INTO vm VALUES (" + std::to_string(i) + ", 0, 7, 0, " +
               std::to_string(i % 100) + ", NULL);";
    }
    make(folder, sql + "COMMIT;");
    std::ifstream in(folder.file(), std::ios::binary);
    const std::string whole{std::istreambuf_iterator<char>(in), {}};
    kernel::Rng chance(3, "damage");
    std::size_t told_of = 0;
    for (int round = 0; round < 200; ++round) {
        std::string damaged = whole;
        if (round % 10 == 0) damaged.resize(chance.below(whole.size()));
        for (std::size_t i = 0; i < 20 && !damaged.empty(); ++i) {
            // Half of it in the first page, which says what the others are.
            const std::size_t within = i % 2 == 0 ? damaged.size() : std::size_t{4096};
            damaged[chance.below(std::min(within, damaged.size()))] =
                static_cast<char>(chance.below(256));
        }
        std::ofstream(folder.file(), std::ios::binary) << damaged;
        const Read all = read(folder);
        if (!all.problems.empty()) ++told_of;
        CHECK(all.problems.size() <= problems_most);
    }
    CHECK(told_of > 100);
}

TEST_CASE("vmtable: seconds, and buckets with their upper ends", "[trace][azure]") {
    std::vector<Task> tasks;
    AzureVms reader(into(tasks));
    CHECK(read_parts(reader, {"a==,s,d,300,2400,9,1,5,Interactive,2,1.75\n"
                              "b,s,d,0,,9,1,5,Unknown,>24,>64\n"}) == "");
    CHECK(told(tasks) == Told{"a== 300 2100 2 1792", "b 0 stays 30 71680"});
}

TEST_CASE("what is wrong with vmtable", "[trace][azure][malformed]") {
    CHECK(vm_problem("a,s,d,300\n") == "1: : 4 fields, not 11");
    CHECK(vm_problem("a,s,d,300,200,,,,,2,4\n") ==
          "1: field 5: it was deleted before it was created");
    CHECK(vm_problem("a,s,d,,200,,,,,2,4\n") == "1: field 4: \"\" is not a number from 0 to 4e+09");
    CHECK(vm_problem("a,s,d,1,2,,,,,>2,4\n") ==
          "1: field 10: \">2\" is not a number from 0 to 1e+07");
    CHECK(vm_problem("a,s,d,1,2,,,,,2,lots\n") ==
          "1: field 11: \"lots\" is not a number from 0 to 1.04858e+06");
}
