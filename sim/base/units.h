#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <limits>
#include <string>

namespace glasshive {

/// A span of virtual time. Unit: nanoseconds, signed 64 bits (about 292 years).
using Duration = std::chrono::nanoseconds;

/// The simulation's only clock. It has no now(): virtual time is told, never asked of the machine.
struct VirtualClock {
    using rep = std::int64_t;
    using period = std::nano;
    using duration = Duration;
    using time_point = std::chrono::time_point<VirtualClock, Duration>;
    static constexpr bool is_steady = true;
};

/// An instant of virtual time. Zero is the start of the run.
using Time = VirtualClock::time_point;

/// Later than every instant a run can reach; "never" for a due time.
inline constexpr Time time_never = Time::max();

/// Nanoseconds since the start of the run.
constexpr std::int64_t ns_of(Time t) { return t.time_since_epoch().count(); }
constexpr Time time_of_ns(std::int64_t ns) { return Time{Duration{ns}}; }
/// Seconds, for people and for SimGrid only: the simulation itself counts nanoseconds.
constexpr double seconds_of(Duration d) { return static_cast<double>(d.count()) / 1e9; }
constexpr double seconds_of(Time t) { return seconds_of(t.time_since_epoch()); }

/// At the latest at the end of time, which is no instant of any run. Requires run >= 0.
constexpr Time saturating_add(Time at, Duration run) {
    return run > time_never - at && at >= Time{} ? time_never : at + run;
}

/// A count of something, typed so that bytes are never added to CPUs.
template <class Tag>
struct Quantity {
    std::int64_t count = 0;

    friend constexpr auto operator<=>(const Quantity&, const Quantity&) = default;
    constexpr Quantity& operator+=(Quantity other) { count += other.count; return *this; }
    constexpr Quantity& operator-=(Quantity other) { count -= other.count; return *this; }
    friend constexpr Quantity operator+(Quantity a, Quantity b) { return {a.count + b.count}; }
    friend constexpr Quantity operator-(Quantity a, Quantity b) { return {a.count - b.count}; }
    friend constexpr Quantity operator*(Quantity a, std::int64_t n) { return {a.count * n}; }
};

struct BytesTag;
struct BandwidthTag;
struct CpusTag;
using Bytes = Quantity<BytesTag>;           ///< Unit: bytes.
using Bandwidth = Quantity<BandwidthTag>;   ///< Unit: bits per second.
using Cpus = Quantity<CpusTag>;             ///< Unit: 1e-9 CPU, as Docker's NanoCPUs.

inline constexpr Bytes kibibyte{1024};
inline constexpr Bytes mebibyte{1024 * 1024};
inline constexpr Bytes gibibyte{std::int64_t{1024} * 1024 * 1024};
inline constexpr Cpus one_cpu{1'000'000'000};
constexpr Bandwidth megabits(std::int64_t n) { return {n * 1'000'000}; }
constexpr Bandwidth gigabits(std::int64_t n) { return {n * 1'000'000'000}; }

/// How long `size` takes at `rate`, rounded up to a nanosecond so that nothing arrives early.
/// Requires rate > 0 and size >= 0. Saturates at Duration::max().
Duration transfer_time(Bytes size, Bandwidth rate);

/// For people: "0s", "250ms", "12.5s", "1h2m3s". At most nine significant digits; never rounds to
/// 0.
std::string to_text(Duration d);
/// For people: seconds with `digits` decimals, "12.500".
std::string seconds_text(Time t, int digits = 3);
std::string to_text(Bytes b);       ///< "1.5 GiB", "512 B".
std::string to_text(Bandwidth b);   ///< "1 Gbps".
std::string to_text(Cpus c);        ///< "0.5".

}   // namespace glasshive
