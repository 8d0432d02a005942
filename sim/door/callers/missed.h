#pragma once

#include <map>
#include <string>

#include "door/callers/entrance.h"
#include "door/callers/ledger.h"

namespace glasshive::door::callers {

/// A query as it was sent.
struct QueryAsked {
    std::string database;
    std::string target;   ///< "/orders/_find"
    std::string body;
};

/// The first document that somebody was told of before a query was asked (`known`, by id), which
/// has not changed since, and which the answer (200) should have shown and did not. Empty: none, or
/// it cannot be said: of a query for a range of keys, for some rows alone, of a reduced view, of
/// one that did not want its index brought up to date.
///
/// It looks into the copies and calls the view's map function, so it knows what no client does;
/// the run does not depend on it.
std::string missed_by(const Entrance& entrance, const QueryAsked& query, const std::string& answer,
                      const std::map<std::string, store::Revision>& known);

}   // namespace glasshive::door::callers
