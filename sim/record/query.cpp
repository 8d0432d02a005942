#include "record/query.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "record/sqlite.h"
#include "record/text.h"

namespace glasshive::record {

namespace {

constexpr std::size_t rows_measured = 1000;   // Widths of an aligned table come from these.
constexpr std::size_t cell_width_max = 100;
constexpr const char* views_hint =
    "tables: meta(key, value), events(id, t, t_ns, kind, subject, cause, attrs), "
    "samples(t, series, subject, value), commands(t, t_ns, more, text); texts take 'single "
    "quotes', attributes attrs ->> 'name'";

/// The first word of the SQL, in upper case, comments skipped.
std::string first_word(std::string_view sql) {
    for (;;) {
        const std::size_t start = sql.find_first_not_of(" \t\r\n;");
        if (start == std::string_view::npos) return "";
        sql.remove_prefix(start);
        std::size_t skip = std::string_view::npos;
        if (sql.starts_with("--")) {
            skip = sql.find('\n');
        } else if (sql.starts_with("/*")) {
            skip = sql.find("*/", 2);
            if (skip != std::string_view::npos) skip += 2;
        } else {
            break;
        }
        if (skip == std::string_view::npos) return "";
        sql.remove_prefix(skip);
    }
    std::string word;
    for (const char c : sql) {
        if (std::isalpha(static_cast<unsigned char>(c)) == 0) break;
        word += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    return word;
}

std::string cell_text(const Statement& row, int column) {
    switch (row.type(column)) {
        case SQLITE_NULL: return "";
        case SQLITE_FLOAT: return fmt::format("{}", row.real(column));
        case SQLITE_INTEGER: return fmt::format("{}", row.integer(column));
        default: return std::string(row.text(column));
    }
}

std::string cell_json(const Statement& row, int column) {
    switch (row.type(column)) {
        case SQLITE_NULL: return "null";
        case SQLITE_FLOAT: return json_number(row.real(column));
        case SQLITE_INTEGER: return fmt::format("{}", row.integer(column));
        default: return json_string(row.text(column));
    }
}

/// Cuts after `width` code points, with an ellipsis.
std::string cut(std::string text, std::size_t width) {
    if (display_width(text) <= width) return text;
    std::size_t end = 0;
    for (std::size_t seen = 0; end < text.size(); ++end) {
        const bool starts = (static_cast<unsigned char>(text[end]) & 0xc0) != 0x80;
        if (starts && ++seen == width) break;
    }
    text.resize(end);
    return text + "\u2026";
}

/// Prints rows under one another; numbers to the right.
class AlignedTable {
  public:
    AlignedTable(std::vector<std::string> names, std::ostream& out) : out_(out) {
        for (std::string& name : names) widths_.push_back(display_width(name));
        numeric_.assign(names.size(), true);
        header_ = std::move(names);
    }

    void add(const Statement& row) {
        std::vector<std::string> cells;
        for (std::size_t i = 0; i < header_.size(); ++i) {
            const int column = static_cast<int>(i);
            cells.push_back(cut(printable(cell_text(row, column)), cell_width_max));
            const int type = row.type(column);
            if (type == SQLITE_TEXT || type == SQLITE_BLOB) numeric_[i] = false;
            if (!started_) widths_[i] = std::max(widths_[i], display_width(cells[i]));
        }
        if (started_) return print(cells);
        waiting_.push_back(std::move(cells));
        if (waiting_.size() == rows_measured) start();
    }

    void finish() {
        if (!started_) start();
    }

  private:
    void start() {
        started_ = true;
        print(header_);
        for (const auto& cells : waiting_) print(cells);
        waiting_.clear();
    }

    void print(const std::vector<std::string>& cells) {
        std::string line;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const std::size_t width = display_width(cells[i]);
            const std::string pad(width < widths_[i] ? widths_[i] - width : 0, ' ');
            if (i > 0) line += "  ";
            line += numeric_[i] ? pad + cells[i] : cells[i] + pad;
        }
        line.erase(line.find_last_not_of(' ') + 1);
        out_ << line << '\n';
    }

    std::ostream& out_;
    std::vector<std::string> header_;
    std::vector<std::size_t> widths_;
    std::vector<bool> numeric_;
    std::vector<std::vector<std::string>> waiting_;
    bool started_ = false;
};

void print_csv(const std::vector<std::string>& cells, std::ostream& out) {
    for (std::size_t i = 0; i < cells.size(); ++i) out << (i > 0 ? "," : "") << csv_cell(cells[i]);
    out << '\n';
}

void print_rows(Statement& rows, TableFormat format, std::ostream& out) {
    std::vector<std::string> names;
    const int columns = sqlite3_column_count(rows.handle());
    for (int i = 0; i < columns; ++i) {
        const char* name = sqlite3_column_name(rows.handle(), i);
        names.push_back(printable(name == nullptr ? "" : name));
    }
    AlignedTable table(names, out);
    if (format == TableFormat::csv) print_csv(names, out);
    while (out.good() && rows.step()) {
        if (format == TableFormat::aligned) {
            table.add(rows);
        } else if (format == TableFormat::csv) {
            std::vector<std::string> cells;
            for (int i = 0; i < columns; ++i) cells.push_back(cell_text(rows, i));
            print_csv(cells, out);
        } else {
            out << '{';
            for (int i = 0; i < columns; ++i) {
                out << (i > 0 ? "," : "") << json_string(names[static_cast<std::size_t>(i)]) << ':'
                    << cell_json(rows, i);
            }
            out << "}\n";
        }
    }
    if (format == TableFormat::aligned) table.finish();
}

/// What SQLite says about the user's SQL, in our words where its own would puzzle.
Diagnostic mistake(Recording& recording, int code) {
    const std::string said = sqlite3_errmsg(recording.handle());
    if ((code & 0xff) == SQLITE_AUTH || said.starts_with("not authorized") ||
        said.find("prohibited") != std::string::npos) {
        return {
            .file = "query", .message = "not allowed here: " + printable(said), .hint = views_hint};
    }
    return {.file = "query", .message = printable(said), .hint = views_hint};
}

}   // namespace

int query(Recording& recording, const std::string& sql, TableFormat format, std::ostream& out,
          std::ostream& errors) {
    const auto refuse = [&](const Diagnostic& problem) {
        errors << to_text(problem) << '\n';
        return 2;
    };
    const std::string word = first_word(sql);
    if (word != "SELECT" && word != "WITH" && word != "EXPLAIN") {
        return refuse({.file = "query",
                       .message = "only SELECT, WITH and EXPLAIN are answered",
                       .hint = views_hint});
    }
    recording.arm_for_user();
    sqlite3_stmt* handle = nullptr;
    const char* tail = nullptr;
    const int code = sqlite3_prepare_v2(recording.handle(), sql.c_str(), -1, &handle, &tail);
    Statement rows = Statement::adopt(handle);
    if (code != SQLITE_OK) return refuse(mistake(recording, code));
    if (!first_word(tail).empty()) {
        return refuse({.file = "query", .message = "one statement at a time", .hint = views_hint});
    }
    if (sqlite3_stmt_readonly(handle) == 0) {
        return refuse(
            {.file = "query", .message = "a recording is never changed", .hint = views_hint});
    }
    print_rows(rows, format, out);
    if (rows.ok()) return out.good() ? 0 : 2;
    const int kind = rows.code() & 0xff;
    if (kind == SQLITE_ERROR || kind == SQLITE_TOOBIG || kind == SQLITE_AUTH) {
        return refuse(mistake(recording, rows.code()));
    }
    return refuse(recording.problem("the query"));
}

}   // namespace glasshive::record
