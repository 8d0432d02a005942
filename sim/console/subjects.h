#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "record/recording.h"

namespace glasshive::console {

/// Everything that exists right after an event, by kind and name: a recording's fold, for people.
class Subjects {
  public:
    /// `recording` must outlive it.
    static Result<Subjects> of(record::Recording& recording, EventId at);

    /// "node", "service", "task"… of which something exists.
    std::vector<std::string> kinds() const;
    bool has_kind(const std::string& kind) const;
    /// Names in natural order, of tasks and containers without their ids; "" means every kind.
    std::vector<std::string> names(const std::string& kind) const;
    /// Every field of whatever bears this name, newest first; "" when nothing does.
    std::string text_of(const std::string& kind, const std::string& name) const;

  private:
    Subjects(record::Recording& recording, record::State state)
        : recording_(&recording), state_(std::move(state)) {}
    std::string text_of(std::size_t type, const record::StateRow& row) const;
    std::string value_text(const record::StateValue& value) const;

    record::Recording* recording_;
    record::State state_;
};

/// "a, b, c".
std::string joined(const std::vector<std::string>& words);

}   // namespace glasshive::console
