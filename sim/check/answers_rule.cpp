#include <algorithm>
#include <vector>

#include "check/name_map.h"
#include "check/rule.h"
#include "runtime/events.h"
#include "workload/events.h"

namespace glasshive::check {

namespace {

/// Which task answered, and whether the request had to travel on from the node it entered. Without
/// an answered request nothing is decided.
class AnswersRule final : public Rule {
  public:
    explicit AnswersRule(Expectation expectation)
        : Rule(std::move(expectation)), window_(this->expectation().when) {}

    void on_fault(const Event& event) override { window_.on_fault(event); }
    void on_fault_end(const Event& event) override { window_.on_fault_end(event); }

    void on_event(const Event& event, const Names& names) override {
        if (event.kind == runtime::events::container_started.id) {
            started(event, names);
        } else if (event.kind == runtime::events::container_ended.id) {
            ended(event);
        } else if (event.kind == workload::events::request_ok.id) {
            answered(event, names);
        }
    }

    Verdict finish(Time end) override {
        const std::string missed = window_.missed(end);
        if (!missed.empty()) return verdict(Outcome::undecided, missed, end);
        if (all_ == 0) return verdict(Outcome::undecided, "no request was answered", end);
        return expectation().measure == Measure::requests_hopping ? hops(end) : shares(end);
    }

  private:
    struct Task {
        std::string name;
        NameId host;
        Time ended = time_never;
        std::int64_t answers = 0;
    };

    NameId service(const Names& names) {
        if (!service_.valid()) service_ = names.find(expectation().service);
        return service_;
    }

    void started(const Event& event, const Names& names) {
        if (name_of(event.fields[1].integer) != service(names)) return;
        place_[event.subject] = static_cast<std::uint32_t>(tasks_.size() + 1);
        tasks_.push_back({.name = std::string(names.text(event.subject)),
                          .host = name_of(event.fields[0].integer)});
    }

    void ended(const Event& event) {
        const std::uint32_t place = place_.at(event.subject);
        if (place > 0) tasks_[place - 1].ended = event.time;
    }

    void answered(const Event& event, const Names& names) {
        if (name_of(event.fields[0].integer) != service(names)) return;
        if (!window_.contains(event.time)) return;
        ++all_;
        const std::uint32_t place = place_.at(name_of(event.fields[2].integer));
        if (place == 0) return;
        Task& task = tasks_[place - 1];
        ++task.answers;
        if (task.host == name_of(event.fields[3].integer)) return;
        if (++hopping_ == 1) first_hop_ = event.id;
    }

    Verdict hops(Time end) const {
        const bool held = expectation().comparison == Comparison::at_least
                              ? reaches(hopping_)
                              : !exceeds(hopping_);
        return verdict(held ? Outcome::held : Outcome::failed,
                       percent_text(share(hopping_)) + " of " + std::to_string(all_) +
                           " answered requests took an extra hop",
                       end, first_hop_);
    }

    Verdict shares(Time end) const {
        const Task* least = nullptr;
        const Task* most = nullptr;
        for (const Task& task : tasks_) {
            if (task.answers == 0 && task.ended <= window_.from()) continue;   // Gone before.
            if (least == nullptr || task.answers < least->answers) least = &task;
            if (most == nullptr || task.answers > most->answers) most = &task;
        }
        if (most == nullptr) return verdict(Outcome::undecided, "no task executed", end);
        const bool at_most = expectation().comparison == Comparison::at_most;
        const Task& judged = at_most || expectation().one_is_enough ? *most : *least;
        const bool held = at_most ? !exceeds(judged.answers) : reaches(judged.answers);
        return verdict(held ? Outcome::held : Outcome::failed,
                       judged.name + " answered " + percent_text(share(judged.answers)) + " of " +
                           std::to_string(all_) + " requests, the " +
                           (&judged == most ? "most" : "fewest"),
                       end);
    }

    double share(std::int64_t part) const {
        return static_cast<double>(part) / static_cast<double>(all_);
    }
    /// Shares are kept to 1e-9; the rest is rounding of doubles.
    bool reaches(std::int64_t part) const { return share(part) + 1e-9 >= expectation().share; }
    bool exceeds(std::int64_t part) const { return share(part) > expectation().share + 1e-9; }

    Window window_;
    NameId service_;
    NameMap<std::uint32_t> place_;   // In tasks_, from 1.
    std::vector<Task> tasks_;        // Of the service, in order of their start.
    std::int64_t all_ = 0;
    std::int64_t hopping_ = 0;
    EventId first_hop_{};
};

}   // namespace

std::unique_ptr<Rule> make_answers_rule(Expectation expectation) {
    return std::make_unique<AnswersRule>(std::move(expectation));
}

}   // namespace glasshive::check
