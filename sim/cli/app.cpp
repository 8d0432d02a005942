#include "cli/app.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <set>

#include "base/result.h"
#include "cli/app_parts.h"
#include "cli/completion.h"
#include "cli/terminal.h"
#include "session/session.h"

namespace glasshive::cli {

namespace {

constexpr const char* about =
    "Glasshive: a container cluster in virtual time, to watch, break and question.\n"
    "\n"
    "One deterministic simulation holds hosts, networks, images, containers and a\n"
    "Docker-Swarm-style orchestrator. A scenario (YAML) says what there is, what breaks\n"
    "and what must hold.";

constexpr const char* footer =
    "Examples:\n"
    "  glasshive run scenarios/01_hello_cluster.yaml          watch a stack come up\n"
    "  glasshive run 02.yaml --seed 7 --record crash.hive     another seed, kept as a recording\n"
    "  glasshive query crash.hive \"SELECT t, subject FROM events WHERE kind = 'node.down'\"\n"
    "  glasshive export crash.hive --format perfetto -o crash.json   open in a trace viewer\n"
    "\n"
    "Exit status: 0 all expectations hold, 1 one did not (or could not be decided),\n"
    "2 your files or words are wrong and nothing was run, 3 a bug of ours.\n"
    "Colour follows the terminal and NO_COLOR (no-color.org).";

/// CLI11 keeps the options that exclude one another in order of their addresses: help would differ
/// from build to build.
class Formatter final : public CLI::Formatter {
  public:
    std::string make_option_opts(const CLI::Option* option) const override {
        std::string text = CLI::Formatter::make_option_opts(option);
        const std::string label = "Excludes:";
        const std::size_t at = text.find(label);
        if (at == std::string::npos) return text;
        text.resize(at + label.size());   // They come last.
        std::set<std::string> names;
        for (const CLI::Option* other : option->get_excludes()) names.insert(other->get_name());
        for (const std::string& name : names) text += " " + name;
        return text;
    }
};

}   // namespace

static void add_run(App::Parts& p);
static void add_others(App::Parts& p, const App& self);

App::App() : parts_(std::make_unique<Parts>()) {
    Parts& p = *parts_;
    p.app.description(about);
    p.app.footer(footer);
    p.app.require_subcommand(1);
    p.app.set_version_flag("-V,--version", session::version_text(), "Print the version and exit");
    p.app.formatter(std::make_shared<Formatter>());   // Before subcommands, which take it over.
    p.app.get_formatter()->column_width(34);
    add_run(p);
    add_readers(p);
    add_others(p, *this);
}

App::~App() = default;

/// What counts instead of what the scenario says; the option of the seed.
static CLI::Option* add_overrides(CLI::App& app, std::uint64_t& seed, std::string& until,
                                  std::string& profile) {
    CLI::Option* option = app.add_option("-s,--seed", seed, "Seed of every random stream");
    option->check(not_a_seed);
    app.add_option("-u,--until", until,
                   "Run to this virtual time instead of the scenario's duration: 90s, 2h")
        ->type_name("DURATION")
        ->check([](const std::string& text) { return text.empty() ? "no time is given" : ""; });
    app.add_option("--profile", profile, "Network profile: textbook or realistic")
        ->check(CLI::IsMember({"textbook", "realistic"}));
    return option;
}

static void add_run(App::Parts& p) {
    CLI::App* run = p.app.add_subcommand("run", "Run scenarios and judge their expectations");
    run->add_option("FILE", p.run.files,
                    "Scenario (.yaml), or a recording (.hive) to run again")
        ->type_name("INPUT")
        ->required();
    CLI::Option* seed = add_overrides(*run, p.seed, p.run.until, p.run.profile);
    add_parameters(*run, p.run.parameters,
                   "A parameter of the scenario's scripts and of checks; may be repeated");
    add_settings(*run, p.run.set,
                 "A value of the scenario, by its path: services.web.replicas=3; may be repeated");
    add_checks(*run, p.run.checks);
    run->add_option("-r,--record", p.run.record, "Write a recording to this file (.hive)")
        ->type_name("PATH");
    run->add_flag("-v,--verbose", p.more_lines,
                  "More lines: -v decisions and requests, -vv everything");
    run->add_flag("--all", p.run.all, "Print every timeline line, however many");
    run->add_flag("--invariants", p.run.invariants,
                  "Check cluster-wide invariants at every event (slower)");
    run->add_option_function<std::string>(
           "--decisions", [&p](const std::string& how) { p.run.decisions = how == "full"; },
           "full: the scheduler's decisions, each with every node it looked at")
        ->check(CLI::IsMember({"short", "full"}));
    // For a drill: how a bug of ours is reported. No help lists it.
    run->add_option("--break-at", p.run.break_at)->group("");
    run->add_flag("-q,--quiet", p.run.common.quiet, "No timeline and no table: verdicts only");
    add_common(*run, p.run.common, "Print one JSON object per run, and nothing else");
    run->footer(
        "The timeline goes to standard output as it happens, then verdicts with the figures that\n"
        "decided them, a table per service, the digest and the command that replays the run.\n"
        "Several files run one after another, each in a process of its own.\n"
        "Equal scenario, seed and version give an equal digest. A recording runs again from the\n"
        "files, seed and injected commands it embeds, to where it ended, and its digest is\n"
        "compared: exit status 1 when it differs. With --seed, --until or --profile it is\n"
        "another run, and nothing is compared.");
    run->callback([&p, seed] {
        p.chosen = [&p, seed] {
            if (seed->count() > 0) p.run.seed = p.seed;
            p.run.verbosity = 1 + p.more_lines;
            return run_command(p.run);
        };
    });
}

static void add_console(App::Parts& p) {
    CLI::App* console = p.app.add_subcommand(
        "console", "Step through a run, look, give commands and faults, go back, branch, save");
    console->add_option("FILE", p.console.file,
                        "Scenario (.yaml); or a saved session or recording (.hive), to go on with")
        ->type_name("INPUT")
        ->required();
    CLI::Option* seed = add_overrides(*console, p.console_seed, p.console.until, p.console.profile);
    console->add_flag("-v,--verbose", p.console_lines,
                      "More lines: -v decisions and requests, -vv everything");
    console->add_flag("--no-color", p.console.common.no_color, "No colour, even on a terminal");
    console->footer(
        "Words come from the terminal, or from a pipe, one a line; `help` lists them. The history\n"
        "is kept in $XDG_STATE_HOME/glasshive, unless GLASSHIVE_NO_HISTORY is set.\n"
        "What is given is kept with its instant: `save FILE.yaml` writes a scenario that\n"
        "`glasshive run` repeats to the same digest.\n"
        "Exit status: 0; 2 when a line from a pipe was wrong (those after it are done all the\n"
        "same); 3 a bug of ours. Expectations are told at the end and do not count.");
    console->callback([&p, seed] {
        p.chosen = [&p, seed] {
            if (seed->count() > 0) p.console.seed = p.console_seed;
            p.console.verbosity = 1 + p.console_lines;
            return console_command(p.console);
        };
    });
}

static void add_session(App::Parts& p) {
    CLI::App* session = p.app.add_subcommand(
        "session", "Drive one run step by step over a Unix-domain socket, in JSON lines");
    session->add_option("FILE", p.session.file,
                        "Scenario or saved session (.yaml), or recording (.hive): its commands "
                        "come again")
        ->type_name("INPUT")
        ->required();
    session->add_option("--socket", p.session.socket, "Path of the socket to listen on")
        ->type_name("PATH")
        ->required();
    session->add_option("-r,--record", p.session.record, "Write a recording to this file (.hive)")
        ->type_name("PATH");
    session->add_option("--commands", p.session.commands,
                        "Give the commands of this file instead: JSON, [{\"t_ns\", \"text\"}]")
        ->type_name("PATH");
    CLI::Option* seed = add_overrides(*session, p.session_seed, p.session.until, p.session.profile);
    session->footer(
        "One JSON object a line, one answer a line: {\"do\":\"run_until\",\"t\":\"30s\"},\n"
        "{\"do\":\"step\"}, {\"do\":\"pause\"}, {\"do\":\"inject\",\"text\":\"scale web=5\"},\n"
        "{\"do\":\"inspect\"}, {\"do\":\"pace\",\"speed\":10}, {\"do\":\"quit\"}.\n"
        "Every answer has ok; t (virtual seconds) and event (the newest id), or error.\n"
        "What was injected is kept in the recording: `glasshive run REC` repeats the session.");
    session->callback([&p, seed] {
        p.chosen = [&p, seed] {
            if (seed->count() > 0) p.session.seed = p.session_seed;
            return session_command(p.session);
        };
    });
}

static void add_others(App::Parts& p, const App& self) {
    add_traces(p);
    add_compare(p);
    add_lua(p);
    add_console(p);
    add_view(p);
    add_serve(p);
    add_session(p);

    CLI::App* docs = p.app.add_subcommand("docs", "Print a reference page generated from the code");
    docs->add_option("PAGE", p.docs_page, "scenario, events, cli or docker")
        ->required()
        ->check(CLI::IsMember({"scenario", "events", "cli", "docker", "lua"}));
    docs->footer("");
    docs->callback([&p, &self] {
        p.chosen = [&p, &self] { return docs_command(p.docs_page, self.reference_page()); };
    });

    CLI::App* completion = p.app.add_subcommand("completion", "Print a shell's completion script");
    completion->add_option("SHELL", p.shell, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    completion->footer(
        "bash: source <(glasshive completion bash)\n"
        "zsh:  glasshive completion zsh > \"${fpath[1]}/_glasshive\"\n"
        "fish: glasshive completion fish > ~/.config/fish/completions/glasshive.fish");
    completion->callback([&p] {
        p.chosen = [&p] {
            std::cout << completion_script(p.shell, completable_commands(p.app));
            return exit_ok;
        };
    });
}

/// What a first word that is no subcommand may have been meant for; the parser only misses one.
static std::string unknown_command(const CLI::App& app, const std::string& word) {
    std::vector<std::string> names;
    for (const CLI::App* sub : app.get_subcommands({})) names.push_back(sub->get_name());
    if (std::find(names.begin(), names.end(), word) != names.end()) return "";
    const std::string meant = nearest(word, names);
    return "no subcommand is called \"" + printable(word) + "\"\n    hint: " +
           (meant.empty() ? "glasshive --help lists them" : "did you mean " + meant + "?");
}

int App::run(int argc, char** argv) {
    if (argc > 1 && argv[1][0] != '-') {
        const std::string problem = unknown_command(parts_->app, argv[1]);
        if (!problem.empty()) {
            std::cerr << "glasshive: " << problem << '\n';
            return exit_user_error;
        }
    }
    try {
        parts_->app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return parts_->app.exit(error);   // --help, --version
        std::cerr << "glasshive: " << printable(error.what())
                  << "\n    hint: glasshive --help lists the words\n";
        return exit_user_error;
    }
    return parts_->chosen ? parts_->chosen() : exit_user_error;
}

std::string App::reference_page() const {
    // By the formatter: help() would speak of the subcommand that was just parsed.
    const CLI::App& app = parts_->app;
    const auto formatter = app.get_formatter();
    const auto page_of = [&](const CLI::App& shown, const std::string& name) {
        return "```text\n" + formatter->make_help(&shown, name, CLI::AppFormatMode::Normal) +
               "```\n";
    };
    std::string page =
        "# Command line\n\nGenerated from the program by `./dev docs`; do not edit.\n\n" +
        page_of(app, "glasshive");
    for (const CLI::App* sub : app.get_subcommands({})) {
        const std::string name = "glasshive " + sub->get_name();
        page += "\n## " + name + "\n\n" + page_of(*sub, name);
    }
    return page;
}

}   // namespace glasshive::cli
