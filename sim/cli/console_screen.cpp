#include "cli/console_screen.h"

#include <iostream>

#include "cli/problems.h"
#include "cli/story_text.h"

namespace glasshive::cli {

ConsoleScreen::ConsoleScreen(Options options)
    : options_(options), terminal_(1, options.no_color), errors_(2, options.no_color),
      stream_(std::cout.rdbuf()) {}

ConsoleScreen::~ConsoleScreen() = default;

std::ostream& ConsoleScreen::out() {
    if (progress_) progress_->clear();
    return std::cout;
}

void ConsoleScreen::note(const std::string& line) {
    out() << terminal_.paint(Tone::dim, line) << '\n' << std::flush;
}

void ConsoleScreen::complain(const Diagnostics& problems) {
    out().flush();
    for (Diagnostic problem : problems) {
        if (line_ > 0) {   // What was typed stands there; the word before it says which part.
            problem.message = problem.file + ": " + problem.message;
            problem.file = "line " + std::to_string(line_);
        }
        print_problem(std::cerr, errors_, problem);
    }
    std::cerr.flush();
}

void ConsoleScreen::story(const explain::Story& story) { print_story(out(), terminal_, story); }

Timeline::Options ConsoleScreen::timeline_options() const {
    return {.verbosity = options_.verbosity, .lines_max = 400,
            .subject_columns = options_.subject_columns, .decisions = false,
            .rest = "events KIND SUBJECT shows some of them"};
}

void ConsoleScreen::follow(record::Recording& recording) {
    recording_ = &recording;
    shown_ = {};
    timeline_ = std::make_unique<Timeline>(stream_, terminal_, recording.registry(),
                                           recording.names(), timeline_options());
    timeline_->before_line([](void* self) { static_cast<ConsoleScreen*>(self)->out(); }, this);
}

void ConsoleScreen::events(EventId last, bool shown) {
    if (recording_ == nullptr || last <= shown_) return;
    if (!shown) stream_.rdbuf(nullptr);
    const EventId first{number_of(shown_) + 1};
    const auto problem =
        recording_->replay(*timeline_, {.first = first, .last = last, .samples = false});
    shown_ = last;
    if (!shown) {
        timeline_->finish();
        stream_.rdbuf(std::cout.rdbuf());
        stream_.clear();
    }
    if (problem) complain({*problem});
}

void ConsoleScreen::events(EventId last, const session::EventPattern& pattern, bool all_levels) {
    Timeline::Options options = timeline_options();
    if (all_levels) options.verbosity = 3;
    const Names& names = recording_->names();
    options.only = [&](const Event& event, const EventKind& kind) {
        return pattern.matches(kind, names.text(event.subject));
    };
    Timeline some(out(), terminal_, recording_->registry(), names, options);
    const auto problem = recording_->replay(some, {.first = EventId{1}, .last = last,
                                                   .samples = false});
    some.finish();
    if (problem) complain({*problem});
}

void ConsoleScreen::end_page() {
    if (timeline_) timeline_->finish();
    std::cout.flush();
}

void ConsoleScreen::set_verbosity(int level) {
    options_.verbosity = level;
    if (timeline_) timeline_->set_verbosity(level);
}

void ConsoleScreen::progress(Time begin, Time now, Time end) {
    if (!progress_) progress_.emplace(std::cerr, errors_, end, begin);
    progress_->update(now);
}

void ConsoleScreen::progress_over() {
    if (progress_) progress_->clear();
    progress_.reset();   // The next one has a clock of its own.
}

}   // namespace glasshive::cli
