#include "script/call.h"

#include "base/assert.h"
#include "script/state.h"

namespace glasshive::script {

void Call::view(const ViewType& type, const void* object) {
    SIM_ASSERT(count_ < arguments_most);
    arguments_[count_++] = Viewed{&type, object};
}

void Call::integer(std::int64_t value) {
    SIM_ASSERT(count_ < arguments_most);
    arguments_[count_++] = value;
}

void Call::number(double value) {
    SIM_ASSERT(count_ < arguments_most);
    arguments_[count_++] = value;
}

void Call::text(std::string_view value) {
    SIM_ASSERT(count_ < arguments_most);
    arguments_[count_++] = value;
}

std::optional<Diagnostic> Call::run() { return sandbox_.perform(perform, this); }

/// Everything that may raise an error happens in here.
int Call::perform(lua_State* lua) {
    Call& call = *static_cast<Call*>(lua_touserdata(lua, 1));
    lua_settop(lua, 0);
    lua_rawgeti(lua, LUA_REGISTRYINDEX, call.function_.reference);
    call.push_arguments(lua);
    lua_call(lua, static_cast<int>(call.count_), results_most);
    call.take_results(lua);
    return 0;
}

void Call::push_arguments(lua_State* lua) const {
    Out out(lua);
    for (std::size_t i = 0; i < count_; ++i) {
        const Argument& argument = arguments_[i];
        if (const auto* viewed = std::get_if<Viewed>(&argument)) {
            out.view(*viewed->type, viewed->object);
        } else if (const auto* whole = std::get_if<std::int64_t>(&argument)) {
            out.integer(*whole);
        } else if (const auto* real = std::get_if<double>(&argument)) {
            out.number(*real);
        } else {
            out.text(*std::get_if<std::string_view>(&argument));
        }
    }
}

void Call::take_results(lua_State* lua) {
    for (std::size_t i = 0; i < results_most; ++i) {
        take(lua, static_cast<int>(i) + 1, results_[i]);
    }
}

void Call::take(lua_State* lua, int index, Result& result) {
    switch (lua_type(lua, index)) {
        case LUA_TNIL: result.kind = Kind::nothing; return;
        case LUA_TBOOLEAN:
            result.kind = Kind::boolean;
            result.number = lua_toboolean(lua, index);
            return;
        case LUA_TNUMBER:
            result.kind = lua_isinteger(lua, index) != 0 ? Kind::integer : Kind::number;
            result.integer = lua_tointeger(lua, index);
            result.number = lua_tonumber(lua, index);
            return;
        case LUA_TSTRING: {
            result.kind = Kind::text;
            if (index > 1) return;
            std::size_t length = 0;
            const char* text = lua_tolstring(lua, index, &length);
            text_.assign(text, length);
            return;
        }
        case LUA_TTABLE: break;
        default: result.kind = Kind::other; return;
    }
    result.kind = Kind::list;
    if (index > 1) return;
    const auto count = static_cast<lua_Integer>(lua_rawlen(lua, index));
    Sandbox::State::charge(lua, static_cast<std::uint64_t>(count));
    numbers_.clear();
    for (lua_Integer i = 1; i <= count; ++i) {
        if (lua_rawgeti(lua, index, i) != LUA_TNUMBER) {
            luaL_error(lua, "element %I of the list is a %s, not a number",
                       static_cast<LUAI_UACINT>(i), luaL_typename(lua, -1));
        }
        numbers_.push_back(lua_tonumber(lua, -1));
        lua_pop(lua, 1);
    }
}

}   // namespace glasshive::script
