#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include "script/sandbox.h"

// The inside of a Sandbox: what its allocator, hook and library share. Only sim/script includes it.
namespace glasshive::script {

/// Instructions between two looks at the budget.
inline constexpr int hook_period = 1'000;
/// Texts from this size on make instructions dearer while they live.
inline constexpr std::size_t long_text = 4'096;
/// Values that one call may take or give at once: passing them on costs one instruction.
inline constexpr lua_Integer values_most = 255;

struct Sandbox::State {
    State(std::string file, const Limits& most, kernel::Rng draws)
        : name(std::move(file)), limits(most), random(draws), allowed(most.instructions) {}
    /// A new call begins: its budget is its own, as far as that of all leaves any.
    void begin();

    std::string name;
    Limits limits;
    kernel::Rng random;
    std::function<void(std::string_view)> print;
    struct Bound { const FunctionInfo* info; FunctionBody body; bool yields; };
    std::deque<Bound> bound;         // Addresses must stay.
    lua_State* thread = nullptr;     ///< The coroutine that its owner resumed; null: none.
    std::uint64_t spent = 0;         ///< By the call that runs, or ran last.
    std::uint64_t before = 0;        ///< By all before that one.
    std::uint64_t allowed = 0;       ///< To this one.
    std::uint64_t epoch = 0;         ///< Of the call that runs; a view of another one is gone.
    bool exhausted = false;          ///< The instructions are spent: no pcall catches that.
    bool text_too_long = false;      ///< Why the newest allocation failed.
    std::size_t used = 0, peak = 0;
    std::unordered_map<const void*, std::size_t> long_texts;   // Looked up only.
    std::multiset<std::size_t> lengths;                        // Of these.
    std::size_t longest() const { return lengths.empty() ? 0 : *lengths.rbegin(); }

    static State& of(lua_State* lua) { return **static_cast<State**>(lua_getextraspace(lua)); }
    /// Takes `work` instructions off the budget; raises when it is spent.
    static void charge(lua_State* lua, std::uint64_t work);
    static void hook(lua_State* lua, lua_Debug*);
    static void* allocate(void* state, void* block, std::size_t before, std::size_t after);

  private:
    bool spend(std::uint64_t work);
    void forget(const void* block);
};

/// Opens what scripts may use: base, string, table, math, coroutine and utf8, made safe.
void open_library(lua_State* lua);
void open_order(lua_State* lua);
void open_texts(lua_State* lua);
void open_tables(lua_State* lua);
/// "42", "table", "function": as tostring says it, without addresses.
void push_text(lua_State* lua, int index);

}   // namespace glasshive::script
