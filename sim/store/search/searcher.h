#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel/kernel.h"
#include "store/json/value.h"
#include "store/quorum/coordinator.h"
#include "store/quorum/gatherer.h"
#include "store/quorum/scatter.h"
#include "store/search/answers.h"
#include "store/search/messages.h"
#include "store/search/scripts.h"
#include "store/shard/shard_map.h"
#include "store/view/all_docs.h"
#include "store/view/query.h"

namespace glasshive::store::search {

/// Which changes a client of `_changes` wants, as its request says it.
struct FilterRequest {
    std::string filter{};     ///< "d/f", "_doc_ids", "_selector", "_design", "_view"; "": all.
    std::string view{};       ///< Of `_view`: "d/v".
    json::Value doc_ids{};    ///< Of `_doc_ids`: the array; nothing: none was given.
    json::Value selector{};   ///< Of `_selector`: the body's member; nothing: none was given.
    json::Value request{};    ///< What a filter function gets as `req`; nothing: {}.
};

/// The process of a node that answers queries: it asks the indexers of all copies, and the first
/// copy of each range that answers decides (r = 1), so that rows may be older than a write that was
/// answered 201. Design documents are read by quorum; there is no cache of them here.
///
/// `then` is called once, from a message or a timer, or at once when nothing can be asked; never if
/// the node dies. `design` names a design document with or without "_design/". `user`: who asks for
/// a write, as validation functions see it; nothing: a server's admin. `telling`: what the reader
/// is told of documents that come with rows, or are picked.
/// Leaves out: conflicts of other documents in a view's rows.
/// Source: fabric_view_map.erl, fabric_view_reduce.erl, fabric_view_all_docs.erl,
/// fabric_group_info.erl, mango_httpd.erl, mango_crud.erl, couch_changes.erl.
class Searcher final : public Scatter {
  public:
    using Then = std::function<void(const Reply&)>;

    /// `coordinator` and `gatherer` are of the same node. `indexers`: processes of the members'
    /// Indexers, in their order. All of it outlives this.
    Searcher(kernel::Kernel& kernel, NodeFiles& files, Scripts& scripts, Coordinator& coordinator,
             Gatherer& gatherer, std::string node, const std::vector<QuorumMember>& members,
             const std::vector<ProcessId>& indexers, Duration request_timeout);

    // --- Views -----------------------------------------------------------------------------------
    /// `_design/x/_view/y`. `query` as view::parse_query made it; it is checked here. 404
    /// not_found: "missing", "deleted", "missing_named_view"; 400 query_parse_error; 500 nodedown
    /// "progress not possible"; errors of reduce functions.
    void view(std::string_view database, std::string_view design, std::string_view view,
              view::Query query, Then then, TellingPtr telling = {});
    /// `_all_docs`, `_design_docs`, with all options of rows. With `keys` they are read by
    /// quorum, and a hole in the ring is 412 nodedown.
    void all_docs(std::string_view database, view::Query query, view::Listing listing, Then then,
                  TellingPtr telling = {});
    /// `_design/x/_info`.
    void design_info(std::string_view database, std::string_view design, Then then);
    /// `POST /db/_view_cleanup`: 202; all copies' indexes whose design document is gone go.
    void view_cleanup(std::string_view database, Then then);
    /// `POST /db/_compact/x`: 202; 404 when there is no such design document.
    void compact_views(std::string_view database, std::string_view design, Then then);

    // --- Mango -----------------------------------------------------------------------------------
    /// Bodies as the client wrote them. `partition`: of `_partition/p/_find`, else empty.
    void find(std::string_view database, const json::Value& body, std::string_view partition,
              Then then, TellingPtr telling = {});
    void explain(std::string_view database, const json::Value& body, std::string_view partition,
                 Then then);
    /// `POST /db/_index`. {"result","id","name"}.
    void create_index(std::string_view database, const json::Value& body, json::Value user,
                      Then then);
    /// `GET /db/_index`; texts of `limit` and `skip`, empty: not given.
    void list_indexes(std::string_view database, std::string_view limit, std::string_view skip,
                      Then then);
    /// `DELETE /db/_index/x/json/name`.
    void delete_index(std::string_view database, std::string_view design, std::string_view type,
                      std::string_view name, json::Value user, Then then);
    /// `POST /db/_index/_bulk_delete`.
    void delete_indexes(std::string_view database, const json::Value& body, json::Value user,
                        Then then);

    // --- Design documents' other functions -------------------------------------------------------
    /// The body of a design document, with _id and _rev; `fail` says why there is none.
    void open_design(std::string_view database, std::string_view design, Then fail,
                     std::function<void(const json::Value& design)> then);
    /// What a show, update, list or rewrite function says: javascript::Program::render. Its costs
    /// are nobody's.
    std::variant<json::Value, Refusal> render(const json::Value& design, std::string_view kind,
                                              std::string_view source, json::View given) {
        return scripts_.render(design, kind, source, given);
    }

    // --- Changes ---------------------------------------------------------------------------------
    /// Makes the filter that a request for `_changes` names, for ListChanges::filter. 400
    /// bad_request; 404 not_found ("missing json key: f", or of the design document).
    void filter(std::string_view database, FilterRequest request,
                std::function<void(const FilterAnswer&)> then);

  private:
    ProcessId process_of(std::size_t member) const override { return indexers_[member]; }
    std::size_t member_count() const override { return indexers_.size(); }
    Worker worker(const Copy& copy, const ShardMap& map, SearchMessage type,
                  const IndexRequest& request) const;
    /// To all copies; of a partition those that hold it; with `stable` the preferred ones.
    Job asking(const ShardMap& map, SearchMessage type, const IndexRequest& request);
    /// The workers whose answers count, in order of ranges; or why there is no answer.
    static std::optional<Reply> why_not(const Job& job, const IndexRequest& request);
    static std::vector<std::size_t> chosen(const Job& job, const IndexRequest& request);
    static const IndexReply& reply_of(const Job& job, std::size_t worker) {
        return static_cast<const IndexReply&>(*job.workers[worker].reply);
    }
    NameId name(std::string_view text) { return kernel_.names().intern(text); }
    static std::string packed_seq(const Job& job, const std::vector<std::size_t>& workers);

    struct DesignBody {
        std::string id;
        Revision revision;
        json::Value body;
    };
    /// All design documents, by id, from one copy of each range; nothing: no ring.
    using ThenDesigns = std::function<void(const std::optional<std::vector<DesignBody>>&)>;
    void read_designs(std::string_view database, ThenDesigns then);

    struct ViewJob;
    void answer_view(const ViewJob& view, const Reply& reply);
    void ask_view(std::string_view database, std::shared_ptr<ViewJob> view);
    void merge_view(const std::shared_ptr<ViewJob>& view, const Job& job);
    void print_groups(ViewJob& view, std::vector<std::vector<view::Group>> groups);
    void read_linked(const std::shared_ptr<ViewJob>& view);
    void read_keys(std::string_view database, view::Query query, view::Listing listing, Then then,
                   TellingPtr telling);
    void count_documents(std::string_view database, view::Listing listing,
                         std::function<void(const DocsAnswer&)> then);

    struct FindJob;
    void answer_find(const FindJob& find, const Reply& reply);
    /// What `_find` and `_explain` begin with.
    void plan(std::string_view database, const json::Value& body, std::string_view partition,
              bool explain, Then fail, std::function<void(mango::Plan, json::Value design)> then);
    void ask_find(const std::shared_ptr<FindJob>& find, const json::Value& design);
    void merge_find(const std::shared_ptr<FindJob>& find, const Job& job);
    void read_next(const std::shared_ptr<FindJob>& find);
    void finish_find(const std::shared_ptr<FindJob>& find);

    struct IndexWrite;
    /// Writes a design document, or deletes it when there is no body.
    void write_design(IndexWrite write, std::function<void(std::optional<Reply> problem)> then);
    /// One index, or whatever one a design document has (an empty name).
    struct Doomed {
        std::string database;
        std::string design;
        std::string type;
        std::string name;
        std::uint32_t w = 2;
        json::Value user;
    };
    void remove_index(const Doomed& doomed, Then then);
    struct BulkDelete;
    void delete_next(const std::shared_ptr<BulkDelete>& bulk);

    NodeFiles& files_;
    Scripts& scripts_;
    Coordinator& coordinator_;
    Gatherer& gatherer_;
    std::string node_;
    const std::vector<QuorumMember>& members_;
    const std::vector<ProcessId>& indexers_;
};

}   // namespace glasshive::store::search
