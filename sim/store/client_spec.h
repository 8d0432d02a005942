#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "base/units.h"

/// What a scenario says of a store's clients and of what it holds from the start.
namespace glasshive::store {

/// A document, or many that differ in a number.
struct DocumentSpec {
    std::string text;          ///< A JSON object with an `_id`; see numbered().
    std::uint64_t count = 1;   ///< How many, numbered from 1.
};

/// One request of a client, at a given time.
struct StepSpec {
    std::string name;       ///< Unique in the run: what the expectations and `explain` call it.
    Duration at{};          ///< Since the start of the run.
    std::string method;     ///< "PUT"
    std::string target;     ///< "/orders/cart?w=2"; may hold references to other steps.
    std::string body;       ///< JSON, likewise; empty: none.
    std::string based_on;   ///< The step whose revision is given as `rev`; empty: none.
    std::string host;       ///< Where the node is that is asked.
};

/// What a user does when an edit is refused with 409.
enum class OnConflict : std::uint8_t {
    give_up,     ///< Nothing: the edit is lost, and its user knows.
    retry,       ///< Reads the document again, and edits what it finds.
    overwrite,   ///< Reads the newest revision, and puts what it wanted to write over it.
};

/// Clients of a store: a script of steps, or users who read and edit documents at random.
struct ClientSpec {
    std::string name;
    std::string from;                              ///< Its host; empty: outside the cluster.
    std::vector<std::string> hosts;                ///< Whose nodes are asked, in turn.
    Duration timeout = std::chrono::seconds{60};   ///< Of each request.
    std::vector<StepSpec> steps;                   ///< In order of time.

    std::uint32_t users = 0;            ///< 0: there are steps alone.
    std::string database;               ///< Of the users.
    std::string document = "doc-{i}";   ///< The documents' ids; "{i}" is a number from 1 to `keys`.
    std::uint64_t keys = 1;
    double writes = 1;   ///< Share of turns that edit; the others read.
    std::uint64_t turns = std::numeric_limits<std::uint64_t>::max();   ///< Of each user.
    Duration think_time = std::chrono::seconds{1};                     ///< Its mean.
    Duration start{};
    Duration stop = Duration::max();
    OnConflict on_conflict = OnConflict::retry;
    std::uint32_t r = 0, w = 0;   ///< 0: the database's majority.
};

/// A text with a document's number in place of "{i}", or the rest of its division by N in place of
/// "{i%N}". A JSON text that is nothing else becomes that number: {"n":"{i}"} is {"n":7}.
std::string numbered(const std::string& text, std::uint64_t number);

/// A step's references to the answers of others: "{rev of NAME}", "{conflict of NAME}", which is
/// the first of its `_conflicts`. `resolve` gives the text for "rev" or "conflict" and a name.
struct Reference {
    std::string what, step;
    std::size_t begin = 0, end = 0;   ///< Its place in the text.
};
/// All of them, in order.
std::vector<Reference> references_in(const std::string& text);

}   // namespace glasshive::store
