// Functions of the program that scripts may call.
#include <cstring>

#include "base/assert.h"
#include "script/state.h"

namespace glasshive::script {

namespace {

using State = Sandbox::State;

/// Upvalue: what is bound.
int call_bound(lua_State* lua) {
    const auto& bound = *static_cast<const State::Bound*>(lua_touserdata(lua, lua_upvalueindex(1)));
    State::charge(lua, 20);
    // Below a function of the library nothing can stop: neither may it be asked for then.
    if (bound.yields && (lua != State::of(lua).thread || lua_isyieldable(lua) == 0)) {
        return luaL_error(lua, "%s stops the script's own coroutine: it cannot be called here",
                          bound.info->name);
    }
    const int before = lua_gettop(lua);
    Out out(lua);
    char refused[512] = "";   // No destructor is passed over when the error is raised below.
    try {
        bound.body(Arguments(lua, 1), out);
    } catch (const Refusal& refusal) {
        std::strncpy(refused, refusal.what(), sizeof refused - 1);
    }
    if (refused[0] != '\0') return luaL_error(lua, "%s", refused);
    if (bound.yields) return lua_yield(lua, 0);
    if (lua_gettop(lua) == before) lua_pushnil(lua);
    return 1;
}

struct Defining {
    const State::Bound* bound;
};

int set_global(lua_State* lua) {
    const auto& bound = *static_cast<Defining*>(lua_touserdata(lua, 1))->bound;
    const char* dot = std::strchr(bound.info->name, '.');
    lua_pushglobaltable(lua);
    if (dot != nullptr) {
        const std::string table(bound.info->name, dot);
        if (lua_getfield(lua, -1, table.c_str()) != LUA_TTABLE) {
            lua_pop(lua, 1);
            lua_newtable(lua);
            lua_pushvalue(lua, -1);
            lua_setfield(lua, -3, table.c_str());
        }
    }
    lua_pushlightuserdata(lua, const_cast<State::Bound*>(&bound));
    lua_pushcclosure(lua, call_bound, 1);
    lua_setfield(lua, -2, dot != nullptr ? dot + 1 : bound.info->name);
    return 0;
}

}   // namespace

void Sandbox::define(const FunctionInfo& info, FunctionBody body, bool yields) {
    state_->bound.push_back({&info, std::move(body), yields});
    Defining defining{&state_->bound.back()};
    const auto wrong = perform(set_global, &defining);
    SIM_ASSERT(!wrong);   // A new state has room for that.
}

}   // namespace glasshive::script
