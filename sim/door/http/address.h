#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace glasshive::door::http {

/// Where to listen.
struct Address {
    std::string host;         ///< Digits: "127.0.0.1", "::1".
    std::uint16_t port = 0;   ///< 0: any that is free.

    /// "127.0.0.1:5984", "[::1]:5984".
    std::string text() const;
    friend bool operator==(const Address&, const Address&) = default;
};

/// Reads "HOST:PORT", "[HOST]:PORT" or "PORT" (then 127.0.0.1); "localhost" is 127.0.0.1. A
/// Diagnostic for everything else: names are not looked up.
Result<Address> parse_address(const std::string& text);
/// Whether only this machine can reach it.
bool is_loopback(const Address& address);

}   // namespace glasshive::door::http
