#pragma once

#include <vector>

#include "kernel/kernel.h"
#include "swarm/protocol.h"

namespace glasshive::swarm::agent {

/// The secrets and configs a node has been given, in memory only: a reboot forgets them, and the
/// next complete set brings back those that its tasks still need.
/// Source: swarmkit agent/secrets, agent/configs; agent/worker.go reconcileSecrets.
class Files {
  public:
    Files(kernel::Kernel& kernel, NameId node) : kernel_(kernel), node_(node) {}

    /// Takes in what came with a set of assignments. A complete set drops what it does not name.
    void assign(const std::vector<FileAssignment>& files, bool complete);
    /// The host lost power, or the daemon was killed.
    void forget_all();

  private:
    struct Held {
        NameId name;
        FileKind kind = FileKind::secret;
        friend auto operator<=>(const Held&, const Held&) = default;
    };
    void drop(const Held& held);

    kernel::Kernel& kernel_;
    NameId node_;
    std::vector<Held> held_;   // Sorted.
};

}   // namespace glasshive::swarm::agent
