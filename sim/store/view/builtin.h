#pragma once

#include <memory>

#include "store/view/reducer.h"

/// CouchDB's own reduce functions, for reducer.cpp.
namespace glasshive::store::view::builtin {

std::unique_ptr<Reducer> sum();
std::unique_ptr<Reducer> count();
std::unique_ptr<Reducer> stats();
std::unique_ptr<Reducer> approx_count_distinct();
/// The `rank` greatest (or least) values, each once.
std::unique_ptr<Reducer> extremes(std::size_t rank, bool top);
/// The value of the row that sorts first (or last).
std::unique_ptr<Reducer> edge(bool first);

}   // namespace glasshive::store::view::builtin
