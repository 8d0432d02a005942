#include <algorithm>

#include "check/rule.h"
#include "store/client_events.h"

namespace glasshive::check {

namespace {

namespace events = store::client::events;

/// Requests about a store's database, counted when they are answered or given up: by their status,
/// or as reads that were stale. Without a request that it speaks of nothing is decided.
class StoreRule final : public Rule {
  public:
    explicit StoreRule(Expectation expectation)
        : Rule(std::move(expectation)),
          window_(this->expectation().when) {}

    void on_fault(const Event& event) override { window_.on_fault(event); }
    void on_fault_end(const Event& event) override { window_.on_fault_end(event); }

    void on_event(const Event& event, const Names& names) override {
        if (!window_.contains(event.time)) return;
        const bool stale = event.kind == events::db_stale.id;
        const bool answer = event.kind == events::db_step.id || event.kind == events::db_request.id;
        if (!stale && !answer) return;
        const NameId of = name_of(event.fields[stale ? 1 : 0].integer);
        if (names.text(of) != expectation().database) return;
        if (stale) {
            if (expectation().measure == Measure::stale_reads) count(event, "");
            return;
        }
        const bool about_stale = expectation().measure == Measure::stale_reads;
        const std::string wanted = about_stale ? "read" : expectation().verb;
        const std::string_view what = names.text(name_of(event.fields[1].integer));
        if (what != wanted && !(about_stale && what == "query")) return;
        ++all_;
        if (about_stale) return;
        const std::int64_t status = event.fields[3].integer;
        const auto& statuses = expectation().statuses;
        const bool one = std::find(statuses.begin(), statuses.end(), status) != statuses.end();
        if (one == expectation().every) return;   // Of `every`, those that are otherwise count.
        count(event, (status == 0 ? std::string("no answer") : std::to_string(status)) + " ");
    }

    Verdict finish(Time end) override {
        const std::string missed = window_.missed(end);
        if (!missed.empty()) return verdict(Outcome::undecided, missed, end);
        if (all_ == 0) return verdict(Outcome::undecided, "no " + noun() + " was answered", end);
        return verdict(holds() ? Outcome::held : Outcome::failed, figure(), end, decided_);
    }

  private:
    std::string noun() const {
        return expectation().measure == Measure::stale_reads ? "read" : expectation().verb;
    }

    void count(const Event& event, const std::string& what) {
        ++count_;
        if (count_ == 1) first_text_ = what + "at " + seconds(event.time);
        if (count_ <= expectation().number + 1) decided_ = event.id;
    }

    bool holds() const {
        if (expectation().every) return count_ == 0;
        switch (expectation().comparison) {
            case Comparison::exactly: return count_ == expectation().number;
            case Comparison::at_least: return count_ >= expectation().number;
            case Comparison::at_most: return count_ <= expectation().number;
        }
        return false;
    }

    std::string figure() const {
        const std::string of = " of " + std::to_string(all_) + " " + noun() + "s ";
        const std::string what = expectation().measure == Measure::stale_reads ? "were stale"
                                 : expectation().every ? "were answered otherwise"
                                                       : "were answered so";
        std::string text = std::to_string(count_) + of + what;
        if (count_ > 0) text += ", first " + first_text_;
        return text;
    }

    Window window_;
    std::int64_t all_ = 0, count_ = 0;
    std::string first_text_;
    EventId decided_{};
};

/// What a step was answered, at the last time that it was.
class StepRule final : public Rule {
  public:
    using Rule::Rule;

    void on_step(const Event& event, std::string_view body, const Names& names) override {
        if (names.text(event.subject) != expectation().step) return;
        seen_ = event.id;
        at_ = event.time;
        status_ = event.fields[3].integer;
        rows_ = event.fields[4].integer;
        has_ =
            expectation().with.empty() || body.find(expectation().with) != std::string_view::npos;
        constexpr std::size_t shown_max = 100;
        body_ = std::string(body.substr(0, shown_max));
        // Each row of an answer stands on a line of its own; a verdict is one line.
        std::erase_if(body_, [](char c) { return c == '\r' || c == '\n'; });
    }

    Verdict finish(Time end) override {
        if (seen_ == EventId{}) return verdict(Outcome::undecided, "it was never answered", end);
        const std::string status = status_ == 0 ? "no answer" : std::to_string(status_);
        if (expectation().verb == "rows") {
            return verdict(rows_hold() ? Outcome::held : Outcome::failed,
                           status + " with " + std::to_string(rows_) +
                               (rows_ == 1 ? " row" : " rows"),
                           at_, seen_);
        }
        const auto& statuses = expectation().statuses;
        const bool one = statuses.empty() ||
                         std::find(statuses.begin(), statuses.end(), status_) != statuses.end();
        return verdict(one && has_ ? Outcome::held : Outcome::failed, status + ": " + body_, at_,
                       seen_);
    }

  private:
    bool rows_hold() const {
        switch (expectation().comparison) {
            case Comparison::exactly: return rows_ == expectation().number;
            case Comparison::at_least: return rows_ >= expectation().number;
            case Comparison::at_most: return rows_ <= expectation().number;
        }
        return false;
    }

    EventId seen_{};
    Time at_{};
    std::int64_t status_ = 0, rows_ = 0;
    bool has_ = false;
    std::string body_;
};

}   // namespace

std::unique_ptr<Rule> make_store_rule(Expectation expectation) {
    return std::make_unique<StoreRule>(std::move(expectation));
}
std::unique_ptr<Rule> make_step_rule(Expectation expectation) {
    return std::make_unique<StepRule>(std::move(expectation));
}

}   // namespace glasshive::check
