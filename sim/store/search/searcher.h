#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/kernel.h"
#include "store/json/value.h"
#include "store/quorum/coordinator.h"
#include "store/quorum/gatherer.h"
#include "store/search/answers.h"
#include "store/search/scripts.h"
#include "store/view/all_docs.h"
#include "store/view/query.h"

namespace glasshive::store::search {

/// Who asks for a write: `userCtx` as validation functions see it. Nothing: a server's admin.
struct IndexWriter {
    json::Value user{};
    std::uint32_t w = 2;   ///< mango_httpd: get_idx_w_opts
};

/// Which changes a client of `_changes` wants, as its request says it.
struct FilterRequest {
    std::string filter{};     ///< "d/f", "_doc_ids", "_selector", "_design", "_view"; "": all.
    std::string view{};       ///< Of `_view`: "d/v".
    json::Value doc_ids{};    ///< Of `_doc_ids`: the array; nothing: none was given.
    json::Value selector{};   ///< Of `_selector`: the object of the body.
    json::Value request{};    ///< What a filter function gets as `req`; nothing: {}.
};

/// The process of a node that answers queries: it asks the indexers of all copies, and the first
/// copy of each range that answers decides (r = 1), so that rows may be older than a write that was
/// answered 201. Design documents are read by quorum; there is no cache of them here.
///
/// `then` is called once, from a message or a timer, or at once when nothing can be asked; never if
/// the node dies. `design` names a design document with or without "_design/".
/// Source: fabric_view_map.erl, fabric_view_reduce.erl, fabric_view_all_docs.erl,
/// fabric_group_info.erl, mango_httpd.erl, mango_crud.erl, chttpd_changes.erl.
class Searcher final : public kernel::Process {
  public:
    using Then = std::function<void(const Reply&)>;

    /// `coordinator` and `gatherer` are of the same node. `indexers`: processes of the members'
    /// Indexers, in their order. All of it outlives this.
    Searcher(kernel::Kernel& kernel, NodeFiles& files, Scripts& scripts, Coordinator& coordinator,
             Gatherer& gatherer, std::string node, const std::vector<QuorumMember>& members,
             const std::vector<ProcessId>& indexers, Duration request_timeout);
    ~Searcher() override;

    // --- Views -----------------------------------------------------------------------------------
    /// `_design/x/_view/y`. `query` as view::parse_query made it; it is checked here. 404
    /// not_found: "missing", "deleted", "missing_named_view"; 400 query_parse_error; 500 nodedown
    /// "progress not possible"; errors of reduce functions.
    void view(std::string_view database, std::string_view design, std::string_view view,
              view::Query query, Then then);
    /// `_all_docs`, `_design_docs`, with all options of rows. With `keys` they are read by
    /// quorum, and a hole in the ring is 412 nodedown.
    void all_docs(std::string_view database, view::Query query, view::Listing listing, Then then);
    /// `_design/x/_info`.
    void design_info(std::string_view database, std::string_view design, Then then);
    /// `POST /db/_view_cleanup`: 202; all copies' indexes whose design document is gone go.
    void view_cleanup(std::string_view database, Then then);
    /// `POST /db/_compact/x`: 202; 404 when there is no such design document.
    void compact_views(std::string_view database, std::string_view design, Then then);

    // --- Mango -----------------------------------------------------------------------------------
    /// Bodies as the client wrote them. `partition`: of `_partition/p/_find`, else empty.
    void find(std::string_view database, const json::Value& body, std::string_view partition,
              Then then);
    void explain(std::string_view database, const json::Value& body, std::string_view partition,
                 Then then);
    /// `POST /db/_index`. {"result","id","name"}.
    void create_index(std::string_view database, const json::Value& body, IndexWriter writer,
                      Then then);
    /// `GET /db/_index`; texts of `limit` and `skip`, empty: not given.
    void list_indexes(std::string_view database, std::string_view limit, std::string_view skip,
                      Then then);
    /// `DELETE /db/_index/x/json/name`.
    void delete_index(std::string_view database, std::string_view design, std::string_view type,
                      std::string_view name, IndexWriter writer, Then then);
    /// `POST /db/_index/_bulk_delete`.
    void delete_indexes(std::string_view database, const json::Value& body, IndexWriter writer,
                        Then then);

    // --- Changes ---------------------------------------------------------------------------------
    /// Makes the filter that a request for `_changes` names, for ListChanges::filter. 400
    /// bad_request; 404 not_found ("missing json key: f", or of the design document).
    void filter(std::string_view database, FilterRequest request,
                std::function<void(const FilterAnswer&)> then);

    void on_message(const kernel::Message& message) override;
    void on_channel_closed(ChannelId channel, kernel::CloseReason reason) override;
    void on_timer(std::uint32_t tag, std::uint64_t argument) override;
    void on_stop() override;
    /// The net tick found it silent: whoever waits for it need not.
    void node_down(std::size_t member);

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}   // namespace glasshive::store::search
