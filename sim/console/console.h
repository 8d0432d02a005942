#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "client/again.h"
#include "client/lines.h"
#include "client/run.h"
#include "console/screen.h"
#include "console/signals.h"
#include "console/words.h"
#include "scenario/spec.h"
#include "session/given/given.h"

/// A run under somebody's hands: step, look, give, go back, keep.
namespace glasshive::console {

using client::exact_text;
using client::Json;
using client::Line;
using client::Lines;
using client::Run;
using client::Setup;
using client::Went;

/// What the console plays.
struct Options {
    std::string file;                 ///< As typed: a scenario, a saved session or a recording.
    scenario::ScenarioSpec spec;      ///< As it shall be: with seed, profile and duration.
    bool is_recording = false;        ///< Then no scenario lies beside it to be referred to.
    bool profile_is_own = true;       ///< What the scenario itself says: need not be saved.
    bool duration_is_own = true;
    std::vector<session::TimedCommand> given;   ///< Of an earlier session.
    Time at{};                                  ///< Where that stood.
};

/// One console: words in, what they did on the screen. Holds a session process, and keeps what was
/// given to it whatever becomes of that process.
class Console {
  public:
    /// Plays the scenario up to where an earlier session stood. Problems when that cannot be.
    /// Screen and signals must outlive it.
    static Result<std::unique_ptr<Console>> open(Options options, Screen& screen,
                                                 Signals& signals);

    /// What became of a line.
    enum class Done {
        well,
        wrong,      ///< It said why; nothing changed.
        our_bug,    ///< What should have been equal was not, or a session process fell.
        over,       ///< That was `quit`.
    };
    /// Does what a line says. Blank lines and remarks (#) are passed over.
    Done execute(const std::string& line);
    /// Judges the run where it stands and says so. Call once, at the end.
    Done quit();

    /// "12.5s> ", with the line of history when it is not main.
    std::string prompt() const;
    /// What the last word of an unfinished line could become, in order.
    std::vector<std::string> completions(const std::string& line);
    /// Something was given that no file keeps yet.
    bool unsaved() const { return unsaved_; }

  private:
    Console(Options options, Screen& screen, Signals& signals);

    // console.cpp: words, and what all share.
    Done dispatch(const std::string& word, const std::string& line);
    Done wrong(Diagnostic problem);
    Done died();
    Done help(const std::vector<std::string>& words);
    Done verbosity(const std::vector<std::string>& words);
    Diagnostics keep_origin();
    Setup setup(std::vector<session::TimedCommand> given) const;
    Result<std::unique_ptr<Run>> start(const Setup& setup);
    void show_events();
    void show_place();

    // moving.cpp: time passes, and things are given.
    Went advance(Run& run, Time to, const Json& request, const std::function<void()>& looked);
    Done move(Time to);
    Done run(const std::vector<std::string>& words);
    Done run_to_event(const std::vector<std::string>& words);
    Done step(const std::vector<std::string>& words);
    Done give(const std::string& line);

    // past.cpp: the run is made again.
    std::unique_ptr<Run> make_again(const Setup& setup, Time to, Done& why_not);
    Done commands();
    Done rewind(const std::vector<std::string>& words);
    Done undo();
    Done go_back(Time to, std::size_t kept);
    Done branch(const std::vector<std::string>& words);
    Done branches();
    Done switch_to(const std::vector<std::string>& words);
    void keep_present();
    void say_same();
    void replace_run(std::unique_ptr<Run> run);

    // keeping.cpp: files.
    Done save(const std::string& path);
    Done record(const std::string& path);
    Done prove(const Setup& setup, const std::string& path, const char* did);

    // looking.cpp: what is, and what was.
    Done time();
    Done inspect(const std::vector<std::string>& words);
    Done inspect_all();
    Done table(const std::vector<std::string>& words);
    Done explain(const std::string& line);
    Done events(const std::vector<std::string>& words);
    Done sql(const std::string& text);
    /// Names of what exists now, by what it is; short ones of tasks.
    std::vector<std::string> names_of(const std::string& kind);
    std::vector<std::string> candidates(const std::vector<std::string>& words,
                                        const std::string& line);

    Options options_;
    Screen& screen_;
    Signals& signals_;
    client::ScratchFolder scratch_;
    Lines lines_;
    std::string origin_;        // The recording that all runs are made from.
    std::unique_ptr<Run> run_;
    EventId found_{};           // What the last run up to an event came to.
    std::size_t runs_ = 0;      // Started so far: each has a name of its own.
    bool unsaved_ = false;
    bool told_of_death_ = false;
};

}   // namespace glasshive::console
