// Time passes in a run, and things are given to it.
#include <algorithm>

#include "console/console.h"
#include "yaml/units.h"

namespace glasshive::console {

using Words = std::vector<std::string>;

/// Somebody may look on, or press Ctrl-C.
Went Console::advance(Run& run, Time to, const Json& request, const std::function<void()>& looked) {
    const Time begin = run.now();
    const auto stop = [&]() -> std::optional<Went> {
        if (signals_.end_asked() != 0) return Went::died;   // As good as.
        if (signals_.take_interrupt()) return Went::interrupted;
        return std::nullopt;
    };
    return client::advance(run, to, request, found_, {.stop = stop, .looked = [&](Time now) {
                                                          looked();
                                                          screen_.progress(begin, now, to);
                                                      }});
}

Console::Done Console::move(Time to) {
    if (!run_->alive()) return died();
    const Went went = advance(*run_, to, {{"do", "run_until"}}, [&] { show_events(); });
    screen_.progress_over();
    if (went == Went::died) return died();
    show_place();
    if (went == Went::interrupted) screen_.note("paused");
    return Done::well;
}

Console::Done Console::run(const Words& words) {
    const Word& self = *find_word("run");
    const Time end = Time{} + options_.spec.duration;
    if (words.size() >= 3 && words[1] == "event") return run_to_event(words);
    if (words.size() != 2) return wrong(wrong_usage(self));
    if (words[1] == "end") return move(end);
    const bool relative = words[1].front() == '+';
    const auto span = instant_of(relative ? words[1].substr(1) : words[1], "run");
    if (!span.ok()) return wrong(span.problems().front());
    // Beyond the end is the end, however far.
    const Duration left = std::min(span.value() - Time{}, end - Time{});
    const Time to = relative ? run_->now() + std::min(left, end - run_->now()) : Time{} + left;
    if (to < run_->now()) {
        return wrong({.file = "run", .message = words[1] + " is past: it is " +
                                                exact_text(run_->now()),
                      .hint = "rewind " + words[1] + " goes back, run +" + words[1] + " goes on"});
    }
    return move(to);
}

Console::Done Console::run_to_event(const Words& words) {
    if (words.size() > 4) return wrong(wrong_usage(*find_word("run")));
    if (!run_->alive()) return died();
    const session::EventPattern pattern{words[2], words.size() > 3 ? words[3] : "*"};
    const Diagnostics unknown = pattern.check(run_->recording().registry());
    if (!unknown.empty()) return wrong(unknown.front());
    const Json request{{"do", "run_until"}, {"event", pattern.kind}, {"subject", pattern.subject}};
    const Went went = advance(*run_, Time{} + options_.spec.duration, request,
                              [&] { show_events(); });
    screen_.progress_over();
    if (went == Went::died) return died();
    show_place();
    if (went == Went::interrupted) screen_.note("paused");
    if (went == Went::there) screen_.note("no such event came");
    if (went != Went::found) return Done::well;
    // Its kind may be of a level that is not shown.
    explain::Reader reader(run_->recording());
    if (const explain::Told* told = reader.event(found_)) {
        screen_.note("#" + std::to_string(number_of(found_)) + " " + std::string(told->kind->name) +
                     ": " + explain::sentence(*told, reader.names()));
    }
    return Done::well;
}

Console::Done Console::step(const Words& words) {
    std::int64_t left = 1;
    if (words.size() == 2) left = yaml::parse_integer(words[1]).value.value_or(0);
    if (words.size() > 2 || left < 1) return wrong(wrong_usage(*find_word("step")));
    if (!run_->alive()) return died();
    while (left > 0 && !run_->ended()) {
        if (signals_.end_asked() != 0) return Done::over;
        if (signals_.take_interrupt()) break;
        const std::int64_t some = std::min<std::int64_t>(left, 2000);
        if (!run_->ask({{"do", "step"}, {"n", static_cast<std::uint64_t>(some)}})) return died();
        show_events();
        left -= some;
    }
    show_place();
    if (left > 0) screen_.note(std::to_string(left) + " steps were not taken");
    return Done::well;
}

Console::Done Console::give(const std::string& line) {
    if (!run_->alive()) return died();
    const client::Given done = client::give(*run_, lines_.present(), line);
    if (done.died) return died();
    if (!done.given) return wrong({.file = "command", .message = done.error});
    unsaved_ = true;
    show_events();
    return Done::well;
}

}   // namespace glasshive::console
