#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "viewer/model/cluster.h"
#include "viewer/model/sources.h"

namespace glasshive::viewer {

/// What the scheduler sets aside for one task.
struct Reserved {
    double cpus = 0;
    double memory_bytes = 0;
};

/// The reservations of services: as events say, or, in a recording whose events do not carry them,
/// as the files of the run do. There, services of a command, or changed by one, are as the files
/// had them; unknown ones reserve nothing.
class Reservations {
  public:
    /// Reads `resources` of the scenario's services and `deploy.resources.reservations` of Compose
    /// files. A file that cannot be read says nothing.
    static Reservations of(const std::vector<SourceFile>& files);
    /// As events said last; nothing where they say nothing of it.
    static std::optional<Reservations> said_of(const std::vector<ServiceRow>& services);

    /// Of one task of a service; a stack's name before it is no part of the Compose file's.
    Reserved of_service(std::string_view service) const;
    /// Of all containers that execute on a host.
    Reserved on(const HostCell& host) const;
    bool empty() const { return by_service_.empty(); }

  private:
    std::map<std::string, Reserved, std::less<>> by_service_;
};

}   // namespace glasshive::viewer
