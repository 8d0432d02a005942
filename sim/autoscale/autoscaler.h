#pragma once

#include <memory>
#include <optional>
#include <string>

#include "autoscale/metrics.h"
#include "autoscale/spec.h"
#include "kernel/kernel.h"

namespace glasshive::autoscale {

/// Says how many replicas a service should have.
class Rule {
  public:
    virtual ~Rule() = default;
    /// Any number; the autoscaler rounds it up and holds it between min and max.
    virtual double desired(const Spec& spec, const Metrics& metrics, Time now) = 0;
};

/// The cluster as a controller outside reaches it.
class Cluster {
  public:
    virtual ~Cluster() = default;
    /// Nothing when no manager would answer, the last command has not been committed yet, or there
    /// is no such service (any more). Counters begin anew with it.
    virtual std::optional<Metrics> scrape(const std::string& service) = 0;
    /// Gives `docker service scale`; what becomes of it is an event of its own.
    virtual void scale(const std::string& service, std::uint64_t replicas) = 0;
};

/// A controller that scales one service, as Kubernetes' HorizontalPodAutoscaler does: at fixed
/// intervals it reads metrics, asks its rule and, when the answer differs from what the service is
/// to have, gives the command an operator would. Swarm has none; this one runs outside the cluster
/// and never fails, and its scraping takes no time.
///
/// It keeps nothing between two looks: whoever scales the service by hand is overruled at the next
/// one, but for a service scaled to 0, which is off and left alone until somebody scales it up
/// again (unless `min` is 0: then the rule is asked). A look that finds no manager is left out.
/// Source: kubernetes pkg/controller/podautoscaler/horizontal.go.
class Autoscaler final : public kernel::Process {
  public:
    /// `cluster` must outlive it. Registers itself outside the cluster; whoever runs the world
    /// starts it. Requires spec.every > 0 and spec.min <= spec.max.
    Autoscaler(kernel::Kernel& kernel, Cluster& cluster, Spec spec, std::unique_ptr<Rule> rule);

    void on_start() override;
    void on_timer(std::uint32_t tag, std::uint64_t argument) override;

  private:
    void look();
    std::uint64_t bounded(double wanted) const;

    kernel::Kernel& kernel_;
    Cluster& cluster_;
    const Spec spec_;
    std::unique_ptr<Rule> rule_;
    NameId name_;
};

}   // namespace glasshive::autoscale
