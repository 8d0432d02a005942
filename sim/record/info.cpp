#include "record/info.h"

#include <fmt/format.h>

#include <algorithm>

#include "record/sqlite.h"
#include "record/text.h"

namespace glasshive::record {

namespace {

/// Everything counted in one pass over the recording.
struct Counts final : EventSink {
    std::vector<std::uint64_t> by_kind = std::vector<std::uint64_t>(UINT16_MAX + 1U, 0);
    std::uint64_t events = 0;
    std::uint64_t samples = 0;
    Time last{};

    void on_event(const Event& event, std::string_view) override {
        ++by_kind[event.kind];
        ++events;
        last = event.time;
    }
    void on_sample(const Sample& sample) override {
        ++samples;
        last = sample.time;
    }
};

struct Line {
    std::string key;
    std::string value;   ///< JSON already when `json` is set.
    bool json = false;
};

Time end_of(const Recording& recording, const Counts& counts) {
    const std::string text = recording.meta("end_time_ns").value_or("");
    if (text.empty() || text.size() > 18) return counts.last;
    const bool digits =
        std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    return digits ? time_of_ns(std::stoll(text)) : counts.last;
}

std::vector<Line> summary(Recording& recording, const Counts& counts) {
    std::vector<Line> lines;
    lines.push_back({"recording", recording.path()});
    for (const char* key : {"version", "seed", "profile", "digest"}) {
        lines.push_back({key, recording.meta(key).value_or("unknown")});
    }
    const Time end = end_of(recording, counts);
    lines.push_back({"duration", to_text(end.time_since_epoch())});
    lines.push_back({"ended", recording.clean() ? "cleanly" : "cut short, or still running"});
    lines.push_back({"size", to_text(Bytes{static_cast<std::int64_t>(recording.file_bytes())})});
    lines.push_back({"events", std::to_string(counts.events), true});
    lines.push_back({"samples", std::to_string(counts.samples), true});
    for (const char* key : {"command", "replay"}) {
        if (const auto value = recording.meta(key)) lines.push_back({key, *value});
    }
    return lines;
}

struct NamedCount {
    std::string name;
    std::uint64_t count = 0;
};

std::vector<NamedCount> events_by_kind(const Recording& recording, const Counts& counts) {
    std::vector<NamedCount> rows;
    for (const EventKind* kind : recording.registry().all()) {
        const std::uint64_t count = counts.by_kind[kind->id];
        if (count > 0) rows.push_back({std::string(kind->name), count});
    }
    std::stable_sort(rows.begin(), rows.end(),
                     [](const NamedCount& a, const NamedCount& b) { return a.count > b.count; });
    return rows;
}

/// Subjects that exist at the end, by type.
std::vector<NamedCount> subjects_at_end(const State& state) {
    std::vector<NamedCount> rows;
    for (std::size_t type = 0; type < state.plan().types.size(); ++type) {
        const std::size_t live = state.rows(type).size();
        if (live > 0) rows.push_back({std::string(state.plan().types[type].name), live});
    }
    return rows;
}

void print_group(const char* title, const std::vector<NamedCount>& rows, std::ostream& out) {
    if (rows.empty()) return;
    out << title << '\n';
    for (const NamedCount& row : rows)
        out << fmt::format("  {:>10}  {}\n", row.count, printable(row.name));
}

void print_json_group(const char* key, const std::vector<NamedCount>& rows, std::ostream& out) {
    out << ",\"" << key << "\":{";
    for (std::size_t i = 0; i < rows.size(); ++i) {
        out << (i > 0 ? "," : "") << json_string(rows[i].name) << ':' << rows[i].count;
    }
    out << '}';
}

}   // namespace

int info(Recording& recording, bool json, std::ostream& out, std::ostream& errors) {
    Counts counts;
    auto problem = recording.replay(counts);
    const auto state = recording.state_at(counts.last);
    if (!problem && !state.ok()) problem = state.problems().front();
    const auto lines = summary(recording, counts);
    const auto kinds = events_by_kind(recording, counts);
    const auto subjects = state.ok() ? subjects_at_end(state.value()) : std::vector<NamedCount>{};
    const auto files = recording.input_files();
    if (json) {
        for (std::size_t i = 0; i < lines.size(); ++i) {
            out << (i > 0 ? "," : "{") << json_string(lines[i].key) << ':'
                << (lines[i].json ? lines[i].value : json_string(lines[i].value));
        }
        out << ",\"clean\":" << (recording.clean() ? "true" : "false") << ",\"inputs\":[";
        for (std::size_t i = 0; i < files.size(); ++i)
            out << (i > 0 ? "," : "") << json_string(files[i]);
        out << ']';
        print_json_group("events_by_kind", kinds, out);
        print_json_group("subjects", subjects, out);
        out << "}\n";
    } else {
        for (const Line& line : lines)
            out << fmt::format("{:<10} {}\n", line.key, printable(line.value));
        for (const std::string& file : files)
            out << fmt::format("{:<10} {}\n", "input", printable(file));
        print_group("subjects at the end", subjects, out);
        print_group("events by kind", kinds, out);
    }
    if (problem) errors << to_text(*problem) << '\n';
    return problem ? 2 : 0;
}

}   // namespace glasshive::record
