// The run is made again: to go back, to go on from elsewhere, to another line of history.
#include <algorithm>

#include "console/console.h"

namespace glasshive::console {

using Words = std::vector<std::string>;
using session::TimedCommand;

/// A new run with these commands that stands at `to`; null when it does not come there, with what
/// became of it in `why_not`. The present one is left alone.
std::unique_ptr<Run> Console::make_again(const Setup& setup, Time to, Done& why_not) {
    why_not = Done::wrong;
    auto started = start(setup);
    if (!started.ok()) {
        if (signals_.end_asked() == 0) screen_.complain(started.problems());
        return nullptr;
    }
    std::unique_ptr<Run> run = std::move(started.value());
    const Went went = advance(*run, to, {{"do", "run_until"}}, [] {});
    screen_.progress_over();
    if (went == Went::died) {
        why_not = Done::our_bug;
        if (signals_.end_asked() == 0) {
            screen_.complain({{.file = "session", .message = "the run could not be made again: " +
                                                             run->epitaph()}});
        }
        return nullptr;
    }
    if (went == Went::interrupted) {
        screen_.note("interrupted; nothing changed");
        return nullptr;
    }
    why_not = Done::well;
    return run;
}

void Console::replace_run(std::unique_ptr<Run> run) {
    screen_.follow(run->recording());
    screen_.events(run->newest(), false);
    run_ = std::move(run);
    told_of_death_ = false;
}

void Console::say_same() {
    screen_.note("the same " + std::to_string(number_of(run_->newest())) +
                 " events as before, up to here");
}

Console::Done Console::commands() {
    for (const TimedCommand& command : lines_.present().given) {
        screen_.out() << exact_text(command.at) << "  " << command.text << "\n";
    }
    if (lines_.present().given.empty()) screen_.note("nothing was given");
    return Done::well;
}

/// Makes the run again up to `to` with the first `kept` of what was given, compares, and goes on
/// from there.
Console::Done Console::go_back(Time to, std::size_t kept) {
    std::vector<TimedCommand>& given = lines_.present().given;
    const std::vector<TimedCommand> stay(given.begin(),
                                         given.begin() + static_cast<std::ptrdiff_t>(kept));
    Done done = Done::well;
    auto run = make_again(setup(stay), to, done);
    if (run == nullptr) return done;
    const auto looked = [&](double share) {
        const double ns = share * static_cast<double>(ns_of(to));
        screen_.progress(Time{}, time_of_ns(static_cast<std::int64_t>(ns)), to);
        return true;
    };
    const bool whole = kept == client::given_until(given, to);   // Of the instant `to`.
    const auto same = client::same_so_far(*run_, *run, to, whole, looked);
    screen_.progress_over();
    if (!same.ok()) {
        screen_.complain(same.problems());
        screen_.note("whether it is the same run as before could not be compared");
    }
    if (same.ok() && !same.value()) {
        screen_.complain({{.file = "console", .message = "made again, the run is another one up to "
                                                         "there: a bug of ours"}});
        done = Done::our_bug;
    }
    for (auto each = given.begin() + static_cast<std::ptrdiff_t>(kept); each != given.end();
         ++each) {
        screen_.note("dropped: " + exact_text(each->at) + "  " + each->text);
        unsaved_ = true;
    }
    given = stay;
    replace_run(std::move(run));
    show_place();
    if (same.ok() && same.value()) say_same();
    return done;
}

Console::Done Console::rewind(const Words& words) {
    if (words.size() != 2) return wrong(wrong_usage(*find_word("rewind")));
    const auto to = instant_of(words[1], "rewind");
    if (!to.ok()) return wrong(to.problems().front());
    if (to.value() > run_->now()) {
        return wrong({.file = "rewind", .message = words[1] + " is to come: it is " +
                                                   exact_text(run_->now()),
                      .hint = "run " + words[1] + " goes there"});
    }
    return go_back(to.value(), client::given_until(lines_.present().given, to.value()));
}

Console::Done Console::undo() {
    const std::vector<TimedCommand>& given = lines_.present().given;
    if (given.empty()) return wrong({.file = "undo", .message = "nothing was given"});
    return go_back(given.back().at, given.size() - 1);
}

/// The present line is left as it stands, to be made again. If its process has gone, there is no
/// digest to compare it with.
void Console::keep_present() {
    client::keep_place(lines_.present(), *run_);
    show_events();
    screen_.end_page();
}

Console::Done Console::branch(const Words& words) {
    if (words.size() < 2 || words.size() > 3) return wrong(wrong_usage(*find_word("branch")));
    const std::string& name = words[1];
    const std::string no_name = client::why_no_name(name);
    if (!no_name.empty()) return wrong({.file = "branch", .message = no_name});
    if (lines_.find(name) != nullptr) {
        return wrong({.file = "branch", .message = name + " exists already",
                      .hint = "switch " + name + " goes there"});
    }
    keep_present();
    const std::string before = lines_.present().name;
    lines_.add({.name = name, .given = lines_.present().given});
    if (words.size() == 3) {
        const Done done = rewind({"rewind", words[2]});
        if (done == Done::wrong || done == Done::over) {   // It did not come to be.
            lines_.go_to(before);
            lines_.forget(name);
            return done;
        }
    }
    screen_.note(before + " is kept; this is " + name);
    return Done::well;
}

Console::Done Console::branches() {
    for (const Line& line : lines_.all()) {
        const bool here = &line == &lines_.present();
        screen_.out() << (here ? "* " : "  ") << line.name << "  at "
                      << exact_text(here ? run_->now() : line.at) << ", " << line.given.size()
                      << (line.given.size() == 1 ? " command" : " commands") << " given\n";
    }
    return Done::well;
}

Console::Done Console::switch_to(const Words& words) {
    if (words.size() != 2) return wrong(wrong_usage(*find_word("switch")));
    const Line* line = lines_.find(words[1]);
    if (line == nullptr) {
        std::vector<std::string> names;
        for (const Line& each : lines_.all()) names.push_back(each.name);
        const std::string meant = nearest(words[1], names);
        return wrong({.file = "switch", .message = "no line of history is called " + words[1],
                      .hint = meant.empty() ? "branches lists them" : "did you mean " + meant +
                                                                      "?"});
    }
    if (line == &lines_.present()) {
        return wrong({.file = "switch", .message = "this is " + words[1]});
    }
    Done done = Done::well;
    auto run = make_again(setup(line->given), line->at, done);
    if (run == nullptr) return done;
    const bool same = run->newest() == line->newest && run->digest() == line->digest;
    keep_present();
    lines_.go_to(words[1]);
    replace_run(std::move(run));
    show_place();
    Line& present = lines_.present();
    const bool compared = !present.digest.empty();
    present.digest.clear();
    if (compared && same) say_same();
    if (same || !compared) return Done::well;
    screen_.complain({{.file = "console", .message = "made again, " + words[1] +
                                                     " is another run: a bug of ours"}});
    return Done::our_bug;
}

}   // namespace glasshive::console
