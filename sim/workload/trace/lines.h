#pragma once

#include <cstddef>
#include <istream>
#include <memory>
#include <string>

#include "base/result.h"

namespace glasshive::workload::trace {

/// What a file holds, by its name without ".gz" or ".zst".
enum class Format { table, swf, batsim };
Format format_of(const std::string& path);

/// The most that a line of a trace may hold.
inline constexpr std::size_t line_most = std::size_t{1} << 20;

/// A text, line by line, in bounded memory: a file, plain or packed by gzip or zstd (by its first
/// bytes, whatever its name), or standard input.
class Lines {
  public:
    /// `path` as the user typed it; "-" is standard input.
    static Result<Lines> open(const std::string& path);
    /// A text in memory; `file` is for messages.
    static Lines of(std::string text, const std::string& file);

    /// The next line without its end ("\n" or "\r\n"). False at the end, or when something is wrong
    /// with the file itself: see problem().
    bool next(std::string& line);
    /// The byte that comes next, without taking it; -1: none can be read.
    int peek();
    /// Of the line that next() gave last, from 1.
    int number() const { return number_; }
    const std::string& file() const { return file_; }
    /// Why it ended early; null when it did not.
    const Diagnostic* problem() const { return problem_.message.empty() ? nullptr : &problem_; }

  private:
    Lines(std::string file, std::unique_ptr<std::istream> in);
    bool fail(const std::string& message, const std::string& hint);

    std::string file_;
    std::unique_ptr<std::istream> in_;
    int number_ = 0;
    Diagnostic problem_;
};

}   // namespace glasshive::workload::trace
