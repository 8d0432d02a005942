// next and pairs: tables are gone through in order, and whoever goes pays for it.
#include <algorithm>
#include <string_view>
#include <vector>

#include "script/state.h"

namespace glasshive::script {

namespace {

using State = Sandbox::State;

/// Numbers before texts, each in order. Requires that both keys are one of these.
bool before(lua_State* lua, int a, int b) {
    const bool a_number = lua_type(lua, a) == LUA_TNUMBER;
    const bool b_number = lua_type(lua, b) == LUA_TNUMBER;
    if (a_number != b_number) return a_number;
    if (a_number) return lua_compare(lua, a, b, LUA_OPLT) != 0;
    std::size_t a_length = 0, b_length = 0;   // Not strcoll, which asks the locale.
    const char* a_text = lua_tolstring(lua, a, &a_length);
    const char* b_text = lua_tolstring(lua, b, &b_length);
    return std::string_view(a_text, a_length) < std::string_view(b_text, b_length);
}

void check_key(lua_State* lua, int index) {
    const int type = lua_type(lua, index);
    if (type == LUA_TNUMBER || type == LUA_TSTRING) return;
    luaL_error(lua, "a table with a key of type %s has no order to go through it in",
               lua_typename(lua, type));
}

/// Going through a table passes over slots that were emptied, at no charge: there may be as many as
/// there is memory, so that each walk pays for this part of it.
constexpr std::size_t empty_slots = 1'024;

/// What comparing this key with another one may cost, in instructions.
std::uint64_t comparison_of(lua_State* lua, int index) {
    constexpr std::size_t characters = 64;   // That one instruction compares.
    return lua_type(lua, index) == LUA_TSTRING ? lua_rawlen(lua, index) / characters : 0;
}

void charge_comparison(lua_State* lua, int index) {
    const std::uint64_t work = comparison_of(lua, index);
    if (work > 0) State::charge(lua, 2 * work);
}

/// next(table, key): the smallest key after `key`. O(keys).
int next(lua_State* lua) {
    luaL_checktype(lua, 1, LUA_TTABLE);
    lua_settop(lua, 2);
    State::charge(lua, State::of(lua).used / empty_slots);
    const bool first = lua_isnil(lua, 2);
    if (!first) check_key(lua, 2);
    lua_pushnil(lua);                       // 3: the best so far.
    lua_pushnil(lua);
    while (lua_next(lua, 1) != 0) {
        State::charge(lua, 2);
        lua_pop(lua, 1);
        check_key(lua, -1);
        charge_comparison(lua, lua_gettop(lua));
        const bool after = first || before(lua, 2, lua_gettop(lua));
        if (after && (lua_isnil(lua, 3) || before(lua, lua_gettop(lua), 3))) {
            lua_pushvalue(lua, -1);
            lua_replace(lua, 3);
        }
    }
    lua_settop(lua, 3);
    if (lua_isnil(lua, 3)) return 1;
    lua_pushvalue(lua, 3);
    lua_rawget(lua, 1);
    return 2;
}

/// Upvalues: the table, its keys in order, how far it got.
int next_sorted(lua_State* lua) {
    while (true) {
        const lua_Integer at = lua_tointeger(lua, lua_upvalueindex(3)) + 1;
        lua_pushinteger(lua, at);
        lua_replace(lua, lua_upvalueindex(3));
        if (lua_rawgeti(lua, lua_upvalueindex(2), at) == LUA_TNIL) return 1;
        lua_pushvalue(lua, -1);
        if (lua_rawget(lua, lua_upvalueindex(1)) != LUA_TNIL) return 2;
        lua_pop(lua, 2);   // Removed on the way.
    }
}

int pairs(lua_State* lua) {
    luaL_checkany(lua, 1);
    if (luaL_getmetafield(lua, 1, "__pairs") != LUA_TNIL) {
        lua_pushvalue(lua, 1);
        lua_call(lua, 1, 3);
        return 3;
    }
    luaL_checktype(lua, 1, LUA_TTABLE);
    lua_settop(lua, 1);
    State::charge(lua, State::of(lua).used / empty_slots);
    lua_newtable(lua);   // 2: the keys, as they come.
    lua_Integer count = 0;
    std::uint64_t comparing = 0;
    lua_pushnil(lua);
    while (lua_next(lua, 1) != 0) {
        State::charge(lua, 2);
        lua_pop(lua, 1);
        check_key(lua, -1);
        comparing += comparison_of(lua, lua_gettop(lua));
        lua_pushvalue(lua, -1);
        lua_rawseti(lua, 2, ++count);
    }
    std::vector<lua_Integer> order(static_cast<std::size_t>(count));
    for (lua_Integer i = 0; i < count; ++i) order[static_cast<std::size_t>(i)] = i + 1;
    constexpr std::uint64_t comparisons = 20;   // Of each key, about.
    State::charge(lua, (static_cast<std::uint64_t>(count) + comparing) * comparisons);
    std::sort(order.begin(), order.end(), [&](lua_Integer a, lua_Integer b) {
        lua_rawgeti(lua, 2, a);
        lua_rawgeti(lua, 2, b);
        const int top = lua_gettop(lua);
        const bool less = before(lua, top - 1, top);
        lua_pop(lua, 2);
        return less;
    });
    lua_pushvalue(lua, 1);
    lua_createtable(lua, static_cast<int>(count), 0);
    for (std::size_t i = 0; i < order.size(); ++i) {
        lua_rawgeti(lua, 2, order[i]);
        lua_rawseti(lua, -2, static_cast<lua_Integer>(i) + 1);
    }
    lua_pushinteger(lua, 0);
    lua_pushcclosure(lua, next_sorted, 3);
    return 1;
}

}   // namespace

void open_order(lua_State* lua) {
    const luaL_Reg functions[] = {{"next", next}, {"pairs", pairs}, {nullptr, nullptr}};
    lua_pushglobaltable(lua);
    luaL_setfuncs(lua, functions, 0);
    lua_pop(lua, 1);
}

}   // namespace glasshive::script
