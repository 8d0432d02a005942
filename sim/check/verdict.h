#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/event.h"
#include "check/expectation.h"

namespace glasshive::check {

enum class Outcome : std::uint8_t {
    held,
    failed,
    undecided,   ///< Nothing happened that could decide it, e.g. no request came. Counts as not held.
};

const char* to_text(Outcome outcome);

/// What became of one expectation.
struct Verdict {
    Outcome outcome = Outcome::undecided;
    std::string text;         ///< The sentence.
    /// What decided it: "3 running from 17.204 s after fault 1 (limit 60 s)".
    std::string figure;
    EventId event{};          ///< The event that decided it; 0 when none did.
    Time time{};              ///< When it was decided; the end of the run where only the end could.
};

/// Judges expectations. A fold over events: a live run and its recording give equal verdicts.
class Evaluator final : public EventSink {
  public:
    /// `names` must outlive the evaluator: the table the events' names are numbered in.
    Evaluator(std::vector<Expectation> expectations, const Names& names);
    ~Evaluator() override;

    void on_event(const Event& event, std::string_view text) override;
    /// The run is over at `end`; no event follows. Call once.
    void finish(Time end);
    /// One per expectation, in their order. Requires finish().
    const std::vector<Verdict>& verdicts() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// True when every verdict held: exit status 0.
bool all_held(const std::vector<Verdict>& verdicts);

}   // namespace glasshive::check
