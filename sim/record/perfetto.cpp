// Chrome's trace JSON. Format: "Trace Event Format" (Google, 2016), as ui.perfetto.dev imports it.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "record/export.h"
#include "record/text.h"

namespace glasshive::record {

namespace {

constexpr std::uint64_t chain_ids_max = 1'000'000'000;   // Two bits each: 250 MB at worst.

/// First pass: which events belong to a chain that begins with a fault, and the arrows of those
/// chains.
struct Chains final : EventSink {
    struct Arrow {
        std::uint64_t cause;
        std::uint64_t effect;
    };
    const EventRegistry& registry;
    std::vector<bool> member;
    std::vector<Arrow> arrows;   ///< Sorted by effect as found; then by cause.
    std::uint64_t left_out = 0;

    explicit Chains(const EventRegistry& kinds) : registry(kinds) {}

    bool has(EventId id) const { return number_of(id) < member.size() && member[number_of(id)]; }

    void on_event(const Event& event, std::string_view) override {
        const std::uint64_t id = number_of(event.id);
        const bool fault = registry.find(event.kind)->name.starts_with("fault.");
        const bool effect = has(event.cause);
        if ((!fault && !effect) || id > chain_ids_max) return;
        // Doubled, not set to fit: ids come one by one.
        if (member.size() <= id)
            member.resize(std::max<std::size_t>(id + 1, member.size() * 2), false);
        member[id] = true;
        if (!effect) return;
        if (arrows.size() < arrows_max) {
            arrows.push_back({number_of(event.cause), id});
        } else {
            ++left_out;
        }
    }

    void finish() {
        std::stable_sort(arrows.begin(), arrows.end(),
                         [](const Arrow& a, const Arrow& b) { return a.cause < b.cause; });
    }
};

/// Second pass: slices, counters, instants and arrows, in order of time.
class Trace final : public EventSink {
  public:
    Trace(const Recording& recording, const Chains& chains, std::ostream& out)
        : recording_(recording),
          names_(recording.names()),
          chains_(chains),
          state_(recording.plan()),
          out_(out) {
        out_ << "{\"traceEvents\":[\n";
        name_process(0, "cluster");
    }

    void on_event(const Event& event, std::string_view text) override {
        now_ = ns_of(event.time);
        const EventKind& kind = *recording_.registry().find(event.kind);
        const std::size_t type = state_.plan().kinds[event.kind].type;
        state_.apply(event);
        show_state(type, event.subject);
        const std::string attributes = attributes_json(event, kind, names_, text);
        if (kind.name.starts_with("fault.")) {
            line(fmt::format(
                "{{\"ph\":\"i\",\"s\":\"g\",\"pid\":{},\"tid\":{},\"ts\":{},\"name\":{},"
                "\"args\":{}}}",
                pid_of(type, event.subject), chain_tid, ts(),
                json_string(std::string(kind.name) + " " + name(event.subject)), attributes));
        }
        if (chains_.has(event.id)) show_link(event, kind, pid_of(type, event.subject), attributes);
    }

    void on_sample(const Sample& sample) override {
        now_ = ns_of(sample.time);
        const auto node = nodes_.find(sample.subject.value);
        line(fmt::format(
            "{{\"ph\":\"C\",\"pid\":{},\"ts\":{},\"name\":{},\"args\":{{\"value\":{}}}}}",
            node == nodes_.end() ? 0 : node->second, ts(),
            json_string(name(sample.series) + " " + name(sample.subject)),
            json_number(sample.value)));
    }

    /// Ends what is still open; the JSON is complete afterwards, whatever happened before.
    void finish() {
        for (auto& [subject, track] : tracks_) end_slice(track);
        out_ << "\n],\"displayTimeUnit\":\"ms\",\"otherData\":{\"arrows_left_out\":"
             << chains_.left_out << "}}\n";
    }

  private:
    static constexpr int chain_tid = 1;

    /// Where a subject's slices go. Its process is the node it is on at that time.
    struct Track {
        int tid = 0;
        int pid = -1;
        std::uint16_t state = 0;
        bool open = false;
        std::vector<int> named_in;   ///< Processes that know this thread's name.
    };

    std::string name(NameId id) const { return std::string(names_.text(id)); }

    /// Microseconds, as the format wants, exact to the nanosecond.
    std::string ts() const { return fmt::format("{}.{:03}", now_ / 1000, now_ % 1000); }

    void line(const std::string& json) {
        out_ << (first_ ? "" : ",\n") << json;
        first_ = false;
    }

    void name_process(int pid, const std::string& text) {
        line(fmt::format(
            "{{\"ph\":\"M\",\"pid\":{},\"name\":\"process_name\",\"args\":{{\"name\":{}}}}}", pid,
            json_string(text)));
        name_thread(pid, chain_tid, "faults and what they caused");
    }

    void name_thread(int pid, int tid, const std::string& text) {
        line(fmt::format("{{\"ph\":\"M\",\"pid\":{},\"tid\":{},\"name\":\"thread_name\","
                         "\"args\":{{\"name\":{}}}}}",
                         pid, tid, json_string(text)));
    }

    int node_pid(NameId node) {
        const auto [entry, added] =
            nodes_.try_emplace(node.value, static_cast<int>(nodes_.size()) + 1);
        if (added) name_process(entry->second, name(node));
        return entry->second;
    }

    /// A node's (or host's) own process, or that of the node the subject's fields speak of.
    int pid_of(std::size_t type, NameId subject) {
        const std::string_view type_name = state_.plan().types[type].name;
        if (type_name == "node" || type_name == "host") return node_pid(subject);
        const StateRow* row = state_.find(type, subject);
        if (row == nullptr) return std::max(0, track_of(type, subject).pid);
        for (const std::string_view field : {"node", "host"}) {
            const StateValue* value = state_.value(type, *row, field);
            if (value == nullptr || value->type != FieldType::name) continue;
            const NameId node{static_cast<std::uint32_t>(value->value.integer)};
            if (node.valid()) return node_pid(node);
        }
        return 0;
    }

    Track& track_of(std::size_t type, NameId subject) {
        Track& track = tracks_[std::uint64_t{type} << 32 | subject.value];
        if (track.tid == 0) track.tid = chain_tid + ++threads_;
        return track;
    }

    void end_slice(Track& track) {
        if (!track.open) return;
        line(fmt::format("{{\"ph\":\"E\",\"pid\":{},\"tid\":{},\"ts\":{}}}", track.pid, track.tid,
                         ts()));
        track.open = false;
    }

    void show_state(std::size_t type, NameId subject) {
        const StateRow* row = state_.find(type, subject);
        if (row == nullptr) return end_slice(track_of(type, subject));
        if (row->state == 0) return;
        const int pid = pid_of(type, subject);
        Track& track = track_of(type, subject);
        if (track.open && track.pid == pid && track.state == row->state) return;
        end_slice(track);
        track.pid = pid;
        track.state = row->state;
        track.open = true;
        const auto known = std::find(track.named_in.begin(), track.named_in.end(), pid);
        if (known == track.named_in.end()) {
            track.named_in.push_back(pid);
            const std::string type_name{state_.plan().types[type].name};
            name_thread(pid, track.tid, type_name + " " + name(subject));
        }
        line(fmt::format("{{\"ph\":\"B\",\"pid\":{},\"tid\":{},\"ts\":{},\"name\":{},\"cat\":{}}}",
                         pid, track.tid, ts(), json_string(state_.state_text(*row)),
                         json_string(state_.plan().types[type].name)));
    }

    /// A slice of one nanosecond for the arrows to hold on to, then the arrows.
    void show_link(const Event& event, const EventKind& kind, int pid,
                   const std::string& attributes) {
        line(fmt::format("{{\"ph\":\"X\",\"pid\":{},\"tid\":{},\"ts\":{},\"dur\":0.001,\"name\":{},"
                         "\"cat\":\"fault\",\"args\":{}}}",
                         pid, chain_tid, ts(),
                         json_string(std::string(kind.name) + " " + name(event.subject)),
                         attributes));
        const std::uint64_t id = number_of(event.id);
        if (const auto drawn = std::lower_bound(drawn_.begin(), drawn_.end(), id);
            drawn != drawn_.end() && *drawn == id) {
            arrow("\"f\",\"bp\":\"e\"", id, pid);
        }
        while (next_arrow_ < chains_.arrows.size() && chains_.arrows[next_arrow_].cause <= id) {
            const Chains::Arrow& next = chains_.arrows[next_arrow_++];
            if (next.cause == id) arrow("\"s\"", next.effect, pid);
        }
    }

    /// An arrow's number is its effect's: an event has one cause.
    void arrow(const char* phase, std::uint64_t effect, int pid) {
        line(fmt::format("{{\"ph\":{},\"id\":{},\"pid\":{},\"tid\":{},\"ts\":{},\"name\":\"cause\","
                         "\"cat\":\"fault\"}}",
                         phase, effect, pid, chain_tid, ts()));
    }

  public:
    /// Effects whose arrow is drawn, sorted.
    void set_drawn(std::vector<std::uint64_t> effects) { drawn_ = std::move(effects); }

  private:
    const Recording& recording_;
    const Names& names_;
    const Chains& chains_;
    State state_;
    std::map<std::uint64_t, Track> tracks_;   // By type and subject.
    std::map<std::uint32_t, int> nodes_;      // Node's name to pid.
    std::vector<std::uint64_t> drawn_;
    std::size_t next_arrow_ = 0;
    int threads_ = 0;
    std::int64_t now_ = 0;
    bool first_ = true;
    std::ostream& out_;
};

}   // namespace

std::optional<Diagnostic> export_perfetto(Recording& recording, std::ostream& out) {
    Chains chains(recording.registry());
    std::optional<Diagnostic> problem = recording.replay(chains, {.samples = false});
    std::vector<std::uint64_t> drawn;
    for (const Chains::Arrow& arrow : chains.arrows) drawn.push_back(arrow.effect);
    chains.finish();
    Trace trace(recording, chains, out);
    trace.set_drawn(std::move(drawn));
    if (auto later = recording.replay(trace); later && !problem) problem = later;
    trace.finish();
    return problem;
}

}   // namespace glasshive::record
