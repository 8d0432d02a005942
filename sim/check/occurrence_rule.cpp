#include "check/rule.h"
#include "platform/events.h"
#include "swarm/events.h"

namespace glasshive::check {

namespace {

/// How often something happened: a fault struck, a task failed or was rejected.
class OccurrenceRule final : public Rule {
  public:
    explicit OccurrenceRule(Expectation expectation)
        : Rule(std::move(expectation)), window_(this->expectation().when) {}

    void on_fault(const Event& event) override {
        window_.on_fault(event);
        const bool counted = expectation().measure == Measure::fault_strikes;
        if (counted && event.fields[0].integer == expectation().fault) count(event);
    }

    void on_fault_end(const Event& event) override { window_.on_fault_end(event); }

    void on_event(const Event& event, const Names& names) override {
        if (expectation().measure != Measure::task_failures) return;
        const bool failed = event.kind == swarm::events::task_failed.id ||
                            event.kind == swarm::events::task_rejected.id;
        if (!failed) return;
        if (!expectation().service.empty()) {
            if (!service_.valid()) service_ = names.find(expectation().service);
            if (name_of(event.fields[0].integer) != service_) return;
        }
        if (count(event) && first_text_.empty()) first_text_ = names.text(event.subject);
    }

    Verdict finish(Time end) override {
        const std::string missed = window_.missed(end);
        if (!missed.empty()) return verdict(Outcome::undecided, missed, end);
        const Outcome outcome = holds() ? Outcome::held : Outcome::failed;
        return verdict(outcome, figure(), end, decided_);
    }

  private:
    bool count(const Event& event) {
        if (!window_.contains(event.time)) return false;
        ++count_;
        if (count_ == 1) first_at_ = event.time;
        // Decided by the first one too many, or by the last one that was needed.
        const std::int64_t deciding = expectation().comparison == Comparison::at_most
                                          ? expectation().number + 1
                                          : expectation().number;
        if (count_ == 1 || count_ == deciding) decided_ = event.id;
        return true;
    }

    bool holds() const {
        switch (expectation().comparison) {
            case Comparison::exactly: return count_ == expectation().number;
            case Comparison::at_least: return count_ >= expectation().number;
            case Comparison::at_most: return count_ <= expectation().number;
        }
        return false;
    }

    std::string figure() const {
        const bool strikes = expectation().measure == Measure::fault_strikes;
        const std::string fault = "fault " + std::to_string(expectation().fault);
        if (count_ == 0) return strikes ? fault + " never struck" : "no task failed";
        std::string text;
        if (strikes) {
            text = fault + " struck " +
                   (count_ == 1 ? "once" : std::to_string(count_) + " times, first");
        } else {
            text = std::to_string(count_) + (count_ == 1 ? " task" : " tasks") + " failed, first " +
                   first_text_;
        }
        return text + " at " + seconds(first_at_);
    }

    Window window_;
    NameId service_;
    std::int64_t count_ = 0;
    Time first_at_{};
    std::string first_text_;
    EventId decided_{};
};

}   // namespace

std::unique_ptr<Rule> make_occurrence_rule(Expectation expectation) {
    return std::make_unique<OccurrenceRule>(std::move(expectation));
}

}   // namespace glasshive::check
