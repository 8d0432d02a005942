#include "session/session.h"

#include <algorithm>
#include <set>

#include "base/assert.h"
#include "check/events.h"
#include "record/digest.h"
#include "record/recorder.h"
#include "scenario/inject.h"
#include "session/give_store.h"
#include "session/recorded.h"
#include "session/script_verdicts.h"
#include "session/watch.h"
#include "world/events.h"
#include "world/operator.h"
#include "world/world.h"

namespace glasshive::session {

namespace {

/// Waits for the first event of a pattern.
struct Waiting final : EventSink {
    explicit Waiting(const Names& n) : names(n) {}
    void on_event(const Event& event, std::string_view) override {
        if (pattern == nullptr || found != EventId{}) return;
        const EventKind* kind = all_events().find(event.kind);
        if (kind == nullptr || !pattern->matches(*kind, names.text(event.subject))) return;
        found = event.id;
    }
    const Names& names;
    const EventPattern* pattern = nullptr;   ///< Null: for none.
    EventId found{};
};

}   // namespace

struct Session::Impl {
    explicit Impl(Options o)
        : options(std::move(o)),
          stream(names),
          digest(all_events(), names),
          evaluator(options.spec.expectations, names),
          script_verdicts(names),
          summary(names),
          waiting(names) {}

    Options options;
    Names names;
    EventStream stream;
    record::DigestSink digest;
    std::unique_ptr<record::Recorder> recorder;
    check::Evaluator evaluator;
    ScriptVerdicts script_verdicts;
    check::SummaryFold summary;
    Waiting waiting;
    std::unique_ptr<Watch> watch;   ///< With Options::invariants.
    swarm::DecisionWatch* decisions = nullptr;
    std::unique_ptr<world::World> world;
    std::vector<TimedCommand> given;   // Everything injected so far, replayed or new.
    std::size_t next_replayed = 0;
    bool started = false, finished = false;
    std::optional<Diagnostic> script_problem;
    Time failed_at{};

    Time end() const {
        if (script_problem) return failed_at;
        const Time of_scenario = Time{} + options.spec.duration;
        return std::min(of_scenario, options.stop_at.value_or(of_scenario));
    }
    NameId subject() { return names.intern(world::run_name(options.spec)); }
    void replay_commands_until(Time until);
    /// Something was given now: a replay gives it again, even when the recording is cut short.
    void note(const std::string& text);
    Result<EventId> apply(const std::string& text);
    /// Functions that hung in the run that is replayed hang again; others are kept.
    void watch_scripts();
    void emit_verdicts();
    /// Runs `what`, unless a script failed before. One that fails now ends the run here.
    template <class What>
    void guarded(const What& what);
    void fail(Diagnostic problem);
};

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::~Session() { set_replay_info({}); }

Result<std::unique_ptr<Session>> Session::open(Options options) {
    auto impl = std::make_unique<Impl>(std::move(options));
    Impl& s = *impl;
    const Diagnostics wrong = world::check_scripts(s.options.spec);
    if (has_errors(wrong)) return wrong;
    s.stream.add_sink(&s.digest);
    if (!s.options.record_path.empty()) {
        record::RecorderOptions record{.path = s.options.record_path, .meta = meta_of(s.options)};
        record.leave_out = left_out(s.options.spec.record.kinds);
        record.keyframe_every = static_cast<std::uint64_t>(s.options.spec.record.keyframe_events);
        auto opened = record::Recorder::open(std::move(record), all_events(), s.names);
        if (!opened.ok()) return opened.problems();
        s.recorder = std::move(opened.value());
        s.stream.add_sink(s.recorder.get());
    }
    s.stream.add_sink(&s.evaluator);
    if (s.options.spec.script) s.stream.add_sink(&s.script_verdicts);
    s.stream.add_sink(&s.summary);
    s.stream.add_sink(&s.waiting);
    if (s.options.invariants) {
        s.watch = std::make_unique<Watch>(s.names, s.options.spec);
        s.stream.add_sink(s.watch.get());
    }
    return std::unique_ptr<Session>(new Session(std::move(impl)));
}

void Session::watch(EventSink* sink) { impl_->stream.add_sink(sink); }
void Session::watch_decisions(swarm::DecisionWatch* watch) { impl_->decisions = watch; }

void Session::start() {
    Impl& s = *impl_;
    SIM_ASSERT(!s.started);
    s.started = true;
    const scenario::ScenarioSpec& spec = s.options.spec;
    s.stream.emit(Time{}, scenario_cause, world::events::run_started, s.subject(),
                  {field::integer(static_cast<std::int64_t>(spec.seed)),
                   field::name(s.names.intern(scenario::to_text(spec.profile))),
                   field::integer(static_cast<std::int64_t>(capacities(spec).size())),
                   field::duration(spec.duration)});
    set_replay_info({.seed = spec.seed, .now_ns = nullptr, .command = s.options.replay_command});
    s.guarded([&] {
        s.world = std::make_unique<world::World>(spec, s.stream, s.decisions, &all_events());
    });
    SIM_ASSERT(s.world != nullptr);   // Nothing of a script's runs before time does.
    s.watch_scripts();
    set_replay_info({.seed = spec.seed,
                     .now_ns = s.world->kernel().now_ns_address(),
                     .command = s.options.replay_command});
}

void Session::Impl::watch_scripts() {
    if (world->store_count() == 0) return;
    std::set<std::uint64_t> hung;
    for (const TimedCommand& command : options.commands) {
        if (const auto call = hung_call_of(command.text)) hung.insert(*call);
    }
    world->store(0).cluster().scripts()->set_hung(std::move(hung), [this](std::uint64_t call) {
        note(text_of(StoreHung{0, call}));
    });
}

const EventRegistry& Session::registry() const { return all_events(); }
const Names& Session::names() const { return impl_->names; }
Time Session::now() const { return impl_->world ? impl_->world->now() : Time{}; }
Time Session::end() const { return impl_->end(); }
std::uint64_t Session::events_emitted() const { return number_of(impl_->stream.last()); }
world::World& Session::world() { return *impl_->world; }

const std::optional<Diagnostic>& Session::script_problem() const { return impl_->script_problem; }

template <class What>
void Session::Impl::guarded(const What& what) {
    if (script_problem) return;
    try {
        what();
    } catch (RunFailure& failure) {
        fail(std::move(failure.problem));
    }
}

void Session::Impl::fail(Diagnostic problem) {
    failed_at = world ? world->now() : Time{};
    stream.emit(failed_at, scenario_cause, world::events::script_failed, subject(),
                // Without its folder: a digest does not depend on where somebody stood.
                {field::name(names.intern(problem.file.substr(problem.file.find_last_of('/') + 1))),
                 field::integer(problem.line), field::text(problem.message)});
    script_problem = std::move(problem);
}

void Session::Impl::note(const std::string& text) {
    if (recorder) recorder->on_command(world->now(), text);
    given.push_back({world->now(), text});
}

void Session::Impl::replay_commands_until(Time until) {
    while (next_replayed < options.commands.size() && options.commands[next_replayed].at <= until) {
        const TimedCommand command = options.commands[next_replayed++];
        world->run_until(std::max(command.at, world->now()));
        apply(command.text);   // It was accepted once; a refusal changes nothing.
    }
}

void Session::run_until(Time until) {
    Impl& s = *impl_;
    SIM_ASSERT(s.started);
    s.guarded([&] {
        until = std::min(until, s.end());
        s.replay_commands_until(until);
        if (until >= s.world->now()) s.world->run_until(until);
        if (s.watch) s.watch->look(*s.world);
    });
}

bool Session::step() {
    Impl& s = *impl_;
    SIM_ASSERT(s.started);
    if (s.world->now() >= s.end()) return false;
    s.guarded([&] {
        const Time next = std::min(s.world->kernel().next_due(), s.end());
        // A replayed command takes effect after everything due at its instant, as when it was
        // given.
        if (next > s.world->now()) s.replay_commands_until(next - Duration{1});
        s.world->run_until(s.end(), 1);
        if (s.watch) s.watch->look(*s.world);
    });
    return true;
}

EventId Session::run_until(const EventPattern& pattern, Time until) {
    Impl& s = *impl_;
    SIM_ASSERT(s.started);
    until = std::min(until, s.end());
    s.waiting.pattern = &pattern;
    s.waiting.found = {};
    const auto goes_on = [&] {
        return s.waiting.found == EventId{} && s.world->now() < until && !s.script_problem;
    };
    while (goes_on()) {
        if (s.world->kernel().next_due() <= until) {
            step();
            continue;
        }
        // Nothing more is due by then, unless a replayed command comes first.
        s.guarded([&] { s.replay_commands_until(until); });
        if (goes_on() && s.world->kernel().next_due() > until) run_until(until);
    }
    s.waiting.pattern = nullptr;
    return s.waiting.found;
}

const std::vector<TimedCommand>& Session::given() const { return impl_->given; }
std::vector<TimedCommand> Session::to_come() const {
    const std::vector<TimedCommand>& all = impl_->options.commands;
    return {all.begin() + static_cast<std::ptrdiff_t>(impl_->next_replayed), all.end()};
}
std::string Session::digest() const { return impl_->digest.digest(); }

void Session::give_store(const StoreWord& word, std::shared_ptr<door::couch::Reply> reply) {
    Impl& s = *impl_;
    s.guarded([&] {
        s.world->run_until(s.world->now());
        // Not among what was given: requests, with all their bodies, would stay in memory.
        if (s.recorder) s.recorder->on_command(s.world->now(), text_of(word));
        give(*s.world, s.stream, s.subject(), word, std::move(reply));
    });
}

bool Session::run_entries(std::uint64_t entries) {
    Impl& s = *impl_;
    if (s.world->now() >= s.end()) return false;
    s.guarded([&] { s.world->run_until(s.end(), entries); });
    return s.world->now() < s.end();
}

Result<EventId> Session::Impl::apply(const std::string& text) {
    if (const auto word = read_store_word(text)) {
        note(text);
        session::give(*world, stream, subject(), *word, nullptr);
        return stream.last();
    }
    auto read = scenario::read_injection(text, options.spec);
    if (!read.ok()) return read.problems();
    if (read.value().heal && *read.value().heal > world->fault_count()) {
        return Diagnostic{.file = "command",
                          .message = "there is no fault " + std::to_string(*read.value().heal)};
    }
    const Time now = world->now();
    note(text);   // Even what the cluster refuses is an event: a replay needs it.
    if (read.value().store) return world->operate(*read.value().store, "session");
    const bool heals = read.value().heal.has_value();
    if (read.value().fault || heals) {
        const EventId event =
            stream.emit(now, scenario_cause, world::events::command_applied, subject(),
                        {field::name(names.intern("session")), field::name(names.intern("done")),
                         field::text(text)});
        const kernel::CauseScope scope(world->kernel(), event);
        if (heals)
            world->heal(*read.value().heal);
        else
            world->strike(*read.value().fault);
        return event;
    }
    const Diagnostics refused = world->give(*read.value().command, text);
    if (has_errors(refused)) return refused;
    return stream.last();
}

Result<EventId> Session::inject(const std::string& text) {
    Impl& s = *impl_;
    SIM_ASSERT(s.started);
    // A command's place in the run is its instant alone: everything due by now happens first.
    std::optional<Result<EventId>> done;
    s.guarded([&] {
        s.world->run_until(s.world->now());
        done.emplace(s.apply(text));
    });
    if (s.script_problem) return *s.script_problem;
    return std::move(*done);
}

void Session::flush_recording() {
    if (impl_->recorder) impl_->recorder->flush();
}

void Session::Impl::emit_verdicts() {
    std::int64_t number = 0;
    for (const check::Verdict& verdict : evaluator.verdicts()) {
        const EventKind& kind = verdict.outcome == check::Outcome::held ? check::events::expect_held
                                : verdict.outcome == check::Outcome::failed
                                    ? check::events::expect_failed
                                    : check::events::expect_undecided;
        stream.emit(
            world->now(), verdict.event, kind, names.intern(verdict.text),
            {field::integer(++number), field::event(verdict.event), field::text(verdict.figure)});
    }
}

Outcome Session::finish() {
    Impl& s = *impl_;
    SIM_ASSERT(s.started);
    SIM_ASSERT(!s.finished);
    s.finished = true;
    const Time end = s.world->now();
    s.guarded([&] {
        s.replay_commands_until(end);   // Nobody need have run it: given at 0s and ended there.
        s.world->run_until(end);   // A session that stepped may stand in the middle of an instant.
    });
    s.stream.emit(end, scenario_cause, world::events::run_ended, s.subject(), {});
    if (!s.script_problem) {
        s.evaluator.finish(end);
        s.emit_verdicts();
    }
    Outcome outcome{.verdicts = {},
                    .summary = s.summary.finish(end),
                    .digest = s.digest.digest(),
                    .end = end,
                    .events = number_of(s.stream.last()),
                    .script_problem = s.script_problem,
                    .commands = s.given};
    if (!s.script_problem) {
        outcome.verdicts = s.evaluator.verdicts();
        for (check::Verdict& verdict : s.script_verdicts.verdicts()) {
            outcome.verdicts.push_back(std::move(verdict));
        }
    }
    if (s.watch && !s.script_problem) {
        s.watch->look(*s.world);
        outcome.violations = s.watch->finish(*s.world, end);
        outcome.judged = s.watch->judged();
    }
    if (s.recorder) {
        outcome.record_problem = s.recorder->take_problem();
        const auto closing = s.recorder->close({.end_time = end, .digest = outcome.digest});
        if (!outcome.record_problem) outcome.record_problem = closing;
    }
    return outcome;
}

}   // namespace glasshive::session
