#include "offline/breakdowns.h"

#include <map>
#include <tuple>

#include "base/assert.h"

namespace glasshive::offline {

bool Breakdowns::Later::operator()(const Change& a, const Change& b) const {
    return std::tuple(a.at, a.fails, a.machine) > std::tuple(b.at, b.fails, b.machine);
}

Breakdowns::Breakdowns(const BreakdownSpec& spec,
                       const std::vector<workload::trace::Machine>& machines)
    : down_(machines.size()),
      mean_up_(spec.mean_up),
      mean_down_(spec.mean_down) {
    std::map<std::string, std::uint32_t> by_name;
    for (std::uint32_t i = 0; i < machines.size(); ++i) by_name[machines[i].name] = i;
    for (const workload::trace::Failure& failure : spec.failures) {
        const std::uint32_t machine = by_name.at(failure.machine);
        changes_.push({failure.at, true, machine, false, failure.down.has_value()});
        if (!failure.down) continue;
        changes_.push({saturating_add(failure.at, *failure.down), false, machine});
    }
    if (mean_up_ <= Duration{}) return;
    for (std::uint32_t i = 0; i < machines.size(); ++i) {
        chance_.emplace_back(spec.seed, "offline/failures/" + machines[i].name);
        plan_failure(i, Time{});
    }
}

void Breakdowns::plan_failure(std::uint32_t machine, Time from) {
    const Duration up = chance_[machine].exponential(mean_up_);
    changes_.push({saturating_add(from, up), true, machine, true, true});
}

std::optional<Breakdowns::Change> Breakdowns::next() const {
    if (changes_.empty()) return std::nullopt;
    return changes_.top();
}

bool Breakdowns::pop() {
    SIM_ASSERT(!changes_.empty());
    const Change change = changes_.top();
    changes_.pop();
    std::uint32_t& down = down_[change.machine];
    if (!change.fails) {
        --down;
        --returning_;
        if (change.drawn) plan_failure(change.machine, change.at);
        return down == 0;
    }
    ++down;
    returning_ += change.ends ? 1 : 0;
    if (change.drawn) {
        const Duration away = chance_[change.machine].exponential(mean_down_);
        changes_.push({saturating_add(change.at, away), false, change.machine, true});
    }
    return false;
}

void Breakdowns::skip() {
    const Change change = changes_.top();
    SIM_ASSERT(change.fails && change.drawn);
    changes_.pop();
    plan_failure(change.machine, change.at);
}

}   // namespace glasshive::offline
