#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "kernel/rng.h"
#include "store/javascript/engine.h"

namespace glasshive::store::lua {

/// Called with what log() is given, and with what functions did wrong.
using Log = std::function<void(std::string_view message)>;

/// A program for a design document whose `language` is "lua": a second language, which CouchDB does
/// not have. Each source is a function, `function(doc) emit(doc.city, 1) end`; map, reduce,
/// rereduce, filters and validate_doc_update get what JavaScript's get. To refuse a document:
/// `error({forbidden = "…"})`. Shows, lists, updates and rewrites are unknown_query_language.
///
/// In script::Sandbox: no files, no clock, `math.random` from a stream of the owner's. A call that
/// spends its instructions is a refusal (timeout), in every run alike, so nobody has to note it.
/// null: in an object it is not there, in an array and in what is emitted it is an empty table.
std::unique_ptr<javascript::Program> load(const kernel::Rng& random, const Log& log);

}   // namespace glasshive::store::lua
