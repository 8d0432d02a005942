#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "kernel/rng.h"
#include "script/binding.h"
#include "script/spec.h"

struct lua_State;

/// Lua for strangers: every script has a state of its own that repeats exactly and cannot hurt.
namespace glasshive::script {

/// What one script may spend, from its loading on.
struct Limits {
    /// Virtual-machine instructions, and what library functions do counted as instructions: a
    /// step of a pattern, an element moved, 16 bytes allocated.
    std::uint64_t instructions = 100'000'000;
    /// Of all calls together; 0: as many as there are calls.
    std::uint64_t all = 0;
    Bytes memory = mebibyte * 64;
    /// Of one text. While a long one lives instructions cost more: comparing it takes one.
    Bytes text = kibibyte * 256;
};

/// One entry of the table that a script gives back: what it offers.
struct Offer {
    std::string name;
    std::optional<Value> value;   ///< Empty: a function, or something that nobody can use.
    FunctionId function;
    int line = 0;                 ///< Where the function begins; else 0.
};

/// One script in Lua 5.4 without files, processes, network, clock, bytecode or finalizers.
///
/// Deterministic: `math.random` draws from a stream that the owner names, `pairs` and `next` go
/// through numbers, then texts, in order; tables and functions have no address in their text; no
/// wall clock decides anything. What a script does wrong is a Diagnostic with its line; a budget
/// that is spent cannot be caught by the script.
class Sandbox {
  public:
    /// `name`: the file as the user typed it, for messages.
    Sandbox(std::string name, const Limits& limits, kernel::Rng random);
    ~Sandbox();
    Sandbox(const Sandbox&) = delete;
    Sandbox& operator=(const Sandbox&) = delete;

    /// Where `print` writes its lines, without their ends; nowhere at first.
    void on_print(std::function<void(std::string_view)> print);
    /// Compiles the text and runs it to its end. Empty when all went well. Once.
    std::optional<Diagnostic> run(std::string_view text);
    /// The same for a text that gives back a table with texts as keys: its entries, by name.
    Result<std::vector<Offer>> load(std::string_view text);
    /// The text as a function without arguments; nothing runs.
    Result<FunctionId> compile(std::string_view text);
    /// It will not be called any more.
    void release(FunctionId function);
    /// A global function, or one of a global table. `yields`: the coroutine that calls it stops
    /// there, and what its next resume() brings is what the function gives back (thread.h).
    /// Before run() or load().
    void define(const FunctionInfo& info, FunctionBody body, bool yields = false);
    /// The table that a text gives back, as JSON, without its functions, and their names.
    struct Described {
        std::string json;
        std::vector<std::string> functions;
    };
    Result<Described> describe(std::string_view text);
    /// The global table `parameters`. Before run() or load().
    void set_parameters(const Parameters& parameters);

    struct State;   // Of this module alone: state.h.

    std::uint64_t instructions_spent() const;
    Bytes memory_peak() const;

  private:
    friend class Call;
    friend class Thread;
    using Body = int (*)(lua_State*);
    /// Calls `body` with `data` on the stack and a fresh budget, where errors are caught.
    std::optional<Diagnostic> perform(Body body, void* data);
    std::optional<Diagnostic> problem(int status);

    std::unique_ptr<State> state_;
    lua_State* lua_ = nullptr;
};

}   // namespace glasshive::script
