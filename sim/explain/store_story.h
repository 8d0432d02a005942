#pragma once

#include <set>
#include <string>
#include <vector>

#include "explain/story.h"

/// What a document store did, in words.
namespace glasshive::explain {

/// Of the kinds db.*; "" of those that have no words of their own.
std::string store_sentence(const Told& told, const Names& names);

/// Adds to a story of a step or a document what is in no chain of causes: which copies did not
/// answer and why, who wrote the revision that a 409 met, who wrote both sides of a conflict; and
/// notes that say what a status means. `own`: events of what was asked for, newest first.
void add_store(Reader& reader, Story& story, const std::vector<EventId>& own, Time until,
               std::set<EventId>& ids);

}   // namespace glasshive::explain
