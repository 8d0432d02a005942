#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/event.h"
#include "check/invariants.h"
#include "world/world.h"

namespace glasshive::session {

/// What the small stores (store/contrast) promise, whatever failed in a run:
/// - 2pc and raft: each read shows the newest edit that anybody was told of before it was asked,
///   written or read; no two edits that were acknowledged have one number. Versions of a document
///   are numbered without gaps, so this is linearizability, but for edits that nobody was told of;
/// - quorum with r + w > n: each read shows the newest acknowledged edit, or a newer one;
/// - all: an acknowledged edit is at the end where the kind says it is: on all copies (2pc), on a
///   leader (raft), on w copies (quorum).
/// A store whose clients choose r and w themselves promises nothing.
class SmallStoreWatch {
  public:
    explicit SmallStoreWatch(const Names& names) : names_(names) {}
    void on_event(const Event& event, std::string_view text);
    std::vector<check::Violation> finish(world::World& world, Time end);

  private:
    struct Told {
        std::uint64_t number = 0;   ///< Of its version.
        std::string revision;
        EventId event{};
    };
    void look_at(const door::contrast::Front& store);
    void look_at_document(const door::contrast::Front& store, const std::string& key,
                          const std::vector<Told>& told);
    void add(const char* rule, EventId event, Time time, std::string text);

    const Names& names_;
    std::map<std::string, std::map<std::string, std::vector<Told>>> stored_;   // By database, id.
    std::vector<Event> stale_;
    std::vector<check::Violation> found_;
    Time end_{};
};

}   // namespace glasshive::session
