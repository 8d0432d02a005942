#include "workload/trace/spill.h"

#include <utility>

#include "record/sqlite.h"

namespace glasshive::workload::trace {

struct Spill::Store {
    record::Database db;   // Closed after its statements.
    record::Statement insert, select;
    bool reading = false;
};

Spill::Spill() : store_(std::make_unique<Store>()) {
    sqlite3* handle = nullptr;
    // The name "" is a temporary file: in memory as long as it fits into the cache.
    const int code = sqlite3_open_v2(
        "", &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    store_->db.reset(handle);
    // Nothing of it outlives the process: neither a journal nor a sync is wanted. The cache bounds
    // the memory of the table, and of each run that the sorter merges.
    if (code != SQLITE_OK ||
        record::execute(handle,
                        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
                        "PRAGMA temp_store = FILE; PRAGMA cache_size = -32768;"
                        "CREATE TABLE kept (id INTEGER PRIMARY KEY, key INTEGER, value BLOB);"
                        "BEGIN") != SQLITE_OK) {
        fail();
        return;
    }
    store_->insert = record::Statement(handle, "INSERT INTO kept (key, value) VALUES (?, ?)", true);
    if (!store_->insert.ok()) fail();
}

Spill::~Spill() = default;
Spill::Spill(Spill&&) noexcept = default;
Spill& Spill::operator=(Spill&&) noexcept = default;

void Spill::fail() {
    if (problem_) return;
    const std::string why =
        store_->db == nullptr ? "out of memory" : sqlite3_errmsg(store_->db.get());
    problem_ = Diagnostic{.file = "temporary file",
                          .message = "cannot sort: " + why,
                          .hint = "TMPDIR names a folder with more room"};
}

void Spill::add(std::int64_t key, std::string_view value) {
    SIM_ASSERT(!store_->reading);
    if (problem_) return;
    record::Statement& insert = store_->insert;
    if (insert.bind(1, key).bind_blob(2, value).run())
        ++size_;
    else
        fail();
}

bool Spill::next(std::string& value) {
    if (problem_) return false;
    if (!std::exchange(store_->reading, true)) {
        store_->select =
            record::Statement(store_->db.get(), "SELECT value FROM kept ORDER BY key, id");
    }
    if (store_->select.step()) {
        value = store_->select.text(0);
        return true;
    }
    if (!store_->select.ok()) fail();
    return false;
}

void Spill::rewind() { store_->select.reset(); }

}   // namespace glasshive::workload::trace
