#pragma once

#include <string>

#include "base/units.h"
#include "workload/trace/table.h"

namespace glasshive::workload::trace {

// What a trace may say at most: far above anything there is, far below any overflow.
inline constexpr double seconds_most = 4e9;   // 126 years: twice that is a Time.
inline constexpr double cpus_most = 10'000'000;
inline constexpr std::int64_t mib_most = std::int64_t{1} << 30;
inline constexpr std::int64_t gpus_most = 16;   // swarm::gpus_most.
inline constexpr std::int64_t machines_most = 10'000'000;

/// A machine, of which traces without units of their own give shares.
struct WholeMachine {
    Cpus cpus{};
    Bytes memory{};
};
/// What a share may be, and what one may say of the whole machine.
inline constexpr double share_most = 100;
inline constexpr double whole_cpus_most = cpus_most / share_most;
inline constexpr double whole_mib_most = static_cast<double>(mib_most) / share_most;

/// Requires 0 <= share <= share_most. CPUs to the nearest thousandth, memory up to the next MiB, so
/// that nothing that was asked for becomes nothing.
Cpus cpus_of_share(double share, const WholeMachine& machine);
Bytes memory_of_share(double share, const WholeMachine& machine);

/// A length of time in seconds, a number of CPUs. Problems as of Table::number.
Duration seconds_at(Table& table, std::size_t at);
Cpus cpus_at(Table& table, std::size_t at);
/// A share of a machine; an empty field is none of it.
double share_at(Table& table, std::size_t at);

/// Seconds or CPUs, counted in billionths, without needless digits. Requires nano >= 0.
std::string nano_text(std::int64_t nano);
/// A field as CSV wants it (RFC 4180): quoted where it has to be.
std::string csv_text(const std::string& field);

}   // namespace glasshive::workload::trace
