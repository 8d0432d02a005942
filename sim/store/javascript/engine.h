#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "store/json/value.h"
#include "store/refusal.h"

namespace glasshive::store::javascript {

struct Machine;   // SpiderMonkey and our bounds: engine.cpp alone knows it.

/// What functions can see of the world outside their arguments.
struct Surroundings {
    std::function<double()> now_ms;                      ///< `Date`: milliseconds since 1970.
    std::function<double()> random;                      ///< `Math.random`: 0 up to below 1.
    std::function<void(std::string_view message)> log;   ///< `log()`, and what functions threw.
};

/// Bounds for one call of a function.
struct Budget {
    /// Wall time, far above what a function in order needs (couchdb/os_process_timeout is 5 s).
    std::chrono::milliseconds wall{5000};
    std::size_t heap_bytes = std::size_t{256} << 20;   ///< Of all programs together.
    std::size_t stack_bytes = std::size_t{512} << 10;
    /// Calls that hung in the run that is being replayed: they fail without being made.
    std::set<std::uint64_t> hung;
    /// Told the number of each call that was given up, so that a replay can do the same.
    std::function<void(std::uint64_t call)> on_hung;
};

/// What emit() was given.
struct Emitted {
    json::Value key, value;
};

/// How a program's functions are called: by SpiderMonkey, or by another language's machine.
class Calls {
  public:
    virtual ~Calls() = default;
    /// Calls an entry point ("addMap", "map", "reduce", "rereduce", "validate", "filter", "emits",
    /// "render") with texts, most of them JSON, as couchjs is told over its pipe, and a truth at
    /// the end where there is one. What it says, as a value.
    virtual std::variant<json::Value, Refusal>
    call(const char* entry, const std::vector<std::string_view>& texts, const bool* flag) = 0;
};

/// The functions of one design document, in a world of their own. Dies before its engine.
class Program {
  public:
    explicit Program(std::unique_ptr<Calls> calls) : calls_(std::move(calls)) {}
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    /// Adds a map function. compilation_error when it is none.
    std::variant<std::monostate, Refusal> add_map(std::string_view source);
    /// What each map function, in order of addition, emits for a document. One that throws emits
    /// nothing, which is logged. A refusal: a function never ended, or memory did.
    std::variant<std::vector<std::vector<Emitted>>, Refusal> map(json::View document);

    /// What each reduce function makes of rows: `rows` is an array of [[key, document id], value].
    /// Null where one throws. reduce_overflow_error when the result does not shrink (`limit`,
    /// query_server_config/reduce_limit).
    std::variant<json::Value, Refusal> reduce(const std::vector<std::string>& sources,
                                              json::View rows, bool limit = true);
    /// Likewise of what reduce made: `values` is an array.
    std::variant<json::Value, Refusal> rereduce(const std::vector<std::string>& sources,
                                                json::View values, bool limit = true);

    /// validate_doc_update. Refusals forbidden and unauthorized are the function's own words.
    std::variant<std::monostate, Refusal> validate(std::string_view source, json::View document,
                                                   const json::Value& before, json::View user,
                                                   json::View security);
    /// Whether a filter function lets a document through. `request` as filters get it.
    std::variant<bool, Refusal> filter(std::string_view source, json::View document,
                                       json::View request);
    /// Whether a map function emits anything for a document (filter=_view).
    std::variant<bool, Refusal> emits(std::string_view source, json::View document);

    /// What a show, an update, a list or a rewrite function (`kind` "show", …) says when it is
    /// called with `given`, an array: of a document (or null) and a request; of a head, a request
    /// and all rows; of a request.
    /// show: a response. update: [document or null, response]. rewrite: a request, or null. list:
    /// {"answers":[{"chunks":[text…],"start":response or null}…],"problem":{"error","reason"} or
    /// null}: what it sent before the first row, and after each, until it was through or threw.
    /// Source: share/server/render.js.
    std::variant<json::Value, Refusal> render(std::string_view kind, std::string_view source,
                                              json::View given);

  private:
    std::unique_ptr<Calls> calls_;
};

/// SpiderMonkey with our bounds. One at a time in a process: it uses its thread and the process's
/// time zone, which becomes UTC.
class Engine {
  public:
    explicit Engine(Surroundings surroundings, Budget budget = {});
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    /// A program for a design document: `require` finds modules in it. Map functions see
    /// `views.lib` alone, as CouchDB's do.
    std::variant<std::unique_ptr<Program>, Refusal> load(json::View design);
    /// Replaces Budget::hung and on_hung. Before the first call.
    void set_hung(std::set<std::uint64_t> hung, std::function<void(std::uint64_t call)> on_hung);
    /// Calls so far, those that failed without being made included.
    std::uint64_t calls() const;

  private:
    std::unique_ptr<Machine> machine_;
};

}   // namespace glasshive::store::javascript
