#include <algorithm>

#include "check/rule.h"

namespace glasshive::check {

namespace {

/// X at every instant of a window: the state is cut into stretches within which it does not change,
/// and each stretch that reaches into the window is looked at. "At the end" looks at the last one.
class ThroughoutRule final : public Rule {
  public:
    explicit ThroughoutRule(Expectation expectation)
        : Rule(std::move(expectation)), window_(this->expectation().when) {}

    void on_fault(const Event& event) override { window_.on_fault(event); }
    void on_fault_end(const Event& event) override { window_.on_fault_end(event); }

    void settle(Time now, const Facts& facts, EventId last) override {
        Reading reading = read(expectation(), facts);
        if (settled_ && reading == reading_) return;
        if (settled_) stretch(now);
        reading_ = std::move(reading);
        since_ = now;
        event_ = last;
        settled_ = true;
    }

    Verdict finish(Time end) override {
        if (expectation().when.kind == When::Kind::at_end) {
            return verdict(reading_.holds ? Outcome::held : Outcome::failed,
                           reading_.text + " at the end, since " + seconds(since_), end, event_);
        }
        const std::string missed = window_.missed(end);
        if (!missed.empty()) {
            const bool fault = expectation().when.fault > 0;
            return verdict(fault ? Outcome::failed : Outcome::undecided, missed, end);
        }
        stretch(end, true);
        if (!broke_) return verdict(Outcome::held, held_figure(), end, extreme_event_);
        return verdict(Outcome::failed,
                       broken_.text + " at " + seconds(broken_at_) + ", wrong for " +
                           seconds(wrong_) + " in all", broken_at_, broken_event_);
    }

  private:
    /// The state of [since_, until), or [since_, until] for the last one.
    void stretch(Time until, bool last = false) {
        const Time from = std::max(since_, window_.from());
        const Time to = std::min(until, window_.to());
        const bool inside = from < to || (from == to && (from < until || last));
        if (!inside) return;
        extremes();
        if (reading_.holds) return;
        wrong_ += to - from;
        if (broke_) return;
        broke_ = true;
        broken_ = reading_;
        broken_at_ = from;
        broken_event_ = event_;
    }

    void extremes() {
        const bool most = expectation().comparison == Comparison::at_most;
        const bool further = most ? reading_.number > extreme_.number
                                  : reading_.number < extreme_.number;
        if (seen_ && !further) return;
        extreme_ = reading_;
        extreme_event_ = event_;
        seen_ = true;
    }

    std::string held_figure() const {
        const bool state = expectation().measure == Measure::node_state ||
                           expectation().measure == Measure::host_state ||
                           expectation().measure == Measure::update_state ||
                           expectation().measure == Measure::copies_agree;
        if (state || expectation().comparison == Comparison::exactly) {
            return extreme_.text + " throughout";
        }
        const bool most = expectation().comparison == Comparison::at_most;
        return (most ? "at most " : "at least ") + extreme_.text + " (limit " +
               std::to_string(expectation().number) + ")";
    }

    Window window_;
    Reading reading_;
    Time since_{};
    EventId event_{};
    bool settled_ = false;
    bool seen_ = false;
    Reading extreme_;
    EventId extreme_event_{};
    bool broke_ = false;
    Reading broken_;
    Time broken_at_{};
    EventId broken_event_{};
    Duration wrong_{};
};

}   // namespace

std::unique_ptr<Rule> make_throughout_rule(Expectation expectation) {
    return std::make_unique<ThroughoutRule>(std::move(expectation));
}

}   // namespace glasshive::check
