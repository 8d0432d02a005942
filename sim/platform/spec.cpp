#include "platform/spec.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/assert.h"
#include "platform/spec_check.h"

namespace glasshive::platform {

const char* to_text(FaultKind kind) {
    switch (kind) {
        case FaultKind::power_off: return "power_off";
        case FaultKind::pause: return "pause";
        case FaultKind::slow_cpu: return "slow_cpu";
        case FaultKind::link_down: return "link_down";
        case FaultKind::partition: return "partition";
        case FaultKind::packet_loss: return "packet_loss";
        case FaultKind::added_latency: return "added_latency";
        case FaultKind::reduced_bandwidth: return "reduced_bandwidth";
        case FaultKind::slow_disk: return "slow_disk";
        case FaultKind::full_disk: return "full_disk";
    }
    SIM_ASSERT(false);
    return "";
}

namespace {

/// Numbers names in order of first mention.
class Numbering {
  public:
    explicit Numbering(std::vector<std::string>& list) : list_(list) {}
    std::uint32_t operator()(const std::string& name) {
        const auto next = static_cast<std::uint32_t>(list_.size());
        const auto [at, is_new] = index_.try_emplace(name, next);
        if (is_new) list_.push_back(name);
        return at->second;
    }

  private:
    std::vector<std::string>& list_;
    std::map<std::string, std::uint32_t> index_;
};

void replace(std::string& text, std::string_view what, const std::string& with) {
    // From behind the replacement, so that a zone named "{}" does not loop.
    for (std::size_t at = text.find(what); at != std::string::npos;
         at = text.find(what, at + with.size())) {
        text.replace(at, what.size(), with);
    }
}

/// Names of one group's hosts: the pattern is looked at once, not once a host.
class HostNames {
  public:
    explicit HostNames(const HostGroupSpec& group)
        : pattern_(group.name),
          plain_(group.name.find('{') == std::string::npos),
          numbered_(group.count * std::max<std::size_t>(1, group.zones.size()) > 1) {
        if (numbered_ && pattern_.find("{}") == std::string::npos) pattern_ += "-{}";
        if (plain_) prefix_ = numbered_ ? group.name + "-" : group.name;
    }
    std::string operator()(int number, const std::string& zone, const std::string& rack) const {
        if (plain_) return numbered_ ? prefix_ + std::to_string(number) : prefix_;
        std::string name = pattern_;
        replace(name, "{}", std::to_string(number));
        replace(name, "{zone}", zone);
        replace(name, "{rack}", rack);
        return name;
    }

  private:
    std::string pattern_;
    std::string prefix_;
    bool plain_;
    bool numbered_;
};

std::string rack_name(const HostGroupSpec& group, const std::string& zone, int number) {
    std::string name = group.rack.empty() ? zone + "-rack" : group.rack;
    if (!group.rack.empty() && group.zones.size() > 1) name = zone + "-" + name;
    if (group.racks_per_zone > 1) name += std::to_string(number);
    return name;
}

class Expansion {
  public:
    HostList take() { return std::move(list_); }

    void zone(const HostGroupSpec& group, std::uint32_t group_index, const std::string& zone,
              int first_number) {
        const HostNames names(group);
        const std::uint32_t zone_index = zones_(zone);
        const int racks = std::min(group.racks_per_zone, group.count);
        int number = first_number;
        for (int r = 0; r < racks; ++r) {
            const std::string rack = rack_name(group, zone, r + 1);
            const std::uint32_t rack_index = racks_(rack);
            if (rack_index == list_.zone_of_rack.size()) list_.zone_of_rack.push_back(zone_index);
            const int in_rack = group.count / racks + (r < group.count % racks ? 1 : 0);
            for (int i = 0; i < in_rack; ++i, ++number) {
                list_.hosts.push_back(
                    {names(number, zone, rack), zone_index, rack_index, group_index});
            }
        }
    }

  private:
    HostList list_;
    Numbering zones_{list_.zones};
    Numbering racks_{list_.racks};
};

}   // namespace

HostList expand_hosts(const PlatformSpec& spec) {
    Expansion expansion;
    for (std::size_t g = 0; g < spec.hosts.size(); ++g) {
        const HostGroupSpec& group = spec.hosts[g];
        SIM_ASSERT(group.count >= 1);
        SIM_ASSERT(group.racks_per_zone >= 1);
        std::vector<std::string> zones = group.zones;
        if (zones.empty()) zones.push_back("default");
        for (std::size_t z = 0; z < zones.size(); ++z) {
            expansion.zone(group, static_cast<std::uint32_t>(g), zones[z],
                           static_cast<int>(z) * group.count + 1);
        }
    }
    return expansion.take();
}

}   // namespace glasshive::platform
