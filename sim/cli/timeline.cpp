#include "cli/timeline.h"

#include <algorithm>

#include "platform/events.h"

namespace glasshive::cli {

namespace {

Tone tone_of(const EventKind& kind) {
    const std::string_view name = kind.name;
    for (const std::string_view bad :
         {"fault.started", "host.off", "node.down", "task.failed", "task.rejected", "link.down",
          "request.failed", "image.pull_failed", "disk.full"}) {
        if (name == bad) return Tone::bad;
    }
    for (const std::string_view warn : {"host.paused", "host.slowed", "decision.refused",
                                        "task.restart", "container.ended", "flow.stalled"}) {
        if (name == warn) return Tone::warning;
    }
    for (const std::string_view good : {"fault.ended", "host.on", "node.ready", "task.running",
                                        "host.resumed", "link.up"}) {
        if (name == good) return Tone::good;
    }
    return Tone::plain;
}

const char* mark_of(Tone tone) {
    switch (tone) {
        case Tone::bad: return "x";
        case Tone::warning: return "!";
        case Tone::good: return "+";
        default: return " ";
    }
}

}   // namespace

Timeline::Timeline(std::ostream& out, const Terminal& terminal, const EventRegistry& registry,
                   const Names& names, Options options)
    : out_(out), terminal_(terminal), registry_(registry), names_(names), options_(options) {}

std::string Timeline::cause_of(const Event& event) const {
    const auto found = std::lower_bound(
        fault_events_.begin(), fault_events_.end(),
        std::pair<std::uint64_t, std::uint32_t>{number_of(event.cause), 0});
    if (found == fault_events_.end() || found->first != number_of(event.cause)) return {};
    return "fault " + std::to_string(found->second);
}

void Timeline::on_event(const Event& event, std::string_view text) {
    const EventKind* kind = registry_.find(event.kind);
    if (kind == nullptr) return;
    // Whatever a fault caused belongs to it, at any depth: each event inherits its cause's fault.
    if (kind->id == platform::events::fault_started.id) {
        fault_events_.emplace_back(number_of(event.id),
                                   static_cast<std::uint32_t>(event.fields[0].integer));
    } else if (number_of(event.cause) != 0) {
        const auto found = std::lower_bound(
            fault_events_.begin(), fault_events_.end(),
            std::pair<std::uint64_t, std::uint32_t>{number_of(event.cause), 0});
        if (found != fault_events_.end() && found->first == number_of(event.cause)) {
            fault_events_.emplace_back(number_of(event.id), found->second);
        }
    }
    if (kind->verbosity > options_.verbosity) return;
    if (event.time != pending_time_) print_pending();
    pending_time_ = event.time;
    Line line{.time = event.time, .kind = kind,
              .subject = short_subject(kind->subject, names_.text(event.subject)),
              .detail = detail_words(event, *kind, names_, text), .cause = cause_of(event)};
    // Alike but for the subject's last number ("web.1", "web.2"; "w1", "w2"): one line.
    for (Line& before : pending_) {
        if (before.kind != kind || before.detail != line.detail || before.cause != line.cause)
            continue;
        ++before.folded;
        return;
    }
    pending_.push_back(std::move(line));
}

void Timeline::print_pending() {
    for (const Line& line : pending_) {
        if (options_.lines_max > 0 && lines_ >= options_.lines_max) {
            ++left_out_;
            continue;
        }
        ++lines_;
        if (hook_ != nullptr) hook_(context_);
        const Tone tone = tone_of(*line.kind);
        std::string subject = line.subject;
        if (line.folded > 1) subject += " and " + std::to_string(line.folded - 1) + " more";
        const std::string time = seconds_text(line.time);
        out_ << terminal_.paint(Tone::dim,
                                std::string(time.size() < 11 ? 11 - time.size() : 0, ' ') + time +
                                    " s")
             << "  " << terminal_.paint(tone, mark_of(tone)) << " "
             << terminal_.paint(tone, fit(line.kind->name, 20)) << " "
             << terminal_.paint(Tone::bold,
                                fit(subject, std::max<std::size_t>(24, columns_of(subject))))
             << " " << printable(line.detail);
        if (!line.cause.empty()) out_ << "  " << terminal_.paint(Tone::dim, "<- " + line.cause);
        out_ << '\n';
    }
    pending_.clear();
}

void Timeline::finish() {
    print_pending();
    if (left_out_ > 0) {
        if (hook_ != nullptr) hook_(context_);
        out_ << terminal_.paint(Tone::dim, "              … " + std::to_string(left_out_) +
                                               " more lines; --all shows them, `glasshive query` "
                                               "searches the recording")
             << '\n';
    }
    out_.flush();
}

}   // namespace glasshive::cli
