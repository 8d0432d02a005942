#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "swarm/state/objects.h"

namespace glasshive::swarm {

/// What a machine shows to join: `SWMTKN-1-<50>-<25>`, both parts base 36. The first is a digest
/// of the root certificate, by which the machine knows that it talks to the right swarm; the second
/// the secret of its role, replaced when the token is rotated.
/// Source: swarmkit ca/config.go GenerateJoinToken.
std::string join_token(std::uint64_t seed, const ClusterObject& cluster, NodeRole role);

/// The role a token admits to today; none for a token of another swarm or one that was rotated
/// away.
/// Source: swarmkit ca/server.go IssueNodeCertificate.
std::optional<NodeRole> role_of_token(std::uint64_t seed, const ClusterObject& cluster,
                                      std::string_view token);

/// Opens a locked manager: `SWMKEY-1-` and 32 random bytes in unpadded base64. Empty when the swarm
/// does not lock its managers.
/// Source: swarmkit manager/encryption/encryption.go HumanReadableKey.
std::string unlock_key(std::uint64_t seed, const ClusterObject& cluster);

}   // namespace glasshive::swarm
