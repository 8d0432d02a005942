#include "serve/fresh.h"

#include <nlohmann/json.hpp>

namespace glasshive::serve {

std::string fresh_scenario(const FreshCluster& cluster) {
    // JSON's texts are YAML's, too.
    nlohmann::ordered_json admins = nlohmann::ordered_json::object();
    for (const auto& [name, password] : cluster.admins) admins[name] = password;
    const std::string count = std::to_string(cluster.nodes);
    return "schema: 1\n"
           "title: A fresh cluster of the document store\n"
           "seed: " +
           std::to_string(cluster.seed) +
           "\n"
           "duration: 87600h\n"
           "platform:\n"
           "  hosts:\n"
           "    - {name: \"node{}\", count: " +
           count +
           ", cpus: 4, memory: 8GiB}\n"
           "record: {samples: 1h}\n"
           "stores:\n"
           "  - name: couchdb\n"
           "    node_name: \"{}@127.0.0.1\"\n"
           "    epoch: " +
           std::to_string(cluster.epoch) +
           "\n"
           "    admins: " +
           admins.dump() + "\n";
}

}   // namespace glasshive::serve
