// Whole clusters, run as `glasshive run` runs them.
#include "scenario/scenario.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "compare/decisions.h"
#include "compare/kinds.h"
#include "session/session.h"
#include "swarm/spec.h"
#include "yaml/override.h"

namespace glasshive::compare {

namespace {

/// Settings are values of the scenario by their path, or parameters of its scripts.
scenario::Given given_by(const std::string& path, const Plan& plan, std::size_t variant,
                         std::uint64_t seed) {
    scenario::Given given;
    given.seed = seed;
    for (const auto& [name, value] : plan.settings(variant)) {
        if (scenario::is_override(path, name)) {
            const bool varied = plan.variants[variant].contains(name);
            given.overrides.push_back({name, value, varied ? "--vary" : "--set"});
        } else {
            given.parameters[name] = scenario::parameter_value(value);
        }
    }
    return given;
}

/// What a comparison says itself.
Diagnostics decided_elsewhere(const scenario::Given& given) {
    Diagnostics problems;
    for (const yaml::Override& each : given.overrides) {
        const bool seed = each.path == "seed";
        if (!seed && each.path.substr(0, each.path.find('.')) != "scheduler") continue;
        problems.push_back({.file = yaml::label_of(each),
                            .message = "would do nothing",
                            .hint = seed ? "--seed 7, or --seeds 20" : "--policy A,B, and -p"});
    }
    return problems;
}

class Scenario final : public Experiment {
  public:
    explicit Scenario(Input file) : file_(std::move(file)) {}

    Result<scenario::ScenarioSpec> read(const Plan& plan, std::size_t variant,
                                        std::uint64_t seed) const {
        const scenario::Given given = given_by(file_.path, plan, variant, seed);
        auto read = scenario::read_scenario(file_.path, given);
        if (!read.ok()) return read.problems();
        if (auto unused = scenario::unused_parameters(file_.path, given, read.value())) {
            return *unused;
        }
        read.value().seed = seed;
        return read;
    }

    Measured run(const Plan& plan, const RunKey& key) const override {
        const auto given = read(plan, key.variant, key.seed);
        if (!given.ok()) throw RunFailure{given.problems().front()};
        session::Options how;
        how.spec = given.value();
        take_policy(plan.policies[key.policy], how.spec);
        auto opened = session::Session::open(std::move(how));
        if (!opened.ok()) throw RunFailure{opened.problems().front()};
        session::Session& session = *opened.value();
        DecisionKeeper decisions(session.names());
        const bool keeps = plan.policies.size() > 1 && key.seed == plan.seeds.front();
        if (keeps) session.watch_decisions(&decisions);
        session.start();
        session.run_until(session.end());
        const session::Outcome outcome = session.finish();
        if (outcome.script_problem) throw RunFailure{*outcome.script_problem};
        Measured measured = measured_of(outcome);
        measured.decisions = decisions.take();
        return measured;
    }

  private:
    static void take_policy(const PolicySpec& policy, scenario::ScenarioSpec& spec) {
        spec.policy_script = policy.script;
        for (const auto& [name, which] : swarm::placement_policies) {
            if (policy.built_in == name) spec.policy = which;
        }
    }

    static Measured measured_of(const session::Outcome& outcome) {
        double failed = 0, answered = 0, p99 = 0, downtime = 0, below = 0;
        for (const check::ServiceSummary& service : outcome.summary.services) {
            failed += static_cast<double>(service.requests_failed);
            answered += static_cast<double>(service.requests_ok);
            p99 = std::max(p99, seconds_of(service.latency_p99));
            downtime += seconds_of(service.downtime);
            below += seconds_of(service.below_desired);
        }
        Measured measured;
        measured.digest = outcome.digest;
        measured.metrics = {
            {"tasks_created", static_cast<double>(outcome.summary.tasks_created)},
            {"tasks_failed", static_cast<double>(outcome.summary.tasks_failed)},
            {"downtime", downtime},
            {"below_desired", below},
            {"bytes_moved", static_cast<double>(outcome.summary.bytes_moved.count)}};
        if (answered + failed > 0) {
            measured.metrics["requests_failed"] = 100 * failed / (answered + failed);
            measured.metrics["p99_latency"] = p99;
        }
        const auto held = std::count_if(
            outcome.verdicts.begin(), outcome.verdicts.end(),
            [](const auto& verdict) { return verdict.outcome == check::Outcome::held; });
        if (!outcome.verdicts.empty()) {
            measured.metrics["expectations_broken"] =
                static_cast<double>(static_cast<std::ptrdiff_t>(outcome.verdicts.size()) - held);
        }
        return measured;
    }

    Input file_;
};

}   // namespace

Result<std::map<std::string, Input>> files_of_scenario(const std::string& path, const Plan& plan) {
    std::map<std::string, Input> files;
    Diagnostics problems;
    for (std::size_t variant = 0; variant < plan.variants.size(); ++variant) {
        const scenario::Given given = given_by(path, plan, variant, plan.seeds.front());
        auto read = scenario::read_scenario(path, given);
        for (const Diagnostics& wrong :
             {read.ok() ? Diagnostics{} : read.problems(), decided_elsewhere(given)}) {
            for (const Diagnostic& each : wrong) {   // Most are wrong in every variant.
                if (std::find(problems.begin(), problems.end(), each) == problems.end())
                    problems.push_back(each);
            }
        }
        if (!read.ok()) continue;
        const auto unused = scenario::unused_parameters(path, given, read.value());
        if (unused && std::find(problems.begin(), problems.end(), *unused) == problems.end())
            problems.push_back(*unused);
        const std::filesystem::path folder = std::filesystem::path(path).parent_path();
        for (std::size_t i = 0; i < read.value().inputs.size(); ++i) {
            const std::string& name = read.value().inputs[i].name;
            auto input = read_input(i == 0 ? path : (folder / name).string());
            if (!input.ok()) return input.problems();
            files[i == 0 ? "scenario" : "included " + name] = std::move(input.value());
        }
    }
    if (!problems.empty()) return problems;
    return files;
}

Result<std::unique_ptr<Experiment>> load_scenario(const Plan& plan) {
    auto scenario = std::make_unique<Scenario>(plan.files.at("scenario"));
    for (std::size_t variant = 0; variant < plan.variants.size(); ++variant) {
        const auto read = scenario->read(plan, variant, plan.seeds.front());
        if (!read.ok()) {
            Diagnostics problems = read.problems();
            for (Diagnostic& problem : problems) {
                if (problem.file == plan.files.at("scenario").path) {
                    problem.file = plan.files.at("scenario").shown;
                }
            }
            return problems;
        }
    }
    return std::unique_ptr<Experiment>(std::move(scenario));
}

}   // namespace glasshive::compare
