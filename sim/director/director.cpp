#include "director/director.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "director/events.h"
#include "director/functions.h"
#include "script/call.h"

namespace glasshive::director {

namespace {

constexpr std::size_t routines_most = 10'000;
/// As an operator's terminal: world/operator.cpp.
constexpr Duration type_again_every = std::chrono::seconds{1};
constexpr Duration patience = std::chrono::seconds{20};
constexpr Duration commit_every = std::chrono::milliseconds{1};

script::Limits limits_of(const script::ScriptSpec& spec) {
    script::Limits most;
    most.instructions = spec.instructions;
    most.all = 4'000'000'000;   // A minute or so: thousands of calls of the most that one may.
    return most;
}

/// The event as a script sees it.
script::Thread::Fields fields_of(const Event& event, std::string_view text, const EventKind& kind,
                                 const Names& names) {
    script::Thread::Fields fields{{"kind", std::string(kind.name)},
                                  {"time", seconds_of(event.time)},
                                  {"id", static_cast<std::int64_t>(number_of(event.id))},
                                  {"cause", static_cast<std::int64_t>(number_of(event.cause))}};
    if (event.subject.valid())
        fields.emplace_back("subject", std::string(names.text(event.subject)));
    for (std::size_t i = 0; i < kind.field_count(); ++i) {
        const std::string name(kind.fields[i].name);
        const std::int64_t number = event.fields[i].integer;
        switch (kind.fields[i].type) {
            case FieldType::none: break;
            case FieldType::integer:
            case FieldType::bytes:
            case FieldType::event: fields.emplace_back(name, number); break;
            case FieldType::real: fields.emplace_back(name, event.fields[i].real); break;
            case FieldType::duration:
                fields.emplace_back(name, seconds_of(Duration{number}));
                break;
            case FieldType::name: {
                const NameId id{static_cast<std::uint32_t>(number)};
                if (id.valid()) fields.emplace_back(name, std::string(names.text(id)));
                break;
            }
            case FieldType::text: fields.emplace_back(name, std::string(text)); break;
        }
    }
    return fields;
}

}   // namespace

Director::Director(kernel::Kernel& kernel, Stage& stage, const EventRegistry& registry,
                   const script::ScriptSpec& spec, NameId subject)
    : kernel_(kernel),
      stage_(stage),
      registry_(registry),
      spec_(spec),
      subject_(subject),
      sandbox_(
          spec.name,
          limits_of(spec),   // A scenario in Lua is evaluated here once more, with the same draws.
          kernel.rng(spec.in_scenario ? "scenario" : "director")) {
    kernel.add_process(HostId{}, *this);
    sandbox_.set_parameters(spec_.parameters);
    sandbox_.on_print([this](std::string_view line) {
        kernel_.emit(events::note, subject_, {field::text(line)});
    });
    define_functions();
}

Diagnostics Director::check(const script::ScriptSpec& spec) {
    script::Sandbox sandbox(spec.name, limits_of(spec), kernel::Rng(0, "director"));
    const auto compiled = sandbox.compile(spec.text);
    if (compiled.ok()) return {};
    Diagnostics problems = compiled.problems();
    for (Diagnostic& problem : problems) problem.file = spec.file;
    return problems;
}

void Director::fail(Diagnostic problem) const {
    problem.file = spec_.file;
    throw RunFailure{std::move(problem)};
}

/// Not while the world is still being built.
void Director::on_start() { kernel_.after(id(), Duration::zero(), curtain_tag); }

void Director::begin_main() {
    if (!spec_.in_scenario) {
        const auto main = sandbox_.compile(spec_.text);
        if (!main.ok()) fail(main.problems().front());
        begin(main.value(), {});
        return;
    }
    const auto offers = sandbox_.load(spec_.text);
    if (!offers.ok()) fail(offers.problems().front());
    for (const script::Offer& offer : offers.value()) {
        if (offer.name == "script" && offer.function.valid()) return begin(offer.function, {});
    }
}

// --- Coroutines ----------------------------------------------------------------------------------

void Director::begin(script::FunctionId function, const Given& given, std::uint64_t every) {
    if (routines_.size() == routines_most) {
        fail({.message = std::to_string(routines_most) + " coroutines wait already"});
    }
    const std::uint64_t id = ++last_routine_;
    Routine& routine = routines_[id];
    routine.thread = std::make_unique<script::Thread>(sandbox_, function);
    routine.every = every;
    go_on(id, given);
}

void Director::go_on(std::uint64_t id, const Given& first) {
    Given given = first;
    while (true) {
        if (kernel_.now() != instant_) legs_ = 0;
        instant_ = kernel_.now();
        if (++legs_ > legs_most) {
            fail({.message = "the script acts for ever at one instant: " +
                             std::to_string(legs_most) + " times"});
        }
        Routine& routine = routines_.at(id);   // A map's entries stay.
        routine.wait = {};
        asked_.reset();
        const std::uint64_t before = std::exchange(current_, id);
        auto problem = routine.thread->resume(given);
        current_ = before;
        if (problem) fail(std::move(*problem));
        if (routine.thread->ended()) {
            const std::uint64_t again = routine.every;
            const bool no_more = routine.thread->gave_false();
            routines_.erase(id);
            if (again != 0 && no_more) forget_start(again);
            return;
        }
        if (!asked_) fail({.message = "the script yields by itself: nothing would wake it again"});
        routine.wait = std::move(*asked_);
        routine.wait.since = kernel_.now();
        auto ready = arrange(id, routine.wait);
        if (!ready) return;
        given = std::move(*ready);
    }
}

std::optional<Director::Given> Director::arrange(std::uint64_t id, Wait& wait) {
    using For = Wait::For;
    switch (wait.what) {
        case For::nothing: return Given{};
        case For::time: set_timer(id, wait, wait.interval); return std::nullopt;
        case For::predicate: return ask(id, wait);
        case For::event:
            for (const std::uint16_t kind : wait.kinds) ++wanted_[kind];
            if (wait.deadline) set_timer(id, wait, *wait.deadline - kernel_.now());
            return std::nullopt;
        case For::docker: return type(id, wait);
        case For::commit: return look_for_commit(id, wait);
        case For::answer:
        case For::stored:
            asking_[wait.subject] = id;
            for (const std::uint16_t kind : wait.kinds) ++wanted_[kind];
            return std::nullopt;
    }
    return std::nullopt;
}

std::optional<Director::Given> Director::ask(std::uint64_t id, Wait& wait) {
    script::Call call(sandbox_, wait.predicate);
    auto problem = call.run();
    if (problem) fail(std::move(*problem));
    const bool is_so = call.kind(0) == script::Call::Kind::boolean
                           ? call.boolean(0)
                           : call.kind(0) != script::Call::Kind::nothing;
    const bool over = wait.deadline && kernel_.now() >= *wait.deadline;
    if (is_so || over) {
        sandbox_.release(wait.predicate);
        return Given{script::Value{is_so}};
    }
    Duration delay = wait.interval;
    if (wait.deadline) delay = std::min(delay, *wait.deadline - kernel_.now());
    set_timer(id, wait, delay);
    return std::nullopt;
}

std::optional<Director::Given> Director::type(std::uint64_t id, Wait& wait) {
    const bool patient = kernel_.now() - wait.since < patience;
    Stage::Answer answer;
    try {
        answer = stage_.type(wait.line, wait.host, patient);
    } catch (const script::Refusal& refusal) {
        fail({.message = refusal.what()});   // It was understood when it was asked for.
    }
    if (answer.hangs) {
        set_timer(id, wait, type_again_every);
        return std::nullopt;
    }
    wait.result = {{"exit_code", static_cast<std::int64_t>(answer.exit_code)},
                   {"output", std::move(answer.printed)}};
    wait.what = Wait::For::commit;
    return look_for_commit(id, wait);
}

/// The next line is typed when this one has been committed.
std::optional<Director::Given> Director::look_for_commit(std::uint64_t id, Wait& wait) {
    if (stage_.settled()) return Given{std::move(wait.result)};
    set_timer(id, wait, commit_every);
    return std::nullopt;
}

// --- Timers --------------------------------------------------------------------------------------

void Director::set_timer(std::uint64_t routine, Wait& wait, Duration delay) {
    wait.serial = ++last_serial_;
    waking_[wait.serial] = routine;
    kernel_.after(id(), delay, wake_tag, wait.serial);
}

void Director::on_timer(std::uint32_t tag, std::uint64_t argument) {
    if (tag == curtain_tag)
        begin_main();
    else if (tag == wake_tag)
        wake(argument);
    else if (tag == start_tag)
        start_again(argument);
    else
        hand_out();
}

void Director::wake(std::uint64_t serial) {
    const auto found = waking_.find(serial);
    if (found == waking_.end()) return;   // What it waited for came first.
    const std::uint64_t id = found->second;
    waking_.erase(found);
    Wait& wait = routines_.at(id).wait;
    using For = Wait::For;
    std::optional<Given> ready;
    if (wait.what == For::time)
        ready = Given{};
    else if (wait.what == For::predicate)
        ready = ask(id, wait);
    else if (wait.what == For::docker)
        ready = type(id, wait);
    else if (wait.what == For::commit)
        ready = look_for_commit(id, wait);
    else if (wait.what == For::event) {   // Its time is over.
        for (const std::uint16_t kind : wait.kinds) --wanted_[kind];
        ready = Given{};
    }
    if (ready) go_on(id, *ready);
}

void Director::start_again(std::uint64_t serial) {
    const auto found = starts_.find(serial);
    if (found == starts_.end()) return;
    const Start start = found->second;
    if (start.interval == Duration::zero()) {
        begin(start.function, {});
        forget_start(serial);
        return;
    }
    kernel_.after(id(), start.interval, start_tag, serial);
    begin(start.function, {}, serial);
}

void Director::forget_start(std::uint64_t serial) {
    const auto found = starts_.find(serial);
    if (found == starts_.end()) return;
    sandbox_.release(found->second.function);
    starts_.erase(found);
}

void Director::count_name() {
    if (++names_ <= names_most) return;
    fail({.message = "more than " + std::to_string(names_most) + " samples and expectations"});
}

// --- Events --------------------------------------------------------------------------------------

void Director::on_event(const Event& event, std::string_view text) {
    if (event.kind >= wanted_.size() || wanted_[event.kind] == 0) return;
    const EventKind* kind = registry_.find(event.kind);
    seen_bytes_ += text.size();
    if (seen_.size() == seen_most || seen_bytes_ > seen_bytes_most) {
        fail({.message = "more events at one instant than the script may take: " +
                         std::to_string(seen_.size())});
    }
    seen_.push_back(
        {event.kind, event.subject, event.id, fields_of(event, text, *kind, kernel_.names())});
    if (std::exchange(handing_out_, true)) return;
    // Not here, in the middle of what somebody else does.
    const kernel::CauseScope scope(kernel_, event.id);
    kernel_.after(id(), Duration::zero(), events_tag);
}

namespace {

/// A store's answer: status, rows, text, and the plain members of its JSON by their own names.
script::Thread::Fields with_members(const script::Thread::Fields& event) {
    script::Thread::Fields fields;
    for (const auto& [name, value] : event) {
        if (name == "status" || name == "rows" || name == "answer")
            fields.emplace_back(name, value);
    }
    const auto* text = fields.empty() ? nullptr : std::get_if<std::string>(&fields.back().second);
    if (text == nullptr) return fields;
    const auto body = nlohmann::json::parse(*text, nullptr, false);
    if (!body.is_object()) return fields;
    for (const auto& [name, value] : body.items()) {
        if (name == "status" || name == "rows" || name == "answer") continue;
        if (value.is_boolean()) fields.emplace_back(name, value.get<bool>());
        if (value.is_string()) fields.emplace_back(name, value.get<std::string>());
        if (value.is_number_float()) fields.emplace_back(name, value.get<double>());
        if (value.is_number_integer()) fields.emplace_back(name, value.get<std::int64_t>());
    }
    return fields;
}

}   // namespace

void Director::hand_out() {
    handing_out_ = false;
    const std::deque<Seen> seen = std::exchange(seen_, {});
    seen_bytes_ = 0;
    for (const Seen& each : seen) {
        const kernel::CauseScope scope(kernel_, each.id);
        const auto fits = [&](const Wait& wait) {
            return wait.kinds.count(each.kind) > 0 &&
                   (!wait.subject.valid() || wait.subject == each.subject);
        };
        std::vector<std::uint64_t> ready;
        for (const auto& [id, routine] : routines_) {
            using For = Wait::For;
            const For what = routine.wait.what;
            const bool waits = what == For::event || what == For::answer || what == For::stored;
            if (waits && fits(routine.wait)) ready.push_back(id);
        }
        for (const std::uint64_t id : ready) {
            const auto found = routines_.find(id);
            if (found == routines_.end()) continue;
            Wait& wait = found->second.wait;
            waking_.erase(wait.serial);
            for (const std::uint16_t kind : wait.kinds) --wanted_[kind];
            Fields fields = each.fields;
            if (wait.what == Wait::For::answer) {
                asking_.erase(wait.subject);
                const bool ok = fields.front().second == script::Value{std::string("request.ok")};
                fields.emplace_back("ok", ok);
            } else if (wait.what == Wait::For::stored) {
                asking_.erase(wait.subject);
                fields = with_members(fields);
            }
            go_on(id, Given{std::move(fields)});
        }
        for (std::size_t i = 0; i < handlers_.size(); ++i) {   // They may add some.
            if (handlers_[i].kinds.count(each.kind) == 0) continue;
            begin(handlers_[i].function, Given{each.fields});
        }
    }
}

std::set<std::uint16_t> Director::kinds_of(std::string_view pattern) {
    std::set<std::uint16_t> kinds;
    for (const EventKind* kind : registry_.matching(pattern)) {
        kinds.insert(kind->id);
        if (wanted_.size() <= kind->id) wanted_.resize(kind->id + 1U, 0);
    }
    if (!kinds.empty()) return kinds;
    std::vector<std::string> names;
    for (const EventKind* kind : registry_.all()) names.emplace_back(kind->name);
    const std::string near = nearest(pattern, names);
    throw script::Refusal(
        "there is no kind of event " + std::string(pattern) +
        (near.empty() ? "; docs/reference/events.md lists them" : "; did you mean " + near + "?"));
}

}   // namespace glasshive::director
