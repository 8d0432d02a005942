#pragma once

#include <memory>

#include "store/db/database.h"
#include "store/search/index_files.h"
#include "store/search/messages.h"

namespace glasshive::store::search {

/// What a copy says to a query, from an index of its or, when there is none in the request, from
/// its documents. Pure: what it costs to say it is told beside.
/// Source: fabric_rpc: map_view/5, reduce_view/5, all_docs/3; mango_cursor_view:view_cb/2.
struct CopyReading {
    std::shared_ptr<IndexReply> reply;
    Cost cost;
};
/// `index` is null for documents.
CopyReading read_copy(const Database& copy, const CopyIndex* index, const IndexRequest& request);

}   // namespace glasshive::store::search
