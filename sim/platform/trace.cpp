#include <charconv>

#include "platform/spec_check.h"

namespace glasshive::platform {
namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r";
    const std::size_t from = text.find_first_not_of(blanks);
    if (from == std::string_view::npos) return {};
    return text.substr(from, text.find_last_not_of(blanks) - from + 1);
}

struct Unit {
    std::string_view text;
    std::int64_t ns;
};
/// Largest first, as they must be written.
constexpr Unit units[] = {{"d", 86'400'000'000'000}, {"h", 3'600'000'000'000},
                          {"m", 60'000'000'000},     {"s", 1'000'000'000},
                          {"ms", 1'000'000},         {"us", 1'000}, {"ns", 1}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Adds `digits` ("12.5") times `unit_ns` to `total`. False when it is no number, it needs more
/// than a nanosecond's resolution, or the sum overflows.
bool add_number(std::string_view digits, std::int64_t unit_ns, std::int64_t& total) {
    const std::size_t dot = digits.find('.');
    const std::string_view whole = digits.substr(0, dot);
    std::int64_t value = 0;
    const auto end = std::from_chars(whole.data(), whole.data() + whole.size(), value);
    if (end.ec != std::errc{} || end.ptr != whole.data() + whole.size()) return false;
    if (__builtin_mul_overflow(value, unit_ns, &value)) return false;
    if (dot != std::string_view::npos) {
        const std::string_view part = digits.substr(dot + 1);
        if (part.empty()) return false;
        std::int64_t unit = unit_ns;
        for (const char c : part) {
            if (!is_digit(c)) return false;
            if (c != '0' && unit % 10 != 0) return false;   // Finer than a nanosecond.
            unit /= 10;
            if (__builtin_add_overflow(value, (c - '0') * unit, &value)) return false;
        }
    }
    return !__builtin_add_overflow(total, value, &total);
}

/// "90", "90.5" (seconds) or "1h30m". Empty when the text is neither.
std::optional<Duration> parse_instant(std::string_view text) {
    if (text.empty() || !is_digit(text[0])) return std::nullopt;
    if (text.find_first_not_of("0123456789.") == std::string_view::npos) {
        std::int64_t total = 0;
        if (!add_number(text, 1'000'000'000, total)) return std::nullopt;
        return Duration{total};
    }
    std::int64_t total = 0;
    std::size_t units_from = 0;   // Units come largest first, each at most once.
    while (!text.empty()) {
        const std::size_t digits = text.find_first_not_of("0123456789.");
        if (digits == 0 || digits == std::string_view::npos) return std::nullopt;
        std::size_t letters = digits;
        while (letters < text.size() && !is_digit(text[letters])) ++letters;
        const std::string_view unit = text.substr(digits, letters - digits);
        std::size_t u = units_from;
        while (u < std::size(units) && units[u].text != unit) ++u;
        if (u == std::size(units)) return std::nullopt;
        if (!add_number(text.substr(0, digits), units[u].ns, total)) return std::nullopt;
        units_from = u + 1;
        text.remove_prefix(letters);
    }
    return Duration{total};
}

/// Reads a trace line by line and collects what is wrong.
class TraceReader {
  public:
    explicit TraceReader(const std::string& file) : file_(file) {}

    void line(std::string_view text, int number) {
        if (text.find('\0') != std::string_view::npos) {
            problem(number, "the line contains a NUL byte", "a failure trace is a text file");
            return;
        }
        text = trimmed(text);
        if (text.empty() || text[0] == '#') return;
        if (text.find('"') != std::string_view::npos) {
            problem(number, "quoted fields are not read",
                    "write host,down_at,up_at without quotes");
            return;
        }
        if (!header_seen_) {
            header(text, number);
        } else {
            outage(text, number);
        }
    }
    Result<std::vector<OutageSpec>> finish() {
        if (!header_seen_ && problems_.empty()) {
            problem(0, "the trace is empty", "the first line is host,down_at,up_at");
        }
        if (!problems_.empty()) return std::move(problems_);
        return std::move(outages_);
    }
    bool gave_up() const { return problems_.size() >= trace_problems_max; }

  private:
    void header(std::string_view text, int number) {
        header_seen_ = true;
        std::vector<std::string_view> fields = split(text);
        if (fields.size() == 3 && fields[0] == "host" && fields[1] == "down_at" &&
            fields[2] == "up_at") {
            return;
        }
        problem(number, "the header is \"" + shown(text) + "\"", "write host,down_at,up_at");
    }
    void outage(std::string_view text, int number) {
        const std::vector<std::string_view> fields = split(text);
        if (fields.size() < 2 || fields.size() > 3) {
            problem(number, "expected host,down_at,up_at, found " + std::to_string(fields.size()) +
                                (fields.size() == 1 ? " field" : " fields"), "");
            return;
        }
        if (fields[0].empty()) {
            problem(number, "the host is missing", "");
            return;
        }
        OutageSpec outage;
        outage.host = std::string(fields[0]);
        outage.line = number;
        const std::optional<Duration> down = instant(fields[1], "down_at", number);
        if (!down) return;
        outage.down_at = *down;
        if (fields.size() == 3 && !fields[2].empty()) {
            outage.up_at = instant(fields[2], "up_at", number);
            if (!outage.up_at) return;
            if (*outage.up_at <= outage.down_at) {
                problem(number, "up_at " + shown(fields[2]) + " is not after down_at " +
                                    shown(fields[1]), "");
                return;
            }
        }
        outages_.push_back(std::move(outage));
    }
    std::optional<Duration> instant(std::string_view text, const char* what, int number) {
        const std::optional<Duration> parsed = parse_instant(text);
        if (parsed) return parsed;
        if (text.empty()) {
            problem(number, std::string(what) + " is missing", "");
        } else {
            problem(number, std::string(what) + ": \"" + shown(text) + "\" is not an instant",
                    "write seconds (90.5) or a duration (1m30s)");
        }
        return std::nullopt;
    }
    static std::vector<std::string_view> split(std::string_view text) {
        std::vector<std::string_view> fields;
        for (;;) {
            const std::size_t comma = text.find(',');
            fields.push_back(trimmed(text.substr(0, comma)));
            if (comma == std::string_view::npos) return fields;
            text.remove_prefix(comma + 1);
        }
    }
    /// At most forty printable bytes: a trace may be any file at all.
    static std::string shown(std::string_view text) {
        std::string out;
        for (const char c : text.substr(0, 40)) out += ' ' <= c && c <= '~' ? c : '?';
        return text.size() > 40 ? out + "…" : out;
    }
    void problem(int line, std::string message, std::string hint) {
        problems_.push_back({.file = file_, .line = line, .message = std::move(message),
                             .hint = std::move(hint)});
        if (gave_up()) {
            problems_.push_back({.file = file_, .message = "too many problems; reading stopped"});
        }
    }

    const std::string& file_;
    bool header_seen_ = false;
    std::vector<OutageSpec> outages_;
    Diagnostics problems_;
};

}   // namespace

Result<std::vector<OutageSpec>> parse_trace(std::string_view text, const std::string& file) {
    TraceReader reader(file);
    int number = 1;
    while (!text.empty() && !reader.gave_up()) {
        const std::size_t end = text.find('\n');
        reader.line(text.substr(0, end), number++);
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    return reader.finish();
}

}   // namespace glasshive::platform
