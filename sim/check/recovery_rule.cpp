#include <optional>

#include "check/rule.h"

namespace glasshive::check {

namespace {

/// "X within D of fault N": from some instant <= strike + D, X holds unbroken until the next fault
/// or the end. Every strike of the fault is held to it. "By T" is the same with the start as its
/// fault.
class RecoveryRule final : public Rule {
  public:
    explicit RecoveryRule(Expectation expectation) : Rule(std::move(expectation)) {
        if (when().kind == When::Kind::within_of_start) open_ = Watch{};
    }

    void on_fault(const Event& event) override {
        const std::int64_t number = event.fields[0].integer;
        // Faults of one instant are one blow: none of them ends the watch that another began.
        if (open_ && open_->start < event.time) {
            close(event.time, "when fault " + std::to_string(number) + " struck");
        }
        if (when().kind == When::Kind::within_of_fault) watch(event);
    }

    void on_fault_end(const Event& event) override {
        if (when().kind == When::Kind::within_of_fault_end) watch(event);
    }

    void settle(Time now, const Facts& facts, EventId last) override {
        const Reading reading = read(expectation(), facts);
        if (open_ && (open_->start == now || reading.holds != reading_.holds)) {
            open_->since = now;
            open_->event = last;
            if (open_->start < now || !reading.holds) open_->broke = true;
        }
        reading_ = reading;
    }

    Verdict finish(Time end) override {
        if (open_) close(end, "when the run ended");
        if (worst_ && strikes_ > 1) {
            worst_->figure += ", strike " + std::to_string(worst_strike_) + " of " +
                              std::to_string(strikes_);
        }
        if (worst_) return *worst_;
        const bool ended = when().kind == When::Kind::within_of_fault_end;
        return verdict(Outcome::failed,
                       "fault " + std::to_string(when().fault) +
                           (ended ? " never ended" : " never struck"),
                       end);
    }

  private:
    /// What happened since one strike.
    struct Watch {
        Time start{};
        EventId fault{};
        Time since{};       ///< When X last became what it is.
        EventId event{};    ///< What made it so.
        bool broke = false;
    };

    const When& when() const { return expectation().when; }

    void watch(const Event& event) {
        if (event.fields[0].integer != when().fault || open_) return;
        ++strikes_;
        open_ = Watch{.start = event.time, .fault = event.id};
    }

    std::string anchor() const {
        if (when().kind == When::Kind::within_of_start) return "the start";
        const bool end = when().kind == When::Kind::within_of_fault_end;
        return (end ? "the end of fault " : "fault ") + std::to_string(when().fault);
    }

    void close(Time at, const std::string& ending) {
        const Watch watch = *open_;
        open_.reset();
        const Duration took = watch.since - watch.start;
        const bool held = reading_.holds && took <= when().span;
        std::string figure;
        if (!reading_.holds) {
            figure = reading_.text + " " + ending + ", " + seconds(at - watch.start) + " after " +
                     anchor() + limit();
        } else if (!watch.broke) {
            figure = reading_.text + " throughout: it never broke after " + anchor();
        } else {
            figure = reading_.text + (held ? " from " : " only from ") + seconds(took) + " after " +
                     anchor() + limit();
        }
        const EventId decided = watch.broke ? watch.event : watch.fault;
        keep(verdict(held ? Outcome::held : Outcome::failed, figure, held ? watch.since : at,
                     decided), took);
    }

    std::string limit() const { return " (limit " + seconds(when().span) + ")"; }

    /// The first failure, else the slowest recovery.
    void keep(Verdict judged, Duration took) {
        const bool failed_before = worst_ && worst_->outcome == Outcome::failed;
        const bool worse = !worst_ || judged.outcome == Outcome::failed || took > worst_took_;
        if (failed_before || !worse) return;
        worst_ = std::move(judged);
        worst_took_ = took;
        worst_strike_ = strikes_;
    }

    Reading reading_;
    std::optional<Watch> open_;
    std::optional<Verdict> worst_;
    Duration worst_took_{};
    std::int64_t worst_strike_ = 0;
    std::int64_t strikes_ = 0;
};

}   // namespace

std::unique_ptr<Rule> make_recovery_rule(Expectation expectation) {
    return std::make_unique<RecoveryRule>(std::move(expectation));
}

}   // namespace glasshive::check
