#include "script/sandbox.h"

#include <algorithm>
#include <cstring>

#include "base/assert.h"
#include "script/state.h"

namespace glasshive::script {

Sandbox::Sandbox(std::string name, const Limits& limits, kernel::Rng random)
    : state_(std::make_unique<State>(std::move(name), limits, random)) {
    lua_ = lua_newstate(State::allocate, state_.get());
    SIM_ASSERT(lua_ != nullptr);   // Limits leave room for an empty state.
    *static_cast<State**>(lua_getextraspace(lua_)) = state_.get();
    open_library(lua_);
    state_->spent = 0;
    lua_sethook(lua_, State::hook, LUA_MASKCOUNT, hook_period);
}

Sandbox::~Sandbox() { lua_close(lua_); }

void Sandbox::on_print(std::function<void(std::string_view)> print) {
    state_->print = std::move(print);
}

std::uint64_t Sandbox::instructions_spent() const { return state_->spent; }
Bytes Sandbox::memory_peak() const { return Bytes{static_cast<std::int64_t>(state_->peak)}; }

namespace {

int with_traceback(lua_State* lua) {
    if (Sandbox::State::of(lua).exhausted) return 1;   // No hook would stop what is called here.
    push_text(lua, 1);
    // A coroutine's error comes with its own.
    if (std::strstr(lua_tostring(lua, -1), "\nstack traceback:") != nullptr) return 1;
    luaL_traceback(lua, lua, lua_tostring(lua, -1), 1);
    return 1;
}

}   // namespace

std::optional<Diagnostic> Sandbox::run(std::string_view text) {
    lua_pushcfunction(lua_, with_traceback);
    const std::string chunk = "@" + state_->name;
    int status = luaL_loadbufferx(lua_, text.data(), text.size(), chunk.c_str(), "t");
    if (status == LUA_OK) status = lua_pcall(lua_, 0, 0, -2);
    std::optional<Diagnostic> found;
    if (status != LUA_OK) found = problem(status);
    lua_settop(lua_, 0);
    return found;
}

std::optional<Diagnostic> Sandbox::perform(Body body, void* data) {
    State& state = *state_;
    state.begin();
    ++state.epoch;
    lua_pushcfunction(lua_, with_traceback);
    lua_pushcfunction(lua_, body);
    lua_pushlightuserdata(lua_, data);
    const int status = lua_pcall(lua_, 1, 0, -3);
    ++state.epoch;   // What was shown is gone.
    std::optional<Diagnostic> found;
    if (status != LUA_OK) found = problem(status);
    lua_settop(lua_, 0);
    return found;
}

void Sandbox::set_parameters(const Parameters& parameters) {
    const auto set = [](lua_State* lua) {
        const auto& all = *static_cast<const Parameters*>(lua_touserdata(lua, 1));
        lua_createtable(lua, 0, static_cast<int>(all.size()));
        Out out(lua);
        for (const auto& [name, value] : all) {
            out.text(name);
            out.value(value);
            lua_rawset(lua, -3);
        }
        lua_setglobal(lua, "parameters");
        return 0;
    };
    // Names and values come from a checked scenario, far below any limit.
    const auto wrong = perform(set, const_cast<Parameters*>(&parameters));
    SIM_ASSERT(!wrong);
}

namespace {

struct Loading {
    std::string_view text;
    std::string chunk;
    std::vector<Offer> offers;
};

/// The value on top of the stack, kept if it is a function. Pops it.
Offer take_offer(lua_State* lua, std::string name) {
    Offer offer{.name = std::move(name), .value = {}, .function = {}};
    switch (lua_type(lua, -1)) {
        case LUA_TBOOLEAN: offer.value = lua_toboolean(lua, -1) != 0; break;
        case LUA_TNUMBER:
            if (lua_isinteger(lua, -1) != 0) {
                offer.value = static_cast<std::int64_t>(lua_tointeger(lua, -1));
            } else {
                offer.value = static_cast<double>(lua_tonumber(lua, -1));
            }
            break;
        case LUA_TSTRING: offer.value = std::string(lua_tostring(lua, -1)); break;
        case LUA_TFUNCTION: {
            lua_Debug about{};
            lua_pushvalue(lua, -1);
            lua_getinfo(lua, ">S", &about);
            offer.line = std::max(about.linedefined, 0);
            offer.function.reference = luaL_ref(lua, LUA_REGISTRYINDEX);
            return offer;
        }
        default: break;
    }
    lua_pop(lua, 1);
    return offer;
}

/// Leaves the table that the text gives back, alone on the stack.
void run_chunk(lua_State* lua, const Loading& loading) {
    lua_settop(lua, 0);
    if (luaL_loadbufferx(lua, loading.text.data(), loading.text.size(), loading.chunk.c_str(),
                         "t") != LUA_OK) {
        lua_error(lua);
    }
    lua_call(lua, 0, 1);
    if (lua_istable(lua, 1)) return;
    luaL_error(lua, "the script gives back %s; it must end with: return {…}",
               lua_isnil(lua, 1) ? "nothing" : luaL_typename(lua, 1));
}

int load_offers(lua_State* lua) {
    Loading& loading = *static_cast<Loading*>(lua_touserdata(lua, 1));
    run_chunk(lua, loading);
    lua_pushnil(lua);
    while (lua_next(lua, 1) != 0) {
        Sandbox::State::charge(lua, 10);
        if (lua_type(lua, -2) != LUA_TSTRING) {
            return luaL_error(lua, "the table that the script gives back has a key that is no "
                                   "text");
        }
        std::size_t length = 0;
        const char* name = lua_tolstring(lua, -2, &length);
        if (std::strlen(name) != length) {
            return luaL_error(lua, "the table that the script gives back has a key with a zero "
                                   "byte");
        }
        constexpr std::size_t offers_most = 1'000;
        if (loading.offers.size() == offers_most) {
            return luaL_error(lua, "the table that the script gives back has more than %d keys",
                              static_cast<int>(offers_most));
        }
        loading.offers.push_back(take_offer(lua, name));
    }
    return 0;
}

}   // namespace

void Sandbox::release(FunctionId function) {
    if (function.valid()) luaL_unref(lua_, LUA_REGISTRYINDEX, function.reference);
}

Result<FunctionId> Sandbox::compile(std::string_view text) {
    struct Compiling { std::string_view text; std::string chunk; FunctionId function; };
    Compiling compiling{text, "@" + state_->name, {}};
    const auto compile = [](lua_State* lua) {
        auto& c = *static_cast<Compiling*>(lua_touserdata(lua, 1));
        if (luaL_loadbufferx(lua, c.text.data(), c.text.size(), c.chunk.c_str(), "t") != LUA_OK) {
            return lua_error(lua);
        }
        c.function.reference = luaL_ref(lua, LUA_REGISTRYINDEX);
        return 0;
    };
    if (auto wrong = perform(compile, &compiling)) return *wrong;
    return compiling.function;
}

Result<std::vector<Offer>> Sandbox::load(std::string_view text) {
    Loading loading{text, "@" + state_->name, {}};
    if (auto wrong = perform(load_offers, &loading)) return *wrong;
    std::sort(loading.offers.begin(), loading.offers.end(),
              [](const Offer& a, const Offer& b) { return a.name < b.name; });
    return std::move(loading.offers);
}

namespace {

struct Describing {
    Loading loading;
    Sandbox::Described described;
};

int describe_returned(lua_State* lua) {
    auto& describing = *static_cast<Describing*>(lua_touserdata(lua, 1));
    run_chunk(lua, describing.loading);
    lua_newtable(lua);   // 2: the same without functions.
    lua_pushnil(lua);
    while (lua_next(lua, 1) != 0) {
        Sandbox::State::charge(lua, 10);
        if (lua_isfunction(lua, -1) && lua_type(lua, -2) == LUA_TSTRING) {
            describing.described.functions.emplace_back(lua_tostring(lua, -2));
        } else {
            lua_pushvalue(lua, -2);
            lua_pushvalue(lua, -2);
            lua_rawset(lua, 2);
        }
        lua_pop(lua, 1);
    }
    constexpr int indent = 1;   // A line has its limits.
    describing.described.json = Arguments(lua, 2).json(0, indent);
    return 0;
}

}   // namespace

Result<Sandbox::Described> Sandbox::describe(std::string_view text) {
    Describing describing{{text, "@" + state_->name, {}}, {}};
    if (auto wrong = perform(describe_returned, &describing)) return *wrong;
    std::sort(describing.described.functions.begin(), describing.described.functions.end());
    return std::move(describing.described);
}

/// "FILE:LINE: what is wrong", and below it where from.
std::optional<Diagnostic> Sandbox::problem(int status) {
    Diagnostic found{.file = state_->name, .line = 0, .path = "", .message = "", .hint = ""};
    const char* said = lua_tostring(lua_, -1);   // As lua's own program: up to a NUL.
    std::string text = said == nullptr ? "an error that is no text" : said;
    const std::size_t end = text.find('\n');
    std::string traceback = end == std::string::npos ? "" : text.substr(end + 1);
    text = text.substr(0, end);
    const std::string prefix = state_->name + ":";
    if (text.rfind(prefix, 0) == 0) {
        const std::size_t colon = text.find(": ", prefix.size());
        const std::string line = text.substr(prefix.size(), colon - prefix.size());
        if (colon != std::string::npos && !line.empty() &&
            line.find_first_not_of("0123456789") == std::string::npos && line.size() < 9) {
            found.line = std::stoi(line);
            text = text.substr(colon + 2);
        }
    }
    if (state_->exhausted) {
        text = "the budget of " + std::to_string(state_->limits.instructions) +
               " instructions is spent";
    } else if (status == LUA_ERRMEM) {
        text = state_->text_too_long
                   ? "a text is longer than " + to_text(state_->limits.text)
                   : "the budget of " + to_text(state_->limits.memory) + " of memory is spent";
    }
    found.message = text.empty() ? "an error without a text" : std::move(text);
    // What only says that C++ called helps nobody.
    const std::string called = "\n\t[C]: in ?";
    if (traceback.ends_with(called)) traceback.resize(traceback.size() - called.size());
    if (traceback.find('\n') == std::string::npos) return found;
    for (const char c : traceback) {
        if (c == '\t') found.hint += "    ";
        else found.hint += c;
    }
    return found;
}

}   // namespace glasshive::script
