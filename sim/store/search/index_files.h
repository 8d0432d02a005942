#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "store/search/scripts.h"
#include "store/view/index.h"

namespace glasshive::store::search {

/// The index of one design document's views over one copy, as far as it was committed.
struct CopyIndex {
    std::string copy_uuid;   ///< Of the copy it is of: a copy made anew has none.
    std::shared_ptr<ViewCode> code;
    view::Index index;
    std::uint64_t number = 0;   ///< Of all that this node ever made.
    Bytes file{};               ///< Grows with each update, shrinks when compacted.
};

/// What a node has on its disk of indexes: it stands beside its NodeFiles and lives as long. By the
/// shard's name and the signature of the views.
/// Source: couch_mrview_util:index_file/2.
struct IndexFiles {
    std::map<std::pair<std::string, std::string>, CopyIndex> indexes;
    std::uint64_t made = 0;
};

}   // namespace glasshive::store::search
