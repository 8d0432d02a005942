#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/event.h"
#include "director/stage.h"
#include "kernel/kernel.h"
#include "script/sandbox.h"
#include "script/spec.h"
#include "script/thread.h"

namespace glasshive::director {

/// Legs at one instant: more is a script that goes round in circles.
inline constexpr std::uint32_t legs_most = 100'000;
/// What a script may have under way, or give to be kept: events that nobody took yet (and their
/// texts), functions to be called later, names of samples and expectations.
inline constexpr std::size_t seen_most = 100'000, starts_most = 100'000;
inline constexpr std::size_t seen_bytes_most = std::size_t{64} << 20;
inline constexpr std::uint32_t names_most = 1'000'000;
/// How often wait_until asks, unless told otherwise.
inline constexpr Duration ask_every = std::chrono::milliseconds{100};

/// Runs the scenario's script: a process outside the cluster, and a sink of the run's events.
class Director final : public kernel::Process, public EventSink {
  public:
    /// Registers itself as a process; whoever builds the run adds it as a sink and starts it. All
    /// must outlive it. `subject`: the run's.
    Director(kernel::Kernel& kernel, Stage& stage, const EventRegistry& registry,
             const script::ScriptSpec& spec, NameId subject);

    /// Whether the text is Lua at all; nothing runs.
    static Diagnostics check(const script::ScriptSpec& spec);

    void on_start() override;
    void on_timer(std::uint32_t tag, std::uint64_t argument) override;
    void on_event(const Event& event, std::string_view text) override;

  private:
    /// What a timer is for.
    static constexpr std::uint32_t wake_tag = 1, start_tag = 2, events_tag = 3, curtain_tag = 4;

    using Fields = script::Thread::Fields;
    using Given = script::Thread::Given;

    /// What a coroutine waits for; one of these at a time.
    struct Wait {
        enum class For { nothing, time, predicate, event, docker, commit, answer, stored };
        For what = For::nothing;
        std::uint64_t serial = 0;   // Of the timer that may end it.
        Time since{};
        std::optional<Time> deadline;
        Duration interval{};
        script::FunctionId predicate;
        std::set<std::uint16_t> kinds;   // By number.
        NameId subject;                  // Invalid: any.
        std::string line, host;          // docker's.
        Fields result;                   // Of docker, once typed.
    };
    struct Routine {
        std::unique_ptr<script::Thread> thread;
        Wait wait;
        std::uint64_t every = 0;   // Serial of what starts it again; 0: nothing.
    };
    struct Start {   // Of at, every and spawn.
        script::FunctionId function;
        Duration interval{};   // Zero: once.
    };
    struct Handler {
        std::set<std::uint16_t> kinds;
        script::FunctionId function;
    };
    struct Seen {
        std::uint16_t kind;
        NameId subject;
        EventId id;
        Fields fields;
    };

    void define_functions();
    void define_waits();
    void define_acts();
    void define_faults();
    void define_requests();
    void define_store();
    Wait ask_store(const script::Arguments& arguments, const char* method, bool body);
    void define_looks();
    void define(const script::FunctionInfo& info, script::FunctionBody body, bool yields = false);
    /// The function stops its coroutine, which then waits for what the body gives.
    void define_wait(const script::FunctionInfo& info,
                     std::function<Wait(const script::Arguments&)> body);

    void begin_main();
    void begin(script::FunctionId function, const Given& given, std::uint64_t every = 0);
    void go_on(std::uint64_t routine, const Given& given);
    /// What it waits for is there at once, or a timer will end the wait.
    std::optional<Given> arrange(std::uint64_t id, Wait& wait);
    std::optional<Given> ask(std::uint64_t id, Wait& wait);
    std::optional<Given> type(std::uint64_t id, Wait& wait);
    std::optional<Given> look_for_commit(std::uint64_t id, Wait& wait);
    void set_timer(std::uint64_t id, Wait& wait, Duration delay);
    void wake(std::uint64_t serial);
    void start_again(std::uint64_t serial);
    void forget_start(std::uint64_t serial);
    void hand_out();
    [[noreturn]] void fail(Diagnostic problem) const;
    /// A name more that is kept to the end; too many of them end the run.
    void count_name();
    std::set<std::uint16_t> kinds_of(std::string_view pattern);

    kernel::Kernel& kernel_;
    Stage& stage_;
    const EventRegistry& registry_;
    const script::ScriptSpec spec_;
    const NameId subject_;
    std::deque<std::string> faults_;   // Names that the sandbox points to.
    std::deque<script::FunctionInfo> fault_infos_;
    script::Sandbox sandbox_;
    std::map<std::uint64_t, Routine> routines_;       // By number, which is never reused.
    std::map<std::uint64_t, std::uint64_t> waking_;   // Serial of a timer: the routine it wakes.
    std::map<std::uint64_t, Start> starts_;           // Likewise: what it starts.
    std::map<NameId, std::uint64_t> asking_;          // Client of a request: who waits for it.
    std::vector<Handler> handlers_;
    std::vector<std::uint32_t> wanted_;   // By kind: handlers and waits for it.
    std::deque<Seen> seen_;               // Events not handed out yet.
    std::size_t seen_bytes_ = 0;          // Of their texts.
    std::uint32_t names_ = 0;             // That the script gave the run to keep.
    bool handing_out_ = false;
    std::uint64_t last_routine_ = 0, last_serial_ = 0;
    std::uint64_t current_ = 0;   // The routine that runs.
    std::optional<Wait> asked_;   // What it asked to wait for.
    Time instant_{};
    std::uint32_t legs_ = 0;
};

}   // namespace glasshive::director
