#include "workload/trace/azure_packing.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "record/safe_database.h"
#include "record/sqlite.h"

namespace glasshive::workload::trace {

namespace {

using record::Statement;

constexpr double seconds_per_day = 86'400;
constexpr std::size_t types_most = 1'000'000, name_most = 1000;
constexpr const char* requests_sql =
    "SELECT vmId, vmTypeId, priority, starttime, endtime FROM vm ORDER BY starttime, vmId";
constexpr const char* types_sql =
    "SELECT vmTypeId, machineId, core, memory FROM vmType ORDER BY vmTypeId, machineId";

struct Shares {
    double core = 0, memory = 0;
};

class Reader {
  public:
    Reader(const std::string& path, sqlite3* db, const AzurePackingOptions& options)
        : path_(path),
          db_(db),
          options_(options) {}

    void read(const TaskSink& sink) {
        for (const char* table : {"vm", "vmType"}) check_table(table);
        if (ok()) read_types();
        if (ok()) read_requests(sink);
    }
    const Diagnostics& problems() const { return problems_; }
    std::int64_t left_out() const { return left_out_; }

  private:
    bool ok() const { return problems_.empty(); }
    bool full() const { return problems_.size() >= problems_most; }

    void complain(const std::string& where, const std::string& message,
                  const std::string& hint = "") {
        if (full()) return;
        problems_.push_back({.file = path_, .path = where, .message = message, .hint = hint});
    }

    void check(const Statement& statement) {
        if (!statement.ok()) complain("", std::string("cannot be read: ") + sqlite3_errmsg(db_));
    }

    /// A table that holds its rows: neither a view nor one that code makes.
    void check_table(const std::string& name) {
        Statement statement(db_, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?"
                                 " AND rootpage > 0");
        const bool there = statement.bind_text(1, name).step();
        if (!statement.ok())
            check(statement);
        else if (!there)
            complain(name, "there is no such table",
                     "Azure's dataset for packing has vm and vmType");
    }

    /// A number between both; or a problem, then `least`. Written so that NaN fails.
    double number(const Statement& row, int column, double least, double most,
                  const std::string& where) {
        const int type = row.type(column);
        const double value = row.real(column);
        const bool fits =
            (type == SQLITE_INTEGER || type == SQLITE_FLOAT) && value >= least && value <= most;
        if (fits) return value;
        char range[80];
        std::snprintf(range, sizeof range, "is not a number from %g to %g", least, most);
        complain(where, range);
        return least;
    }

    std::string text(const Statement& row, int column, const std::string& where) {
        std::string value(row.text(column).substr(0, name_most + 1));
        const bool plain = std::all_of(value.begin(), value.end(),
                                       [](unsigned char c) { return c >= ' ' && c != 0x7F; });
        if (!plain || value.size() > name_most) {
            complain(where, "is no name", "at most 1000 printable characters");
            value.clear();
        }
        return value;
    }

    void read_types() {
        Statement row(db_, types_sql);
        bool runs_any = false;
        for (std::size_t count = 1; !full() && row.step(); ++count) {
            const std::string where = "vmType row " + std::to_string(count);
            if (count > types_most) {
                complain(where, "more than 1000000 VM types");
                return;
            }
            std::string type = text(row, 0, where + ": vmTypeId");
            const Shares shares{number(row, 2, 0, share_most, where + ": core"),
                                number(row, 3, 0, share_most, where + ": memory")};
            known_.insert(type);
            if (options_.machine && row.text(1) != *options_.machine) continue;
            runs_any = true;
            types_.try_emplace(std::move(type), shares);   // The first: the smallest machineId.
        }
        check(row);
        if (ok() && options_.machine && !runs_any) {
            complain("vmType", "no VM type runs on machine " + *options_.machine,
                     "option machine: one of its machineId");
        }
    }

    void read_requests(const TaskSink& sink) {
        Statement row(db_, requests_sql);
        for (std::size_t count = 1; !full() && row.step(); ++count) {
            const std::string where = "vm row " + std::to_string(count);
            const std::optional<Task> task = request(row, where);
            if (task && ok())
                sink(*task);
            else if (ok())
                ++left_out_;
        }
        check(row);
    }

    /// None: it is left out, or there is a problem.
    std::optional<Task> request(const Statement& row, const std::string& where) {
        constexpr double days_most = seconds_most / seconds_per_day;
        Task task;
        task.name = text(row, 0, where + ": vmId");
        const std::string type = text(row, 1, where + ": vmTypeId");
        const double priority =
            row.type(2) == SQLITE_NULL ? 0 : number(row, 2, 0, 1'000'000, where + ": priority");
        task.priority = -static_cast<std::int64_t>(priority);
        const double start = number(row, 3, -days_most, days_most, where + ": starttime");
        task.submit = Time{duration(std::max(start, 0.0))};
        const bool ends = row.type(4) != SQLITE_NULL;
        if (ends) {
            const double end = number(row, 4, -days_most, days_most, where + ": endtime");
            if (ok() && end < start) complain(where + ": endtime", "it ends before it begins");
            if (end < 0) return std::nullopt;
            task.run = std::max(Time{duration(end)} - task.submit, Duration{0});
        }
        const auto shares = types_.find(type);
        if (shares == types_.end()) {
            if (known_.contains(type)) return std::nullopt;
            complain(where + ": vmTypeId", "there is no VM type \"" + type + "\"");
            return std::nullopt;
        }
        task.cpus = cpus_of_share(shares->second.core, options_.whole);
        task.memory = memory_of_share(shares->second.memory, options_.whole);
        return task;
    }

    static Duration duration(double days) {
        return std::chrono::milliseconds{std::llround(days * seconds_per_day * 1e3)};
    }

    const std::string& path_;
    sqlite3* db_;
    const AzurePackingOptions& options_;
    std::map<std::string, Shares> types_;
    std::set<std::string> known_;   // Types on any machine.
    Diagnostics problems_;
    std::int64_t left_out_ = 0;
};

}   // namespace

Diagnostics read_azure_packing(const std::string& path, const AzurePackingOptions& options,
                               const TaskSink& sink, std::int64_t* left_out) {
    const auto first = record::first_bytes(path);
    if (!first.ok()) return first.problems();
    if (!first.value().starts_with("SQLite format 3")) {
        return {{.file = path,
                 .message = "is no SQLite database",
                 .hint = "unpack the dataset (.zip) and name the .sqlite file in it"}};
    }
    record::Guard guard;
    guard.operations_left = guard.operations_max = std::numeric_limits<std::uint64_t>::max();
    const auto db = record::open_safely(path, nullptr, &guard);
    if (!db.ok()) return db.problems();
    Reader reader(path, db.value().get(), options);
    reader.read(sink);
    if (left_out != nullptr) *left_out = reader.left_out();
    return reader.problems();
}

}   // namespace glasshive::workload::trace
