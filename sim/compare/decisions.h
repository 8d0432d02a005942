#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/event.h"
#include "compare/measured.h"
#include "swarm/decision.h"

/// Where two policies part in a whole cluster. A process runs one cluster and no second one, so
/// each run under the first seed keeps what its scheduler decided, and the report lays them side
/// by side.
namespace glasshive::compare {

/// How many nodes' lines are kept of a run, over all its decisions: about 3 MB.
inline constexpr std::size_t decision_lines_most = 100'000;

/// Keeps a run's decisions, the first ones, as long as there is room.
class DecisionKeeper final : public swarm::DecisionWatch {
  public:
    /// `names` outlive it.
    explicit DecisionKeeper(const Names& names) : names_(names) {}
    bool wants(NameId, Time) override { return lines_ < decision_lines_most; }
    void on_decision(const swarm::DecisionTable& table) override;
    std::vector<Decision> take() { return std::move(kept_); }

  private:
    const Names& names_;
    std::size_t lines_ = 0;
    std::vector<Decision> kept_;
};

/// The first decision in which they differ; none when neither run kept any.
std::optional<Parting> parting_between(const std::vector<Decision>& reference,
                                       const std::vector<Decision>& other);

nlohmann::ordered_json decisions_json(const std::vector<Decision>& decisions);
/// Throws nlohmann::json::exception for what decisions_json() did not make.
std::vector<Decision> decisions_from(const nlohmann::ordered_json& json);

}   // namespace glasshive::compare
