#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "store/quorum/cluster.h"
#include "store/search/indexer.h"
#include "store/search/searcher.h"
#include "store/texts.h"

namespace glasshive::test {

/// "a=1&b=[2]": as a query string that was decoded.
store::view::Query query_of(std::string_view parameters);

/// A StoreCluster whose nodes have indexes, too.
struct SearchCluster : StoreCluster {
    struct Search {
        store::search::IndexFiles indexes;
        std::unique_ptr<store::search::Indexer> indexer;
        std::unique_ptr<store::search::Searcher> searcher;
    };
    explicit SearchCluster(std::size_t nodes, std::uint64_t seed = 1,
                           const store::search::ScriptOptions& options = {},
                           const store::search::IndexerOptions& indexing = {});
    void start(std::size_t i);
    void kill(std::size_t i);

    // --- A client's verbs: replies in one line, "404 not_found: missing" -------------------------
    using Then = std::function<void(const store::search::Reply&)>;
    /// Runs until there is an answer; "" when there is none within a minute.
    std::string answer_of(const std::function<void(Then)>& ask);
    static std::string words(const store::search::Reply& reply);
    std::string view(std::size_t via, std::string_view design, std::string_view name,
                     std::string_view parameters = "");
    std::string all_docs(std::size_t via, std::string_view parameters = "");
    std::string find(std::size_t via, std::string_view body);
    std::string index(std::size_t via, std::string_view body);
    /// A write of anybody; "201", or "403 forbidden: why".
    std::string write(std::size_t via, std::string_view id, std::string_view body,
                      std::string_view parent = "", std::string_view user = "",
                      bool deleted = false);
    /// Changes or creates, whatever the document's revision is.
    std::string put_on_top(std::size_t via, std::string_view id, std::string_view body,
                           bool deleted = false);
    /// What all indexes on a node know, and of how many documents functions ran: for stories.
    std::uint64_t index_seq(std::size_t node) const;

    store::search::Scripts scripts;
    std::vector<Search> search;
    std::vector<ProcessId> indexers;
};

/// The documents of a database in one copy and one index of it: what answers must be equal to.
class Model {
  public:
    Model(SearchCluster& cluster, std::string_view design);
    void put(std::string_view id, std::string_view body, bool deleted = false);
    /// As SearchCluster::view says it.
    std::string view(std::string_view name, std::string_view parameters = "");
    std::string all_docs(std::string_view parameters = "");

  private:
    store::json::Value find(std::string_view id) const;

    store::Database copy_;
    std::shared_ptr<store::search::ViewCode> code_;
    std::unique_ptr<store::view::Index> index_;
};

}   // namespace glasshive::test
