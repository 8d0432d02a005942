#include "cli/progress.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>

namespace glasshive::cli {

namespace {

/// 12,345
std::string thousands(long long n) {
    std::string digits = std::to_string(n);
    for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
    return digits;
}

}   // namespace

Progress::Progress(std::ostream& out, const Terminal& terminal, Time end, Time begin)
    : out_(out), terminal_(terminal), end_(end), begin_(begin), started_(Wall::now()),
      drawn_(started_) {}

double Progress::elapsed_seconds() const {
    return std::chrono::duration<double>(Wall::now() - started_).count();
}

void Progress::update(Time now) {
    if (!terminal_.is_tty()) return;
    const auto wall = Wall::now();
    if (wall - started_ < std::chrono::seconds{2}) return;
    if (wall - drawn_ < std::chrono::milliseconds{100}) return;
    drawn_ = wall;
    const double elapsed = elapsed_seconds();
    const double total = std::max(seconds_of(end_), 1e-9);
    const double gone = seconds_of(now - begin_);
    const double done = std::min(1.0, gone / std::max(seconds_of(end_ - begin_), 1e-9));
    const double speed = gone / std::max(elapsed, 1e-9);
    const double to_go = done > 0 ? elapsed * (1 - done) / done : 0;
    constexpr std::size_t cells = 24;
    const auto full = static_cast<std::size_t>(done * cells);
    std::string bar;
    for (std::size_t i = 0; i < cells; ++i) bar += i < full ? "█" : "░";
    const Duration step = total < 100 ? Duration{100'000'000} : Duration{1'000'000'000};
    const auto rounded = [](double seconds, Duration unit) {
        const auto units = std::llround(std::min(seconds, 9e9) * 1e9 /
                                        static_cast<double>(unit.count()));
        return to_text(units * unit);
    };
    char share[16];
    std::snprintf(share, sizeof share, " %3.0f %%  ", done * 100);
    const std::string text = share + rounded(seconds_of(now), step) + " of " +
                             rounded(total, step) + "  x" + thousands(std::llround(speed)) +
                             "  " + rounded(to_go, std::chrono::seconds{1}) + " to go";
    out_ << "\r\033[K" << terminal_.paint(Tone::accent, bar) << text << std::flush;
    visible_ = true;
}

void Progress::clear() {
    if (!visible_) return;
    out_ << "\r\033[K" << std::flush;
    visible_ = false;
}

}   // namespace glasshive::cli
