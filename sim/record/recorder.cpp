#include "record/recorder.h"

#include "base/assert.h"
#include "record/schema.h"
#include "record/writer.h"

namespace glasshive::record {

struct Recorder::Impl {
    Impl(const RecorderOptions& options, const Names& all_names)
        : names(all_names),
          writer(options.buffer_bytes),
          samples(options.samples) {}

    const Names& names;
    Writer writer;
    std::vector<std::uint8_t> keep;   ///< By kind: 0 unknown, 1 left out, 2 recorded.
    bool samples;
    bool closed = false;
    std::size_t names_sent = 0;
    std::uint64_t last = 0;
};

namespace {

bool matches(std::string_view kind, std::string_view pattern) {
    if (pattern.ends_with(".*")) return kind.starts_with(pattern.substr(0, pattern.size() - 1));
    return kind == pattern;
}

Diagnostics check_filter(const RecorderOptions& options, const EventRegistry& registry) {
    Diagnostics problems;
    std::vector<std::string> known;
    for (const EventKind* kind : registry.all()) known.emplace_back(kind->name);
    for (const std::string& pattern : options.leave_out) {
        bool used = false;
        for (const std::string& kind : known) used = used || matches(kind, pattern);
        if (used) continue;
        const std::string near = nearest(pattern, known);
        problems.push_back({.path = "record.leave_out",
                            .message = "no kind of event is named \"" + pattern + "\"",
                            .hint = near.empty()
                                        ? "kinds are noun.verb; \"flow.*\" means a whole family"
                                        : "did you mean " + near + "?"});
    }
    return problems;
}

std::vector<std::uint8_t> kinds_kept(const RecorderOptions& options,
                                     const EventRegistry& registry) {
    std::vector<std::uint8_t> keep;
    for (const EventKind* kind : registry.all()) {
        if (keep.size() <= kind->id) keep.resize(kind->id + 1U, 0);
        bool out = kind->verbosity > options.verbosity_max;
        for (const std::string& pattern : options.leave_out)
            out = out || matches(kind->name, pattern);
        keep[kind->id] = out ? 1 : 2;
    }
    return keep;
}

}   // namespace

Result<std::unique_ptr<Recorder>>
Recorder::open(RecorderOptions options, const EventRegistry& registry, const Names& names) {
    if (Diagnostics problems = check_filter(options, registry); !problems.empty()) return problems;
    auto impl = std::make_unique<Impl>(options, names);
    impl->keep = kinds_kept(options, registry);
    if (auto problem = impl->writer.start(options, registry)) return *problem;
    return std::unique_ptr<Recorder>(new Recorder(std::move(impl)));
}

Recorder::Recorder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Recorder::~Recorder() = default;   // The writer's destructor drains and commits.

void Recorder::send_names() {
    while (impl_->names_sent < impl_->names.size()) {
        const NameId next{static_cast<std::uint32_t>(impl_->names_sent++)};
        impl_->writer.queue().push_name(impl_->names.text(next));
    }
}

void Recorder::on_event(const Event& event, std::string_view text) {
    Impl& impl = *impl_;
    SIM_ASSERT(event.kind < impl.keep.size());
    SIM_ASSERT(impl.keep[event.kind] != 0);
    if (impl.keep[event.kind] == 1 || impl.closed) return;
    // Names belong to this thread: the writer gets copies, in order, before their first mention.
    if (impl.names_sent != impl.names.size()) send_names();
    impl.last = number_of(event.id);
    if (event.has_text != 0) {
        impl.writer.queue().push(event, text);
    } else {
        impl.writer.queue().push(event);
    }
}

void Recorder::on_sample(const Sample& sample) {
    Impl& impl = *impl_;
    if (!impl.samples || impl.closed) return;
    if (impl.names_sent != impl.names.size()) send_names();
    impl.writer.queue().push(QueuedSample{sample, impl.last});
}

void Recorder::on_command(Time at, std::string_view text) {
    if (impl_->closed) return;
    do {
        const std::string_view piece = text.substr(0, command_bytes_max);
        text.remove_prefix(piece.size());
        impl_->writer.queue().push({.t_ns = ns_of(at), .more = text.empty() ? 0 : 1}, piece);
    } while (!text.empty());
}

void Recorder::flush() { impl_->writer.flush(); }

std::optional<Diagnostic> Recorder::take_problem() {
    if (!impl_->writer.failed()) return std::nullopt;
    return impl_->writer.take_problem();
}

std::optional<Diagnostic> Recorder::close(const RunEnd& end) {
    SIM_ASSERT(!impl_->closed);
    impl_->closed = true;
    impl_->writer.stop();
    impl_->writer.finish(end);
    return take_problem();
}

}   // namespace glasshive::record
