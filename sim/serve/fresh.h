#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace glasshive::serve {

/// A cluster that no scenario describes.
struct FreshCluster {
    std::size_t nodes = 3;
    std::uint64_t seed = 42;
    std::vector<std::pair<std::string, std::string>> admins;
    std::int64_t epoch = 0;   ///< Seconds since 1970 at the start.
};

/// Its scenario, as text: hosts node1, node2, … with a node of CouchDB's defaults on each, named
/// node1@127.0.0.1 as the documentation's do. Names and passwords may hold anything.
std::string fresh_scenario(const FreshCluster& cluster);

}   // namespace glasshive::serve
