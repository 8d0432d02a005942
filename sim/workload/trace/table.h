#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "workload/trace/lines.h"

namespace glasshive::workload::trace {

/// How many problems of one file are told, at most.
inline constexpr std::size_t problems_most = 20;

/// Records of fields, and what is wrong with them: comma-separated (RFC 4180, one record a line),
/// in columns between blanks, or a JSON object a line.
class Table {
  public:
    enum class Style { commas, blanks, json };
    Table(Lines lines, Style style);
    ~Table();
    Table(Table&&) noexcept;

    /// Reads the first record as the columns' names. Those `wanted` must be there; others are left
    /// alone. False when something is wrong.
    bool read_header(std::span<const char* const> wanted);
    /// The place of a named column; none when the header has no such column.
    std::optional<std::size_t> column(std::string_view name) const;
    /// Of JSON: the columns, as paths ("capacity.cpus"). What an object lacks, or is null, is
    /// empty.
    void set_columns(std::vector<std::string> paths);
    /// Without a header: how many fields a record must have at least, and at most.
    void expect_fields(std::size_t least, std::size_t most);

    /// Lines that begin with `mark` are no records: `seen` gets them.
    void skip_comments(char mark, std::function<void(std::string_view)> seen);

    /// The next record. False at the end, and once there are problems_most problems. A record with
    /// too few or too many fields is a problem, and passed over.
    bool next();
    /// Fields of the record; empty ones stay empty. `at` may be past the end: empty, too.
    std::string_view text(std::size_t at) const;
    bool is_empty(std::size_t at) const { return text(at).empty(); }
    /// A whole number between both, or a problem, then `least`.
    std::int64_t integer(std::size_t at, std::int64_t least, std::int64_t most);
    /// A number between both, or a problem, then `least`. "1e3" is one, "nan" is not.
    double number(std::size_t at, double least, double most);
    int line() const { return lines_.number(); }
    const std::string& file() const { return lines_.file(); }

    /// A problem with a field of this record, or with all of it (`at` = whole).
    static constexpr std::size_t whole = std::numeric_limits<std::size_t>::max();
    void complain(std::size_t at, const std::string& message, const std::string& hint = "");
    /// What is wrong so far; of the file itself, too.
    Diagnostics problems() const;
    bool ok() const { return problems_.empty() && lines_.problem() == nullptr; }

  private:
    struct Parser;
    bool split();
    bool split_object();
    bool fields_fit();
    std::string name_of(std::size_t at) const;

    Lines lines_;
    Style style_;
    std::unique_ptr<Parser> parser_;
    std::vector<std::string> header_;
    std::vector<std::string> fields_;
    std::size_t count_ = 0;   // Of fields_, in this record.
    std::size_t least_ = 1, most_ = std::numeric_limits<std::size_t>::max();
    std::string line_;
    char comment_ = 0;
    std::function<void(std::string_view)> on_comment_;
    Diagnostics problems_;
};

}   // namespace glasshive::workload::trace
