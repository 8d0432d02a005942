#pragma once

#include <cstdint>
#include <vector>

#include "base/ids.h"
#include "kernel/kernel.h"
#include "platform/machines.h"
#include "platform/spec.h"
#include "platform/topology.h"

namespace glasshive::platform {

/// Does to one host or link what a fault says, and takes it back; says so when something changed.
///
/// Faults on one target compose: a host is off while at least one fault keeps it off, slow factors
/// multiply, latencies add, losses combine. A host that is both off and paused counts as off; when
/// its power is back and a fault still pauses it, it boots and freezes. Events carry the kernel's
/// cause of the moment; what dies on a host is caused by that host's own host.off.
class FaultEffects {
  public:
    FaultEffects(kernel::Kernel& kernel, Platform& platform, Machines& machines);

    /// Requires a kind that strikes hosts or disks.
    void begin(const FaultSpec& fault, HostId host);
    void end(const FaultSpec& fault, HostId host);
    /// Requires a kind that strikes links.
    void begin(const FaultSpec& fault, LinkId link);
    void end(const FaultSpec& fault, LinkId link);
    /// Requires a kind that strikes what passes between groups. `started` is blamed for cuts.
    void begin(const FaultSpec& fault, PairRuleId rule, EventId started);
    void end(const FaultSpec& fault, PairRuleId rule);

  private:
    void power_off(HostId host);
    void power_on(HostId host);
    void pause(HostId host);
    void resume(HostId host);
    void freeze(HostId host);
    void say_speed(HostId host, double before);
    void say_disk_speed(HostId host, double before);
    void say_quality(LinkId link, const LinkQuality& before);
    NameId name_of(LinkId link);

    kernel::Kernel& kernel_;
    Platform& platform_;
    Machines& machines_;
    std::vector<std::uint32_t> off_, paused_;   // How many faults hold each host off, frozen.
};

/// What a fault of links or groups adds to a path.
Degradation degradation_of(const FaultSpec& fault);

}   // namespace glasshive::platform
