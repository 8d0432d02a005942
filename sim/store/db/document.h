#pragma once

#include <cstdint>
#include <vector>

#include "store/json/shared_bytes.h"
#include "store/revtree/tree.h"

namespace glasshive::store {

/// A document as one copy of its shard has it.
struct Document {
    json::SharedBytes id;
    Tree tree;
    std::uint64_t seq = 0;   ///< The copy's sequence number of its latest change.
};

/// Which revisions `_changes` tells of a document.
enum class Style : std::uint8_t {
    main_only,   ///< The winner.
    all_docs,    ///< All leaves, deleted ones too, the winner first.
};

/// Source: couch_changes:apply_style/2.
std::vector<Revision> changed_revisions(const Document& document, Style style);

}   // namespace glasshive::store
