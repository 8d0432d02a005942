#include "cli/timeline.h"

#include <algorithm>
#include <sstream>

#include "cli/decision_table.h"
#include "platform/events.h"
#include "world/events.h"

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
    : out_(out), terminal_(terminal), registry_(registry), names_(names),
      options_(std::move(options)) {
    measure_kinds();
}

void Timeline::measure_kinds() {
    kind_columns_ = 0;
    for (const EventKind* kind : registry_.all()) {
        if (kind->verbosity > options_.verbosity) continue;
        kind_columns_ = std::max(kind_columns_, kind->name.size());
    }
}

void Timeline::set_verbosity(int level) {
    options_.verbosity = level;
    measure_kinds();
}

std::size_t subject_columns(const scenario::ScenarioSpec& spec) {
    constexpr std::string_view folded = " and 99 more";
    std::size_t longest = 12;
    for (const swarm::ServiceSpec& service : spec.services) {
        const std::size_t slot = std::to_string(service.replicas).size();
        longest = std::max(longest, columns_of(service.name) + 1 + slot);
    }
    for (const platform::HostGroupSpec& group : spec.platform.hosts) {
        longest = std::max(longest, columns_of(group.name) + 2);
    }
    return std::min<std::size_t>(longest + folded.size(), 48);
}

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
    const bool decision = options_.decisions && kind->name.substr(0, 9) == "decision.";
    if (kind->verbosity > options_.verbosity && !decision) return;
    if (options_.only && !options_.only(event, *kind)) return;
    if (event.time != pending_time_) print_pending();
    pending_time_ = event.time;
    Line line{.time = event.time, .kind = kind,
              .subject = short_subject(kind->subject, names_.text(event.subject)),
              .detail = detail_words(event, *kind, names_, text), .cause = cause_of(event),
              .service = service_of(kind->subject, names_.text(event.subject))};
    // Alike but for the subject ("web.1", "web.2"; "w1", "w2"): one line. A service is never named
    // by another's line.
    // What was typed, and what was printed, is never folded away.
    if (kind->name.substr(0, 8) == "command." || decision) {
        pending_.push_back(std::move(line));
        return;
    }
    std::size_t of_kind = 0;
    for (Line& before : pending_) {
        if (before.kind != kind || before.cause != line.cause) continue;
        if (before.service != line.service) continue;
        ++of_kind;
        if (!before.crowd && before.detail != line.detail) continue;
        ++before.folded;
        return;
    }
    pending_.push_back(std::move(line));
    // A hundred assignments at one instant are one thing to know; -v shows each.
    constexpr std::size_t crowd_from = 9;
    if (options_.verbosity <= 1 && of_kind + 1 >= crowd_from) gather_crowd();
}

void Timeline::gather_crowd() {
    const Line newest = pending_.back();
    const auto alike = [&](const Line& line) {
        return line.kind == newest.kind && line.cause == newest.cause &&
               line.service == newest.service;
    };
    const auto first = std::find_if(pending_.begin(), pending_.end(), alike);
    first->crowd = true;
    first->detail += ", …";
    for (auto line = first + 1; line != pending_.end(); ++line) {
        if (alike(*line)) first->folded += line->folded;
    }
    pending_.erase(std::remove_if(first + 1, pending_.end(), alike), pending_.end());
}

/// Comes right after the decision's event.
void Timeline::on_decision(const swarm::DecisionTable& table) {
    if (!pending_.empty()) pending_.back().below = decision_text(table, names_);
}

/// As a terminal shows it that has a stop at every eighth column.
static std::string without_tabs(const std::string& text) {
    std::string result;
    for (const char c : text) {
        if (c == '\t') result.append(8 - columns_of(result) % 8, ' ');
        else result += c;
    }
    return result;
}

/// What docker printed stands below its command, as on a terminal.
void Timeline::print_below(const std::string& below) {
    std::istringstream lines(below);
    for (std::string text; std::getline(lines, text);) {
        if (text.empty()) continue;
        text = without_tabs(text);
        while (!text.empty() && text.back() == ' ') text.pop_back();
        out_ << terminal_.paint(Tone::dim, "                 " + printable(text)) << '\n';
    }
}

void Timeline::print_line(const Line& line) {
    if (hook_ != nullptr) hook_(context_);
    if (line.kind->id == world::events::command_output.id) return print_below(line.detail);
    const Tone tone = tone_of(*line.kind);
    std::string subject = line.subject;
    if (line.folded > 1) subject += " and " + std::to_string(line.folded - 1) + " more";
    const std::size_t columns = std::max(options_.subject_columns, columns_of(subject));
    const std::string time = seconds_text(line.time);
    const std::string indent(time.size() < 11 ? 11 - time.size() : 0, ' ');
    out_ << terminal_.paint(Tone::dim, indent + time + " s") << "  "
         << terminal_.paint(tone, mark_of(tone)) << " "
         << terminal_.paint(tone, fit(line.kind->name, kind_columns_)) << "  ";
    if (line.detail.empty() && line.cause.empty()) {
        out_ << terminal_.paint(Tone::bold, subject) << '\n';   // No blanks at the end.
        return;
    }
    // What a script prints may have several lines.
    const std::size_t end = std::min(line.detail.find('\n'), line.detail.size());
    out_ << terminal_.paint(Tone::bold, fit(subject, columns)) << "  "
         << printable(without_tabs(line.detail.substr(0, end)));
    if (!line.cause.empty()) {
        out_ << (line.detail.empty() ? "" : "  ")
             << terminal_.paint(Tone::dim, "<- " + line.cause);
    }
    out_ << '\n';
    if (end < line.detail.size()) print_below(line.detail.substr(end + 1));
    if (!line.below.empty()) print_below(line.below);
}

void Timeline::print_pending() {
    for (const Line& line : pending_) {
        if (options_.lines_max > 0 && lines_ >= options_.lines_max) {
            ++left_out_;
            continue;
        }
        ++lines_;
        print_line(line);
    }
    pending_.clear();
}

void Timeline::finish() {
    print_pending();
    if (left_out_ > 0) {
        if (hook_ != nullptr) hook_(context_);
        out_ << terminal_.paint(Tone::dim, "              … " + std::to_string(left_out_) +
                                               " more lines; " + options_.rest)
             << '\n';
    }
    lines_ = left_out_ = 0;
    out_.flush();
}

}   // namespace glasshive::cli
