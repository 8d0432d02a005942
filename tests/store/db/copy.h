#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "store/db/database.h"

namespace glasshive::test {

/// A content whose body is this JSON text.
store::ContentPtr content(std::string_view body, bool deleted = false);
store::Revision rev(std::string_view text);

/// A copy of a shard, with the verbs of a client. Checks the invariants after each.
class Client {
  public:
    explicit Client(const store::DatabaseOptions& options = {}) : copy(options) {}

    /// PUT: the new revision, or "409", or "403 reason".
    std::string put(std::string_view id, std::string_view body, std::string_view parent = "");
    std::string remove(std::string_view id, std::string_view parent = "",
                       std::string_view body = "{}");
    /// new_edits=false: the ids newest first; "stored", "known" or "403 reason".
    std::string replicate(std::string_view id, std::uint32_t position,
                          const std::vector<std::string_view>& newest_first,
                          std::string_view body = "{}", bool deleted = false);
    std::vector<std::string> bulk(const std::vector<store::Edit>& edits);
    /// The winner, "1-a"; a '!' behind it says deleted; "missing".
    std::string winner(std::string_view id) const;
    /// All leaves in winner order.
    std::string leaves(std::string_view id) const;
    /// "1:a 3:b": sequence numbers and documents behind `since`.
    std::string changes(std::uint64_t since = 0, bool descending = false) const;
    void check() const;

    store::Database copy;
    store::UpdateRules rules;
};

/// Everything `from` knows of its leaves, as anti-entropy tells it.
std::vector<store::ReplicatedEdit> everything(const store::Database& from);
/// Documents, leaves and what they hold; equal for copies that agree.
std::string describe(const store::Database& copy);

}   // namespace glasshive::test
