#pragma once

#include <functional>
#include <optional>

#include "platform/spec.h"
#include "platform/spec_check.h"
#include "scenario/known_names.h"
#include "scenario/schema.h"

namespace glasshive::scenario {

/// An included file: its content and its name for messages.
struct Included {
    std::string content;
    std::string shown;
};
/// Reads a file that `value` names; reports at `value` when there is none.
using Include = std::function<std::optional<Included>(const yaml::Value& value)>;

/// Reads one entry of `faults:`. Names are resolved in `places` where a bare name may be a host's,
/// a zone's or a rack's; platform::check says which of them do not exist.
struct FaultReader {
    const Places& places;
    const Include& include;
    Diagnostics& problems;    ///< Where what is wrong inside a trace goes.
    bool at_is_now = false;   ///< `at` may be left out: the fault strikes when it is injected.

    platform::FaultSpec read(const yaml::Value& value) const;

  private:
    void read_who(Map& map, platform::FaultSpec& fault) const;
    void read_when(Map& map, platform::FaultSpec& fault) const;
    void read_random(Map& map, platform::FaultSpec& fault) const;
    void read_trace(Map& map, platform::FaultSpec& fault) const;
    platform::TargetSpec bare_name(const std::string& name, const yaml::Value& place) const;
};

}   // namespace glasshive::scenario
