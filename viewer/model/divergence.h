#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "viewer/model/glass.h"

namespace glasshive::viewer {

/// Where two recordings part: the first event that is not the same in both, looked for a slice at a
/// time. Events are the same when time, kind, cause, subject and every field are, names compared as
/// text (their numbers differ from run to run) and without the random ids of tasks. What
/// run.started says of the settings is no difference: another seed alone is none.
class Divergence {
  public:
    /// Both outlive it.
    Divergence(Glass& left, Glass& right) : left_(left), right_(right) {}

    /// Compares up to `events_max` more events. Damage ends the search, said once.
    std::optional<Diagnostic> advance(std::uint64_t events_max);
    bool done() const { return done_; }
    double progress() const;
    /// The number of the first event that differs, or that only one of them has; empty while the
    /// search goes on, and when there is none.
    std::optional<std::uint64_t> first() const { return first_; }
    std::uint64_t compared() const { return read_; }

  private:
    Glass& left_;
    Glass& right_;
    std::uint64_t read_ = 0;
    bool done_ = false;
    std::optional<std::uint64_t> first_;
};

/// A text without the 25 letters and digits that make a task's name unlike all others: "web.3" of
/// "web.3.0in0tse1fty1cxfx6k16dn95t", anywhere in it.
std::string without_ids(std::string_view text);

}   // namespace glasshive::viewer
