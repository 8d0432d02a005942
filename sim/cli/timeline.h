#pragma once

#include <cstdint>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "base/event.h"
#include "cli/terminal.h"
#include "scenario/spec.h"
#include "swarm/decision.h"

namespace glasshive::cli {

/// Prints what matters as it happens: one aligned line per event, alike events of one instant
/// folded into one line, causes named. An EventSink; shows kinds up to a verbosity level. At level
/// 1 many events of one kind at one instant are one line too, even if their details differ.
class Timeline final : public EventSink, public swarm::DecisionWatch {
  public:
    struct Options {
        int verbosity = 1;              ///< 0: faults and verdicts … 3: everything.
        std::size_t lines_max = 400;    ///< Then one line says how to see the rest. 0: no bound.
        std::size_t subject_columns = 24;   ///< See subject_columns().
        bool decisions = false;         ///< Every decision of the scheduler, with every node.
        /// How to see what lines_max leaves out.
        const char* rest = "--all shows them, `glasshive query` searches the recording";
        /// Of what happens, only what it says yes to; empty: everything.
        std::function<bool(const Event&, const EventKind&)> only{};
    };
    Timeline(std::ostream& out, const Terminal& terminal, const EventRegistry& registry,
             const Names& names, Options options);

    void on_event(const Event& event, std::string_view text) override;
    bool wants(NameId, Time) override { return options_.decisions; }
    void on_decision(const swarm::DecisionTable& table) override;
    /// Prints what is still held back for folding, and how much was left out. What comes later
    /// begins a new page, with the same bound on its lines.
    void finish();
    void set_verbosity(int level);
    /// Called before a line is printed (a progress bar gets out of the way).
    void before_line(void (*hook)(void*), void* context) { hook_ = hook; context_ = context; }

  private:
    struct Line {
        Time time{};
        const EventKind* kind = nullptr;
        std::string subject;
        std::string detail;
        std::string cause;
        std::string service;   // Of a task, a container or a service; else empty.
        std::size_t folded = 1;
        bool crowd = false;             // Of many that differ in their details.
        std::string below;              // Lines that stand under it.
    };
    void measure_kinds();
    void print_pending();
    void gather_crowd();
    void print_below(const std::string& text);
    void print_line(const Line& line);
    std::string cause_of(const Event& event) const;

    std::ostream& out_;
    const Terminal& terminal_;
    const EventRegistry& registry_;
    const Names& names_;
    Options options_;
    std::size_t kind_columns_ = 0;
    std::vector<Line> pending_;             // Of one instant, in order of first appearance.
    Time pending_time_{};
    std::size_t lines_ = 0;
    std::size_t left_out_ = 0;
    std::vector<std::string> fault_names_;  // "fault 2": by fault number.
    std::vector<std::pair<std::uint64_t, std::uint32_t>>
        fault_events_;   // Event id → fault number.
    void (*hook_)(void*) = nullptr;
    void* context_ = nullptr;
};

/// How wide the column of subjects must be for the names of this scenario, within reason.
std::size_t subject_columns(const scenario::ScenarioSpec& spec);
/// "shop_web" of the task "shop_web.1.x3k9…" or the service itself; "" of anything else.
std::string service_of(std::string_view kind_of_subject, std::string_view name);
/// "web.1" for a task's full name "web.1.x3k9…"; other subjects as they are.
std::string short_subject(std::string_view kind_of_subject, std::string_view name);
/// The event's fields in words, for one line.
std::string detail_words(const Event& event, const EventKind& kind, const Names& names,
                         std::string_view text);

}   // namespace glasshive::cli
