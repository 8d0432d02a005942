#include <cmath>

#include "check/rule.h"
#include "workload/events.h"

namespace glasshive::check {

namespace {

/// Requests to one service, counted at the instant they are answered or given up. Without a request
/// nothing is decided.
class RequestsRule final : public Rule {
  public:
    explicit RequestsRule(Expectation expectation)
        : Rule(std::move(expectation)), window_(this->expectation().when) {}

    void on_fault(const Event& event) override { window_.on_fault(event); }
    void on_fault_end(const Event& event) override { window_.on_fault_end(event); }

    void on_event(const Event& event, const Names& names) override {
        const bool ok = event.kind == workload::events::request_ok.id;
        if (!ok && event.kind != workload::events::request_failed.id) return;
        if (!service_.valid()) service_ = names.find(expectation().service);
        if (name_of(event.fields[0].integer) != service_ || !window_.contains(event.time)) return;
        ++all_;
        const bool any_answer = expectation().measure == Measure::requests_failed;
        if (ok && (any_answer || Duration{event.fields[1].integer} <= expectation().limit)) return;
        ++bad_;
        if (bad_ == allowed() + 1) first_excess_ = event.id;
        if (bad_ > 1) return;
        first_ = event.id;
        first_at_ = event.time;
        if (!ok) first_reason_ = names.text(name_of(event.fields[2].integer));
    }

    Verdict finish(Time end) override {
        const std::string missed = window_.missed(end);
        if (!missed.empty()) return verdict(Outcome::undecided, missed, end);
        if (all_ == 0) return verdict(Outcome::undecided, "no request came", end);
        return expectation().measure == Measure::requests_failed ? failures(end) : answers(end);
    }

  private:
    /// Counted sentences are decided by the request too many; shares only at the end.
    std::int64_t allowed() const {
        return expectation().counts_requests ? expectation().number : 0;
    }

    Verdict failures(Time end) const {
        const bool all_fail = expectation().comparison == Comparison::at_least;
        const bool held = all_fail ? bad_ == all_
                          : expectation().counts_requests
                              ? bad_ <= expectation().number
                              : static_cast<double>(bad_) <= bound(expectation().share);
        std::string figure = std::to_string(bad_) + " of " + std::to_string(all_) +
                             (all_ == 1 ? " request failed" : " requests failed");
        if (bad_ > 0) {
            figure += " (" + percent_text(share(bad_)) + "), the first at " + seconds(first_at_);
            if (!first_reason_.empty()) figure += ": " + first_reason_;
        }
        if (held) return verdict(Outcome::held, figure, end, first_);
        return verdict(Outcome::failed, figure, end, first_excess_);
    }

    Verdict answers(Time end) const {
        const std::int64_t good = all_ - bad_;
        const bool held = static_cast<double>(bad_) <= bound(1 - expectation().share);
        const std::string limit = glasshive::to_text(expectation().limit);
        const std::string figure = percent_text(share(good)) + " of " + std::to_string(all_) +
                                   " requests answered within " + limit + " (" +
                                   std::to_string(bad_) + " not)";
        return verdict(held ? Outcome::held : Outcome::failed, figure, end, first_);
    }

    double share(std::int64_t part) const {
        return static_cast<double>(part) / static_cast<double>(all_);
    }
    /// How many of all a share allows. Shares are kept to 1e-9; the rest is rounding of doubles.
    double bound(double share_max) const {
        return std::floor(share_max * static_cast<double>(all_) + 1e-6);
    }

    Window window_;
    NameId service_;
    std::int64_t all_ = 0;
    std::int64_t bad_ = 0;
    EventId first_{};
    EventId first_excess_{};
    Time first_at_{};
    std::string first_reason_;
};

}   // namespace

std::unique_ptr<Rule> make_requests_rule(Expectation expectation) {
    return std::make_unique<RequestsRule>(std::move(expectation));
}

}   // namespace glasshive::check
