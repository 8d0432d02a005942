#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "store/db/database.h"
#include "store/javascript/engine.h"
#include "store/texts.h"
#include "store/view/index.h"
#include "store/view/merge.h"

namespace glasshive::test {

/// A database of `shards` ranges, one copy each, with one design document's index over all of them.
/// Documents go to the shard that the sum of their id's bytes says.
class ViewDesk {
  public:
    /// `design`: {"views":…}.
    explicit ViewDesk(std::string_view design, std::size_t shards = 1);

    /// Creates, changes or deletes: whatever the document's revision is.
    void put(std::string_view id, std::string_view body);
    void remove(std::string_view id);
    void update();

    /// GET /_design/d/_view/NAME?PARAMETERS, after an update: the reply's text, without its
    /// braces' outermost whitespace; or "error: reason".
    std::string get(std::string_view name, std::string_view parameters = "");
    /// Keys alone (map), or "key=value" (reduce), with spaces between.
    std::string keys(std::string_view name, std::string_view parameters = "");

    store::Database& copy(std::size_t shard) { return copies_[shard]; }
    store::view::Index& index(std::size_t shard) { return *indexes_[shard]; }
    store::view::SharedMapper& mapper() { return *shared_; }
    store::view::Definition definition;
    std::vector<std::string> logged;

  private:
    std::size_t shard_of(std::string_view id) const;
    void edit(std::string_view id, std::string_view body, bool deleted);
    std::string run(std::string_view name, std::string_view parameters, bool brief);
    store::json::Value find(std::string_view id) const;

    store::javascript::Engine engine_;
    std::unique_ptr<store::javascript::Program> program_;
    std::unique_ptr<store::view::Mapper> mapper_;
    std::unique_ptr<store::view::SharedMapper> shared_;
    std::vector<store::Database> copies_;
    std::vector<std::unique_ptr<store::view::Index>> indexes_;
};

}   // namespace glasshive::test
