#pragma once

#include <optional>
#include <string_view>

#include <catch2/catch.hpp>

#include "store/db/database.h"

namespace glasshive::test {

/// Which of `shards` copies holds a document: any rule will do that is always the same.
inline std::size_t any_shard_of(std::string_view id, std::size_t shards) {
    std::size_t sum = 0;
    for (const char c : id) sum += static_cast<unsigned char>(c);
    return sum % shards;
}

/// Puts a revision on top of what is there, as a client that knows it would.
inline void edit_on_top(store::Database& copy, std::string_view id, const store::json::Value& body,
                        bool deleted) {
    const store::Document* before = copy.find(id);
    std::optional<store::Revision> parent;
    if (before != nullptr && !before->tree.deleted())
        parent = before->tree.node(before->tree.winner()).revision;
    const std::vector<store::Edit> edits{
        {.id = store::json::SharedBytes::copy_of(id),
         .parent = parent,
         .content = store::ContentPtr({.body = body, .deleted = deleted})}};
    REQUIRE(copy.update(edits)[0].outcome == store::Updated::Outcome::stored);
}

}   // namespace glasshive::test
