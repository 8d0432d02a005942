#pragma once

#include <memory>

#include "autoscale/autoscaler.h"
#include "policy/one_function.h"

namespace glasshive::policy {

/// What an autoscaler's policy may give back.
std::span<const script::EntryInfo> autoscaler_entries();

/// How many replicas a service should have, in Lua. The script gives back
///
///     return { desired = function(service, metrics) … return number end }
///
/// Each autoscaler has an instance of its own, which remembers what it likes.
class ScriptedRule final : public autoscale::Rule {
  public:
    /// `names` must outlive it; `seed` is the run's; `service` is whom it scales.
    static Result<std::unique_ptr<ScriptedRule>> load(const script::ScriptSpec& spec,
                                                      const Names& names, std::uint64_t seed,
                                                      const std::string& service);
    double desired(const autoscale::Spec& spec, const autoscale::Metrics& metrics,
                   Time now) override;

  private:
    ScriptedRule(std::unique_ptr<OneFunction> script, const Names& names)
        : script_(std::move(script)), names_(names) {}

    std::unique_ptr<OneFunction> script_;
    const Names& names_;
};

extern const script::ViewType service_type;
extern const script::ViewType metrics_type;

}   // namespace glasshive::policy
