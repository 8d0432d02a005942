#include "console/console.h"

#include <algorithm>

#include "yaml/units.h"

namespace glasshive::console {

using Words = std::vector<std::string>;

Console::Console(Options options, Screen& screen, Signals& signals)
    : options_(std::move(options)), screen_(screen), signals_(signals),
      lines_({.name = "main", .given = options_.given}) {}

Result<std::unique_ptr<Console>> Console::open(Options options, Screen& screen,
                                               Signals& signals) {
    std::unique_ptr<Console> console(new Console(std::move(options), screen, signals));
    if (console->scratch_.path().empty()) {
        return Diagnostic{.file = "console", .message = "cannot make a temporary folder",
                          .hint = "TMPDIR may name one"};
    }
    if (auto problems = console->keep_origin(); !problems.empty()) return problems;
    const Setup setup = console->setup(console->options_.given);
    Done why_not = Done::well;
    auto run = console->make_again(setup, console->options_.at, why_not);
    // What was in the way has been said.
    if (run == nullptr) return Diagnostics{};
    console->replace_run(std::move(run));
    if (console->options_.at > Time{}) console->show_place();
    return console;
}

/// A recording of nothing embeds the scenario with all that it includes: every run is made from
/// there, whatever becomes of the files meanwhile.
Diagnostics Console::keep_origin() {
    origin_ = scratch_.file("origin.hive");
    const Setup nothing_given{.file = options_.file, .profile = "",
                              .commands = std::vector<session::TimedCommand>{},
                              .record = origin_};
    const auto started = Run::start(nothing_given, scratch_, "origin", signals_);
    return started.ok() ? Diagnostics{} : started.problems();
}

Setup Console::setup(std::vector<session::TimedCommand> given) const {
    return {.file = origin_, .seed = options_.spec.seed,
            .profile = scenario::to_text(options_.spec.profile),
            .duration = options_.spec.duration, .commands = std::move(given), .record = ""};
}

Result<std::unique_ptr<Run>> Console::start(const Setup& setup) {
    return Run::start(setup, scratch_, std::to_string(++runs_), signals_);
}

Console::Done Console::wrong(Diagnostic problem) {
    screen_.complain({std::move(problem)});
    return Done::wrong;
}

Console::Done Console::died() {
    if (signals_.end_asked() != 0) return Done::over;
    if (!told_of_death_) {
        screen_.complain({{.file = "session", .message = "the session process died: " +
                                                         run_->epitaph(),
                           .hint = "what was given is kept: save FILE.yaml writes it, and rewind "
                                   "TIME starts anew"}});
    } else {
        screen_.complain({{.file = "session", .message = "there is no session process",
                           .hint = "rewind TIME starts a new one"}});
    }
    told_of_death_ = true;
    return Done::our_bug;
}

Console::Done Console::execute(const std::string& typed) {
    std::string line = client::plain_line(typed);
    line = rest_after(line, 0);
    while (!line.empty() && line.back() == ' ') line.pop_back();
    if (line.empty() || line.front() == '#') return Done::well;
    const Done done = dispatch(split(line).front(), line);
    screen_.end_page();
    return done;
}

Console::Done Console::dispatch(const std::string& word, const std::string& line) {
    const Words words = split(line);
    if (is_given_to_run(word)) return give(line);
    if (word == "run") return run(words);
    if (word == "step") return step(words);
    if (word == "time") return time();
    if (word == "inspect") return inspect(words);
    if (word == "ps" || word == "services" || word == "nodes") return table(words);
    if (word == "explain") return explain(line);
    if (word == "events") return events(words);
    if (word == "sql") return sql(rest_after(line, 1));
    if (word == "commands") return commands();
    if (word == "rewind") return rewind(words);
    if (word == "undo") return undo();
    if (word == "branch") return branch(words);
    if (word == "branches") return branches();
    if (word == "switch") return switch_to(words);
    if (word == "save") return save(rest_after(line, 1));
    if (word == "record") return record(rest_after(line, 1));
    if (word == "verbosity") return verbosity(words);
    if (word == "help") return help(words);
    if (word == "quit") return Done::over;
    return wrong(unknown_word(word));
}

Console::Done Console::help(const Words& words) {
    if (words.size() == 1) {
        screen_.out() << help_text();
        return Done::well;
    }
    const Word* word = find_word(words[1]);
    if (word == nullptr) return wrong(unknown_word(words[1]));
    screen_.out() << help_text(*word);
    return Done::well;
}

Console::Done Console::verbosity(const Words& words) {
    if (words.size() != 2 || words[1].size() != 1 || words[1] < "0" || words[1] > "3") {
        return wrong(wrong_usage(*find_word("verbosity")));
    }
    screen_.set_verbosity(words[1][0] - '0');
    return Done::well;
}

void Console::show_events() { screen_.events(run_->newest(), true); }

void Console::show_place() {
    screen_.end_page();
    screen_.note(exact_text(run_->now()) + ", " + std::to_string(number_of(run_->newest())) +
                 " events" + (run_->ended() ? ", the end of the run" : ""));
}

std::string Console::prompt() const {
    const std::string name = lines_.present().name;
    const std::string place = seconds_text(run_->now());
    return place + "s" + (name == "main" ? "" : " " + name) + "> ";
}

Console::Done Console::quit() {
    if (!run_->alive()) return Done::our_bug;
    const auto answer = run_->ask({{"do", "quit"}});
    if (!answer) return died();
    screen_.events(run_->newest(), true);
    screen_.end_page();
    for (const Json& verdict : answer->value("expectations", Json::array())) {
        std::string outcome = verdict.value("outcome", "");
        outcome.resize(9, ' ');
        screen_.out() << outcome << " " << verdict.value("text", "") << "\n          "
                      << verdict.value("figure", "") << "\n";
    }
    screen_.out() << "digest  " << answer->value("digest", "") << "\n";
    return Done::well;
}

}   // namespace glasshive::console
