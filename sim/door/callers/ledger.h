#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "store/revtree/revision.h"

namespace glasshive::door::callers {

/// What a request came to.
struct Answer {
    int status = 0;     ///< Of HTTP; 0: there is none.
    std::string body;   ///< Or why there is none.

    bool ok() const { return status >= 200 && status < 300; }
};

/// Which kind of request it is, by its method and path.
struct Aim {
    std::string database;         ///< Empty: none.
    std::string document;         ///< Empty: none, or several.
    const char* what = "other";   ///< write, read, query or other.
};
/// `target` as sent: "/orders/cart?w=2".
Aim aim_of(std::string_view method, std::string_view target);

/// Documents, rows, results or changes in a JSON answer; 0 when there are none.
std::int64_t rows_in(const std::string& body);
/// A text member of a JSON object; for an array, of its first text. "" when there is none.
std::string text_in(const std::string& body, std::string_view key);

/// A document and its revision, as a query's answer shows it.
struct Shown {
    std::string id;
    std::string revision;   ///< "": the answer says none.
};
/// Those in the answer of a `_find`, of `_all_docs`, or of a view with include_docs.
std::vector<Shown> shown_in(const std::string& body);

/// The ids that an answer of rows or documents names.
std::set<std::string> ids_in(const std::string& body);

/// What all clients of a run have been told: it sees when one is shown less than another was.
class Ledger {
  public:
    void keep(const std::string& step, const Answer& answer) { steps_[step] = answer; }
    /// Null: it was not answered yet.
    const Answer* answer_of(const std::string& step) const;

    /// A client was told that this revision is stored.
    void told(const std::string& place, const store::Revision& revision);
    /// The greatest revision any client was told of; `place` is "STORE/DATABASE/ID".
    std::optional<store::Revision> newest(const std::string& place) const;
    /// Of all documents below "STORE/DATABASE/".
    std::map<std::string, store::Revision> newest_below(const std::string& prefix) const;

  private:
    std::map<std::string, Answer> steps_;
    std::map<std::string, store::Revision> newest_;
};

}   // namespace glasshive::door::callers
