#include "workload/trace/lines.h"

#include <array>
#include <boost/iostreams/device/file.hpp>
#include <boost/iostreams/filter/gzip.hpp>
#include <boost/iostreams/filter/zstd.hpp>
#include <boost/iostreams/filtering_stream.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <limits>
#include <sstream>
#include <utility>

namespace glasshive::workload::trace {

namespace io = boost::iostreams;

namespace {

constexpr std::streamsize buffer = 1 << 16;

/// A stream that owns what it reads from.
struct Packed : io::filtering_istream {
    explicit Packed(std::unique_ptr<std::istream> from) : plain(std::move(from)) {}
    ~Packed() override { reset(); }   // Before what it reads from.
    std::unique_ptr<std::istream> plain;
};

/// As the first bytes say: RFC 1952, section 2.3.1; RFC 8878, section 3.1.1.
std::unique_ptr<std::istream> unpacked(std::unique_ptr<std::istream> in) {
    const int first = in->peek();
    if (first != 0x1F && first != 0x28) return in;
    auto packed = std::make_unique<Packed>(std::move(in));
    if (first == 0x1F)
        packed->push(io::gzip_decompressor(io::gzip::default_window_bits, buffer));
    else
        packed->push(io::zstd_decompressor(buffer));
    packed->push(*packed->plain, buffer);
    packed->exceptions(std::ios::badbit);   // What the filters throw shall arrive.
    return packed;
}

}   // namespace

Format format_of(const std::string& path) {
    std::string name = path;
    for (const char* packed : {".gz", ".zst"}) {
        if (name.ends_with(packed)) name.resize(name.size() - std::string(packed).size());
    }
    if (name.ends_with(".swf")) return Format::swf;
    return name.ends_with(".json") ? Format::batsim : Format::table;
}

Lines::Lines(std::string file, std::unique_ptr<std::istream> in)
    : file_(std::move(file)),
      in_(std::move(in)) {}

Result<Lines> Lines::open(const std::string& path) {
    if (path == "-") {
        // Shares the buffer of std::cin, not its state.
        return Lines("standard input", unpacked(std::make_unique<std::istream>(std::cin.rdbuf())));
    }
    std::error_code ignored;
    const bool folder = std::filesystem::is_directory(path, ignored);
    auto file = std::make_unique<std::ifstream>(path, std::ios::binary);
    if (folder || !*file) {
        return Diagnostic{.file = path,
                          .message = folder ? "is a folder" : "cannot be read",
                          .hint = "name a file, plain or packed by gzip or zstd; - is standard "
                                  "input"};
    }
    return Lines(path, unpacked(std::move(file)));
}

Lines Lines::of(std::string text, const std::string& file) {
    return {file, unpacked(std::make_unique<std::istringstream>(std::move(text)))};
}

bool Lines::fail(const std::string& message, const std::string& hint) {
    problem_ = {.file = file_, .line = number_ + 1, .path = "", .message = message, .hint = hint};
    return false;
}

int Lines::peek() {
    try {
        const int byte = in_->rdbuf()->sgetc();
        return byte == std::char_traits<char>::eof() ? -1 : byte;
    } catch (const std::exception&) {
        return -1;   // next() says why.
    }
}

bool Lines::next(std::string& line) {
    if (problem() != nullptr) return false;
    line.clear();
    try {
        std::streambuf& from = *in_->rdbuf();
        int byte = 0;
        while ((byte = from.sbumpc()) != std::char_traits<char>::eof() && byte != '\n') {
            if (line.size() == line_most) {
                return fail("a line of more than 1 MiB", "a trace is text, one record a line");
            }
            if (byte == 0) return fail("a NUL byte", "a trace is text, one record a line");
            line += static_cast<char>(byte);
        }
        if (byte != '\n' && line.empty()) return false;
    } catch (const std::exception& packed) {
        return fail(std::string("cannot be unpacked: ") + packed.what(),
                    "the file is cut short or damaged");
    }
    if (number_ == std::numeric_limits<int>::max() - 1) return fail("too many lines", "");
    ++number_;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    return true;
}

}   // namespace glasshive::workload::trace
