#include "autoscale/autoscaler.h"

#include <cmath>
#include <utility>

#include "autoscale/events.h"
#include "base/assert.h"

namespace glasshive::autoscale {

Autoscaler::Autoscaler(kernel::Kernel& kernel, Cluster& cluster, Spec spec,
                       std::unique_ptr<Rule> rule)
    : kernel_(kernel),
      cluster_(cluster),
      spec_(std::move(spec)),
      rule_(std::move(rule)),
      name_(kernel.names().intern(spec_.service)) {
    SIM_ASSERT(spec_.every > Duration{});
    SIM_ASSERT(spec_.min <= spec_.max);
    kernel.add_process(HostId{}, *this);
}

void Autoscaler::on_start() { kernel_.after(id(), spec_.every, 0); }

void Autoscaler::on_timer(std::uint32_t, std::uint64_t) {
    const kernel::CauseScope scope(kernel_, scenario_cause);   // It looks of its own accord.
    kernel_.after(id(), spec_.every, 0);
    look();
}

void Autoscaler::look() {
    const std::optional<Metrics> metrics = cluster_.scrape(spec_.service);
    if (!metrics) return;
    // "Autoscaling is disabled since scale is 0": horizontal.go reconcileAutoscaler.
    const bool off = metrics->desired == 0 && spec_.min > 0;
    const double wanted = off ? 0 : rule_->desired(spec_, *metrics, kernel_.now());
    const std::uint64_t after = off ? 0 : bounded(wanted);
    const auto before = static_cast<std::int64_t>(metrics->desired);
    if (after == metrics->desired) {
        kernel_.emit(events::kept, name_,
                     {field::integer(before), field::real(wanted), field::text(metrics->text())});
        return;
    }
    const EventId decided = kernel_.emit(
        events::scaled, name_,
        {field::integer(before), field::real(wanted),
         field::integer(static_cast<std::int64_t>(after)), field::text(metrics->text())});
    const kernel::CauseScope scope(kernel_, decided);
    cluster_.scale(spec_.service, after);
}

std::uint64_t Autoscaler::bounded(double wanted) const {
    SIM_ASSERT(!std::isnan(wanted));   // The rule's own business.
    const double up = std::ceil(wanted);
    if (up <= static_cast<double>(spec_.min)) return spec_.min;
    if (up >= static_cast<double>(spec_.max)) return spec_.max;
    return static_cast<std::uint64_t>(up);
}

}   // namespace glasshive::autoscale
