#pragma once

#include <set>
#include <string>
#include <vector>

#include "explain/story.h"

/// What the small stores (2pc, raft, quorum) did, in words.
namespace glasshive::explain {

/// Of their kinds of event; "" of others.
std::string small_store_sentence(const Told& told, const Names& names);

/// Adds to the story of a step that such a store could not do what was drawn, decided or not known,
/// and why. `asked`: the request. `caused`: what it caused, of these kinds. Returns the names of
/// nodes that were not heard.
std::set<std::string> add_small_store(Reader& reader, Story& story,
                                      const std::vector<EventId>& caused, std::int64_t status,
                                      std::set<EventId>& ids);

}   // namespace glasshive::explain
