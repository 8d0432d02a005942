#include "viewer/model/story.h"

#include <algorithm>

namespace glasshive::viewer {

namespace {

constexpr std::string_view types[] = {"host", "node", "task", "fault"};

// What stands out although it is said at a lower level than 0.
constexpr std::string_view decisive[] = {"decision.refused", "decision.scaled",
                                         "raft.leader",      "update.started",
                                         "update.completed", "update.rollback_completed"};

bool stands_out(const EventKind& kind) {
    return kind.verbosity == 0 ||
           std::find(std::begin(decisive), std::end(decisive), kind.name) != std::end(decisive);
}

}   // namespace

struct StoryReader final : EventSink {
    explicit StoryReader(Story& told) : story(told) {}
    Story& story;
    void on_event(const Event& event, std::string_view) override { story.add(event); }
};

std::optional<Diagnostic> Story::advance(std::uint64_t events_max) {
    if (done() || events_max == 0) return std::nullopt;
    const std::uint64_t last = std::min(glass_.last(), read_ + events_max);
    StoryReader reader(*this);
    const record::Recording::Range range{
        .first = EventId{read_ + 1}, .last = EventId{last}, .samples = false};
    auto problem = glass_.recording().replay(reader, range);
    if (problem)
        damaged_ = true;
    else
        read_ = last;
    return problem;
}

double Story::progress() const {
    if (glass_.last() == 0) return 1;
    return static_cast<double>(read_) / static_cast<double>(glass_.last());
}

void Story::add(const Event& event) {
    const EventKind* kind = glass_.recording().registry().find(event.kind);
    if (kind == nullptr) return;
    if (kind->name == "request.ok") latencies_.add(event.time, glass_.end(), event, *kind);
    if (kind->name.substr(0, 5) == "raft.") add_reign(event, *kind);
    if (kind->subject == "document" || kind->subject == "database")
        stores_.add(event, *kind, glass_);
    if (stands_out(*kind)) {
        if (marks_.size() < marks_max)
            marks_.push_back({event.time, event.id, event.subject, kind->name});
        else
            full_ = true;
    }
    const auto* type = std::find(std::begin(types), std::end(types), kind->subject);
    if (type == std::end(types) || (kind->state.empty() && !kind->ends_subject)) return;
    row_of_.resize(std::size(types));
    auto& rows = row_of_[static_cast<std::size_t>(type - std::begin(types))];
    if (event.subject.value >= rows.size()) {
        if (event.subject.value >= glass_.recording().names().size()) return;
        rows.resize(glass_.recording().names().size(), 0);
    }
    std::uint32_t& place = rows[event.subject.value];
    if (place == 0) {
        rows_.push_back({*type, event.subject, {}});
        place = static_cast<std::uint32_t>(rows_.size());
    }
    SpanRow& row = rows_[place - 1];
    std::vector<Span>& spans = row.spans;
    if (row.open && !kind->ends_subject && spans.back().state == kind->state) return;
    if (row.open) spans.back().to = std::max(spans.back().from, event.time);
    row.open = false;
    if (kind->ends_subject) return;
    if (spans_ >= spans_max) {
        full_ = true;
        return;
    }
    ++spans_;
    row.open = true;
    spans.push_back({event.time, glass_.end(), kind->state, event.id});
}

void Story::grow() {
    for (SpanRow& row : rows_) {
        if (row.open) row.spans.back().to = std::max(row.spans.back().to, glass_.end());
    }
}

void Story::add_reign(const Event& event, const EventKind& kind) {
    if (reigns_.size() >= reigns_max) {
        full_ = true;
        return;
    }
    static constexpr std::string_view said[] = {"raft.leader", "raft.candidate", "raft.stepdown",
                                                "raft.vote"};
    if (std::find(std::begin(said), std::end(said), kind.name) == std::end(said)) return;
    Reign reign{event.time, event.id, event.subject, 0, {}, kind.name};
    bool has_term = false;
    for (std::size_t i = 0; i < kind.field_count(); ++i) {
        const FieldInfo& field = kind.fields[i];
        const std::int64_t value = event.fields[i].integer;
        if (field.name == "term" && field.type == FieldType::integer) {
            reign.term = value;
            has_term = true;
        }
        if (field.name == "candidate" && field.type == FieldType::name)
            reign.candidate = NameId{static_cast<std::uint32_t>(value)};
    }
    if (has_term) reigns_.push_back(reign);
}

std::vector<Span> spans_between(const SpanRow& row, Time from, Time to, Duration unit) {
    const auto first = std::partition_point(row.spans.begin(), row.spans.end(),
                                            [from](const Span& span) { return span.to < from; });
    std::vector<Span> shown;
    for (auto span = first; span != row.spans.end() && span->from <= to; ++span) {
        const bool tiny = span->to - span->from < unit;
        if (tiny && !shown.empty() && shown.back().to - shown.back().from < unit &&
            span->to - shown.back().from < unit) {
            const bool longer = span->to - span->from > shown.back().to - shown.back().from;
            if (longer) shown.back() = *span;
            continue;
        }
        shown.push_back(*span);
    }
    return shown;
}

}   // namespace glasshive::viewer
