#pragma once

#include <ostream>
#include <string>

#include "base/result.h"
#include "explain/story.h"
#include "record/recording.h"
#include "session/event_pattern.h"

namespace glasshive::console {

/// What the console shows on: a terminal, a pipe, a test.
class Screen {
  public:
    virtual ~Screen() = default;

    /// For tables and lists, which come as text.
    virtual std::ostream& out() = 0;
    /// A line about what the console did, less loud than what happened in the run.
    virtual void note(const std::string& line) = 0;
    virtual void complain(const Diagnostics& problems) = 0;
    virtual void story(const explain::Story& story) = 0;

    /// The events of this recording from now on, from its first one on. It outlives its last event
    /// here, or the next call.
    virtual void follow(record::Recording& recording) = 0;
    /// Events up to `last` that were not shown yet, as lines of a timeline; or only taken note of,
    /// so that later ones can be told to come from them.
    virtual void events(EventId last, bool shown) = 0;
    /// The events so far that a pattern means, again; of all levels, or of the present ones.
    virtual void events(EventId last, const session::EventPattern& pattern, bool all_levels) = 0;
    /// What a word printed is complete; a long list of events begins anew.
    virtual void end_page() = 0;
    /// From which level on kinds of events are left out: EventKind::verbosity.
    virtual void set_verbosity(int level) = 0;

    /// Something runs from `begin` to `end` and is at `now`.
    virtual void progress(Time begin, Time now, Time end) = 0;
    virtual void progress_over() = 0;
};

}   // namespace glasshive::console
