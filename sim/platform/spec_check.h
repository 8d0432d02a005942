#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "platform/spec.h"

namespace glasshive::platform {

/// Every host a spec means, in order of their numbers, and its zones and racks in order of mention.
struct HostList {
    struct Entry {
        std::string name;
        std::uint32_t zone;    ///< Index into zones.
        std::uint32_t rack;    ///< Index into racks.
        std::uint32_t group;   ///< Index into PlatformSpec::hosts.
    };
    std::vector<Entry> hosts;
    std::vector<std::string> zones;
    std::vector<std::string> racks;
    std::vector<std::uint32_t> zone_of_rack;   ///< One per rack: of its first host.
};

/// Names and places every host. Requires counts that check(PlatformSpec) accepts.
HostList expand_hosts(const PlatformSpec& spec);

/// Everything that is wrong with a platform: counts and sizes out of range, names used twice, a
/// rack in two zones, a fat tree that does not hold the hosts, links that leave hosts apart.
Diagnostics check(const PlatformSpec& spec);

/// Everything that is wrong with faults on that platform: unknown names (with the ones there are),
/// targets a kind cannot strike, magnitudes out of range, contradictions about time.
/// Requires that check(platform) found no error.
Diagnostics check(const std::vector<FaultSpec>& faults, const PlatformSpec& platform);

/// At most as many hosts as a platform may have: what one run is made and measured for.
inline constexpr std::int64_t hosts_max = 100'000;
/// At most as many labels as all hosts together may bear: ten each on the largest platform.
inline constexpr std::int64_t labels_max = 10 * hosts_max;
/// Longest name of a host, zone, rack or switch: a DNS label (RFC 1035, 2.3.4), so that a host's
/// name can be its hostname.
inline constexpr std::size_t name_bytes_max = 63;

/// Reads a failure trace: a header `host,down_at,up_at`, then one outage a line. Times are
/// durations ("90s", "1h30m") or seconds ("90", "90.5"); an empty or missing up_at means "never
/// again". Lines that are empty or start with `#` are skipped; quoted fields are refused. Reports
/// every bad line, at most `trace_problems_max` of them. `file` is only for messages. Host names
/// are checked by check(faults).
Result<std::vector<OutageSpec>> parse_trace(std::string_view text, const std::string& file);

/// After this many problems a trace is given up, so that a wrong file does not fill the screen.
inline constexpr std::size_t trace_problems_max = 20;

}   // namespace glasshive::platform
