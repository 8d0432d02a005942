#include "script/state.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace glasshive::script {

bool Sandbox::State::spend(std::uint64_t work) {
    if (!exhausted && work <= allowed - spent) {
        spent += work;
        return true;
    }
    spent = allowed;
    exhausted = true;
    return false;
}

void Sandbox::State::begin() {
    before += std::exchange(spent, 0);
    allowed = limits.instructions;
    if (limits.all > 0) allowed = std::min(allowed, limits.all - std::min(limits.all, before));
}

void Sandbox::State::charge(lua_State* lua, std::uint64_t work) {
    State& s = of(lua);
    if (s.spend(work)) return;
    // What closes variables (__close) runs while the error passes; it may not begin anything.
    lua_sethook(lua, hook, LUA_MASKCOUNT, 1);
    // luaL_error names the caller of whoever runs; to a hook that is not the script's line.
    lua_Debug about{};
    int level = 0;
    while (lua_getstack(lua, level, &about) != 0) {
        lua_getinfo(lua, "Sl", &about);
        if (about.currentline > 0) break;
        ++level;
    }
    luaL_where(lua, level);
    const bool of_all = s.allowed < s.limits.instructions;
    lua_pushfstring(lua, "the budget of %I instructions%s is spent",
                    static_cast<LUAI_UACINT>(of_all ? s.limits.all : s.limits.instructions),
                    of_all ? " for the whole run" : "");
    lua_concat(lua, 2);
    lua_error(lua);
}

/// How many varargs the function that runs has, to within a factor of two; 0 when they are few.
/// Passing them on is one instruction, and copies all of them.
static std::uint64_t many_varargs(lua_State* lua, lua_Debug* about) {
    int found = 0;
    for (int many = 128; many < 1 << 20; many *= 2) {
        if (lua_getlocal(lua, about, -many) == nullptr) break;
        lua_pop(lua, 1);
        found = many;
    }
    return static_cast<std::uint64_t>(found);
}

/// An instruction may compare two long texts, or copy many varargs, which no allocation and no hook
/// tells of.
void Sandbox::State::hook(lua_State* lua, lua_Debug* about) {
    const std::uint64_t dearer = of(lua).longest() / 1'024 + many_varargs(lua, about) / 64;
    charge(lua, static_cast<std::uint64_t>(hook_period) * (1 + dearer));
}

void Sandbox::State::forget(const void* block) {
    const auto found = long_texts.find(block);
    if (found == long_texts.end()) return;
    lengths.erase(lengths.find(found->second));
    long_texts.erase(found);
}

void* Sandbox::State::allocate(void* data, void* block, std::size_t before, std::size_t after) {
    State& s = *static_cast<State*>(data);
    const std::size_t held = block == nullptr ? 0 : before;   // Else `before` says what for.
    if (after == 0) {
        if (held >= long_text) s.forget(block);
        s.used -= held;
        std::free(block);
        return nullptr;
    }
    const std::size_t more = after > held ? after - held : 0;
    s.text_too_long = false;
    const bool text = block == nullptr && before == LUA_TSTRING;
    if (text && after > static_cast<std::size_t>(s.limits.text.count)) {
        s.text_too_long = true;
        return nullptr;
    }
    if (s.used + more > static_cast<std::size_t>(s.limits.memory.count)) {
        s.spend(s.used / 16);   // Lua now looks through all there is for what it can give back.
        return nullptr;
    }
    // Copying is work, too. Once that was said, what reports it may still allocate.
    if (!s.exhausted && !s.spend(more / 16)) return nullptr;
    void* result = std::realloc(block, after);
    if (result == nullptr) return nullptr;
    if (text && after >= long_text) {
        s.long_texts[result] = after;
        s.lengths.insert(after);
    }
    s.used = s.used + after - held;
    s.peak = std::max(s.peak, s.used);
    return result;
}

}   // namespace glasshive::script
