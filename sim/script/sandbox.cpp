#include "script/sandbox.h"

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

/// "FILE:LINE: what is wrong", and below it where from.
std::optional<Diagnostic> Sandbox::problem(int status) {
    Diagnostic found{.file = state_->name, .line = 0, .path = "", .message = "", .hint = ""};
    const char* said = lua_tostring(lua_, -1);
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
    found.message = std::move(text);
    if (!traceback.empty()) found.hint = std::move(traceback);
    return found;
}

}   // namespace glasshive::script
