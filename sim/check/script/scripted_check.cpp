#include "check/script/scripted_check.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "script/call.h"

namespace glasshive::check {

using script::Arguments;
using script::Out;
using script::Refusal;

namespace {

struct EventView {
    const Event* event;
    const EventKind* kind;
    const Names* names;
    std::string_view text;
};

const EventView& view_of(const void* object) { return *static_cast<const EventView*>(object); }

void field_out(const EventView& view, std::size_t at, Out& out) {
    const FieldValue value = view.event->fields[at];
    switch (view.kind->fields[at].type) {
        case FieldType::none: return out.nothing();
        case FieldType::integer:
        case FieldType::bytes:
        case FieldType::event: return out.integer(value.integer);
        case FieldType::real: return out.number(value.real);
        case FieldType::duration: return out.number(seconds_of(Duration{value.integer}));
        case FieldType::text: return out.text(view.text);
        case FieldType::name: {
            const NameId id{static_cast<std::uint32_t>(value.integer)};
            if (id.valid())
                out.text(view.names->text(id));
            else
                out.nothing();
            return;
        }
    }
}

/// The fields that only events of this kind have.
bool other_field(const void* object, std::string_view name, Out& out) {
    const EventView& view = view_of(object);
    for (std::size_t i = 0; i < view.kind->field_count(); ++i) {
        if (view.kind->fields[i].name != name) continue;
        field_out(view, i, out);
        return true;
    }
    return false;
}

constexpr std::array event_fields{
    script::ViewField{"kind", "text", "Such as task.running.",
                      [](const void* o, Out& out) { out.text(view_of(o).kind->name); }},
    script::ViewField{
        "time", "number", "Seconds since the run began.",
        [](const void* o, Out& out) { out.number(seconds_of(view_of(o).event->time)); }},
    script::ViewField{"id", "integer", "From 1, in order.",
                      [](const void* o, Out& out) {
                          out.integer(static_cast<std::int64_t>(number_of(view_of(o).event->id)));
                      }},
    script::ViewField{"cause", "integer", "The id of what brought it about; 0: the scenario.",
                      [](const void* o, Out& out) {
                          out.integer(
                              static_cast<std::int64_t>(number_of(view_of(o).event->cause)));
                      }},
    script::ViewField{"subject", "text", "What it is about.",
                      [](const void* o, Out& out) {
                          const NameId id = view_of(o).event->subject;
                          if (id.valid())
                              out.text(view_of(o).names->text(id));
                          else
                              out.nothing();
                      }},
};
constexpr script::ViewType event_type{
    "event",
    "What happened: these fields, and those that docs/reference/events.md lists for its kind "
    "(durations in seconds); nil where a kind has none of that name.",
    event_fields,
    {},
    other_field};

struct RunView {
    Time end;
    std::uint64_t events;
};
constexpr std::array run_fields{
    script::ViewField{"time", "number", "Seconds from its beginning to its end.",
                      [](const void* o, Out& out) {
                          out.number(seconds_of(static_cast<const RunView*>(o)->end));
                      }},
    script::ViewField{"events", "integer", "How many events there were of the kinds asked for.",
                      [](const void* o, Out& out) {
                          out.integer(
                              static_cast<std::int64_t>(static_cast<const RunView*>(o)->events));
                      }},
};
constexpr script::ViewType run_type{"run", "The run as a whole, when it is over.", run_fields, {}};

enum class Do { on, at_end, expect, fail, metric };
constexpr std::array functions{
    script::FunctionInfo{
        "on", "(kinds, function(event))", "nothing",
        "Calls the function with each such event: `\"task.running\"`, `\"task.*\"` "
        "or `\"*\"`. While the script loads."},
    script::FunctionInfo{"at_end", "(function(run))", "nothing",
                         "Calls the function when the run is over. While the script loads."},
    script::FunctionInfo{"expect", "(condition, text)", "boolean",
                         "What is not so is a violation, at the event that is looked at."},
    script::FunctionInfo{"fail", "(text)", "nothing", "A violation."},
    script::FunctionInfo{"metric", "(name, value, unit?)", "nothing",
                         "A figure for the report; the last value of a name counts."},
};
const script::FunctionInfo& info_of(Do what) { return functions[static_cast<std::size_t>(what)]; }

script::Limits limits_of(const script::ScriptSpec& spec) {
    script::Limits most;
    most.instructions = spec.instructions;
    most.all = 4'000'000'000;   // A minute or so: thousands of calls of the most that one may.
    return most;
}

}   // namespace

ScriptedCheck::ScriptedCheck(const script::ScriptSpec& spec, const EventRegistry& kinds,
                             const Names& names)
    : spec_(spec),
      kinds_(kinds),
      names_(names),
      // A check draws nothing from the run: its chance is its own.
      sandbox_(spec.name, limits_of(spec), kernel::Rng(0, "check")) {
    report_.file = spec.file;
    sandbox_.set_parameters(spec_.parameters);
    sandbox_.on_print([this](std::string_view line) {
        if (report_.printed.size() < lines_kept) report_.printed.emplace_back(line);
    });
    define();
}

Result<std::unique_ptr<ScriptedCheck>> ScriptedCheck::load(const script::ScriptSpec& spec,
                                                           const EventRegistry& kinds,
                                                           const Names& names) {
    std::unique_ptr<ScriptedCheck> made(new ScriptedCheck(spec, kinds, names));
    auto problem = made->sandbox_.run(spec.text);
    made->loading_ = false;
    const bool idle = made->by_kind_.empty() && made->at_end_.empty();
    if (!problem && idle) {
        problem = Diagnostic{.file = {},
                             .line = 0,
                             .path = "",
                             .message = "the check asks for nothing",
                             .hint = "on(\"task.failed\", function(event) fail(\"…\") end)"};
    }
    if (problem) {
        problem->file = spec.file;
        return *problem;
    }
    return made;
}

void ScriptedCheck::define() {
    sandbox_.define(info_of(Do::on), [this](const Arguments& a, Out&) {
        if (!loading_) throw Refusal("on is for while the script loads");
        const auto kinds = kinds_.matching(a.text(0));
        if (kinds.empty()) {
            std::vector<std::string> all;
            for (const EventKind* kind : kinds_.all()) all.emplace_back(kind->name);
            const std::string near = nearest(a.text(0), all);
            throw Refusal("there is no kind of event " + std::string(a.text(0)) +
                          (near.empty() ? "; docs/reference/events.md lists them"
                                        : "; did you mean " + near + "?"));
        }
        constexpr std::size_t most = 1'000;
        if (++handlers_ > most) throw Refusal("1000 functions are enough");
        const script::FunctionId function = a.function(1);
        for (const EventKind* kind : kinds) {
            if (by_kind_.size() <= kind->id) by_kind_.resize(kind->id + 1U);
            by_kind_[kind->id].push_back(function);
            wanted_.emplace_back(kind->name);
        }
    });
    sandbox_.define(info_of(Do::at_end), [this](const Arguments& a, Out&) {
        if (!loading_) throw Refusal("at_end is for while the script loads");
        constexpr std::size_t most = 1'000;
        if (at_end_.size() == most) throw Refusal("1000 functions are enough");
        at_end_.push_back(a.function(0));
    });
    const auto text_of = [](const Arguments& a, int at) {
        return a.given(at) ? std::string(a.text(at))
                           : "line " + std::to_string(a.line()) + " of the check";
    };
    sandbox_.define(info_of(Do::expect), [this, text_of](const Arguments& a, Out& out) {
        if (loading_) throw Refusal("there is nothing to expect while the script loads");
        if (!a.truth(0)) violate(text_of(a, 1));
        out.boolean(a.truth(0));
    });
    sandbox_.define(info_of(Do::fail), [this, text_of](const Arguments& a, Out&) {
        if (loading_) throw Refusal("there is nothing to fail while the script loads");
        violate(text_of(a, 0));
    });
    sandbox_.define(info_of(Do::metric), [this](const Arguments& a, Out&) {
        const std::string name(a.text(0));
        constexpr std::size_t longest = 1'024;
        if (name.size() > longest || (a.given(2) && a.text(2).size() > longest)) {
            throw Refusal("a name and a unit of at most 1,024 bytes are meant here");
        }
        const double value = a.number(1);
        if (!std::isfinite(value)) throw Refusal("a metric is a finite number");
        auto found = std::find_if(report_.metrics.begin(), report_.metrics.end(),
                                  [&](const Metric& m) { return m.name == name; });
        constexpr std::size_t most = 1'000;
        if (found == report_.metrics.end()) {
            if (report_.metrics.size() == most) throw Refusal("1000 metrics are enough");
            found = report_.metrics.insert(found, {.name = name, .value = 0, .unit = {}});
        }
        found->value = value + 0.0;   // -0 is 0.
        if (a.given(2)) found->unit = a.text(2);
    });
}

void ScriptedCheck::violate(std::string text) {
    if (report_.violations++ >= violations_kept) return;
    constexpr std::size_t longest = 4'096;   // For people.
    if (text.size() > longest) text.resize(longest);
    report_.first.push_back(
        {now_, current_ == nullptr ? EventId{} : current_->id, std::move(text)});
}

void ScriptedCheck::fail(Diagnostic problem) {
    problem.file = spec_.file;
    report_.problem = std::move(problem);
    by_kind_.clear();
    at_end_.clear();
}

void ScriptedCheck::on_event(const Event& event, std::string_view text) {
    if (event.kind >= by_kind_.size() || by_kind_[event.kind].empty()) return;
    ++seen_;
    const EventView view{&event, kinds_.find(event.kind), &names_, text};
    now_ = event.time;
    current_ = &event;
    const std::vector<script::FunctionId> functions_of_kind = by_kind_[event.kind];
    for (const script::FunctionId function : functions_of_kind) {
        script::Call call(sandbox_, function);
        call.view(event_type, &view);
        if (auto problem = call.run()) {
            fail(std::move(*problem));
            break;
        }
    }
    current_ = nullptr;
}

void ScriptedCheck::finish(Time end) {
    now_ = end;
    const RunView view{end, seen_};
    const std::vector<script::FunctionId> all = at_end_;
    for (const script::FunctionId function : all) {
        script::Call call(sandbox_, function);
        call.view(run_type, &view);
        if (auto problem = call.run()) return fail(std::move(*problem));
    }
}

std::string check_reference() {
    std::string text =
        "## Checks\n\n"
        "`glasshive run SCENARIO --check FILE.lua` and `glasshive check-recording REC --check "
        "FILE.lua`: the same script sees the same events and comes to the same report.\n\n"
        "| function | gives | meaning |\n|---|---|---|\n";
    for (const script::FunctionInfo& info : functions) {
        text += "| `" + std::string(info.name) + info.arguments + "` | " + info.type + " | " +
                info.doc + " |\n";
    }
    for (const script::ViewType* type : {&event_type, &run_type}) {
        text += "\n" + script::reference_of(*type);
    }
    return text;
}

}   // namespace glasshive::check
