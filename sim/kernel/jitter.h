#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/units.h"
#include "kernel/rng.h"

namespace glasshive::kernel {

class Kernel;

/// Time that messages between the processes of one group take beyond their path's latency: queues
/// in switches, schedulers of hosts. Exponential, ten means at most; each direction of each pair of
/// hosts draws from a stream of its own, so that no link's chance shifts another's.
class Jitter {
  public:
    explicit Jitter(std::uint64_t seed) : seed_(seed) {}

    /// A new group, from 1; `label` begins its streams' names: "LABEL/FROM/TO". Requires mean > 0.
    std::uint32_t add(std::string label, Duration mean);
    /// Requires a group of add().
    void set(ProcessId process, std::uint32_t group);
    bool any() const { return !groups_.empty(); }
    /// 0 unless both are of one group and on different hosts. Names are the hosts'.
    Duration draw(ProcessId from, ProcessId to, std::pair<HostId, std::string_view> from_host,
                  std::pair<HostId, std::string_view> to_host);

  private:
    struct Group {
        std::string label;
        Duration mean{};
        std::map<std::pair<HostId, HostId>, Rng> links;
    };
    std::uint32_t group_of(ProcessId process) const {
        return process.index() < of_.size() ? of_[process.index()] : 0;
    }
    std::uint64_t seed_;
    std::vector<Group> groups_;
    std::vector<std::uint32_t> of_;   // By process; 0: none.
};

/// Messages on streams between processes of one group take longer by chance: see Jitter. Returns
/// the group. Requires mean > 0.
std::uint32_t add_jitter(Kernel& kernel, std::string label, Duration mean);
/// Requires a group of add_jitter().
void set_jitter(Kernel& kernel, ProcessId process, std::uint32_t group);

}   // namespace glasshive::kernel
