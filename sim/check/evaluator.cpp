#include <algorithm>
#include <optional>

#include "check/rule.h"
#include "platform/events.h"
#include "store/client_events.h"

namespace glasshive::check {

const char* to_text(Outcome outcome) {
    switch (outcome) {
        case Outcome::held: return "held";
        case Outcome::failed: return "failed";
        case Outcome::undecided: return "undecided";
    }
    SIM_ASSERT(false);
    return "";
}

struct Evaluator::State {
    const Names& names;
    Facts facts;
    std::vector<std::unique_ptr<Rule>> rules;
    Time now{};
    EventId last_change{};
    bool changed = true;   // The state at 0 is settled even if nothing ever happens.
    std::optional<std::vector<Verdict>> verdicts;

    explicit State(const Names& table) : names(table), facts(table) {}

    /// The instant is over: what it left is what is so from now on.
    void settle() {
        if (!changed) return;
        changed = false;
        for (const auto& rule : rules) rule->settle(now, facts, last_change);
    }
};

Evaluator::Evaluator(std::vector<Expectation> expectations, const Names& names)
    : state_(std::make_unique<State>(names)) {
    for (Expectation& each : expectations) state_->rules.push_back(make_rule(std::move(each)));
}

Evaluator::~Evaluator() = default;

void Evaluator::on_event(const Event& event, std::string_view text) {
    State& state = *state_;
    if (state.verdicts) return;   // What is said of the verdicts themselves decides nothing.
    if (event.time > state.now) {
        state.settle();
        state.now = event.time;
    }
    const bool fault = event.kind == platform::events::fault_started.id;
    const bool over = event.kind == platform::events::fault_ended.id;
    if (state.facts.apply(event) || fault || over) {
        state.changed = true;
        state.last_change = event.id;
    }
    for (const auto& rule : state.rules) {
        if (fault) rule->on_fault(event);
        if (over) rule->on_fault_end(event);
        rule->on_event(event, state.names);
        if (event.kind == store::client::events::db_step.id)
            rule->on_step(event, text, state.names);
    }
}

void Evaluator::finish(Time end) {
    State& state = *state_;
    SIM_ASSERT(!state.verdicts);
    state.settle();
    state.verdicts.emplace();
    // A recording may have been cut after an event later than the end it was told.
    end = std::max(end, state.now);
    for (const auto& rule : state.rules) state.verdicts->push_back(rule->finish(end));
}

const std::vector<Verdict>& Evaluator::verdicts() const {
    SIM_ASSERT(state_->verdicts);
    return *state_->verdicts;
}

bool all_held(const std::vector<Verdict>& verdicts) {
    return std::all_of(verdicts.begin(), verdicts.end(),
                       [](const Verdict& each) { return each.outcome == Outcome::held; });
}

}   // namespace glasshive::check
