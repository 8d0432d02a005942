#include "swarm/security/tokens.h"

#include "kernel/rng.h"

namespace glasshive::swarm {

namespace {

/// `length` characters of `alphabet` from the named stream: the same for the same run, and nothing
/// else draws from it.
std::string text_of(std::uint64_t seed, const std::string& stream, std::string_view alphabet,
                    std::size_t length) {
    kernel::Rng rng(seed, stream);
    std::string text;
    for (std::size_t i = 0; i < length; ++i) text += alphabet[rng.below(alphabet.size())];
    return text;
}

constexpr std::string_view base36 = "0123456789abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view base64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}   // namespace

std::string join_token(std::uint64_t seed, const ClusterObject& cluster, NodeRole role) {
    const bool manager = role == NodeRole::manager;
    const std::uint32_t generation = manager ? cluster.manager_token : cluster.worker_token;
    const std::string root = "swarm/root/" + std::to_string(cluster.root);
    const std::string secret =
        std::string("swarm/token/") + to_text(role) + "/" + std::to_string(generation);
    return "SWMTKN-1-" + text_of(seed, root, base36, 50) + "-" + text_of(seed, secret, base36, 25);
}

std::optional<NodeRole> role_of_token(std::uint64_t seed, const ClusterObject& cluster,
                                      std::string_view token) {
    for (const NodeRole role : {NodeRole::manager, NodeRole::worker}) {
        if (token == join_token(seed, cluster, role)) return role;
    }
    return std::nullopt;
}

std::string unlock_key(std::uint64_t seed, const ClusterObject& cluster) {
    if (cluster.unlock_key == 0) return "";
    // 43 characters hold 258 bits: the last one carries four of the key's 256, its low two are 0.
    std::string key = text_of(seed, "swarm/unlock/" + std::to_string(cluster.unlock_key), base64,
                              43);
    key.back() = base64[base64.find(key.back()) & ~std::size_t{3}];
    return "SWMKEY-1-" + key;
}

}   // namespace glasshive::swarm
