#pragma once

#include <optional>
#include <string>

#include "swarm/security/certificate.h"
#include "swarm/state/store.h"

namespace glasshive::swarm {

/// A gRPC status: what a caller that is not served is told.
struct Refusal {
    const char* code = "";           ///< "PermissionDenied", "InvalidArgument", …
    std::string text;
};

/// The swarm's certificate authority as the leader applies it: whom to believe, and what to sign.
/// Holds no state of its own but what the store says; serials follow the store's cluster object.
class Authority {
  public:
    explicit Authority(const Store& store) : store_(store) {}

    /// Whether the holder may be served as `needed` (a manager may do all that a worker may).
    /// Nothing: yes. TLS refuses an expired or unknown certificate before any rule is looked at.
    /// Source: swarmkit ca/auth.go AuthorizeOrgAndRole, authorizeOrg; crypto/x509 Verify.
    std::optional<Refusal> refuse(const Certificate& shown, NodeRole needed) const;

    /// A certificate for `node` with its present role, valid from now on (and an hour back).
    Certificate sign(const Node& node, std::uint64_t serial) const;

  private:
    const Store& store_;
};

}   // namespace glasshive::swarm
