#pragma once

#include <cstdint>
#include <vector>

#include "check/invariants.h"
#include "check/name_map.h"
#include "kernel/kernel.h"

namespace glasshive::check {

/// Bytes sent = received + lost + in flight: in total, and of messages host by host.
///
/// The figures are the kernel's own counters, each moved by another piece of its code; what flows
/// carry is counted a second time from their events. Between two entries of the queue the books
/// must balance; inside one they need not. So whoever drives the run looks between its slices.
class BytesConserved final : public Invariant {
  public:
    explicit BytesConserved(const Names& names) : Invariant("bytes are conserved", names) {}

    /// Follows flows: one that is done moved all its bytes, none moved more, each ends once.
    void on_event(const Event& event, std::string_view text) override;
    /// Compares the books at `now`. `hosts`: Kernel::traffic of every host, and last that of the
    /// outside. Never fewer hosts than before.
    void look(Time now, const kernel::TrafficTotals& total,
              const std::vector<kernel::TrafficTotals>& hosts);

  private:
    struct Flow {
        std::int64_t size = -1;   // -1: not under way.
    };
    using Totals = kernel::TrafficTotals;
    void compare(const char* what, std::int64_t found, std::int64_t expected);
    void only_grows(const std::string& whose, const Totals& before, const Totals& now);
    void say(std::string text);

    NameMap<Flow> flows_;
    Totals by_flows_;         // Counted here.
    Event last_{};            // The newest event seen, to date a finding.
    Totals total_before_;
    std::vector<Totals> hosts_before_;
};

/// What Kernel::traffic says of every host, and last of the outside.
std::vector<kernel::TrafficTotals> traffic_by_host(const kernel::Kernel& kernel);

}   // namespace glasshive::check
