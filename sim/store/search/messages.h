#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kernel/process.h"
#include "store/mango/find.h"
#include "store/quorum/query.h"
#include "store/search/answers.h"
#include "store/view/all_docs.h"
#include "store/view/definition.h"
#include "store/view/merge.h"

namespace glasshive::store::search {

/// Between searchers and indexers, and between indexers. `a` is the asker's number of the request,
/// `b` which of its workers is asked; a reply carries both back.
enum class SearchMessage : std::uint16_t {
    query = 440,   ///< IndexRequest: rows, groups or documents picked.
    info,          ///< IndexRequest: definition. What a copy's index is like.
    compact,       ///< IndexRequest: definition.
    cleanup,       ///< IndexRequest: database, signatures.
    forget,        ///< IndexRequest: database. A design document of it was written.
    answered,      ///< IndexReply.
    failed,        ///< No such copy here, or maintenance.
};

/// Which rows of which index, or of which copy's documents.
struct IndexRequest final : kernel::MessageBody {
    std::string shard;
    std::uint32_t copies = 1;   ///< n
    bool partitioned = false;   ///< The views' rows are apart by partition.
    std::shared_ptr<const view::Definition> definition;   ///< Null: the documents by id.
    view::Definition::Place place{};
    view::Query query;   ///< Made by for_shard().
    view::Listing listing = view::Listing::all_docs;
    /// Of a query by selector: rows are looked at until so many were picked; bare ones (r > 1)
    /// come as they are.
    std::shared_ptr<const mango::Plan> plan;
    std::uint64_t picks_max = 0;
    bool bare = false;
    TellingPtr telling;                    ///< Of documents that rows bring with them.
    std::string database;                  ///< With its suffix: "orders.1415960794".
    std::vector<std::string> signatures;   ///< Of cleanup: those that stay.
};

/// What an index is like. Source: couch_index:get_info/2, couch_mrview_index:get/2.
struct IndexInfo {
    Bytes file{};
    Bytes active{};
    Bytes external{};
    std::uint64_t update_seq = 0;
    std::uint64_t purge_seq = 0;
    std::uint64_t pending = 0;   ///< Changes of the copy it does not know.
    std::uint64_t waiting = 0;   ///< Clients.
    bool updating = false;
    bool compacting = false;
};

struct IndexReply final : kernel::MessageBody {
    std::optional<Refusal> refusal;
    view::MapPage page;
    std::vector<view::Group> groups;
    std::vector<mango::FoundRow> found;
    mango::Examined examined;
    query::SeqOf seq;   ///< Where the copy was: of an index, what it knows.
    IndexInfo info;
};

/// On the wire; choices of the model, as quorum's.
inline constexpr Bytes index_request_bytes{512};
Bytes size_of(const IndexReply& reply);

}   // namespace glasshive::store::search
