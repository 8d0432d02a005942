#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/units.h"

namespace glasshive::yaml {

/// A value, or why the text is none: `problem` reads after nothing ("\"256Mb\" is not a size"),
/// `hint` says what to write instead and may be empty.
template <class T>
struct Parsed {
    std::optional<T> value;
    std::string problem;
    std::string hint;

    explicit operator bool() const { return value.has_value(); }
};

/// The text in quotes as messages show it: control characters escaped, at most 60 bytes of it.
std::string quoted(std::string_view text);

/// \name Our grammar. Numbers are decimal, without sign or exponent; fractions are exact (a value
/// that needs more than the unit's resolution is refused, not rounded); overflow is refused.
/// @{

/// "250ms", "1m30s", "1.5h", "0s"; units d, h, m, s, ms, us, ns, largest first. Resolution: 1 ns.
Parsed<Duration> parse_duration(std::string_view text);
/// "4GiB", "1.5MiB", "512B": B, KiB, MiB, GiB, TiB, powers of 1024. MB and friends are refused with
/// a hint, since people mean two things by them. Resolution: 1 byte.
Parsed<Bytes> parse_bytes(std::string_view text);
/// "1Gbps", "100Mbps", "56kbps", "9600bps" in bits and "100MBps", "1.5GBps" in bytes per second,
/// all powers of 1000. Resolution: 1 bit per second.
Parsed<Bandwidth> parse_bandwidth(std::string_view text);
/// "0.5", "2"; "250m" is refused with a hint (it is Kubernetes' way). Resolution: 1e-9 CPU.
Parsed<Cpus> parse_cpus(std::string_view text);
/// A part of one: "0.25", "25%", "0.1%". Within 0..1. Resolution: 1e-9.
Parsed<double> parse_fraction(std::string_view text);
/// "-5", "42", "1000000"; "1_000" and "0x10" are refused.
Parsed<std::int64_t> parse_integer(std::string_view text);
/// "-1.5", "3", "1e-3". Finite, correctly rounded, the same on every machine.
Parsed<double> parse_real(std::string_view text);
/// "true" or "false", nothing else.
Parsed<bool> parse_bool(std::string_view text);
/// @}

/// \name Docker's grammars, for Compose files and docker's command line. Problems are worded as
/// Docker's. @{

/// RAMInBytes: "256M" and "256mb" and "256MiB" = 256 * 1024^2, "1.5g", "64k", "512b", "1024".
/// Source: github.com/docker/go-units size.go, parseSize with binaryMap.
Parsed<Bytes> parse_docker_bytes(std::string_view text);
/// "1m30s", "1.5h", "-10ms", "0"; units ns, us, µs, ms, s, m, h in any order.
/// Source: Go time/format.go, ParseDuration.
Parsed<Duration> parse_go_duration(std::string_view text);
/// "0.5" CPUs as docker/cli opts.ParseCPUs: an exact rational, at most 9 decimals.
/// Source: github.com/docker/cli opts/opts.go, ParseCPUs ("value is too precise").
Parsed<Cpus> parse_docker_cpus(std::string_view text);
/// @}

}   // namespace glasshive::yaml
