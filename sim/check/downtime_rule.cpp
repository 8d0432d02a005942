#include <algorithm>

#include "check/rule.h"

namespace glasshive::check {

namespace {

/// Time without an executing container, from the first one on, as far as it lies in the window.
class DowntimeRule final : public Rule {
  public:
    explicit DowntimeRule(Expectation expectation)
        : Rule(std::move(expectation)), window_(this->expectation().when) {}

    void on_fault(const Event& event) override { window_.on_fault(event); }
    void on_fault_end(const Event& event) override { window_.on_fault_end(event); }

    void settle(Time now, const Facts& facts, EventId last) override {
        const bool up = facts.running(expectation().service) > 0;
        if (up == up_) return;
        if (up && seen_) add(now);
        seen_ = seen_ || up;
        up_ = up;
        since_ = now;
        if (!up) down_event_ = last;
    }

    Verdict finish(Time end) override {
        const std::string missed = window_.missed(end);
        if (!missed.empty()) return verdict(Outcome::undecided, missed, end);
        if (!seen_) return verdict(Outcome::undecided, "it never ran", end);
        if (!up_) add(end);
        const bool held = down_ <= expectation().limit;
        std::string figure = "down for " + seconds(down_);
        if (gaps_ > 1) figure += " in " + std::to_string(gaps_) + " gaps";
        figure += " (limit " + seconds(expectation().limit) + ")";
        return verdict(held ? Outcome::held : Outcome::failed, figure, end, longest_event_);
    }

  private:
    void add(Time until) {
        const Time from = std::max(since_, window_.from());
        const Time to = std::min(until, window_.to());
        if (from >= to) return;
        down_ += to - from;
        ++gaps_;
        if (to - from <= longest_) return;
        longest_ = to - from;
        longest_event_ = down_event_;
    }

    Window window_;
    bool seen_ = false;
    bool up_ = false;
    Time since_{};
    EventId down_event_{};
    Duration down_{};
    std::int64_t gaps_ = 0;
    Duration longest_{};
    EventId longest_event_{};
};

}   // namespace

std::unique_ptr<Rule> make_downtime_rule(Expectation expectation) {
    return std::make_unique<DowntimeRule>(std::move(expectation));
}

}   // namespace glasshive::check
