#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "kernel/kernel.h"
#include "store/quorum/node_files.h"

namespace glasshive::store {

/// Says how far a node's copies are: db.copy. A commit is no news: a copy is said when it is made,
/// when its node starts, and when it changed, once a second at most.
class CopyReport {
  public:
    /// Both outlive it; `node`: as the cluster calls it.
    CopyReport(kernel::Kernel& kernel, const NodeFiles& files, std::string node)
        : kernel_(kernel),
          files_(files),
          node_(std::move(node)) {}

    /// The node has started: what its disk holds. `owner` gives its timer `tag` to on_timer().
    void start(ProcessId owner, std::uint32_t tag);
    void stop();
    /// The copy is there, or a commit changed it: now or within a second.
    void changed(const std::string& shard);
    void removed(const std::string& shard);
    void on_timer();

  private:
    struct Told {
        Time at{};
        bool waits = false;   ///< For the timer.
    };
    NameId name(std::string_view text) { return kernel_.names().intern(text); }
    NameId subject_of(const std::string& shard);
    void say(const std::string& shard);

    kernel::Kernel& kernel_;
    const NodeFiles& files_;
    std::string node_;
    ProcessId owner_;
    std::uint32_t tag_ = 0;
    std::map<std::string, Told, std::less<>> told_;   // By shard; since the node started.
    bool armed_ = false;
};

}   // namespace glasshive::store
