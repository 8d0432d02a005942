#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "script/sandbox.h"

namespace glasshive::script {

/// One coroutine of a script that its owner drives: it runs until it ends or calls a function that
/// was defined to yield. Each leg has an instruction budget of its own.
///
/// Views do not outlive a leg: give it records.
class Thread {
  public:
    /// Makes the coroutine; nothing runs yet. The sandbox must outlive it.
    Thread(Sandbox& sandbox, FunctionId function);
    ~Thread();
    Thread(const Thread&) = delete;
    Thread& operator=(const Thread&) = delete;

    using Fields = std::vector<std::pair<std::string, Value>>;
    /// What a leg begins with: the first one the function's argument, later ones what the function
    /// that yielded gives back.
    using Given = std::variant<std::monostate, Value, Fields>;

    /// Runs one leg. After a problem neither this nor the sandbox is of any use.
    std::optional<Diagnostic> resume(const Given& given = {});
    bool ended() const { return ended_; }
    /// Of an ended one: whether its function gave back false.
    bool gave_false() const { return gave_false_; }

  private:
    static int run_leg(lua_State* lua);

    Sandbox& sandbox_;
    FunctionId function_;
    int reference_ = -1;
    const Given* given_ = nullptr;
    bool ended_ = false;
    bool gave_false_ = false;
};

}   // namespace glasshive::script
