// What scripts see of the program: read-only objects with named fields, there while a call lasts.
#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>

#include "script/binding.h"
#include "script/state.h"

namespace glasshive::script {

namespace {

using State = Sandbox::State;

/// What a view is to Lua: a userdata with this in it.
struct Handle {
    const ViewType* type;
    const void* object;
    std::uint64_t epoch;   // Of the call it was given to.
};

/// The handle at `index`, alive. Only views carry the metatable whose functions ask for it.
const Handle& handle_at(lua_State* lua, int index, const ViewType* type) {
    const auto* handle = static_cast<const Handle*>(lua_touserdata(lua, index));
    if (handle == nullptr || lua_islightuserdata(lua, index) || handle->type != type) {
        luaL_error(lua, "a method of %s wants one: write %s:method(…)", type->name, type->name);
    }
    if (handle->epoch != State::of(lua).epoch) {
        luaL_error(lua, "this %s was only there during the call that it was given to", type->name);
    }
    return *handle;
}

const ViewType* type_of_upvalue(lua_State* lua, int number) {
    return static_cast<const ViewType*>(lua_touserdata(lua, lua_upvalueindex(number)));
}

/// Upvalues: what each name is, the type. A field is its number, a method its function.
int read_field(lua_State* lua) {
    const ViewType* type = type_of_upvalue(lua, 2);
    const Handle& handle = handle_at(lua, 1, type);
    lua_settop(lua, 2);
    lua_pushvalue(lua, 2);
    const int found = lua_rawget(lua, lua_upvalueindex(1));
    if (found == LUA_TFUNCTION) return 1;
    if (found == LUA_TNUMBER) {
        Out out(lua);
        type->fields[static_cast<std::size_t>(lua_tointeger(lua, -1))].read(handle.object, out);
        return 1;
    }
    std::size_t length = 0;
    const char* name = lua_type(lua, 2) == LUA_TSTRING ? lua_tolstring(lua, 2, &length) : nullptr;
    if (type->other != nullptr && name != nullptr) {
        Out out(lua);
        if (type->other(handle.object, {name, length}, out)) return 1;
        lua_pushnil(lua);   // Others of its kind may have one.
        return 1;
    }
    std::string names;
    for (const ViewField& field : type->fields) names += std::string(" ") + field.name;
    for (const ViewMethod& method : type->methods) names += std::string(" ") + method.name + "()";
    push_text(lua, 2);
    return luaL_error(lua, "a %s has no field %s; it has%s", type->name, lua_tostring(lua, -1),
                      names.c_str());
}

/// Upvalues: the method, the type.
int call_method(lua_State* lua) {
    const auto* method = static_cast<const ViewMethod*>(lua_touserdata(lua, lua_upvalueindex(1)));
    const Handle& handle = handle_at(lua, 1, type_of_upvalue(lua, 2));
    Out out(lua);
    char refused[512] = "";   // No destructor is passed over when the error is raised below.
    try {
        method->call(handle.object, Arguments(lua, 2), out);
    } catch (const Refusal& refusal) {
        std::strncpy(refused, refusal.what(), sizeof refused - 1);
    }
    if (refused[0] != '\0') return luaL_error(lua, "%s", refused);
    return 1;
}

int refuse_writing(lua_State* lua) {
    return luaL_error(lua, "a %s is read-only", type_of_upvalue(lua, 1)->name);
}

int name_of(lua_State* lua) {
    lua_pushstring(lua, type_of_upvalue(lua, 1)->name);
    return 1;
}

/// All fields as a table, to go through them.
int all_fields(lua_State* lua) {
    const ViewType* type = type_of_upvalue(lua, 1);
    const Handle& handle = handle_at(lua, 1, type);
    lua_getglobal(lua, "next");
    lua_createtable(lua, 0, static_cast<int>(type->fields.size()));
    for (const ViewField& field : type->fields) {
        Out out(lua);
        field.read(handle.object, out);
        lua_setfield(lua, -2, field.name);
    }
    lua_pushnil(lua);
    return 3;
}

void set_closure(lua_State* lua, const char* name, lua_CFunction function, const ViewType& type) {
    lua_pushlightuserdata(lua, const_cast<ViewType*>(&type));
    lua_pushcclosure(lua, function, 1);
    lua_setfield(lua, -2, name);
}

/// Leaves the type's metatable on the stack, made when it is first wanted.
void push_metatable(lua_State* lua, const ViewType& type) {
    if (lua_rawgetp(lua, LUA_REGISTRYINDEX, &type) == LUA_TTABLE) return;
    lua_pop(lua, 1);
    lua_newtable(lua);
    lua_createtable(lua, 0, static_cast<int>(type.fields.size() + type.methods.size()));
    for (std::size_t i = 0; i < type.fields.size(); ++i) {
        lua_pushinteger(lua, static_cast<lua_Integer>(i));
        lua_setfield(lua, -2, type.fields[i].name);
    }
    for (const ViewMethod& method : type.methods) {
        lua_pushlightuserdata(lua, const_cast<ViewMethod*>(&method));
        lua_pushlightuserdata(lua, const_cast<ViewType*>(&type));
        lua_pushcclosure(lua, call_method, 2);
        lua_setfield(lua, -2, method.name);
    }
    lua_pushlightuserdata(lua, const_cast<ViewType*>(&type));
    lua_pushcclosure(lua, read_field, 2);
    lua_setfield(lua, -2, "__index");
    set_closure(lua, "__newindex", refuse_writing, type);
    set_closure(lua, "__tostring", name_of, type);
    set_closure(lua, "__pairs", all_fields, type);
    lua_pushboolean(lua, 0);
    lua_setfield(lua, -2, "__metatable");
    lua_pushstring(lua, type.name);
    lua_setfield(lua, -2, "__name");
    lua_pushvalue(lua, -1);
    lua_rawsetp(lua, LUA_REGISTRYINDEX, &type);
}

}   // namespace

// --- Values on their way in ----------------------------------------------------------------------

void Out::nothing() { lua_pushnil(lua_); }
void Out::boolean(bool value) { lua_pushboolean(lua_, value ? 1 : 0); }
void Out::integer(std::int64_t value) { lua_pushinteger(lua_, value); }
void Out::number(double value) { lua_pushnumber(lua_, value); }
void Out::text(std::string_view value) { lua_pushlstring(lua_, value.data(), value.size()); }

void Out::value(const Value& value) {
    if (const auto* truth = std::get_if<bool>(&value))
        boolean(*truth);
    else if (const auto* whole = std::get_if<std::int64_t>(&value))
        integer(*whole);
    else if (const auto* real = std::get_if<double>(&value))
        number(*real);
    else
        text(*std::get_if<std::string>(&value));
}

void Out::texts(const std::map<std::string, std::string>& map) {
    lua_createtable(lua_, 0, static_cast<int>(map.size()));
    State::charge(lua_, map.size());
    for (const auto& [name, value] : map) {
        text(name);
        text(value);
        lua_rawset(lua_, -3);
    }
}

void Out::integers(const std::map<std::string, std::int64_t>& map) {
    lua_createtable(lua_, 0, static_cast<int>(map.size()));
    State::charge(lua_, map.size());
    for (const auto& [name, value] : map) {
        text(name);
        integer(value);
        lua_rawset(lua_, -3);
    }
}

void Out::record(const std::vector<std::pair<std::string, Value>>& fields) {
    luaL_checkstack(lua_, 4, "too many values");
    lua_createtable(lua_, 0, static_cast<int>(fields.size()));
    State::charge(lua_, fields.size());
    for (const auto& [name, each] : fields) {
        text(name);
        value(each);
        lua_rawset(lua_, -3);
    }
}

void Out::list(std::size_t count, const std::function<void(std::size_t, Out&)>& element) {
    lua_createtable(lua_, static_cast<int>(count), 0);
    State::charge(lua_, count);
    luaL_checkstack(lua_, 4, "too many values");
    for (std::size_t i = 0; i < count; ++i) {
        element(i, *this);
        lua_rawseti(lua_, -2, static_cast<lua_Integer>(i) + 1);
    }
}

namespace {

void push_json(lua_State* lua, const nlohmann::json& value, Out& out, int depth, bool in_list) {
    constexpr int depth_most = 100;
    if (depth > depth_most) luaL_error(lua, "a document deeper than 100 levels");
    luaL_checkstack(lua, 4, "too many values");
    State::charge(lua, 2);
    if (value.is_null() && in_list) return lua_createtable(lua, 0, 0);
    if (value.is_null()) return out.nothing();
    if (value.is_boolean()) return out.boolean(value.get<bool>());
    if (value.is_number_integer()) return out.integer(value.get<std::int64_t>());
    if (value.is_number()) return out.number(value.get<double>());
    if (value.is_string()) return out.text(value.get_ref<const std::string&>());
    lua_createtable(lua, 0, 0);
    lua_Integer place = 0;
    for (const auto& [name, each] : value.items()) {
        if (value.is_array()) {
            push_json(lua, each, out, depth + 1, true);
            lua_rawseti(lua, -2, ++place);
        } else if (!each.is_null()) {
            out.text(name);
            push_json(lua, each, out, depth + 1, false);
            lua_rawset(lua, -3);
        }
    }
}

}   // namespace

void Out::json(std::string_view text) {
    push_json(lua_, nlohmann::json::parse(text), *this, 0, false);
}

void Out::view(const ViewType& type, const void* object) {
    luaL_checkstack(lua_, 6, "too many values");
    auto* handle = static_cast<Handle*>(lua_newuserdatauv(lua_, sizeof(Handle), 0));
    *handle = {&type, object, State::of(lua_).epoch};
    push_metatable(lua_, type);
    lua_setmetatable(lua_, -2);
}

// --- Values on their way out ---------------------------------------------------------------------

bool Arguments::given(int number) const { return !lua_isnoneornil(lua_, first_ + number); }
bool Arguments::is_text(int number) const { return lua_type(lua_, first_ + number) == LUA_TSTRING; }
bool Arguments::is_function(int number) const { return lua_isfunction(lua_, first_ + number); }
bool Arguments::truth(int number) const { return lua_toboolean(lua_, first_ + number) != 0; }

int Arguments::line() const {
    lua_Debug about{};
    if (lua_getstack(lua_, 1, &about) == 0) return 0;
    lua_getinfo(lua_, "l", &about);
    return std::max(about.currentline, 0);
}

FunctionId Arguments::function(int number) const {
    luaL_checktype(lua_, first_ + number, LUA_TFUNCTION);
    lua_pushvalue(lua_, first_ + number);
    return {luaL_ref(lua_, LUA_REGISTRYINDEX)};
}

Value Arguments::value(int number) const {
    const int index = first_ + number;
    switch (lua_type(lua_, index)) {
        case LUA_TBOOLEAN: return lua_toboolean(lua_, index) != 0;
        case LUA_TNUMBER:
            if (lua_isinteger(lua_, index) != 0) return static_cast<std::int64_t>(integer(number));
            return this->number(number);
        default: return std::string(text(number));
    }
}

namespace {

constexpr int json_depth_most = 30;

/// What has been written down of a value so far: tables may hold one another again and again.
struct Written {
    std::size_t values = 0, bytes = 0;
};
constexpr std::size_t json_values_most = 500'000, json_bytes_most = std::size_t{16} << 20;

void add_bytes(lua_State* lua, std::size_t length, Written& written) {
    written.bytes += length;
    if (written.bytes > json_bytes_most) luaL_error(lua, "texts of more than 16 MiB");
}

nlohmann::ordered_json json_of(lua_State* lua, int index, int depth, Written& written) {
    State::charge(lua, 5);
    if (++written.values > json_values_most) {
        luaL_error(lua, "more than %d values", static_cast<int>(json_values_most));
    }
    luaL_checkstack(lua, 6, "too deep");
    switch (lua_type(lua, index)) {
        case LUA_TBOOLEAN: return lua_toboolean(lua, index) != 0;
        case LUA_TNUMBER:
            if (lua_isinteger(lua, index) != 0) return lua_tointeger(lua, index);
            return lua_tonumber(lua, index);
        case LUA_TSTRING: {
            std::size_t length = 0;
            const char* text = lua_tolstring(lua, index, &length);
            State::charge(lua, length / 16);
            add_bytes(lua, length, written);
            return std::string(text, length);
        }
        case LUA_TTABLE: break;
        default: luaL_error(lua, "a %s cannot be written down", luaL_typename(lua, index));
    }
    if (depth == json_depth_most) luaL_error(lua, "tables lie in one another too deep");
    index = lua_absindex(lua, index);
    const auto count = static_cast<lua_Integer>(lua_rawlen(lua, index));
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (lua_Integer i = 1; i <= count; ++i) {
        lua_rawgeti(lua, index, i);
        list.push_back(json_of(lua, -1, depth + 1, written));
        lua_pop(lua, 1);
    }
    nlohmann::json fields = nlohmann::json::object();   // Keys in order.
    lua_pushnil(lua);
    while (lua_next(lua, index) != 0) {
        if (lua_type(lua, -2) == LUA_TSTRING) {
            std::size_t length = 0;
            const char* name = lua_tolstring(lua, -2, &length);
            add_bytes(lua, length, written);
            fields[std::string(name, length)] = json_of(lua, -1, depth + 1, written);
        } else if (lua_isinteger(lua, -2) == 0 || lua_tointeger(lua, -2) < 1 ||
                   lua_tointeger(lua, -2) > count) {
            luaL_error(lua, "a table is a list, or has texts as keys");
        }
        lua_pop(lua, 1);
    }
    if (depth > 0 && count == 0 && fields.empty()) return nullptr;
    if (count > 0 && !fields.empty()) luaL_error(lua, "a table is a list or has keys, not both");
    return count > 0 ? list : nlohmann::ordered_json(fields);
}

}   // namespace

std::string Arguments::json(int number, int indent) const {
    Written written;
    return json_of(lua_, first_ + number, 0, written)
        .dump(indent, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string_view Arguments::text(int number) const {
    std::size_t length = 0;
    const char* text = luaL_checklstring(lua_, first_ + number, &length);
    return {text, length};
}

std::int64_t Arguments::integer(int number) const {
    return luaL_checkinteger(lua_, first_ + number);
}

double Arguments::number(int number) const { return luaL_checknumber(lua_, first_ + number); }

}   // namespace glasshive::script
