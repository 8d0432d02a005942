#pragma once

#include <string>

#include "words/flags.h"

#include "swarm/spec.h"

/// Parts of a service's spec that `create` and `update` set by the same flags. Internal.
namespace glasshive::words {

/// Collects the first problem; docker stops there.
struct ServiceParts {
    const Flags& flags;
    swarm::ServiceSpec& spec;
    std::vector<std::string> unsimulated{};
    std::string problem{};

    void fail(std::string text) {
        if (problem.empty()) problem = std::move(text);
    }

    void container();   ///< hostname, user, workdir, tty, read-only, init, stop-*…
    void resources();
    void restart();
    void updates();   ///< --update-* and --rollback-*.
    void health();
    void endpoint();
    void log_driver();

    /// Mounts of `flag`, in the order written.
    std::vector<swarm::Mount> mounts(const char* flag);
    std::vector<swarm::PortConfig> ports(const char* flag);
    std::vector<swarm::NetworkAttachment> networks(const char* flag);
    std::vector<swarm::FileReference> references(const char* flag, const char* noun);
    void generic(const char* flag, std::map<std::string, std::int64_t>& into);

  private:
    bool any(std::initializer_list<const char*> names) const;
    void update_config(const std::string& prefix, std::optional<swarm::UpdateConfig>& config);
};

}   // namespace glasshive::words
