#include "policy/pulls.h"

#include <array>
#include <utility>

namespace glasshive::policy {

namespace {

using runtime::QueuedPull;
using script::Out;
using script::ViewField;

constexpr std::array entries{
    script::EntryInfo{"next", "(images, engine)", "integer",
                      "Which of the images that wait is downloaded next, counted from 1."},
};

struct ImagesView {
    std::span<const QueuedPull> queued;
    const Names* names;
    Time now;
};

template <class Read>
void column(const void* object, Out& out, Read read) {
    const auto& view = *static_cast<const ImagesView*>(object);
    out.list(view.queued.size(),
             [&](std::size_t i, Out& each) { read(view, view.queued[i], each); });
}

constexpr std::array images_fields{
    ViewField{"count", "integer", "How many wait, in order of asking.",
              [](const void* o, Out& out) {
                  const auto& view = *static_cast<const ImagesView*>(o);
                  out.integer(static_cast<std::int64_t>(view.queued.size()));
              }},
    ViewField{"name", "list of texts", "Their names.",
              [](const void* o, Out& out) {
                  column(o, out, [](const ImagesView& view, const QueuedPull& pull, Out& each) {
                      each.text(view.names->text(pull.image));
                  });
              }},
    ViewField{"size", "list of integers", "Bytes to be moved.",
              [](const void* o, Out& out) {
                  column(o, out, [](const ImagesView&, const QueuedPull& pull, Out& each) {
                      each.integer(pull.size.count);
                  });
              }},
    ViewField{"containers", "list of integers", "How many containers wait for it there.",
              [](const void* o, Out& out) {
                  column(o, out, [](const ImagesView&, const QueuedPull& pull, Out& each) {
                      each.integer(pull.requesters);
                  });
              }},
    ViewField{"waited", "list of numbers", "Seconds since it was asked for.",
              [](const void* o, Out& out) {
                  column(o, out, [](const ImagesView& view, const QueuedPull& pull, Out& each) {
                      each.number(seconds_of(view.now - pull.asked));
                  });
              }},
};

struct EngineView {
    std::string_view name;
    Time now;
};

constexpr std::array engine_fields{
    ViewField{"hostname", "text", "The node that it is the engine of.",
              [](const void* o, Out& out) { out.text(static_cast<const EngineView*>(o)->name); }},
    ViewField{"time", "number", "Seconds since the run began.",
              [](const void* o, Out& out) {
                  out.number(seconds_of(static_cast<const EngineView*>(o)->now));
              }},
};

script::Limits limits_of(const script::ScriptSpec& spec) {
    script::Limits most;
    most.instructions = spec.instructions;
    return most;
}

}   // namespace

constexpr script::ViewType images_type{
    "images", "The images that wait on one engine, as columns.", images_fields, {}};
constexpr script::ViewType engine_type{"engine", "The engine that pulls.", engine_fields, {}};

std::span<const script::EntryInfo> pull_entries() { return entries; }

ScriptedPulls::ScriptedPulls(const script::ScriptSpec& spec, const Names& names, std::uint64_t seed)
    : spec_(spec),
      names_(names),
      sandbox_(spec.name, limits_of(spec), kernel::Rng(seed, "policy/pulls")) {
    sandbox_.set_parameters(spec_.parameters);
}

Result<std::unique_ptr<ScriptedPulls>> ScriptedPulls::load(const script::ScriptSpec& spec,
                                                           const Names& names, std::uint64_t seed) {
    std::unique_ptr<ScriptedPulls> made(new ScriptedPulls(spec, names, seed));
    auto offers = made->sandbox_.load(spec.text);
    Diagnostics wrong;
    if (!offers.ok()) {
        wrong = offers.problems();
        for (Diagnostic& problem : wrong) problem.file = spec.file;
        return wrong;
    }
    const auto report = [&](int line, const std::string& message, const std::string& hint) {
        wrong.push_back(
            {.file = spec.file, .line = line, .path = "", .message = message, .hint = hint});
    };
    const char* const hint = "next = function(images, engine) return 1 end";
    for (const script::Offer& offer : offers.value()) {
        if (offer.name != "next") {
            report(offer.line, "a pull policy has no entry " + offer.name, hint);
        } else if (!offer.function.valid()) {
            report(0, "next is not a function", hint);
        } else {
            made->next_ = offer.function;
            made->line_ = offer.line;
        }
    }
    if (wrong.empty() && !made->next_.valid()) {
        report(0, "a pull policy needs a function next", hint);
    }
    if (!wrong.empty()) return wrong;
    return made;
}

void ScriptedPulls::fail(Diagnostic problem) const {
    problem.file = spec_.file;
    if (problem.line == 0) problem.line = line_;
    throw RunFailure{std::move(problem)};
}

std::size_t ScriptedPulls::next(NameId engine, std::span<const QueuedPull> queued, Time now) {
    const ImagesView images{queued, &names_, now};
    const EngineView host{names_.text(engine), now};
    script::Call call(sandbox_, next_);
    call.view(images_type, &images);
    call.view(engine_type, &host);
    if (auto problem = call.run()) fail(std::move(*problem));
    const bool fits = call.kind(0) == script::Call::Kind::integer && call.integer_of(0) >= 1 &&
                      call.integer_of(0) <= static_cast<std::int64_t>(queued.size());
    if (!fits) {
        fail({.message = "next gave back something else than an integer from 1 to " +
                         std::to_string(queued.size())});
    }
    return static_cast<std::size_t>(call.integer_of(0)) - 1;
}

}   // namespace glasshive::policy
