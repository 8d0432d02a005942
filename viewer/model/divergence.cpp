#include "viewer/model/divergence.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace glasshive::viewer {

namespace {

constexpr std::size_t id_length = 25;   // SwarmKit's identity package: 25 digits of base 36.

struct Kept {
    Event event;
    std::string text;
};

struct Keeper final : EventSink {
    std::vector<Kept> events;
    void on_event(const Event& event, std::string_view text) override {
        events.push_back({event, std::string(text)});
    }
};

NameId name_in(FieldValue value) { return NameId{static_cast<std::uint32_t>(value.integer)}; }

bool alike(std::string_view a, std::string_view b) {
    return a == b ||
           (a.size() > id_length && b.size() > id_length && without_ids(a) == without_ids(b));
}

bool same(const Kept& a, const Glass& left, const Kept& b, const Glass& right) {
    const EventKind* x = left.recording().registry().find(a.event.kind);
    const EventKind* y = right.recording().registry().find(b.event.kind);
    if (x == nullptr || y == nullptr || x->name != y->name) return false;
    if (a.event.id != b.event.id || a.event.time != b.event.time ||
        a.event.cause != b.event.cause || !alike(a.text, b.text) ||
        !alike(left.text(a.event.subject), right.text(b.event.subject)))
        return false;
    if (x->name == "run.started") return true;
    for (std::size_t i = 0; i < std::max(x->field_count(), y->field_count()); ++i) {
        const FieldValue& u = a.event.fields[i];
        const FieldValue& v = b.event.fields[i];
        if (x->fields[i].type != y->fields[i].type) return false;
        if (x->fields[i].type == FieldType::name) {
            if (!alike(left.text(name_in(u)), right.text(name_in(v)))) return false;
        } else if (std::memcmp(&u, &v, sizeof u) != 0) {
            return false;
        }
    }
    return true;
}

}   // namespace

std::optional<Diagnostic> Divergence::advance(std::uint64_t events_max) {
    if (done_ || events_max == 0) return std::nullopt;
    const std::uint64_t end = std::max(left_.last(), right_.last());
    const std::uint64_t last = std::min(end, read_ + events_max);
    Keeper left;
    Keeper right;
    const record::Recording::Range range{
        .first = EventId{read_ + 1}, .last = EventId{last}, .samples = false};
    for (auto [glass, keeper] : {std::pair{&left_, &left}, std::pair{&right_, &right}}) {
        if (auto problem = glass->recording().replay(*keeper, range)) {
            done_ = true;
            return problem;
        }
    }
    const std::size_t both = std::min(left.events.size(), right.events.size());
    std::size_t i = 0;
    while (i < both && same(left.events[i], left_, right.events[i], right_)) ++i;
    if (i < std::max(left.events.size(), right.events.size())) {
        const auto number = [i](const Keeper& of) {
            return i < of.events.size() ? number_of(of.events[i].event.id) : UINT64_MAX;
        };
        first_ = std::min(number(left), number(right));
        done_ = true;
        return std::nullopt;
    }
    read_ = last;
    done_ = read_ >= end;
    return std::nullopt;
}

std::string without_ids(std::string_view text) {
    const auto in_id = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); };
    std::string kept;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at + 1;
        while (text[at] == '.' && end < text.size() && in_id(text[end])) ++end;
        if (end - at != id_length + 1) kept += text.substr(at, end - at);
        at = end;
    }
    return kept;
}

double Divergence::progress() const {
    const std::uint64_t end = std::max(left_.last(), right_.last());
    return end == 0 || done_ ? 1 : static_cast<double>(read_) / static_cast<double>(end);
}

}   // namespace glasshive::viewer
