// What scripts may use of Lua's library, with what could hurt or differ replaced.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "kernel/math.h"
#include "script/state.h"

namespace glasshive::script {

using State = Sandbox::State;

// --- Texts of values -----------------------------------------------------------------------------

void push_text(lua_State* lua, int index) {
    index = lua_absindex(lua, index);
    if (luaL_callmeta(lua, index, "__tostring") != 0) {
        if (lua_isstring(lua, -1) == 0) luaL_error(lua, "'__tostring' must return a text");
        return;
    }
    switch (lua_type(lua, index)) {
        case LUA_TNUMBER:
            if (const double x = lua_tonumber(lua, index); x != x) {   // Its sign is the machine's.
                lua_pushliteral(lua, "nan");
                return;
            }
            luaL_tolstring(lua, index, nullptr);
            return;
        case LUA_TSTRING:
        case LUA_TBOOLEAN:
        case LUA_TNIL: luaL_tolstring(lua, index, nullptr); return;
        default: lua_pushstring(lua, luaL_typename(lua, index)); return;   // Not where it lies.
    }
}

namespace {

int to_text(lua_State* lua) {
    luaL_checkany(lua, 1);
    push_text(lua, 1);
    return 1;
}

/// Upvalue: Lua's own, which looks at every digit.
int to_number(lua_State* lua) {
    if (lua_type(lua, 1) == LUA_TSTRING) State::charge(lua, lua_rawlen(lua, 1) / 4);
    const int arguments = lua_gettop(lua);
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_insert(lua, 1);
    lua_call(lua, arguments, LUA_MULTRET);
    return lua_gettop(lua);
}

int print(lua_State* lua) {
    std::string line;
    const int values = lua_gettop(lua);
    for (int i = 1; i <= values; ++i) {
        push_text(lua, i);
        std::size_t length = 0;
        const char* text = lua_tolstring(lua, -1, &length);
        State::charge(lua, 10 + length / 16);
        line += i > 1 ? "\t" : "";
        line.append(text, length);
        lua_pop(lua, 1);
    }
    if (State::of(lua).print) State::of(lua).print(line);
    return 0;
}

// --- Errors: what is spent cannot be caught ------------------------------------------------------

/// `below`: values under the results that are not results.
int finish_protected(lua_State* lua, int status, lua_KContext below) {
    if (status != LUA_OK && status != LUA_YIELD) {
        if (State::of(lua).exhausted) return lua_error(lua);
        // Lua walks over all calls that are open then; they are somewhere in this memory.
        constexpr std::size_t open_calls = 256;
        State::charge(lua, State::of(lua).used / open_calls);
        lua_pushboolean(lua, 0);
        lua_insert(lua, -2);   // Below what went wrong.
        return 2;
    }
    return lua_gettop(lua) - static_cast<int>(below);
}

int protected_call(lua_State* lua) {
    luaL_checkany(lua, 1);
    lua_pushboolean(lua, 1);
    lua_insert(lua, 1);
    const int status = lua_pcallk(lua, lua_gettop(lua) - 2, LUA_MULTRET, 0, 0, finish_protected);
    return finish_protected(lua, status, 0);
}

/// Handlers run where the error was raised: for one that our hook raised, without any hook.
int handle(lua_State* lua) {
    if (State::of(lua).exhausted) return 1;
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_insert(lua, 1);
    lua_call(lua, lua_gettop(lua) - 1, 1);
    return 1;
}

int protected_call_with_handler(lua_State* lua) {
    const int arguments = lua_gettop(lua);
    luaL_checktype(lua, 2, LUA_TFUNCTION);
    lua_pushvalue(lua, 2);
    lua_pushcclosure(lua, handle, 1);
    lua_replace(lua, 2);
    lua_pushboolean(lua, 1);
    lua_pushvalue(lua, 1);
    lua_rotate(lua, 3, 2);   // function, handler, true, function, arguments…
    const int status = lua_pcallk(lua, arguments - 2, LUA_MULTRET, 2, 2, finish_protected);
    return finish_protected(lua, status, 2);
}

// --- Coroutines ----------------------------------------------------------------------------------

lua_State* coroutine_at(lua_State* lua, int index) {
    lua_State* co = lua_tothread(lua, index);
    luaL_argexpected(lua, co != nullptr, index, "coroutine");
    return co;
}

/// Moves arguments in and results, or what went wrong, out. Number of results, or -1.
int resume_with(lua_State* lua, lua_State* co, int arguments) {
    if (lua_status(co) == LUA_OK && lua_gettop(co) == 0) {
        lua_pushliteral(lua, "cannot resume dead coroutine");
        return -1;
    }
    if (lua_checkstack(co, arguments) == 0) {
        lua_pushliteral(lua, "too many arguments to resume");
        return -1;
    }
    lua_xmove(lua, co, arguments);
    int results = 0;
    const int status = lua_resume(co, lua, arguments, &results);
    if (status != LUA_OK && status != LUA_YIELD) {
        lua_xmove(co, lua, 1);
        if (State::of(lua).exhausted) lua_error(lua);
        return -1;
    }
    if (lua_checkstack(lua, results + 1) == 0) {
        lua_pop(co, results);
        lua_pushliteral(lua, "too many results to resume");
        return -1;
    }
    lua_xmove(co, lua, results);
    return results;
}

int resume(lua_State* lua) {
    lua_State* co = coroutine_at(lua, 1);
    const int results = resume_with(lua, co, lua_gettop(lua) - 1);
    lua_pushboolean(lua, results >= 0 ? 1 : 0);
    lua_insert(lua, -((results < 0 ? 1 : results) + 1));
    return (results < 0 ? 1 : results) + 1;
}

int resume_wrapped(lua_State* lua) {
    lua_State* co = coroutine_at(lua, lua_upvalueindex(1));
    const int results = resume_with(lua, co, lua_gettop(lua));
    if (results < 0) return lua_error(lua);
    return results;
}

int wrap(lua_State* lua) {
    luaL_checktype(lua, 1, LUA_TFUNCTION);
    lua_State* co = lua_newthread(lua);
    lua_pushvalue(lua, 1);
    lua_xmove(lua, co, 1);
    lua_pushcclosure(lua, resume_wrapped, 1);
    return 1;
}

// --- Metatables ----------------------------------------------------------------------------------

/// Finalizers run when memory is short, weak tables forget then: neither is the script's business.
int set_metatable(lua_State* lua) {
    luaL_checktype(lua, 1, LUA_TTABLE);
    luaL_argexpected(lua, lua_isnil(lua, 2) || lua_istable(lua, 2), 2, "nil or table");
    if (lua_istable(lua, 2)) {
        for (const char* field : {"__gc", "__mode"}) {
            if (lua_getfield(lua, 2, field) != LUA_TNIL) {
                return luaL_error(lua, "%s is not available to scripts", field);
            }
            lua_pop(lua, 1);
        }
    }
    if (luaL_getmetafield(lua, 1, "__metatable") != LUA_TNIL) {
        return luaL_error(lua, "cannot change a protected metatable");
    }
    lua_settop(lua, 2);
    lua_setmetatable(lua, 1);
    return 1;
}

// --- Chance --------------------------------------------------------------------------------------

int draw(lua_State* lua) {
    kernel::Rng& random = State::of(lua).random;
    const int arguments = lua_gettop(lua);
    if (arguments == 0) {
        lua_pushnumber(lua, random.unit());
        return 1;
    }
    const lua_Integer low = arguments > 1 ? luaL_checkinteger(lua, 1) : 1;
    const lua_Integer high = luaL_checkinteger(lua, arguments > 1 ? 2 : 1);
    luaL_argcheck(lua, low <= high, arguments > 1 ? 2 : 1, "interval is empty");
    lua_pushinteger(lua, random.between(low, high));
    return 1;
}

// --- Mathematics: the same bits on every machine -------------------------------------------------

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinite = std::numeric_limits<double>::infinity();

double natural_log(double x) {
    if (!(x > 0)) return x == 0 ? -infinite : not_a_number;
    return x == infinite ? x : kernel::portable_log(x);
}

int exponential(lua_State* lua) {
    const double x = luaL_checknumber(lua, 1);
    lua_pushnumber(lua, std::isnan(x) ? x : kernel::portable_exp(x));
    return 1;
}

int logarithm(lua_State* lua) {
    const double of_x = natural_log(luaL_checknumber(lua, 1));
    const bool natural = lua_isnoneornil(lua, 2);
    lua_pushnumber(lua, natural ? of_x : of_x / natural_log(luaL_checknumber(lua, 2)));
    return 1;
}

int sine(lua_State* lua) {
    lua_pushnumber(lua, kernel::portable_sin(luaL_checknumber(lua, 1)));
    return 1;
}

int cosine(lua_State* lua) {
    lua_pushnumber(lua, kernel::portable_cos(luaL_checknumber(lua, 1)));
    return 1;
}

void remove(lua_State* lua, const char* table, std::initializer_list<const char*> names) {
    lua_getglobal(lua, table);
    for (const char* name : names) {
        lua_pushnil(lua);
        lua_setfield(lua, -2, name);
    }
    lua_pop(lua, 1);
}

}   // namespace

void open_library(lua_State* lua) {
    luaL_requiref(lua, "_G", luaopen_base, 1);
    luaL_requiref(lua, "coroutine", luaopen_coroutine, 1);
    luaL_requiref(lua, "table", luaopen_table, 1);
    luaL_requiref(lua, "string", luaopen_string, 1);
    luaL_requiref(lua, "math", luaopen_math, 1);
    lua_settop(lua, 0);
    remove(lua, "_G", {"collectgarbage", "dofile", "load", "loadfile", "require", "warn"});
    remove(lua, "coroutine", {"close"});
    // The rest of these differs in its last bits from one C library to the next.
    remove(lua, "math", {"acos", "asin", "atan", "atan2", "cosh", "frexp", "ldexp", "log10", "pow",
                         "randomseed", "sinh", "tan", "tanh"});
    // The table of what is loaded would bring the originals back.
    lua_pushnil(lua);
    lua_setfield(lua, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    const luaL_Reg base[] = {{"pcall", protected_call},
                             {"print", print},
                             {"setmetatable", set_metatable},
                             {"tostring", to_text},
                             {"xpcall", protected_call_with_handler},
                             {nullptr, nullptr}};
    lua_pushglobaltable(lua);
    luaL_setfuncs(lua, base, 0);
    lua_getfield(lua, -1, "tonumber");
    lua_pushcclosure(lua, to_number, 1);
    lua_setfield(lua, -2, "tonumber");
    lua_getfield(lua, -1, "coroutine");
    lua_pushcfunction(lua, resume);
    lua_setfield(lua, -2, "resume");
    lua_pushcfunction(lua, wrap);
    lua_setfield(lua, -2, "wrap");
    lua_getfield(lua, -2, "math");
    const luaL_Reg numbers[] = {{"cos", cosine},    {"exp", exponential}, {"log", logarithm},
                                {"random", draw},   {"sin", sine},        {nullptr, nullptr}};
    luaL_setfuncs(lua, numbers, 0);
    lua_settop(lua, 0);
    open_order(lua);
    open_texts(lua);
    open_tables(lua);
}

}   // namespace glasshive::script
