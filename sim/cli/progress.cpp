#include "cli/progress.h"

#include <algorithm>
#include <cstdio>
#include <string>

namespace glasshive::cli {

Progress::Progress(std::ostream& out, const Terminal& terminal, Time end)
    : out_(out), terminal_(terminal), end_(end), started_(Wall::now()), drawn_(started_) {}

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
    const double done = std::min(1.0, seconds_of(now) / total);
    const double speed = seconds_of(now) / std::max(elapsed, 1e-9);
    const double to_go = done > 0 ? elapsed * (1 - done) / done : 0;
    constexpr std::size_t cells = 24;
    const auto full = static_cast<std::size_t>(done * cells);
    std::string bar;
    for (std::size_t i = 0; i < cells; ++i) bar += i < full ? "█" : "░";
    char text[128];
    std::snprintf(text, sizeof text, " %3.0f %%  %.1f of %.1f s  x%.0f  %.0f s to go", done * 100,
                  seconds_of(now), total, speed, to_go);
    out_ << "\r\033[K" << terminal_.paint(Tone::accent, bar) << text << std::flush;
    visible_ = true;
}

void Progress::clear() {
    if (!visible_) return;
    out_ << "\r\033[K" << std::flush;
    visible_ = false;
}

}   // namespace glasshive::cli
