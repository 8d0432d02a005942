#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace glasshive::record {

/// LEB128 and friends, for keyframes.
inline void put_varint(std::string& out, std::uint64_t value) {
    char bytes[10];
    std::size_t count = 0;
    for (; value >= 0x80; value >>= 7) bytes[count++] = static_cast<char>(value | 0x80);
    bytes[count++] = static_cast<char>(value);
    out.append(bytes, count);
}

/// Zigzag: small numbers of either sign stay short.
inline void put_signed(std::string& out, std::int64_t value) {
    put_varint(out,
               static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63));
}

/// Reads what the above wrote. After a read past the end or an overlong number `ok` is false and
/// everything reads as 0.
struct Reader {
    std::string_view bytes;
    bool ok = true;

    std::uint64_t varint() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
            const auto byte = static_cast<unsigned char>(bytes.front());
            bytes.remove_prefix(1);
            value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
            if (byte < 0x80) return value;
        }
        ok = false;
        bytes = {};
        return 0;
    }

    std::int64_t signed_number() {
        const std::uint64_t raw = varint();
        return static_cast<std::int64_t>(raw >> 1 ^ (~(raw & 1) + 1));
    }
};

}   // namespace glasshive::record
