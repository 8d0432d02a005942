#include "yaml/units.h"

#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <span>
#include <vector>

#include "yaml/decimal.h"

namespace glasshive::yaml {

namespace {

struct Unit {
    std::string_view name;
    std::int64_t factor;
};

constexpr std::array<Unit, 7> time_units{{{"d", 86'400'000'000'000}, {"h", 3'600'000'000'000},
                                          {"m", 60'000'000'000}, {"s", 1'000'000'000},
                                          {"ms", 1'000'000}, {"us", 1'000}, {"ns", 1}}};
constexpr std::array<Unit, 5> size_units{{{"B", 1}, {"KiB", 1LL << 10}, {"MiB", 1LL << 20},
                                          {"GiB", 1LL << 30}, {"TiB", 1LL << 40}}};
constexpr std::array<Unit, 9> rate_units{{{"bps", 1}, {"kbps", 1'000}, {"Mbps", 1'000'000},
                                          {"Gbps", 1'000'000'000}, {"Tbps", 1'000'000'000'000},
                                          {"Bps", 8}, {"kBps", 8'000}, {"MBps", 8'000'000},
                                          {"GBps", 8'000'000'000}}};

/// What people write instead of a unit, in lower case.
struct Slip {
    std::string_view written;
    std::string_view meant;
};
constexpr std::array<Slip, 20> time_slips{{
    {"", "s"}, {"sec", "s"}, {"secs", "s"}, {"second", "s"}, {"seconds", "s"}, {"min", "m"},
    {"mins", "m"}, {"minute", "m"}, {"minutes", "m"}, {"hr", "h"}, {"hrs", "h"}, {"hour", "h"},
    {"hours", "h"}, {"day", "d"}, {"days", "d"}, {"msec", "ms"}, {"millis", "ms"}, {"usec", "us"},
    {"\xC2\xB5s", "us"}, {"nsec", "ns"}}};
constexpr std::array<Slip, 15> size_slips{{
    {"", "B"}, {"bytes", "B"}, {"k", "KiB"}, {"kb", "KiB"}, {"ki", "KiB"}, {"m", "MiB"},
    {"mb", "MiB"}, {"mi", "MiB"}, {"g", "GiB"}, {"gb", "GiB"}, {"gi", "GiB"}, {"t", "TiB"},
    {"tb", "TiB"}, {"ti", "TiB"}, {"byte", "B"}}};

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return result;
}

const Unit* find_unit(std::span<const Unit> units, std::string_view name) {
    for (const Unit& unit : units) {
        if (unit.name == name) return &unit;
    }
    return nullptr;
}

/// The unit somebody meant who wrote `written`: a slip of the table, or a unit in the wrong case.
std::string meant_unit(std::string_view written, std::span<const Unit> units,
                       std::span<const Slip> slips) {
    while (!written.empty() && written.front() == ' ') written.remove_prefix(1);
    if (find_unit(units, written)) return std::string(written);
    const std::string small = lower(written);
    for (const Slip& slip : slips) {
        if (slip.written == small) return std::string(slip.meant);
    }
    for (const Unit& unit : units) {
        if (lower(unit.name) == small) return std::string(unit.name);
    }
    return "";
}

/// "1Gb/s", "1Gbit/s", "1gbps", "100MB/s", "100MB": how a bandwidth was meant. Case tells bits from
/// bytes.
std::string meant_rate_unit(std::string_view written) {
    while (!written.empty() && written.front() == ' ') written.remove_prefix(1);
    if (written.empty()) return "";
    const std::string small = lower(written);
    std::string prefix;
    std::size_t at = 0;
    if (small[0] == 'k' || small[0] == 'm' || small[0] == 'g' || small[0] == 't') {
        prefix = small[0] == 'k' ? "k" : std::string(1, static_cast<char>(std::toupper(small[0])));
        at = 1;
        if (small.size() > 1 && small[1] == 'i') at = 2;
    }
    const std::string rest = small.substr(at);
    const bool bits = rest.empty() || rest == "bit" || rest == "bits" || rest == "bit/s" ||
                      (rest[0] == 'b' && written[at] == 'b');
    const bool known = rest.empty() || rest == "b" || rest == "bps" || rest == "b/s" || bits;
    if (!known || (!bits && rest[0] != 'b')) return "";
    return prefix + (bits ? "bps" : "Bps");
}

template <class T>
Parsed<T> refuse(std::string_view text, std::string_view noun, std::string hint) {
    return {std::nullopt, quoted(text) + " is not " + std::string(noun), std::move(hint)};
}

template <class T>
Parsed<T> refuse_number(DecimalStatus status, std::string_view text, std::string_view noun,
                        std::string_view resolution, std::string hint) {
    if (status == DecimalStatus::overflow)
        return {std::nullopt, quoted(text) + " is too large", ""};
    if (status == DecimalStatus::inexact) {
        return {std::nullopt, quoted(text) + " is finer than " + std::string(resolution), ""};
    }
    return refuse<T>(text, noun, std::move(hint));
}

std::string did_you_mean(std::string hint, std::string_view number, const std::string& unit) {
    const bool usable = scaled_decimal(number, 1'000'000'000).status == DecimalStatus::ok;
    if (unit.empty() || !usable) return hint;
    return hint + "; did you mean " + std::string(number) + unit + "?";
}

}   // namespace

std::string quoted(std::string_view text) {
    constexpr std::size_t shown_max = 60;
    std::string result = "\"";
    std::size_t shown = std::min(text.size(), shown_max);
    // Do not cut a UTF-8 sequence in half.
    while (shown < text.size() && shown > 0 && (text[shown] & 0xC0) == 0x80) --shown;
    for (const char c : text.substr(0, shown)) {
        if (c == '\n') {
            result += "\\n";
        } else if (c == '\t') {
            result += "\\t";
        } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
            result += '?';
        } else {
            result += c;
        }
    }
    return result + (shown < text.size() ? "…\"" : "\"");
}

Parsed<Duration> parse_duration(std::string_view text) {
    const std::string hint = "durations end in ms, s, m or h, such as 250ms or 1m30s";
    std::int64_t total = 0;
    std::int64_t last_factor = std::numeric_limits<std::int64_t>::max();
    std::string_view rest = text;
    if (rest.empty()) return refuse<Duration>(text, "a duration", hint);
    if (rest[0] == '-') return refuse<Duration>(text, "a duration", "durations have no sign");
    while (!rest.empty()) {
        const std::string_view number = rest.substr(0, number_length(rest));
        rest.remove_prefix(number.size());
        const std::string_view name = rest.substr(0, rest.find_first_of("0123456789."));
        rest.remove_prefix(name.size());
        const Unit* unit = find_unit(time_units, name);
        if (!unit || number.empty()) {
            const bool whole = rest.empty() && number.size() + name.size() == text.size();
            const std::string meant = whole ? meant_unit(name, time_units, time_slips) : "";
            if (number == text && number.find_first_not_of('0') == std::string_view::npos) {
                return refuse<Duration>(text, "a duration", "a duration needs a unit: 0s");
            }
            return refuse<Duration>(text, "a duration", did_you_mean(hint, number, meant));
        }
        if (unit->factor >= last_factor) {
            return refuse<Duration>(text, "a duration",
                                    "write larger units first, each once: 1m30s");
        }
        last_factor = unit->factor;
        const Scaled part = scaled_decimal(number, unit->factor);
        if (part.status != DecimalStatus::ok) {
            return refuse_number<Duration>(part.status, text, "a duration", "a nanosecond", hint);
        }
        if (__builtin_add_overflow(total, part.value, &total)) {
            return refuse_number<Duration>(DecimalStatus::overflow, text, "", "", "");
        }
    }
    return {Duration{total}, "", ""};
}

namespace {
/// A size without a unit: nobody gives a host 8 bytes, or a container 256.
const char* unit_of_bare(std::string_view number) {
    const Scaled bare = scaled_decimal(number, 1000);
    if (bare.status != DecimalStatus::ok) return "";
    if (bare.value <= 64'000) return "GiB";
    return bare.value <= 65'536'000 ? "MiB" : "B";
}
}   // namespace

Parsed<Bytes> parse_bytes(std::string_view text) {
    const std::string hint = "sizes end in B, KiB, MiB or GiB";
    const std::string_view number = text.substr(0, number_length(text));
    const std::string_view name = text.substr(number.size());
    const Unit* unit = find_unit(size_units, name);
    if (!unit || number.empty()) {
        const std::string meant =
            name.empty() ? unit_of_bare(number) : meant_unit(name, size_units, size_slips);
        return refuse<Bytes>(text, "a size", did_you_mean(hint, number, meant));
    }
    const Scaled size = scaled_decimal(number, unit->factor);
    if (size.status == DecimalStatus::ok) return {Bytes{size.value}, "", ""};
    return refuse_number<Bytes>(size.status, text, "a size", "a byte", hint);
}

Parsed<Bandwidth> parse_bandwidth(std::string_view text) {
    const std::string hint =
        "bandwidths end in kbps, Mbps or Gbps (bits), or in kBps, MBps or GBps (bytes)";
    const std::string_view number = text.substr(0, number_length(text));
    const std::string_view name = text.substr(number.size());
    const Unit* unit = find_unit(rate_units, name);
    if (!unit || number.empty()) {
        return refuse<Bandwidth>(text, "a bandwidth",
                                 did_you_mean(hint, number, meant_rate_unit(name)));
    }
    const Scaled rate = scaled_decimal(number, unit->factor);
    if (rate.status == DecimalStatus::ok) return {Bandwidth{rate.value}, "", ""};
    return refuse_number<Bandwidth>(rate.status, text, "a bandwidth", "a bit per second", hint);
}

Parsed<Cpus> parse_cpus(std::string_view text) {
    const Scaled cpus = scaled_decimal(text, one_cpu.count);
    if (cpus.status == DecimalStatus::ok) return {Cpus{cpus.value}, "", ""};
    std::string hint = "CPUs are a number such as 2 or 0.5";
    if (text.size() > 1 && text.back() == 'm') {
        const Scaled milli = scaled_decimal(text.substr(0, text.size() - 1), one_cpu.count, 1000);
        if (milli.status == DecimalStatus::ok) {
            hint += "; did you mean " + to_text(Cpus{milli.value}) + "?";
        }
    }
    return refuse_number<Cpus>(cpus.status, text, "a number of CPUs", "1e-9 CPU", hint);
}

Parsed<double> parse_fraction(std::string_view text) {
    constexpr std::int64_t billion = 1'000'000'000;
    const bool percent = !text.empty() && text.back() == '%';
    const std::string_view number = text.substr(0, text.size() - (percent ? 1 : 0));
    const Scaled part = scaled_decimal(number, billion, percent ? 100 : 1);
    if (part.status != DecimalStatus::ok && part.status != DecimalStatus::overflow) {
        return refuse_number<double>(part.status, text, "a fraction", "1e-9",
                                     "write a number from 0 to 1, or a percentage such as 5%");
    }
    if (part.status == DecimalStatus::overflow || part.value > billion) {
        const bool likely_percent = !percent && part.status == DecimalStatus::ok &&
                                    part.value <= 100 * billion;
        return {std::nullopt, quoted(text) + " is more than 1",
                likely_percent ? "did you mean " + std::string(text) + "%?" : ""};
    }
    return {static_cast<double>(part.value) / static_cast<double>(billion), "", ""};
}

}   // namespace glasshive::yaml
