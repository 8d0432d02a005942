#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "store/db/database.h"
#include "store/mango/find.h"
#include "store/texts.h"
#include "store/view/index.h"

namespace glasshive::test {

/// A database of `shards` ranges with Mango's requests, answered as a coordinator does.
class FindDesk {
  public:
    explicit FindDesk(std::size_t shards = 1) : copies_(shards) {}

    void put(std::string_view id, std::string_view body);
    void remove(std::string_view id);
    /// POST /_index: "created NAME", "exists NAME", or "error: reason".
    std::string index(std::string_view body);
    /// POST /_find: the reply's text or "error: reason".
    std::string find(std::string_view body);
    /// The ids of the documents alone, with spaces between; or "error: reason".
    std::string ids(std::string_view selector, std::string_view more = "");
    std::string explain(std::string_view body);
    /// A member of the last _find's reply as a text; "" when there is none.
    std::string last(std::string_view member) const;

    std::vector<std::pair<std::string, store::json::Value>> designs;

  private:
    struct Built {
        store::view::Definition definition;
        std::unique_ptr<store::view::Mapper> mapper;
        std::unique_ptr<store::view::SharedMapper> shared;
        std::vector<store::view::Index> indexes;
    };
    void edit(std::string_view id, std::string_view body, bool deleted);
    std::size_t shard_of(std::string_view id) const;
    store::json::Value document(std::string_view id, bool conflicts) const;
    std::vector<store::mango::FoundRow> rows(const store::mango::Find& find);
    std::vector<store::mango::FoundRow> all_documents(const store::view::Query& query) const;

    std::vector<store::Database> copies_;
    std::vector<std::pair<std::string, Built>> built_;   // By signature.
    store::json::Value reply_;
};

}   // namespace glasshive::test
