// string: Lua's functions with patterns that pay for each step, and formats without addresses.
#include <algorithm>
#include <string>
#include <string_view>

#include "script/pattern.h"
#include "script/state.h"

namespace glasshive::script {

namespace {

using State = Sandbox::State;

std::string_view text_at(lua_State* lua, int index) {
    std::size_t length = 0;
    const char* text = luaL_checklstring(lua, index, &length);
    return {text, length};
}

/// 1-based and from the end when negative, as Lua counts; 0-based here, at most length.
std::size_t start_of(lua_Integer position, std::size_t length) {
    const auto size = static_cast<lua_Integer>(length);
    if (position > 0) return static_cast<std::size_t>(std::min(position, size + 1) - 1);
    if (position == 0 || position < -size) return 0;
    return static_cast<std::size_t>(size + position);
}

/// Calls what may meet a bad pattern.
template <class Body>
int with_patterns(lua_State* lua, Body body) {
    std::string wrong;
    try {
        return body();
    } catch (const BadPattern& bad) {
        wrong = bad.what();
    }
    return luaL_error(lua, "%s", wrong.c_str());
}

PatternMatch matcher(lua_State* lua, std::string_view text, std::string_view pattern) {
    return {text, pattern, [lua] { State::charge(lua, 1); }};
}

void push_capture(lua_State* lua, const PatternMatch& found, std::string_view text, int number,
                  std::size_t begin, std::size_t end) {
    if (found.captures() == 0 && number == 0) {   // The whole match.
        lua_pushlstring(lua, text.data() + begin, end - begin);
        return;
    }
    if (number >= found.captures()) {
        throw BadPattern("invalid capture index %" + std::to_string(number + 1));
    }
    const PatternMatch::Capture& capture = found.capture(number);
    if (capture.length == static_cast<std::size_t>(-1)) throw BadPattern("unfinished capture");
    if (capture.length == PatternMatch::position) {
        lua_pushinteger(lua, static_cast<lua_Integer>(capture.begin) + 1);
    } else {
        lua_pushlstring(lua, text.data() + capture.begin, capture.length);
    }
}

int push_captures(lua_State* lua, const PatternMatch& found, std::string_view text,
                  std::size_t begin, std::size_t end, bool whole) {
    const int count = found.captures() == 0 && whole ? 1 : found.captures();
    luaL_checkstack(lua, count, "too many captures");
    for (int i = 0; i < count; ++i) push_capture(lua, found, text, i, begin, end);
    return count;
}

int find_or_match(lua_State* lua, bool find) {
    const std::string_view text = text_at(lua, 1);
    std::string_view pattern = text_at(lua, 2);
    const lua_Integer position = luaL_optinteger(lua, 3, 1);
    if (position > static_cast<lua_Integer>(text.size()) + 1) {
        lua_pushnil(lua);
        return 1;
    }
    std::size_t at = start_of(position, text.size());
    const bool plain = find && (lua_toboolean(lua, 4) != 0 ||
                                pattern.find_first_of("^$*+?.([%-") == std::string_view::npos);
    if (plain) {
        State::charge(lua, 1 + (text.size() - at) / 16 * (1 + pattern.size() / 16));
        const std::size_t found = text.find(pattern, at);
        if (found == std::string_view::npos) {
            lua_pushnil(lua);
            return 1;
        }
        lua_pushinteger(lua, static_cast<lua_Integer>(found) + 1);
        lua_pushinteger(lua, static_cast<lua_Integer>(found + pattern.size()));
        return 2;
    }
    return with_patterns(lua, [&] {
        const bool anchored = !pattern.empty() && pattern.front() == '^';
        if (anchored) pattern.remove_prefix(1);
        PatternMatch match = matcher(lua, text, pattern);
        do {
            const std::size_t end = match.match(at);
            if (end == PatternMatch::npos) continue;
            if (!find) return push_captures(lua, match, text, at, end, true);
            lua_pushinteger(lua, static_cast<lua_Integer>(at) + 1);
            lua_pushinteger(lua, static_cast<lua_Integer>(end));
            return push_captures(lua, match, text, at, end, false) + 2;
        } while (at++ < text.size() && !anchored);
        lua_pushnil(lua);
        return 1;
    });
}

int find(lua_State* lua) { return find_or_match(lua, true); }
int match(lua_State* lua) { return find_or_match(lua, false); }

/// Upvalues: text, pattern, where to go on, where the last match ended (-1: nowhere).
int next_match(lua_State* lua) {
    const std::string_view text = text_at(lua, lua_upvalueindex(1));
    const std::string_view pattern = text_at(lua, lua_upvalueindex(2));
    const lua_Integer last = lua_tointeger(lua, lua_upvalueindex(4));
    return with_patterns(lua, [&] {
        PatternMatch match = matcher(lua, text, pattern);
        for (auto at = static_cast<std::size_t>(lua_tointeger(lua, lua_upvalueindex(3)));
             at <= text.size(); ++at) {
            const std::size_t end = match.match(at);
            if (end == PatternMatch::npos || static_cast<lua_Integer>(end) == last) continue;
            for (const int upvalue : {3, 4}) {
                lua_pushinteger(lua, static_cast<lua_Integer>(end));
                lua_replace(lua, lua_upvalueindex(upvalue));
            }
            return push_captures(lua, match, text, at, end, true);
        }
        return 0;
    });
}

int gmatch(lua_State* lua) {
    const std::string_view text = text_at(lua, 1);
    text_at(lua, 2);
    const std::size_t from = start_of(luaL_optinteger(lua, 3, 1), text.size());
    lua_settop(lua, 2);
    lua_pushinteger(lua, static_cast<lua_Integer>(from));
    lua_pushinteger(lua, -1);
    lua_pushcclosure(lua, next_match, 4);
    return 1;
}

/// What replaces one match, appended to the result.
void replace(lua_State* lua, const PatternMatch& found, std::string_view text, std::size_t begin,
             std::size_t end, std::string& result) {
    const int type = lua_type(lua, 3);
    if (type == LUA_TNUMBER || type == LUA_TSTRING) {
        const std::string_view by = text_at(lua, 3);
        State::charge(lua, by.size() / 4);   // An empty capture adds nothing, and is looked up.
        for (std::size_t i = 0; i < by.size(); ++i) {
            if (by[i] != '%') {
                result += by[i];
                continue;
            }
            if (++i == by.size() || (by[i] != '%' && (by[i] < '0' || by[i] > '9'))) {
                throw BadPattern("invalid use of '%' in replacement string");
            }
            if (by[i] == '%') result += '%';
            else if (by[i] == '0') result += text.substr(begin, end - begin);
            else {
                push_capture(lua, found, text, by[i] - '1', begin, end);
                result += text_at(lua, -1);
                lua_pop(lua, 1);
            }
        }
        return;
    }
    if (type == LUA_TTABLE) {
        push_capture(lua, found, text, 0, begin, end);
        lua_gettable(lua, 3);
    } else {
        lua_pushvalue(lua, 3);
        lua_call(lua, push_captures(lua, found, text, begin, end, true), 1);
    }
    if (lua_toboolean(lua, -1) == 0) {
        result += text.substr(begin, end - begin);
    } else if (lua_isstring(lua, -1) == 0) {
        throw BadPattern(std::string("invalid replacement value (a ") + luaL_typename(lua, -1) +
                         ")");
    } else {
        result += text_at(lua, -1);
    }
    lua_pop(lua, 1);
}

int gsub(lua_State* lua) {
    const std::string_view text = text_at(lua, 1);
    std::string_view pattern = text_at(lua, 2);
    const int type = lua_type(lua, 3);
    luaL_argexpected(lua,
                     type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TTABLE ||
                         type == LUA_TFUNCTION,
                     3, "string/function/table");
    const lua_Integer most = luaL_optinteger(lua, 4, static_cast<lua_Integer>(text.size()) + 1);
    const bool anchored = !pattern.empty() && pattern.front() == '^';
    if (anchored) pattern.remove_prefix(1);
    const auto room = static_cast<std::size_t>(State::of(lua).limits.text.count);
    lua_Integer count = 0;
    std::string result;
    with_patterns(lua, [&] {
        PatternMatch match = matcher(lua, text, pattern);
        std::size_t last = PatternMatch::npos;
        for (std::size_t at = 0; count < most;) {
            const std::size_t end = match.match(at);
            if (end != PatternMatch::npos && end != last) {
                ++count;
                const std::size_t before = result.size();
                replace(lua, match, text, at, end, result);
                State::charge(lua, 1 + (result.size() - before) / 16);
                if (result.size() > room) throw BadPattern("the resulting text is too long");
                at = last = end;
            } else if (at < text.size()) {
                result += text[at++];
            } else {
                break;
            }
            if (anchored) {
                result += text.substr(at);
                return 0;
            }
            if (count >= most) result += text.substr(at);
        }
        if (most <= 0) result = text;
        return 0;
    });
    lua_pushlstring(lua, result.data(), result.size());
    lua_pushinteger(lua, count);
    return 2;
}

/// Objects are replaced by their text before Lua's own format sees them; %p has no answer.
int format(lua_State* lua) {
    const std::string_view how = text_at(lua, 1);
    State::charge(lua, how.size());
    int argument = 1;
    for (std::size_t i = 0; i < how.size(); ++i) {
        if (how[i] != '%') continue;
        if (++i < how.size() && how[i] == '%') continue;
        while (i < how.size() && std::string_view("-+ #0123456789.").find(how[i]) !=
                                     std::string_view::npos) {
            ++i;
        }
        ++argument;
        if (i >= how.size()) break;
        if (how[i] == 'p') return luaL_error(lua, "%%p is not available to scripts");
        if (how[i] != 's' || lua_type(lua, argument) == LUA_TNONE) continue;
        push_text(lua, argument);
        lua_replace(lua, argument);
    }
    const int arguments = lua_gettop(lua);
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_insert(lua, 1);
    lua_call(lua, arguments, 1);
    return 1;
}

int rep(lua_State* lua) {
    const std::string_view text = text_at(lua, 1);
    const lua_Integer times = luaL_checkinteger(lua, 2);
    const std::string_view between = lua_isnoneornil(lua, 3) ? "" : text_at(lua, 3);
    if (times <= 0) {
        lua_pushliteral(lua, "");
        return 1;
    }
    const auto room = static_cast<std::uint64_t>(State::of(lua).limits.text.count);
    const std::uint64_t each = text.size() + between.size();
    if (each > 0 && static_cast<std::uint64_t>(times) > room / each + 1) {
        return luaL_error(lua, "the resulting text is too long");
    }
    State::charge(lua, each == 0 ? 1 : each * static_cast<std::uint64_t>(times) / 16 +
                                           static_cast<std::uint64_t>(times));
    std::string result;
    for (lua_Integer i = 0; i < times && each > 0; ++i) {
        if (i > 0) result += between;
        result += text;
    }
    lua_pushlstring(lua, result.data(), result.size());
    return 1;
}

int byte(lua_State* lua) {
    const std::string_view text = text_at(lua, 1);
    const lua_Integer first = luaL_optinteger(lua, 2, 1);
    const lua_Integer last = luaL_optinteger(lua, 3, first);
    const auto size = static_cast<lua_Integer>(text.size());
    const auto place = [&](lua_Integer at) {
        return at < 0 ? std::max(size + at + 1, lua_Integer{0}) : at;
    };
    const lua_Integer low = std::max(place(first), lua_Integer{1});
    const lua_Integer high = std::min(place(last), size);
    if (high < low) return 0;
    if (high - low >= values_most) {
        return luaL_error(lua, "more than %I values at once",
                          static_cast<LUAI_UACINT>(values_most));
    }
    luaL_checkstack(lua, static_cast<int>(high - low + 1), "too many values");
    for (lua_Integer i = low; i <= high; ++i) {
        lua_pushinteger(lua, static_cast<unsigned char>(text[static_cast<std::size_t>(i - 1)]));
    }
    return static_cast<int>(high - low + 1);
}

/// lower, upper, reverse, sub: they read the whole text.
int pays_for_text(lua_State* lua) {
    State::charge(lua, 1 + text_at(lua, 1).size() / 16);
    const int arguments = lua_gettop(lua);
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_insert(lua, 1);
    lua_call(lua, arguments, LUA_MULTRET);
    return lua_gettop(lua);
}

}   // namespace

void open_texts(lua_State* lua) {
    lua_getglobal(lua, "string");
    for (const char* name : {"dump", "pack", "unpack", "packsize"}) {
        lua_pushnil(lua);
        lua_setfield(lua, -2, name);
    }
    for (const char* name : {"lower", "upper", "reverse", "sub"}) {
        lua_getfield(lua, -1, name);
        lua_pushcclosure(lua, pays_for_text, 1);
        lua_setfield(lua, -2, name);
    }
    lua_getfield(lua, -1, "format");
    lua_pushcclosure(lua, format, 1);
    lua_setfield(lua, -2, "format");
    const luaL_Reg own[] = {{"byte", byte}, {"find", find}, {"gmatch", gmatch}, {"gsub", gsub},
                            {"match", match}, {"rep", rep}, {nullptr, nullptr}};
    luaL_setfuncs(lua, own, 0);
    // ("x"):rep is found through the metatable of all texts, which stays as it is.
    lua_pushliteral(lua, "");
    lua_getmetatable(lua, -1);
    lua_pushliteral(lua, "text");
    lua_setfield(lua, -2, "__metatable");
    lua_settop(lua, 0);
}

}   // namespace glasshive::script
