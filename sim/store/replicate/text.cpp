#include "store/replicate/text.h"

#include <array>
#include <chrono>
#include <cstdio>

#include "base/text.h"

namespace glasshive::store::replicate {

namespace {

struct Instant {
    int year;
    unsigned month, day, hour, minute, second, weekday;
};

Instant instant_of(std::int64_t seconds) {
    using namespace std::chrono;
    const sys_seconds time{std::chrono::seconds{seconds}};
    const sys_days day = floor<days>(time);
    const year_month_day date{day};
    const auto rest = static_cast<unsigned>((time - day).count());
    return {.year = static_cast<int>(date.year()),
            .month = static_cast<unsigned>(date.month()),
            .day = static_cast<unsigned>(date.day()),
            .hour = rest / 3600,
            .minute = rest / 60 % 60,
            .second = rest % 60,
            .weekday = weekday{day}.c_encoding()};
}

}   // namespace

std::string unquoted(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool whole = text[i] == '%' && i + 2 < text.size();
        const int high = whole ? hex_value(text[i + 1]) : -1;
        const int low = whole ? hex_value(text[i + 2]) : -1;
        if (high < 0 || low < 0) {
            out += text[i];
            continue;
        }
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return out;
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

std::string iso8601(std::int64_t seconds) {
    const Instant at = instant_of(seconds);
    char text[64];
    std::snprintf(text, sizeof text, "%d-%02u-%02uT%02u:%02u:%02uZ", at.year, at.month, at.day,
                  at.hour, at.minute, at.second);
    return text;
}

std::string rfc1123(std::int64_t seconds) {
    static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const Instant at = instant_of(seconds);
    char text[64];
    std::snprintf(text, sizeof text, "%s, %02u %s %04d %02u:%02u:%02u GMT", days.at(at.weekday),
                  at.day, months.at(at.month - 1), at.year, at.hour, at.minute, at.second);
    return text;
}

}   // namespace glasshive::store::replicate
