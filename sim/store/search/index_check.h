#pragma once

#include <string>
#include <vector>

#include "store/db/database.h"
#include "store/search/index_files.h"

namespace glasshive::store::search {

/// What does not hold of an index that knows all of its copy: its rows are what the map functions
/// emit for the documents there are, in the collation's order. An index that is behind, or of
/// another copy, has nothing to say. Calls the map functions once more.
std::vector<std::string> violations(const CopyIndex& index, const Database& copy);

}   // namespace glasshive::store::search
