#include "swarm/security/authority.h"

namespace glasshive::swarm {

namespace {

/// As Go's net.Dial reports the peer's alert (crypto/tls alert.go).
Refusal tls_alert(const char* why) {
    return {"Unavailable", std::string("connection error: desc = \"transport: authentication "
                                       "handshake failed: remote error: tls: ") +
                               why + "\""};
}

}   // namespace

std::optional<Refusal> Authority::refuse(const Certificate& shown, NodeRole needed) const {
    const kernel::Kernel& kernel = store_.kernel();
    if (shown.serial == 0) {
        return Refusal{"PermissionDenied", "no client certificates in request"};
    }
    if (shown.root != store_.cluster().root) return tls_alert("bad certificate");
    if (shown.expired(kernel.now())) return tls_alert("bad certificate");
    if (store_.cluster().removed_nodes.contains(shown.node)) {
        return Refusal{"PermissionDenied",
                       "Permission denied: node " +
                           object_id(kernel.seed(), static_cast<std::uint32_t>(ObjectKind::node),
                                     shown.node.value) +
                           " was removed from swarm"};
    }
    if (needed == NodeRole::manager && shown.role != NodeRole::manager) {
        return Refusal{"PermissionDenied",
                       "Permission denied: unauthorized peer role, expecting: [swarm-manager]"};
    }
    return std::nullopt;
}

Certificate Authority::sign(const Node& node, std::uint64_t serial) const {
    const Time now = store_.kernel().now();
    return {.node = node.id,
            .role = node.config->role,
            .root = store_.cluster().root,
            .serial = serial,
            .valid_from = now - certificate_backdate,
            .valid_until = now + store_.cluster().certificate_validity};
}

}   // namespace glasshive::swarm
