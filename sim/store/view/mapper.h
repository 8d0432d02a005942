#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "store/db/document.h"
#include "store/javascript/engine.h"
#include "store/refusal.h"
#include "store/view/definition.h"

namespace glasshive::store::view {

using Emitted = javascript::Emitted;
/// What each map function of a definition emitted for one document.
using Mapping = std::vector<std::vector<Emitted>>;

/// The map functions of one definition.
class Mapper {
  public:
    virtual ~Mapper() = default;
    /// `document` as it is stored, with _id, _rev, _conflicts, _deleted_conflicts. A refusal:
    /// a function never ended, or memory did.
    virtual std::variant<Mapping, Refusal> map(json::View document) = 0;
};

/// Whether functions of the language are called through a Program: JavaScript, and Lua, which is
/// ours.
inline bool is_of_scripts(std::string_view language) {
    return language == "javascript" || language == "lua";
}

/// Map functions in such a language. `program` lives longer; it is of the definition's design
/// document. compilation_error when a source is no function, unknown_query_language when it is
/// another's.
std::variant<std::unique_ptr<Mapper>, Refusal> script_mapper(const Definition& definition,
                                                             javascript::Program& program);

/// Compiles all functions of a definition in such a language, before its design document is
/// written, in a program that is good for nothing else: reduce functions are called with no rows,
/// for that is what compiles them. Nothing for other languages, which may be written unseen.
/// Source: couch_mrview:validate/2, couch_query_servers:try_compile/4.
std::optional<Refusal> check_functions(const Definition& definition, javascript::Program& program);

/// What a mapper makes of documents, remembered for the other copies of a shard, so that n copies
/// run a map function once. A revision that others wrote under the same id is mapped anew.
///
/// One per database and signature. Memory: bounded, the oldest mapping goes first.
class SharedMapper {
  public:
    using MappingPtr = std::shared_ptr<const Mapping>;

    /// `copies`: a mapping is forgotten when so many have had it.
    SharedMapper(Mapper& mapper, const Definition& definition, int copies,
                 std::size_t remembered_max = 100'000);
    /// Of the winner. Requires a document that is not deleted. A revision whose functions never
    /// ended is not tried again.
    std::variant<MappingPtr, Refusal> map(const Document& document);
    /// Documents that a map function ran for, so far.
    std::uint64_t runs() const { return runs_; }

  private:
    struct Known {
        ContentPtr content;
        std::variant<MappingPtr, Refusal> mapping;
        int left;   // Of the copies; refusals stay.
        std::uint64_t number;
    };
    Mapper& mapper_;
    bool local_seq_;
    int copies_;
    std::size_t remembered_max_;
    std::unordered_map<std::string, Known> known_;   // Looked up, never walked.
    std::deque<std::pair<std::uint64_t, std::string>> order_;
    std::uint64_t runs_ = 0;
};

}   // namespace glasshive::store::view
