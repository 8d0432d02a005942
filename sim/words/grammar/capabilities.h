#pragma once

#include <string>
#include <vector>

namespace glasshive::words {

/// What is really added and dropped: names with CAP_ and in capitals, sorted, each once; ALL
/// swallows all others of its list, adding wins over dropping.
/// Source: docker/cli opts/capabilities.go, EffectiveCapAddCapDrop.
struct Capabilities {
    std::vector<std::string> add, drop;
};
Capabilities effective_capabilities(const std::vector<std::string>& add,
                                    const std::vector<std::string>& drop);

/// "net_admin" as CAP_NET_ADMIN; ALL and RESET stay.
std::string capability_name(std::string name);

}   // namespace glasshive::words
