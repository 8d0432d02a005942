#pragma once

#include <cstdint>
#include <string>

#include "kernel/rng.h"
#include "swarm/state/objects.h"

namespace glasshive::swarm {

/// What a node proves its name and its role with: common name, organisational unit, validity.
/// Source: swarmkit ca/certificates.go.
struct Certificate {
    NodeId node;
    NodeRole role = NodeRole::worker;
    std::uint32_t root = 1;          ///< Generation of the authority that signed it.
    std::uint64_t serial = 0;        ///< From 1; 0: no certificate at all.
    Time valid_from{};
    Time valid_until{};

    bool expired(Time now) const { return now > valid_until; }
};

/// Certificates are dated back against clocks that are behind: swarmkit ca/certificates.go
/// CertBackdate.
inline constexpr Duration certificate_backdate = std::chrono::hours{1};
/// Shorter lifetimes are refused: swarmkit ca/certificates.go MinNodeCertExpiration.
inline constexpr Duration certificate_validity_min = std::chrono::hours{1};

/// How long to wait, from `now`, before a valid certificate is renewed: a whole number of minutes
/// drawn from 50 % to 80 % of its life, so that nodes that joined together do not all come at once.
/// Source: swarmkit ca/config.go calculateRandomExpiry.
Duration renewal_wait(const Certificate& certificate, Time now, kernel::Rng& rng);

/// How long to wait before the next try after `failures` failed ones in a row: none after none,
/// else drawn from [0, 5 s + 5 s * 2^(failures - 1)), of which the bound is at most an hour.
/// Source: swarmkit ca/renewer.go RenewTLSExponentialBackoff; go-events retry.go backoff.
Duration renewal_backoff(std::uint32_t failures, kernel::Rng& rng);

}   // namespace glasshive::swarm
