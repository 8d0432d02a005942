#pragma once

#include <cstdint>
#include <vector>

#include "base/ids.h"
#include "kernel/kernel.h"
#include "platform/machines.h"

namespace glasshive::platform {

/// Reads the gauges of every host at a fixed interval and hands on those that changed.
///
/// Series, subject a host: `host.cpu` and `host.disk_busy` (share in use, 0..1), `host.memory` and
/// `host.disk` (bytes set aside), `host.sent` and `host.received` (bytes since the start). The two
/// counters move with every heartbeat, so a reading is handed on only when it moved by `bytes_step`
/// or more: an idle cluster of ten thousand hosts samples nothing.
class Sampler final : public kernel::Process {
  public:
    /// Registers itself outside the cluster; whoever runs the world starts it. An `interval` of 0
    /// samples nothing.
    Sampler(kernel::Kernel& kernel, const Machines& machines, Duration interval);

    void on_start() override;
    void on_timer(std::uint32_t tag, std::uint64_t argument) override;

    static constexpr Bytes bytes_step = mebibyte;

  private:
    struct Readings {
        double cpu = 0, disk_busy = 0, memory = 0, disk = 0;
    };
    struct Counters {
        std::int64_t sent = 0, received = 0;
    };

    void sample_traffic();
    void hand_on(NameId series, HostId host, double value, double& last);

    kernel::Kernel& kernel_;
    const Machines& machines_;
    Duration interval_;
    NameId cpu_, disk_busy_, memory_, disk_, sent_, received_;
    std::vector<Readings> last_;       // By place in Machines::in_use().
    std::vector<Counters> counters_;   // By host.
};

}   // namespace glasshive::platform
