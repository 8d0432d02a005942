#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What docker's texts owe to Go: quoting and strconv.
namespace glasshive::words {

/// fmt's %q: in double quotes, control characters and what is not UTF-8 escaped. Never shortened.
std::string go_quoted(std::string_view text);

/// A value, or strconv's error text.
template <class T>
struct GoParsed {
    std::optional<T> value;
    std::string problem;
    explicit operator bool() const { return value.has_value(); }
};

/// strconv.ParseUint(text, base, bits): base 0 reads 0x, 0o, 0b, a leading 0 as octal, and _.
GoParsed<std::uint64_t> go_uint(std::string_view text, int base = 0, int bits = 64);
GoParsed<std::int64_t> go_int(std::string_view text);
GoParsed<bool> go_bool(std::string_view text);
GoParsed<double> go_float(std::string_view text);

/// The fields of one line of encoding/csv, or its error ("EOF" for an empty text).
GoParsed<std::vector<std::string>> go_csv(std::string_view text);

/// strings.Cut: what stands before and after the first `separator`; nothing after when it is
/// missing.
struct Pair {
    std::string key;
    std::optional<std::string> value;
};
Pair cut(std::string_view text, char separator = '=');

/// ASCII letters made small.
std::string lower(std::string_view text);
/// Without white space at both ends.
std::string_view trimmed(std::string_view text);

/// net.ParseIP: an IPv4 or IPv6 address.
bool is_ip_address(std::string_view text);

}   // namespace glasshive::words
