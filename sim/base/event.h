#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/names.h"
#include "base/units.h"

namespace glasshive {

/// What a field of an event holds. All but `real` travel as a 64-bit integer.
enum class FieldType : std::uint8_t {
    none,       ///< Unused slot.
    integer,    ///< A plain count or code.
    real,       ///< IEEE double.
    name,       ///< A NameId; shown as its text.
    duration,   ///< Nanoseconds; shown in seconds.
    bytes,      ///< Bytes.
    event,      ///< The id of another event.
    text,       ///< A long text kept beside the event, at most one per event.
};

/// One named field of an event kind.
struct FieldInfo {
    std::string_view name;             ///< Key in the event's JSON attributes.
    FieldType type = FieldType::none;
    std::string_view doc;              ///< Meaning, for docs/reference/events.md.
};

inline constexpr std::size_t event_fields_max = 6;

/// Describes one kind of event. Lives as a constant in the `events.h` of the module that emits it.
///
/// The last three members are the fold: how the event changes what is true of its subject. A
/// keyframe, the viewer and `query` all read state through this one description (see record/state).
struct EventKind {
    std::uint16_t id = 0;   ///< Stable number: part of the digest and of recordings, never reused.
    std::string_view name;        ///< "noun.verb", e.g. "task.running".
    std::string_view subject;     ///< What the subject is: "task", "node", "host", "service"…
    std::string_view doc;         ///< One sentence, for docs/reference/events.md.
    std::array<FieldInfo, event_fields_max> fields{};
    std::string_view state{};     ///< The subject's state from now on; "" leaves it as it was.
    bool ends_subject = false;    ///< The subject no longer exists after this event.
    int verbosity = 1;   ///< Shown by `run` from this level: 0 always, 1 normal, 2 -v, 3 -vv.

    constexpr std::size_t field_count() const {
        std::size_t n = 0;
        while (n < event_fields_max && fields[n].type != FieldType::none) ++n;
        return n;
    }
};

/// The value of one field; the kind says which member counts.
union FieldValue {
    std::int64_t integer;
    double real;
};

/// One thing that happened. The only output of every component. 80 bytes, trivially copyable.
struct Event {
    EventId id{};                 ///< Order of emission, from 1.
    Time time{};
    EventId cause{};              ///< The event that brought this one about; 0 = the scenario.
    NameId subject;
    std::uint16_t kind = 0;       ///< EventKind::id.
    std::uint16_t has_text = 0;   ///< 1 when a long text travels beside the event.
    std::array<FieldValue, event_fields_max> fields{};
};

/// One field as an emitter gives it. The registry checks type and order against the kind.
struct FieldArgument {
    FieldType type;
    FieldValue value;
    std::string_view text{};      ///< Only for FieldType::text; copied by whoever keeps it.
};

namespace field {
constexpr FieldArgument integer(std::int64_t v) { return {FieldType::integer, {.integer = v}}; }
constexpr FieldArgument real(double v) { return {FieldType::real, {.real = v}}; }
constexpr FieldArgument name(NameId v) {
    return {FieldType::name, {.integer = static_cast<std::int64_t>(v.value)}};
}
constexpr FieldArgument duration(Duration v) {
    return {FieldType::duration, {.integer = v.count()}};
}
constexpr FieldArgument bytes(Bytes v) { return {FieldType::bytes, {.integer = v.count}}; }
constexpr FieldArgument event(EventId v) {
    return {FieldType::event, {.integer = static_cast<std::int64_t>(number_of(v))}};
}
constexpr FieldArgument text(std::string_view v) {
    return {FieldType::text, {.integer = static_cast<std::int64_t>(v.size())}, v};
}
}   // namespace field

/// One reading of a gauge: cpu, memory, bytes, queue length.
struct Sample {
    Time time{};
    NameId series;     ///< e.g. "link.bytes".
    NameId subject;    ///< e.g. a host's name.
    double value = 0;
};

/// Receives everything that happens, in order. Sinks never influence the run.
class EventSink {
  public:
    virtual ~EventSink() = default;
    /// `text` is the long text when event.has_text is 1; it dies when the call returns.
    virtual void on_event(const Event& event, std::string_view text) = 0;
    virtual void on_sample(const Sample&) {}
};

/// All event kinds a program knows, by number and by name.
class EventRegistry {
  public:
    /// Adds kinds with static lifetime. Asserts that no number and no name is taken.
    void add(std::span<const EventKind* const> kinds);
    /// Null when unknown.
    const EventKind* find(std::uint16_t id) const;
    const EventKind* find(std::string_view name) const;
    /// Those that a pattern means: "task.running", "task.*" or "*". In order of their numbers.
    std::vector<const EventKind*> matching(std::string_view pattern) const;
    /// In order of their numbers.
    const std::vector<const EventKind*>& all() const { return sorted_; }

  private:
    std::vector<const EventKind*> by_id_;
    std::vector<const EventKind*> sorted_;
};

/// Stamps events and hands them to the sinks in the order they were added.
class EventStream {
  public:
    explicit EventStream(Names& names) : names_(names) {}

    void add_sink(EventSink* sink) { sinks_.push_back(sink); }
    /// Emits one event; `arguments` must match the kind's fields in number, order and type.
    /// Trailing fields may be left out: they read as 0, an empty name or an empty text.
    EventId emit(Time now, EventId cause, const EventKind& kind, NameId subject,
                 std::initializer_list<FieldArgument> arguments);
    void sample(const Sample& sample);

    Names& names() { return names_; }
    /// Id of the newest event; 0 before the first.
    EventId last() const { return EventId{count_}; }

  private:
    Names& names_;
    std::vector<EventSink*> sinks_;
    std::uint64_t count_ = 0;
};

}   // namespace glasshive
