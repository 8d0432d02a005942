#include "script/thread.h"

#include "base/assert.h"
#include "script/state.h"

namespace glasshive::script {

Thread::Thread(Sandbox& sandbox, FunctionId function) : sandbox_(sandbox), function_(function) {}

Thread::~Thread() {
    if (reference_ >= 0) luaL_unref(sandbox_.lua_, LUA_REGISTRYINDEX, reference_);
}

int Thread::run_leg(lua_State* lua) {
    Thread& thread = *static_cast<Thread*>(lua_touserdata(lua, 1));
    const bool first = thread.reference_ < 0;
    if (first) {
        lua_State* fresh = lua_newthread(lua);
        lua_rawgeti(lua, LUA_REGISTRYINDEX, thread.function_.reference);
        lua_xmove(lua, fresh, 1);
        thread.reference_ = luaL_ref(lua, LUA_REGISTRYINDEX);
    }
    lua_rawgeti(lua, LUA_REGISTRYINDEX, thread.reference_);
    lua_State* co = lua_tothread(lua, -1);
    luaL_checkstack(co, 4, "too many values");
    Out out(co);
    int arguments = 1;
    if (const auto* value = std::get_if<Value>(thread.given_))
        out.value(*value);
    else if (const auto* fields = std::get_if<Fields>(thread.given_))
        out.record(*fields);
    else if (first)
        arguments = 0;
    else
        out.nothing();
    Sandbox::State& state = Sandbox::State::of(lua);
    state.thread = co;
    int results = 0;
    const int status = lua_resume(co, lua, arguments, &results);
    state.thread = nullptr;
    if (status == LUA_YIELD) return 0;
    thread.ended_ = true;
    if (status == LUA_OK) {
        thread.gave_false_ =
            results > 0 && lua_isboolean(co, -results) && lua_toboolean(co, -results) == 0;
        return 0;
    }
    if (state.exhausted) {
        lua_xmove(co, lua, 1);
    } else {
        push_text(co, -1);
        luaL_traceback(lua, co, lua_tostring(co, -1), 0);
    }
    return lua_error(lua);
}

std::optional<Diagnostic> Thread::resume(const Given& given) {
    SIM_ASSERT(!ended_);
    given_ = &given;
    return sandbox_.perform(run_leg, this);
}

}   // namespace glasshive::script
