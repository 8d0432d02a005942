// table: what walks over many elements in one call pays for each of them.
#include <algorithm>
#include <cstdint>
#include <utility>

#include "script/state.h"

namespace glasshive::script {

namespace {

using State = Sandbox::State;

std::uint64_t size_of_range(lua_Integer first, lua_Integer last) {
    return last < first ? 0 : static_cast<std::uint64_t>(last) - static_cast<std::uint64_t>(first) +
                                  1;
}

/// A length that a function gives may be another one each time it is asked: what was paid for would
/// not be what is done.
void refuse_own_length(lua_State* lua) {
    if (luaL_getmetafield(lua, 1, "__len") == LUA_TNIL) return;
    luaL_error(lua, "a table whose length is a function's cannot be changed like a list");
}

/// The original, kept as the first upvalue, with the arguments as they are.
int call_original(lua_State* lua) {
    const int arguments = lua_gettop(lua);
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_insert(lua, 1);
    lua_call(lua, arguments, LUA_MULTRET);
    return lua_gettop(lua);
}

int concat(lua_State* lua) {
    const lua_Integer first = luaL_optinteger(lua, 3, 1);
    const lua_Integer last = lua_isnoneornil(lua, 4) ? luaL_len(lua, 1)
                                                     : luaL_checkinteger(lua, 4);
    State::charge(lua, size_of_range(first, last));
    lua_settop(lua, 4);   // What was paid for is what is done, even if the length is a function's.
    lua_pushinteger(lua, last);
    lua_replace(lua, 4);
    return call_original(lua);
}

int insert(lua_State* lua) {
    luaL_checktype(lua, 1, LUA_TTABLE);
    refuse_own_length(lua);
    if (lua_gettop(lua) == 3) {
        State::charge(lua, size_of_range(luaL_checkinteger(lua, 2), luaL_len(lua, 1)));
    }
    return call_original(lua);
}

int remove(lua_State* lua) {
    luaL_checktype(lua, 1, LUA_TTABLE);
    refuse_own_length(lua);
    const lua_Integer length = luaL_len(lua, 1);
    State::charge(lua, size_of_range(luaL_optinteger(lua, 2, length), length));
    return call_original(lua);
}

int move(lua_State* lua) {
    State::charge(lua, size_of_range(luaL_checkinteger(lua, 2), luaL_checkinteger(lua, 3)));
    return call_original(lua);
}

int unpack(lua_State* lua) {
    const lua_Integer first = luaL_optinteger(lua, 2, 1);
    const lua_Integer last = lua_isnoneornil(lua, 3) ? luaL_len(lua, 1)
                                                     : luaL_checkinteger(lua, 3);
    if (size_of_range(first, last) > static_cast<std::uint64_t>(values_most)) {
        return luaL_error(lua, "more than %I values at once",
                          static_cast<LUAI_UACINT>(values_most));
    }
    lua_settop(lua, 3);
    lua_pushinteger(lua, last);
    lua_replace(lua, 3);
    return call_original(lua);
}

/// Whether the element at index a comes before that at b: the function's word, or <.
bool less(lua_State* lua, int a, int b) {
    if (lua_isnil(lua, 2)) return lua_compare(lua, a, b, LUA_OPLT) != 0;
    lua_pushvalue(lua, 2);
    lua_pushvalue(lua, a < 0 ? a - 1 : a);
    lua_pushvalue(lua, b < 0 ? b - 2 : b);
    lua_call(lua, 2, 1);
    const bool result = lua_toboolean(lua, -1) != 0;
    lua_pop(lua, 1);
    return result;
}

/// Merges [low, middle) and [middle, high) of the table at `from` into that at `to`.
void merge(lua_State* lua, int from, int to, lua_Integer low, lua_Integer middle,
           lua_Integer high) {
    lua_Integer left = low, right = middle;
    for (lua_Integer at = low; at < high; ++at) {
        bool take_left = right >= high;
        if (left < middle && right < high) {
            lua_geti(lua, from, left);
            lua_geti(lua, from, right);
            State::charge(lua, 5);
            take_left = !less(lua, -1, -2);   // Equals stay in order.
            lua_pop(lua, 2);
        }
        lua_geti(lua, from, take_left ? left++ : right++);
        lua_seti(lua, to, at);
    }
}

/// Stable, whatever the function says: Lua's own draws its pivots by the clock.
int sort(lua_State* lua) {
    luaL_checktype(lua, 1, LUA_TTABLE);
    lua_settop(lua, 2);
    if (!lua_isnil(lua, 2)) luaL_checktype(lua, 2, LUA_TFUNCTION);
    const lua_Integer count = luaL_len(lua, 1);
    if (count < 2) return 0;
    State::charge(lua, size_of_range(1, count));
    lua_newtable(lua);   // 3 and 4: two copies, so that a metatable sees only the result.
    lua_newtable(lua);
    for (lua_Integer i = 1; i <= count; ++i) {
        lua_geti(lua, 1, i);
        lua_rawseti(lua, 3, i);
    }
    int from = 3, to = 4;
    for (lua_Integer width = 1; width < count; width *= 2) {
        for (lua_Integer low = 1; low <= count; low += 2 * width) {
            merge(lua, from, to, low, std::min(low + width, count + 1),
                  std::min(low + 2 * width, count + 1));
        }
        std::swap(from, to);
    }
    for (lua_Integer i = 1; i <= count; ++i) {
        lua_rawgeti(lua, from, i);
        lua_seti(lua, 1, i);
    }
    return 0;
}

}   // namespace

void open_tables(lua_State* lua) {
    lua_getglobal(lua, "table");
    const luaL_Reg wrapped[] = {{"concat", concat}, {"insert", insert}, {"remove", remove},
                                {"move", move},     {"unpack", unpack}};
    for (const auto& [name, function] : wrapped) {
        lua_getfield(lua, -1, name);
        lua_pushcclosure(lua, function, 1);
        lua_setfield(lua, -2, name);
    }
    lua_pushcfunction(lua, sort);
    lua_setfield(lua, -2, "sort");
    lua_pop(lua, 1);
}

}   // namespace glasshive::script
