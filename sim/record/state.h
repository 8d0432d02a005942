#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/event.h"

namespace glasshive::record {

/// How a registry's kinds fold: which subject types exist, which fields each type's subjects can
/// have. Depends on the registry alone, so a recording's keyframes need not repeat it.
struct FoldPlan {
    struct Kind {
        std::uint16_t type = 0;    ///< Index into types.
        std::uint16_t state = 0;   ///< Index into states; 0 leaves the state as it was.
        std::uint8_t fields = 0;   ///< That stay with the subject: none of message.*, image.*
        bool known = false;
        bool ends = false;
        std::uint16_t slots[event_fields_max] = {};
        FieldType field_types[event_fields_max] = {};
    };
    struct Type {
        std::string_view name;                  ///< "task", "node"…
        std::vector<std::string_view> fields;   ///< In order of first description.
    };
    std::vector<Kind> kinds;   ///< By EventKind::id.
    std::vector<Type> types;   ///< In order of first description.
    std::vector<std::string_view> states{""};

    /// The registry's kinds must outlive the plan.
    static std::shared_ptr<const FoldPlan> of(const EventRegistry& registry);
};

/// The latest value of one field of a subject.
struct StateValue {
    FieldType type =
        FieldType::none;   ///< `none`: no event has said yet. `text`: value is an event's id.
    FieldValue value{.integer = 0};
};

/// What is true of one subject.
struct StateRow {
    NameId subject;
    std::uint16_t state = 0;   ///< Index into FoldPlan::states.
    bool live = false;
    bool changed = false;   ///< Since the last keyframe.
    Time since{};           ///< When `state` became what it is (first event, while it has none).
    EventId last{};         ///< The newest event of this subject.
};

/// What is true after a number of events: the fold that keyframes, viewer and queries share.
/// Driven by the registry alone (EventKind::state, ends_subject, fields). What passes by a host
/// (message.*, image.*) leaves none of its fields there.
class State {
  public:
    explicit State(std::shared_ptr<const FoldPlan> plan);

    /// Requires a kind of the plan. Cost: two array look-ups and the event's fields.
    void apply(const Event& event);

    const FoldPlan& plan() const { return *plan_; }
    std::string_view state_text(const StateRow& row) const { return plan_->states[row.state]; }
    std::optional<std::size_t> type_named(std::string_view name) const;
    /// Live subjects of a type, in order of first mention.
    std::vector<const StateRow*> rows(std::size_t type) const;
    /// Calls take(row) for each of them.
    template <class Take>
    void each(std::size_t type, Take take) const;
    /// Null when the subject does not exist (yet, or any more).
    const StateRow* find(std::size_t type, NameId subject) const;
    /// One value per field of the type, as FoldPlan::Type::fields. Requires a row of this type.
    std::span<const StateValue> values(std::size_t type, const StateRow& row) const;
    /// Null when the type has no such field or nothing was said.
    const StateValue* value(std::size_t type, const StateRow& row, std::string_view field) const;
    std::size_t size() const;   ///< Live subjects of all types.

    /// Bytes from which decode() rebuilds the state: `full`, or only what changed since the last
    /// call.
    std::string encode(bool full);
    /// Applies encoded bytes. False, with the state unusable, when they are damaged or name a
    /// subject >= names: recordings are hostile input.
    bool decode(std::string_view bytes, std::size_t names);

    /// Same subjects, states and values.
    friend bool operator==(const State& a, const State& b);

  private:
    struct TypeRows {
        std::vector<std::uint32_t> by_name;   ///< NameId to row; NameId::none = no row.
        std::vector<StateRow> rows;
        std::vector<StateValue> values;   ///< rows.size() * fields.
        std::vector<std::uint32_t> free;
        std::vector<NameId> removed;          ///< Since the last keyframe.
        std::vector<std::uint32_t> changed;   ///< Rows, since the last keyframe.
    };

    std::uint32_t row_of(std::size_t type, NameId subject);
    void remove(std::size_t type, std::uint32_t row);
    void touch(TypeRows& rows, std::uint32_t row);
    void encode_row(const TypeRows& rows, std::size_t type, std::uint32_t row,
                    std::string& out) const;
    bool decode_row(struct Reader& in, std::size_t type, std::size_t names);

    std::shared_ptr<const FoldPlan> plan_;
    std::vector<TypeRows> types_;
};

template <class Take>
void State::each(std::size_t type, Take take) const {
    for (const std::uint32_t row : types_[type].by_name) {
        if (row != NameId::none) take(types_[type].rows[row]);
    }
}

}   // namespace glasshive::record
