#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "kernel/kernel.h"
#include "store/javascript/engine.h"
#include "store/refusal.h"
#include "store/view/definition.h"
#include "store/view/mapper.h"
#include "store/view/reducer.h"

namespace glasshive::store::search {

/// What the functions of design documents need from outside.
struct ScriptOptions {
    /// What the kernel's time 0 is to `Date`, in milliseconds since 1970.
    double epoch_ms = 0;
    /// Calls that hung in the run that is replayed: they fail without being made.
    std::set<std::uint64_t> hung{};
    /// Told the number of each call that is given up. Whoever records the run writes it down and
    /// gives it to a replay as `hung`: wall time decided this, and nothing else in the run does.
    std::function<void(std::uint64_t call)> on_hung{};
    std::chrono::milliseconds wall{5000};   ///< For one call: couchdb/os_process_timeout.
    /// Told what functions log() and throw; may be empty.
    std::function<void(std::string_view message)> log{};
};

/// The code of one design document's views in one database: what all copies' indexes share.
struct ViewCode {
    std::shared_ptr<javascript::Engine> engine;   ///< Lives as long as its programs.
    std::shared_ptr<const view::Definition> definition;
    std::unique_ptr<javascript::Program> program;   ///< Null for Mango's.
    std::unique_ptr<view::Mapper> mapper;
    std::unique_ptr<view::SharedMapper> shared;
};

/// The query servers: one JavaScript engine for all nodes of a simulation, and what was compiled
/// with it. That nodes share it saves wall time; what each of them pays for is its own.
///
/// Calls are numbered in the order the simulation makes them, so a replay's have the same numbers.
/// One at a time in a process (javascript::Engine).
class Scripts {
  public:
    explicit Scripts(kernel::Kernel& kernel, ScriptOptions options = {});

    /// The code of these views, compiled once per database and signature while anybody holds it.
    /// compilation_error, unknown_query_language. `copies`: the database's n.
    std::variant<std::shared_ptr<ViewCode>, Refusal>
    code_of(std::string_view database, std::shared_ptr<const view::Definition> definition,
            int copies);
    /// Nothing when a design document may be written: its form, and its functions compile.
    std::optional<Refusal> check_design(json::View design);
    /// What validate_doc_update in `source` says of an edit; `design` is its design document.
    std::optional<Refusal> validate(const json::Value& design, std::string_view source,
                                    json::View document, const json::Value& before, json::View user,
                                    json::View security);
    /// Whether filter function `source` passes a document. A function that throws is a refusal.
    std::variant<bool, Refusal> filter(const json::Value& design, std::string_view source,
                                       json::View document, json::View request);
    /// Whether map function `source` emits anything for a document.
    std::variant<bool, Refusal> emits(const json::Value& design, std::string_view source,
                                      json::View document);
    /// What a show, update, list or rewrite function says: javascript::Program::render.
    std::variant<json::Value, Refusal> render(const json::Value& design, std::string_view kind,
                                              std::string_view source, json::View given);
    /// Replaces ScriptOptions::hung and on_hung, before anything is called: who records a run, or
    /// replays one, knows the scripts only when they are there.
    void set_hung(std::set<std::uint64_t> hung, std::function<void(std::uint64_t call)> on_hung) {
        engine_->set_hung(std::move(hung), std::move(on_hung));
    }
    /// Calls of JavaScript so far.
    std::uint64_t calls() const { return engine_->calls(); }

  private:
    /// The program of a design document's other functions; the last few are kept.
    std::variant<javascript::Program*, Refusal> program_of(const json::Value& design);

    /// The program of a design document in its language.
    std::variant<std::unique_ptr<javascript::Program>, Refusal> load(json::View design);

    std::function<void(std::string_view message)> log_;
    kernel::Rng random_, random_of_lua_;
    std::shared_ptr<javascript::Engine> engine_;
    std::map<std::pair<std::string, std::string>, std::weak_ptr<ViewCode>> codes_;
    std::vector<std::pair<json::Value, std::unique_ptr<javascript::Program>>> programs_;
};

}   // namespace glasshive::store::search
