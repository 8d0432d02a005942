#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/event.h"
#include "base/result.h"
#include "record/recording.h"

/// Why: causal chains of a recording, told in sentences. A pure fold over events.
namespace glasshive::explain {

/// An event with what it needs to be told.
struct Told {
    Event event;
    std::string text;                  ///< Its long text, if it has one.
    const EventKind* kind = nullptr;   ///< As the recording describes it; never null.

    /// A field by its name, as text; "" when the kind has none of that name.
    std::string field(const Names& names, std::string_view name) const;
    std::int64_t number(std::string_view name) const;
};

/// One event in the words of a sentence.
struct Step {
    EventId id{};
    Time time{};
    EventId cause{};
    std::string kind, subject, sentence;
    bool asked = false;                ///< It is about what was asked for, not what led to it.
};

struct Story {
    std::string subject;               ///< In full: "web.1.<task id>".
    std::string headline;              ///< What is so, in one sentence.
    std::vector<Step> steps;           ///< In order of time.
    std::size_t left_out = 0;          ///< Steps that are not shown: the middle of a long story.
    std::vector<std::string> notes;    ///< Spans that matter, and what would have changed them.
    std::string root;                  ///< Where the chain ends: "fault 1", "a command", …
};

/// What `subject` came to by `until`, and why: a task ("web.1" is the slot's newest one), service,
/// node, host, "leader", or an event by its number ("#123"). One Diagnostic when the recording
/// knows nothing of it, with the nearest names.
Result<Story> explain(record::Recording& recording, const std::string& subject,
                      std::optional<Time> until);

/// The scheduler's newest decision about a task by `until`: decision.placed or decision.refused.
struct Decision {
    EventId id{};
    Time time{};
    std::string task, sentence;
};
Result<Decision> decision_about(record::Recording& recording, const std::string& subject,
                                std::optional<Time> until);

/// One event as a sentence; kinds that no function knows are told by the registry's own words.
std::string sentence(const Told& told, const Names& names);

/// Reads single events by their numbers, and those of one subject: recordings may be larger than
/// memory.
class Reader {
  public:
    explicit Reader(record::Recording& recording) : recording_(recording) {}

    /// Null when there is no such event.
    const Told* event(EventId id);
    /// Numbers of a subject's events up to an instant, newest first, at most `most`.
    std::vector<EventId> of_subject(NameId subject, Time until, std::size_t most);
    /// The newest event whose kind begins with `kinds` ("raft.leader", "update.").
    std::vector<EventId> of_kind(std::string_view kinds, NameId subject, Time until,
                                 std::size_t most);
    const Names& names() const { return recording_.names(); }
    record::Recording& recording() { return recording_; }

  private:
    record::Recording& recording_;
    std::map<EventId, Told> known_;
};

}   // namespace glasshive::explain
