#include "compare/capacity.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/assert.h"
#include "record/text.h"

namespace glasshive::compare {

using Json = nlohmann::ordered_json;

namespace {

constexpr std::pair<const char*, Goal::Relation> relations[] = {{"<=", Goal::Relation::at_most},
                                                                {">=", Goal::Relation::at_least},
                                                                {"<", Goal::Relation::less},
                                                                {">", Goal::Relation::more}};

std::string without_spaces(const std::string& text) {
    std::string all;
    for (const char c : text) {
        if (c != ' ' && c != '\t') all += c;
    }
    return all;
}

Diagnostic wrong_goal(const std::string& message, const std::string& hint) {
    return {.file = "--capacity", .message = message, .hint = hint};
}

Result<const MetricInfo*> metric_of(const std::string& word) {
    const std::string name = word == "fail" ? "failed" : word;
    if (const MetricInfo* metric = metric_named(name)) return metric;
    std::vector<std::string> names;
    for (const MetricInfo& metric : all_metrics()) names.emplace_back(metric.name);
    names.emplace_back("fail");
    const std::string near = nearest(name, names);
    return wrong_goal("there is no metric \"" + word + "\"",
                      near.empty() ? "such as \"failed < 1%\" or \"p99_wait <= 30\""
                                   : "did you mean " + near + "?");
}

const char* word_of(Goal::Relation relation) {
    for (const auto& [word, which] : relations) {
        if (which == relation) return word;
    }
    return "?";
}

/// Whether no value within the interval would turn the answer.
bool is_sure(const Goal& goal, const Estimate& of) {
    return of.count > 1 && std::isfinite(of.low) && std::isfinite(of.high) && goal.met_by(of.low) &&
           goal.met_by(of.high);
}

/// One search, size by size.
class Search {
  public:
    using Run = std::function<std::optional<std::vector<double>>(std::size_t)>;
    Search(const Goal& goal, const Run& run) : goal_(goal), run_(run) {}

    std::optional<SizeFound> from(std::size_t first) {
        if (!look_for(first)) return std::nullopt;
        if (found_.least && !fill_curve(*found_.least)) return std::nullopt;
        for (auto& [machines, tried] : tried_) {
            const bool less = found_.least && machines < *found_.least;
            if (found_.least && tried.met == less) found_.against.push_back(machines);
            found_.tried.push_back(std::move(tried));
        }
        return std::move(found_);
    }

  private:
    /// Null: the run failed.
    const SizeTried* at(std::size_t machines) {
        const auto known = tried_.find(machines);
        if (known != tried_.end()) return &known->second;
        auto values = run_(machines);
        if (!values) return nullptr;
        SizeTried tried{.machines = machines, .values = std::move(*values)};
        tried.of = estimate(tried.values,
                            std::string(goal_.metric->name) + " with " + std::to_string(machines));
        tried.met = goal_.met_by(tried.of.mean);
        tried.surely = is_sure(goal_, tried.of);
        tried.seeds_met = static_cast<std::size_t>(
            std::count_if(tried.values.begin(), tried.values.end(),
                          [&](double value) { return goal_.met_by(value); }));
        return &tried_.emplace(machines, std::move(tried)).first->second;
    }

    bool look_for(std::size_t first) {
        std::size_t none = 0, enough = first;   // No machine does nothing.
        if (!double_up(none, enough, &SizeTried::met)) return false;
        if (enough == 0) return true;
        if (!halve(none, enough, &SizeTried::met)) return false;
        found_.least = enough;
        if (tried_.at(enough).values.size() < 2) return true;
        none = enough - 1;
        if (!double_up(none, enough, &SizeTried::surely)) return false;
        if (enough == 0) {
            found_.changes_nothing = false;
            return true;
        }
        if (!halve(none, enough, &SizeTried::surely)) return false;
        found_.surely = enough;
        return true;
    }

    /// From `enough` on to a number that does, with the last one before that does not; 0: none.
    bool double_up(std::size_t& none, std::size_t& enough, bool SizeTried::*does) {
        int unchanged = 0;
        const SizeTried* tried = at(enough);
        for (; tried != nullptr && !(tried->*does); tried = at(enough)) {
            const auto before = tried_.find(none);
            const bool same = before != tried_.end() && before->second.values == tried->values;
            unchanged = same ? unchanged + 1 : 0;
            none = enough;
            found_.changes_nothing = unchanged == 2;
            enough = found_.changes_nothing || 2 * none > machines_most ? 0 : 2 * none;
            if (enough == 0) return true;
        }
        return tried != nullptr;
    }

    bool halve(std::size_t none, std::size_t& enough, bool SizeTried::*does) {
        while (enough - none > 1) {
            const std::size_t middle = none + (enough - none) / 2;
            const SizeTried* const tried = at(middle);
            if (tried == nullptr) return false;
            (tried->*does ? enough : none) = middle;
        }
        return true;
    }

    /// From a half to one and a half times as many.
    bool fill_curve(std::size_t least) {
        for (std::size_t twelfth = 6; twelfth <= 18; twelfth += 2) {
            const std::size_t machines = std::max<std::size_t>(1, least * twelfth / 12);
            if (at(machines) == nullptr) return false;
        }
        return true;
    }

    const Goal& goal_;
    const Run& run_;
    std::map<std::size_t, SizeTried> tried_;
    SizeFound found_;
};

std::string counted(std::size_t machines) {
    return fmt::format("{} machine{}", machines, machines == 1 ? "" : "s");
}

}   // namespace

bool Goal::met_by(double value) const {
    switch (relation) {
        case Relation::less: return value < bound;
        case Relation::at_most: return value <= bound;
        case Relation::more: return value > bound;
        case Relation::at_least: return value >= bound;
    }
    return false;
}

std::string Goal::text() const {
    return fmt::format("{} {} {}", metric->name, word_of(relation), bound);
}

Result<Goal> Goal::read(const std::string& text) {
    const std::string words = without_spaces(text);
    const std::size_t at = words.find_first_of("<>");
    const Diagnostic no_goal = wrong_goal("\"" + text + "\" is not METRIC < NUMBER",
                                          "such as \"failed < 1%\" or \"p99_wait <= 30\"");
    if (at == std::string::npos || at == 0) return no_goal;
    const auto metric = metric_of(words.substr(0, at));
    if (!metric.ok()) return metric.problems();
    Goal goal;
    goal.metric = metric.value();
    std::string rest = words.substr(at);
    for (const auto& [word, relation] : relations) {
        if (!rest.starts_with(word)) continue;
        goal.relation = relation;
        rest.erase(0, std::string(word).size());
        break;
    }
    const char* const after = rest.data() + rest.size();
    const auto [end, error] = std::from_chars(rest.data(), after, goal.bound);
    const std::string unit(end, after);
    if (error != std::errc{} || !std::isfinite(goal.bound)) return no_goal;
    if (!unit.empty() && unit != goal.metric->unit) {
        const std::string own = goal.metric->unit;
        return wrong_goal("\"" + unit + "\" is not the unit of " + goal.metric->name,
                          own.empty() ? "it has none" : "that is \"" + own + "\"");
    }
    return goal;
}

std::optional<SizeFound>
search_size(const Goal& goal, std::size_t first,
            const std::function<std::optional<std::vector<double>>(std::size_t)>& run) {
    SIM_ASSERT(first > 0);
    return Search(goal, run).from(first);
}

Plan plan_of_size(const Plan& plan, std::size_t variant, std::size_t policy, std::size_t machines) {
    Plan one = plan;
    one.goal.clear();
    one.options = plan.settings(variant);
    one.options["machines"] = std::to_string(machines);
    one.variants = {Settings{}};
    one.policies = {plan.policies[policy]};
    return one;
}

std::string answer_text(const CapacityReport& report, const CapacityCase& of) {
    const SizeFound& found = of.found;
    if (!found.least) {
        const std::string most = counted(found.tried.back().machines);
        return found.changes_nothing ? "not with " + most + ", and more of them change nothing"
                                     : "not with " + most;
    }
    std::string text = counted(*found.least);
    const bool alone = report.plan.seeds.size() == 1;
    if (alone)
        text += " (one seed: chance is not known)";
    else if (!found.surely)
        text += " (no number is sure)";
    else if (*found.surely > *found.least)
        text += ", " + std::to_string(*found.surely) + " to be sure";
    std::string fewer, more;
    for (const std::size_t machines : found.against) {
        std::string& list = machines < *found.least ? fewer : more;
        list += (list.empty() ? "" : ", ") + std::to_string(machines);
    }
    if (!fewer.empty()) text += "; met with " + fewer + ", too";
    if (!more.empty()) text += "; not met with " + more;
    return text;
}

std::string capacity_csv(const CapacityReport& report) {
    std::string csv = "variant,policy,machines,seed,value\n";
    for (const CapacityCase& one : report.cases) {
        for (const SizeTried& tried : one.found.tried) {
            for (std::size_t seed = 0; seed < tried.values.size(); ++seed) {
                csv += fmt::format("{},{},{},{},{}\n",
                                   record::csv_cell(report.plan.variant_name(one.variant)),
                                   record::csv_cell(report.plan.policies[one.policy].name),
                                   tried.machines, report.plan.seeds[seed], tried.values[seed]);
            }
        }
    }
    return csv;
}

std::string capacity_json(const CapacityReport& report) {
    const auto number = [](double value) { return std::isfinite(value) ? Json(value) : Json(); };
    Json json{{"goal", report.goal.text()},
              {"metric", report.goal.metric->name},
              {"seeds", report.plan.seeds},
              {"searches", Json::array()}};
    for (const CapacityCase& one : report.cases) {
        const SizeFound& found = one.found;
        Json search{{"variant", report.plan.variant_name(one.variant)},
                    {"policy", report.plan.policies[one.policy].name},
                    {"machines", found.least ? Json(*found.least) : Json()},
                    {"surely", found.surely ? Json(*found.surely) : Json()},
                    {"against", found.against},
                    {"answer", answer_text(report, one)},
                    {"tried", Json::array()}};
        for (const SizeTried& tried : found.tried) {
            search["tried"].push_back({{"machines", tried.machines},
                                       {"mean", tried.of.mean},
                                       {"low", number(tried.of.low)},
                                       {"high", number(tried.of.high)},
                                       {"met", tried.met},
                                       {"seeds_met", tried.seeds_met}});
        }
        json["searches"].push_back(std::move(search));
    }
    return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}   // namespace glasshive::compare
