#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace glasshive::record {

struct CloseDatabase {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;

/// One prepared statement. Errors are kept, not thrown: ok() says whether all went well so far.
class Statement {
  public:
    Statement() = default;
    Statement(sqlite3* db, std::string_view sql, bool persistent = false);

    /// Takes over a statement prepared elsewhere; may be null.
    static Statement adopt(sqlite3_stmt* handle) {
        Statement statement;
        statement.handle_.reset(handle);
        return statement;
    }

    bool prepared() const { return handle_ != nullptr; }
    /// SQLITE_OK, SQLITE_ROW, SQLITE_DONE, or what went wrong.
    int code() const { return code_; }
    bool ok() const { return code_ == SQLITE_OK || code_ == SQLITE_ROW || code_ == SQLITE_DONE; }

    Statement& bind(int column, std::int64_t value);
    Statement& bind(int column, double value);
    Statement& bind_text(int column, std::string_view value);   ///< Copied when stepping is later.
    Statement& bind_blob(int column, std::string_view value);
    /// True when a row is there to be read.
    bool step();
    /// Steps to the end, then makes the statement ready for new bindings. False on an error.
    bool run();
    void reset();

    int type(int column) const { return sqlite3_column_type(handle_.get(), column); }
    std::int64_t integer(int column) const { return sqlite3_column_int64(handle_.get(), column); }
    double real(int column) const { return sqlite3_column_double(handle_.get(), column); }
    /// Bytes of a text or blob; alive until the next step.
    std::string_view text(int column) const;
    sqlite3_stmt* handle() const { return handle_.get(); }

  private:
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
    };
    std::unique_ptr<sqlite3_stmt, Finalize> handle_;
    int code_ = SQLITE_OK;
};

/// Runs one or more statements that return nothing. SQLITE_OK or the error code.
int execute(sqlite3* db, const std::string& sql);

/// SQL literals and names: 'it''s', "a ""name""". NUL ends the text, as SQL text cannot hold it.
std::string sql_text(std::string_view text);

}   // namespace glasshive::record
