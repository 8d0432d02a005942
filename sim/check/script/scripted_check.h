#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/event.h"
#include "base/result.h"
#include "script/reference.h"
#include "script/sandbox.h"
#include "script/spec.h"

namespace glasshive::check {

/// A check of the user's: a script that registers functions for kinds of events while it loads, and
/// says what does not hold and what it measured while they come. A fold over events.
class ScriptedCheck final : public EventSink {
  public:
    /// Loads the script. `kinds` and `names` are those of the events, and must outlive it.
    static Result<std::unique_ptr<ScriptedCheck>>
    load(const script::ScriptSpec& spec, const EventRegistry& kinds, const Names& names);

    void on_event(const Event& event, std::string_view text) override;
    /// The run is over at `end`. Call once.
    void finish(Time end);

    static constexpr std::size_t violations_kept = 100, lines_kept = 100;
    struct Violation {
        Time time{};
        EventId event{};   ///< The event that was looked at; 0: at the end.
        std::string text;
    };
    struct Metric {
        std::string name;
        double value = 0;
        std::string unit;
    };
    struct Report {
        std::string file;
        std::uint64_t violations = 0;
        std::vector<Violation> first;        ///< Of them, at most violations_kept.
        std::vector<Metric> metrics;         ///< In order of first mention.
        std::vector<std::string> printed;    ///< At most lines_kept.
        std::optional<Diagnostic> problem;   ///< The script failed there; it saw no more.
        bool held() const { return violations == 0 && !problem; }
    };
    const Report& report() const { return report_; }
    /// The kinds that it asked for, by name.
    const std::vector<std::string>& wanted() const { return wanted_; }

  private:
    ScriptedCheck(const script::ScriptSpec& spec, const EventRegistry& kinds, const Names& names);
    void define();
    void violate(std::string text);
    void fail(Diagnostic problem);

    const script::ScriptSpec spec_;
    const EventRegistry& kinds_;
    const Names& names_;
    Report report_;
    script::Sandbox sandbox_;
    std::vector<std::vector<script::FunctionId>> by_kind_;
    std::vector<script::FunctionId> at_end_;
    std::size_t handlers_ = 0;   // That the script asked for.
    std::vector<std::string> wanted_;
    bool loading_ = true;
    const Event* current_ = nullptr;
    Time now_{};
    std::uint64_t seen_ = 0;
};

/// The part of docs/reference/lua.md about checks.
std::string check_reference();

}   // namespace glasshive::check
