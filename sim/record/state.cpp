#include "record/state.h"

#include <algorithm>
#include <bit>

#include "base/assert.h"
#include "record/varint.h"

namespace glasshive::record {

namespace {

/// Index of `name` in `list`, added when new. Lists are short and this runs once per kind.
std::uint16_t index_in(std::vector<std::string_view>& list, std::string_view name) {
    const auto index = std::find(list.begin(), list.end(), name) - list.begin();
    if (static_cast<std::size_t>(index) == list.size()) list.push_back(name);
    return static_cast<std::uint16_t>(index);
}

/// What such events say is of a message or a pull, not of the host that they happen to: their
/// fields say nothing of what it is.
constexpr std::string_view passing_nouns[] = {"message.", "image."};

bool passes(const EventKind& kind) {
    return std::any_of(
        std::begin(passing_nouns), std::end(passing_nouns),
        [&](std::string_view noun) { return kind.name.substr(0, noun.size()) == noun; });
}

bool same_value(const StateValue& a, const StateValue& b) {
    return a.type == b.type && a.value.integer == b.value.integer;
}

}   // namespace

std::shared_ptr<const FoldPlan> FoldPlan::of(const EventRegistry& registry) {
    auto plan = std::make_shared<FoldPlan>();
    for (const EventKind* kind : registry.all()) {
        if (plan->kinds.size() <= kind->id) plan->kinds.resize(kind->id + 1U);
        auto type = std::find_if(plan->types.begin(), plan->types.end(),
                                 [&](const Type& t) { return t.name == kind->subject; });
        if (type == plan->types.end()) {
            plan->types.push_back({kind->subject, {}});
            type = plan->types.end() - 1;
        }
        Kind& folded = plan->kinds[kind->id];
        folded.known = true;
        folded.type = static_cast<std::uint16_t>(type - plan->types.begin());
        folded.state = index_in(plan->states, kind->state);   // "" is index 0.
        folded.ends = kind->ends_subject;
        const std::size_t fields = kind->field_count();
        // Their slots stay, so that keyframes of all versions mean the same.
        folded.fields = passes(*kind) ? 0 : static_cast<std::uint8_t>(fields);
        for (std::size_t i = 0; i < fields; ++i) {
            folded.slots[i] = index_in(type->fields, kind->fields[i].name);
            folded.field_types[i] = kind->fields[i].type;
        }
    }
    return plan;
}

State::State(std::shared_ptr<const FoldPlan> plan)
    : plan_(std::move(plan)),
      types_(plan_->types.size()) {}

std::uint32_t State::row_of(std::size_t type, NameId subject) {
    TypeRows& rows = types_[type];
    if (rows.by_name.size() <= subject.index()) {
        const std::size_t grown = std::max(subject.index() + 1, rows.by_name.size() * 2);
        rows.by_name.resize(grown, NameId::none);
    }
    std::uint32_t& row = rows.by_name[subject.index()];
    if (row != NameId::none) return row;
    const std::size_t width = plan_->types[type].fields.size();
    if (rows.free.empty()) {
        row = static_cast<std::uint32_t>(rows.rows.size());
        rows.rows.emplace_back();
        rows.values.resize(rows.values.size() + width);
    } else {
        row = rows.free.back();
        rows.free.pop_back();
        std::fill_n(rows.values.begin() + static_cast<std::ptrdiff_t>(row * width), width,
                    StateValue{});
    }
    const bool changed = rows.rows[row].changed;   // A reused row may still be listed.
    rows.rows[row] = {.subject = subject, .live = true, .changed = changed};
    return row;
}

void State::touch(TypeRows& rows, std::uint32_t row) {
    if (rows.rows[row].changed) return;
    rows.rows[row].changed = true;
    rows.changed.push_back(row);
}

void State::remove(std::size_t type, std::uint32_t row) {
    TypeRows& rows = types_[type];
    rows.by_name[rows.rows[row].subject.index()] = NameId::none;
    rows.removed.push_back(rows.rows[row].subject);
    rows.rows[row].live = false;
    rows.free.push_back(row);
}

void State::apply(const Event& event) {
    SIM_ASSERT(event.kind < plan_->kinds.size());
    const FoldPlan::Kind& kind = plan_->kinds[event.kind];
    SIM_ASSERT(kind.known);
    SIM_ASSERT(event.subject.valid());
    const std::uint32_t index = row_of(kind.type, event.subject);
    TypeRows& rows = types_[kind.type];
    StateRow& row = rows.rows[index];
    const bool first = number_of(row.last) == 0;
    row.last = event.id;
    if (first || (kind.state != 0 && kind.state != row.state)) row.since = event.time;
    if (kind.state != 0) row.state = kind.state;
    StateValue* values = rows.values.data() + index * plan_->types[kind.type].fields.size();
    for (std::size_t i = 0; i < kind.fields; ++i) {
        StateValue& value = values[kind.slots[i]];
        value.type = kind.field_types[i];
        value.value = event.fields[i];
        // A long text stays in the recording; its event's id finds it.
        if (value.type == FieldType::text) {
            value.value.integer = static_cast<std::int64_t>(number_of(event.id));
        }
    }
    touch(rows, index);
    if (kind.ends) remove(kind.type, index);
}

std::optional<std::size_t> State::type_named(std::string_view name) const {
    for (std::size_t i = 0; i < plan_->types.size(); ++i) {
        if (plan_->types[i].name == name) return i;
    }
    return std::nullopt;
}

std::vector<const StateRow*> State::rows(std::size_t type) const {
    std::vector<const StateRow*> live;
    each(type, [&](const StateRow& row) { live.push_back(&row); });
    return live;
}

const StateRow* State::find(std::size_t type, NameId subject) const {
    const TypeRows& rows = types_[type];
    if (subject.index() >= rows.by_name.size()) return nullptr;
    const std::uint32_t row = rows.by_name[subject.index()];
    return row == NameId::none ? nullptr : &rows.rows[row];
}

std::span<const StateValue> State::values(std::size_t type, const StateRow& row) const {
    const std::size_t width = plan_->types[type].fields.size();
    const std::size_t index = types_[type].by_name[row.subject.index()];
    return {types_[type].values.data() + index * width, width};
}

const StateValue* State::value(std::size_t type, const StateRow& row,
                               std::string_view field) const {
    const auto& fields = plan_->types[type].fields;
    const auto found = std::find(fields.begin(), fields.end(), field);
    if (found == fields.end()) return nullptr;
    const StateValue& value = values(type, row)[static_cast<std::size_t>(found - fields.begin())];
    return value.type == FieldType::none ? nullptr : &value;
}

std::size_t State::size() const {
    std::size_t live = 0;
    for (const TypeRows& rows : types_) live += rows.rows.size() - rows.free.size();
    return live;
}

bool operator==(const State& a, const State& b) {
    if (a.types_.size() != b.types_.size()) return false;
    for (std::size_t type = 0; type < a.types_.size(); ++type) {
        const auto left = a.rows(type);
        const auto right = b.rows(type);
        if (left.size() != right.size()) return false;
        for (std::size_t i = 0; i < left.size(); ++i) {
            const StateRow& x = *left[i];
            const StateRow& y = *right[i];
            if (x.subject != y.subject || x.last != y.last || x.since != y.since) return false;
            if (a.state_text(x) != b.state_text(y)) return false;
            const auto mine = a.values(type, x);
            const auto theirs = b.values(type, y);
            if (!std::equal(mine.begin(), mine.end(), theirs.begin(), theirs.end(), same_value)) {
                return false;
            }
        }
    }
    return true;
}

// Layout: per type: count of removals, subjects; count of rows, rows. A row: subject, state, since,
// last, count of values, then per value (slot << 3 | type) and the number. All LEB128.

std::string State::encode(bool full) {
    std::string out;
    for (std::size_t type = 0; type < types_.size(); ++type) {
        TypeRows& rows = types_[type];
        std::vector<std::uint32_t> chosen;
        if (full) {
            for (const std::uint32_t row : rows.by_name) {
                if (row != NameId::none) chosen.push_back(row);
            }
            rows.removed.clear();
        } else {
            for (const std::uint32_t row : rows.changed) {
                if (rows.rows[row].live) chosen.push_back(row);
            }
        }
        put_varint(out, rows.removed.size());
        for (const NameId subject : rows.removed) put_varint(out, subject.value);
        put_varint(out, chosen.size());
        for (const std::uint32_t row : chosen) encode_row(rows, type, row, out);
        for (const std::uint32_t row : rows.changed) rows.rows[row].changed = false;
        rows.changed.clear();
        rows.removed.clear();
    }
    return out;
}

void State::encode_row(const TypeRows& rows, std::size_t type, std::uint32_t index,
                       std::string& out) const {
    const StateRow& row = rows.rows[index];
    put_varint(out, row.subject.value);
    put_varint(out, row.state);
    put_signed(out, ns_of(row.since));
    put_varint(out, number_of(row.last));
    const std::size_t width = plan_->types[type].fields.size();
    const StateValue* values = rows.values.data() + index * width;
    std::size_t said = 0;
    for (std::size_t i = 0; i < width; ++i) said += values[i].type != FieldType::none;
    put_varint(out, said);
    for (std::size_t i = 0; i < width; ++i) {
        if (values[i].type == FieldType::none) continue;
        put_varint(out, i << 3 | static_cast<std::uint64_t>(values[i].type));
        put_signed(out, values[i].value.integer);
    }
}

bool State::decode(std::string_view bytes, std::size_t names) {
    Reader in{bytes};
    for (std::size_t type = 0; type < types_.size() && in.ok; ++type) {
        for (std::uint64_t left = in.varint(); left > 0; --left) {
            const std::uint64_t subject = in.varint();
            if (!in.ok || subject >= names) return false;
            // Absent when the subject was born and died between two keyframes.
            const NameId name{static_cast<std::uint32_t>(subject)};
            if (find(type, name) != nullptr) remove(type, types_[type].by_name[name.index()]);
        }
        for (std::uint64_t left = in.varint(); left > 0; --left) {
            if (!decode_row(in, type, names)) return false;
        }
        types_[type].removed.clear();
    }
    return in.ok && in.bytes.empty();
}

bool State::decode_row(Reader& in, std::size_t type, std::size_t names) {
    const std::uint64_t subject = in.varint();
    const std::uint64_t state = in.varint();
    const Time since = time_of_ns(in.signed_number());
    const EventId last{in.varint()};
    const std::uint64_t said = in.varint();
    const std::size_t width = plan_->types[type].fields.size();
    if (!in.ok || subject >= names || state >= plan_->states.size() || said > width) return false;
    const std::uint32_t index = row_of(type, NameId{static_cast<std::uint32_t>(subject)});
    StateRow& row = types_[type].rows[index];
    row.state = static_cast<std::uint16_t>(state);
    row.since = since;
    row.last = last;
    StateValue* values = types_[type].values.data() + index * width;
    std::fill_n(values, width, StateValue{});
    for (std::uint64_t left = said; left > 0; --left) {
        const std::uint64_t tag = in.varint();
        const std::int64_t number = in.signed_number();
        const auto value_type = static_cast<FieldType>(tag & 7);
        if (!in.ok || tag >> 3 >= width || value_type == FieldType::none) return false;
        // A name that was left out reads as NameId::none; any other must exist.
        if (value_type == FieldType::name && number != std::int64_t{NameId::none} &&
            (number < 0 || static_cast<std::uint64_t>(number) >= names)) {
            return false;
        }
        values[tag >> 3] = {value_type, {.integer = number}};
    }
    return true;
}

}   // namespace glasshive::record
