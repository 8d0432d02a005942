#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/event.h"
#include "check/expectation.h"
#include "check/facts.h"
#include "check/verdict.h"

namespace glasshive::check {

/// Judges one expectation. The evaluator calls, in order of time: on_event for every event,
/// on_fault for every strike (before the state of that instant is settled), settle once per instant
/// at which a fact changed (and once at 0), finish at the end.
class Rule {
  public:
    explicit Rule(Expectation expectation) : expectation_(std::move(expectation)) {}
    virtual ~Rule() = default;

    virtual void on_event(const Event&, const Names&) {}
    virtual void on_fault(const Event&) {}
    /// A db.step, with the answer's body.
    virtual void on_step(const Event&, std::string_view /*body*/, const Names&) {}
    /// A strike is over; called as on_fault is.
    virtual void on_fault_end(const Event&) {}
    /// From `now` on the facts are these, until the next call. `last` is the newest event of `now`
    /// that changed a fact.
    virtual void settle(Time, const Facts&, EventId /*last*/) {}
    virtual Verdict finish(Time end) = 0;

  protected:
    const Expectation& expectation() const { return expectation_; }
    Verdict verdict(Outcome outcome, std::string figure, Time time, EventId event = {}) const {
        return {.outcome = outcome, .text = expectation_.text, .figure = std::move(figure),
                .event = event, .time = time};
    }

  private:
    Expectation expectation_;
};

/// A value that is, at every instant, right or wrong.
struct Reading {
    bool holds = false;
    std::int64_t number = 0;   ///< Of counts.
    std::string text;          ///< "3 running", "down".
    friend bool operator==(const Reading&, const Reading&) = default;
};

/// What the facts say about a sentence on counts or states.
Reading read(const Expectation& expectation, const Facts& facts);
/// "3 running" without a Facts at hand.
std::string count_text(Measure measure, std::int64_t number);

/// "60 s", "17.204 s": for figures.
std::string seconds(Duration d);
std::string seconds(Time t);
/// "2.5 %".
std::string percent_text(double share);

/// The part of the run a sentence speaks of. Fault windows open at the first strike.
class Window {
  public:
    explicit Window(const When& when);

    void on_fault(const Event& event);
    void on_fault_end(const Event& event);
    bool contains(Time t) const { return from_ <= t && t <= to_; }
    Time from() const { return from_; }
    Time to() const { return to_; }
    /// Why the run had no instant in it, or "" when it had.
    std::string missed(Time end) const;

  private:
    When when_;
    Time from_{};
    Time to_ = time_never;
};

// One file each. Every maker takes the sentences that its name says.
std::unique_ptr<Rule> make_recovery_rule(Expectation);   ///< within_of_fault, …_end, …_start
std::unique_ptr<Rule> make_throughout_rule(Expectation); ///< Counts and states over a window.
std::unique_ptr<Rule> make_downtime_rule(Expectation);
std::unique_ptr<Rule> make_requests_rule(Expectation);
std::unique_ptr<Rule> make_answers_rule(Expectation);  ///< requests_hopping, share_of_a_task
std::unique_ptr<Rule> make_occurrence_rule(Expectation); ///< task_failures, fault_strikes
std::unique_ptr<Rule> make_store_rule(Expectation);      ///< store_answers, stale_reads
std::unique_ptr<Rule> make_step_rule(Expectation);       ///< step_answer
std::unique_ptr<Rule> make_rule(Expectation);            ///< The one that fits.

}   // namespace glasshive::check
