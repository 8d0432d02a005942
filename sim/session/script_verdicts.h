#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/event.h"
#include "check/verdict.h"

namespace glasshive::session {

/// What the scenario's script expected, as verdicts: one per text, which held when it did each
/// time. A fold over events: a live run and its recording give equal ones.
class ScriptVerdicts final : public EventSink {
  public:
    explicit ScriptVerdicts(const Names& names) : names_(names) {}
    void on_event(const Event& event, std::string_view text) override;
    /// In order of first mention.
    std::vector<check::Verdict> verdicts() const;

  private:
    struct Said {
        std::uint64_t held = 0, failed = 0;
        EventId event{};   // The first that failed, else the last that held.
        Time time{};
        std::int64_t line = 0;
    };
    const Names& names_;
    std::vector<NameId> order_;
    std::map<NameId, Said> said_;
};

}   // namespace glasshive::session
