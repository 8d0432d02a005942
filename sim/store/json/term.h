#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

/// Bytes of Erlang's external term format, as far as JSON needs them.
/// Source: erlang.org/doc/apps/erts/erl_ext_dist.html; what term_to_binary writes when it is told
/// [{minor_version,1}].
namespace glasshive::store::json::term {

enum Tag : unsigned char {
    float_tag = 70,     ///< 8 bytes, IEEE, big endian.
    byte_tag = 97,      ///< 1 byte: an integer 0..255.
    integer_tag = 98,   ///< 4 bytes: a signed integer, big endian.
    atom_tag = 100,     ///< 2 bytes of length, then the name: true, false, null.
    tuple_tag = 104,    ///< 1 byte of arity, then so many terms.
    nil_tag = 106,      ///< The empty list.
    bytes_tag = 107,    ///< 2 bytes of length: a list of integers 0..255, one byte each.
    list_tag = 108,     ///< 4 bytes of length, so many terms, then the tail, nil_tag.
    binary_tag = 109,   ///< 4 bytes of length, then so many bytes: a text.
    big_tag = 110,      ///< 1 byte of length, 1 of sign, then the magnitude, little endian.
    large_tag = 111,    ///< As big_tag with 4 bytes of length.
};

inline constexpr std::size_t bytes_list_max = 65535;

inline std::uint32_t read_32(const char* at) {
    const auto* byte = reinterpret_cast<const unsigned char*>(at);
    return static_cast<std::uint32_t>(byte[0]) << 24 | static_cast<std::uint32_t>(byte[1]) << 16 |
           static_cast<std::uint32_t>(byte[2]) << 8 | byte[3];
}
inline std::uint32_t read_16(const char* at) {
    const auto* byte = reinterpret_cast<const unsigned char*>(at);
    return static_cast<std::uint32_t>(byte[0]) << 8 | byte[1];
}
inline void write_32(char* at, std::uint32_t value) {
    for (int i = 3; i >= 0; --i, value >>= 8) at[i] = static_cast<char>(value);
}
inline void append_32(std::string& out, std::uint32_t value) {
    char bytes[4];
    write_32(bytes, value);
    out.append(bytes, 4);
}
inline unsigned char tag_at(const char* at) { return static_cast<unsigned char>(*at); }

/// Where the term that begins at `at` ends. Requires a whole term.
const char* end_of(const char* at);

}   // namespace glasshive::store::json::term
