#include "check/rule.h"

#include <cmath>

#include "platform/events.h"

namespace glasshive::check {

namespace {

bool compare(const Expectation& expectation, std::int64_t number) {
    switch (expectation.comparison) {
        case Comparison::exactly: return number == expectation.number;
        case Comparison::at_least: return number >= expectation.number;
        case Comparison::at_most: return number <= expectation.number;
    }
    return false;
}

Reading count(const Expectation& expectation, std::int64_t number) {
    return {.holds = compare(expectation, number), .number = number,
            .text = count_text(expectation.measure, number)};
}

Reading state(const Expectation& expectation, std::string_view now) {
    return {.holds = (now == expectation.state) != expectation.negated, .number = 0,
            .text = std::string(now)};
}

}   // namespace

std::string count_text(Measure measure, std::int64_t number) {
    const std::string text = std::to_string(number);
    if (measure == Measure::reported_running) return text + " reported running";
    if (measure == Measure::conflicts) return text + (number == 1 ? " conflict" : " conflicts");
    if (measure == Measure::completed) return text + " completed";
    if (measure == Measure::tasks_on_one_node) return text + " on one node";
    return text + " running";
}

Reading read(const Expectation& expectation, const Facts& facts) {
    switch (expectation.measure) {
        case Measure::running: return count(expectation, facts.running(expectation.service));
        case Measure::completed:
            return count(expectation, facts.completed(expectation.service));
        case Measure::reported_running:
            return count(expectation, facts.reported_running(expectation.service));
        case Measure::tasks_on_one_node:
            return count(expectation, facts.most_on_one_node(expectation.service));
        case Measure::node_state: return state(expectation, facts.node_state(expectation.host));
        case Measure::update_state:
            return state(expectation, facts.update_state(expectation.service));
        case Measure::copies_agree: {
            const bool agree = facts.copies_agree(expectation.database);
            return {.holds = agree != expectation.negated,
                    .number = 0,
                    .text = agree ? "copies agree" : "copies differ"};
        }
        case Measure::conflicts: return count(expectation, facts.conflicts(expectation.document));
        case Measure::host_state: return state(expectation, facts.host_state(expectation.host));
        default: break;
    }
    SIM_ASSERT(false);
    return {};
}

std::string seconds(Duration d) {
    const bool whole = d.count() % 1'000'000'000 == 0;
    return seconds_text(Time{d}, whole ? 0 : 3) + " s";
}

std::string seconds(Time t) { return seconds(t.time_since_epoch()); }

std::string percent_text(double share) {
    // Two decimals, cut and not rounded: a share just short of its bound must not look as if it met
    // it.
    const auto hundredths = static_cast<std::int64_t>(std::floor(share * 10'000 + 1e-9));
    std::string text = std::to_string(hundredths / 100);
    const std::int64_t rest = hundredths % 100;
    if (rest > 0) {
        text += rest < 10 ? ".0" : ".";
        text += std::to_string(rest % 10 == 0 ? rest / 10 : rest);
    }
    return text + " %";
}

Window::Window(const When& when) : when_(when) {
    if (when.kind == When::Kind::after) from_ = Time{when.span};
    if (when.kind == When::Kind::between) {
        from_ = Time{when.span};
        to_ = Time{when.until};
    }
    const bool of_fault =
        when.kind == When::Kind::after_fault || when.kind == When::Kind::during_fault;
    if (of_fault) from_ = time_never;
}

void Window::on_fault(const Event& event) {
    const bool of_fault =
        when_.kind == When::Kind::after_fault || when_.kind == When::Kind::during_fault;
    if (!of_fault || from_ != time_never) return;
    if (event.fields[0].integer == when_.fault) from_ = event.time;
}

void Window::on_fault_end(const Event& event) {
    const bool mine = event.fields[0].integer == when_.fault;
    if (when_.kind != When::Kind::during_fault || to_ != time_never || !mine) return;
    to_ = event.time;
}

std::string Window::missed(Time end) const {
    if (from_ <= end) return "";
    if (from_ == time_never) return "fault " + std::to_string(when_.fault) + " never struck";
    return "the run ended at " + seconds(end) + ", before " + seconds(from_);
}

std::unique_ptr<Rule> make_rule(Expectation expectation) {
    switch (expectation.measure) {
        case Measure::requests_failed:
        case Measure::requests_answered: return make_requests_rule(std::move(expectation));
        case Measure::requests_hopping:
        case Measure::share_of_a_task: return make_answers_rule(std::move(expectation));
        case Measure::task_failures:
        case Measure::fault_strikes: return make_occurrence_rule(std::move(expectation));
        case Measure::store_answers:
        case Measure::stale_reads: return make_store_rule(std::move(expectation));
        case Measure::step_answer: return make_step_rule(std::move(expectation));
        case Measure::downtime: return make_downtime_rule(std::move(expectation));
        default: break;
    }
    const When::Kind kind = expectation.when.kind;
    if (kind == When::Kind::within_of_fault || kind == When::Kind::within_of_start ||
        kind == When::Kind::within_of_fault_end) {
        return make_recovery_rule(std::move(expectation));
    }
    return make_throughout_rule(std::move(expectation));
}

}   // namespace glasshive::check
