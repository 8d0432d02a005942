#pragma once

#include <string>
#include <vector>

#include "session/channel.h"
#include "session/session.h"

namespace glasshive::serve {

/// What `glasshive ctl` may do to a store that is served: one JSON object a line in, one out.
///
///   {"do":"fault","kind":"crash","nodes":[["n2"]]}     its processes end, its host lives
///   {"do":"fault","kind":"pause","nodes":[["n2"]]}     its host freezes
///   {"do":"fault","kind":"start","nodes":[["n2"]]}     undoes crash and pause
///   {"do":"fault","kind":"partition","nodes":[["n1","n2"],["n3"]]}
///   {"do":"fault","kind":"heal"}                       ends every partition
///   {"do":"status"}
///
/// A node is named by its name, its host, or "n" and its number from 1. Answers {"ok":true,…} once
/// it is so, or {"ok":false,"error":…}.
class Control {
  public:
    Control(session::Session& session, std::size_t store) : session_(session), store_(store) {}
    std::string answer(const std::string& line);

  private:
    struct Fault {
        std::size_t number = 0;   ///< Of the run's faults, from 1.
        std::string kind;
        std::vector<std::size_t> nodes;
    };
    std::string status() const;
    std::string strike(const std::string& kind,
                       const std::vector<std::vector<std::size_t>>& groups);
    std::string inject(const std::string& kind, const std::string& text,
                       std::vector<std::size_t> nodes);
    /// Ends our faults of this kind that strike one of these nodes (empty: any).
    void heal(const std::string& kind, const std::vector<std::size_t>& nodes);
    std::string host_of(std::size_t node) const;

    session::Session& session_;
    std::size_t store_;
    std::vector<Fault> faults_;   // Active ones of ours.
};

}   // namespace glasshive::serve
