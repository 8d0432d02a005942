#include "cli/count_progress.h"

#include <fmt/format.h>

#include <utility>

#include "base/units.h"

namespace glasshive::cli {

CountProgress::CountProgress(std::ostream& out, const Terminal& terminal, std::size_t all,
                             std::string unit,
                             std::optional<std::chrono::steady_clock::time_point> since)
    : out_(out),
      terminal_(terminal),
      all_(all),
      unit_(std::move(unit)),
      started_(Wall::now()),
      since_(since.value_or(started_)) {}

void CountProgress::one_more() {
    constexpr double patience = 2;   // Seconds.
    constexpr std::size_t width = 30;
    ++done_;
    const auto now = Wall::now();
    const double waited = std::chrono::duration<double>(now - since_).count();
    if (!terminal_.is_tty() || waited < patience || all_ == 0) return;
    const double took = std::chrono::duration<double>(now - started_).count();
    const double left = took / static_cast<double>(done_) * static_cast<double>(all_ - done_);
    const std::size_t full = done_ * width / all_;
    const std::string bar = std::string(full, '#') + std::string(width - full, '.');
    out_ << "\r\x1b[K" << terminal_.paint(Tone::accent, bar)
         << fmt::format("  {} of {} {}, {} to go", done_, all_, unit_,
                        to_text(std::chrono::seconds{static_cast<std::int64_t>(left + 0.5)}))
         << std::flush;
    visible_ = true;
}

void CountProgress::clear() {
    if (visible_) out_ << "\r\x1b[K" << std::flush;
    visible_ = false;
}

}   // namespace glasshive::cli
