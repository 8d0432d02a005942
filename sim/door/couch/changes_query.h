#pragma once

#include <cstdint>
#include <string>

#include "door/couch/call.h"
#include "store/document/attachments.h"
#include "store/quorum/feeds.h"
#include "store/search/searcher.h"

namespace glasshive::door::couch {

/// What a request wants to know of a database's changes.
struct ChangesQuery {
    std::string database;
    bool updates = false;   ///< Rows are of _db_updates.
    store::FeedOptions options{};
    bool eventsource = false;
    bool include_docs = false;
    store::search::TellingPtr telling{};   ///< Of documents in rows.
    bool conflicts = false;
    store::AttachmentsShown attachments{};
    std::uint64_t seq_interval = 0;   ///< 0: each row has its sequence.
    store::search::FilterRequest filter{};
};

/// Of _changes. Throws a Problem. Source: chttpd_changes, chttpd_db:parse_changes_query/1.
ChangesQuery read_changes(const Call& call);
/// Of _db_updates. Throws a Problem. Source: global_changes_httpd:parse_global_changes_query/1.
ChangesQuery read_updates(const Call& call);

}   // namespace glasshive::door::couch
