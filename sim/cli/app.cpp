#include "cli/app.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <iostream>

#include "cli/commands.h"
#include "base/result.h"
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

}   // namespace

struct App::Parts {
    CLI::App app{about, "glasshive"};
    std::function<int()> chosen;
    RunOptions run;
    CommonOptions common;
    std::vector<std::string> check_files;
    QueryOptions query;
    AtOptions at;
    std::string export_recording, export_format = "jsonl", export_output;
    std::string info_recording;
    LuaOptions lua;
    SessionOptions session;
    ConsoleOptions console;
    std::string docs_page, shell;
    std::uint64_t seed = 0, session_seed = 0, console_seed = 0;
    int more_lines = 0, console_lines = 0;   // How often -v stands there.
};

namespace {

void add_common(CLI::App& app, CommonOptions& common, const char* json_help) {
    app.add_flag("--json", common.json, json_help);
    app.add_flag("--no-color", common.no_color, "No colour, even on a terminal");
    app.footer("");   // Not the program's.
}

}   // namespace

static void add_run(App::Parts& p);
static void add_readers(App::Parts& p);
static void add_others(App::Parts& p, const App& self);

App::App() : parts_(std::make_unique<Parts>()) {
    Parts& p = *parts_;
    p.app.footer(footer);
    p.app.require_subcommand(1);
    p.app.set_version_flag("-V,--version", session::version_text(), "Print the version and exit");
    p.app.get_formatter()->column_width(34);
    add_run(p);
    add_readers(p);
    add_others(p, *this);
}

App::~App() = default;

/// CLI11 2.1 wraps "-3" round to a large number.
static std::string not_a_seed(const std::string& text) {
    const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
    return digits ? "" : "a seed is a whole number from 0 to 18446744073709551615";
}

static void add_parameters(CLI::App& command, std::vector<std::string>& out, const char* what) {
    command.add_option("-p,--parameter", out, what)
        ->type_name("NAME=VALUE")
        ->expected(1)
        ->take_all()
        ->check([](const std::string& text) {
            const std::size_t equals = text.find('=');
            const bool named = equals != std::string::npos && equals > 0;
            return named ? std::string() : "a parameter is written NAME=VALUE";
        });
}

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
                   "A parameter of the scenario's scripts; may be repeated");
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

static void add_explain(App::Parts& p) {
    CLI::App* why = p.app.add_subcommand("explain", "Say why something is as it is");
    why->add_option("REC", p.at.recording, "Recording (.hive)")
        ->type_name("RECORDING")
        ->required();
    why->add_option("SUBJECT", p.at.subject,
                    "A task (web.1), service, node or host; leader; \"update of web\"; or an "
                    "event (#12)")
        ->type_name("NAME")
        ->required();
    why->add_option("--at", p.at.at, "As of this instant: 90s, 5m; the end without it")
        ->type_name("DURATION");
    why->add_flag("--nodes", p.at.nodes,
                  "Of a task: the scheduler's newest decision about it with every node, found by "
                  "running the recording again to that point");
    add_common(*why, p.at.common, "Print one JSON object");
    why->footer("A slot's name means its newest task. The causes of its newest events are\n"
                "followed back to where they end: a fault, a command, chance, or the run's start.");
    why->callback([&p] { p.chosen = [&p] { return explain_command(p.at); }; });
    const auto table = [&p](const char* name, const char* says, const char* json, bool service) {
        CLI::App* command = p.app.add_subcommand(name, says);
        command->add_option("REC", p.at.recording, "Recording (.hive)")
            ->type_name("RECORDING")
            ->required();
        if (service) {
            command->add_option("SERVICE", p.at.subject, "Only its tasks")->type_name("NAME");
        }
        command->add_option("--at", p.at.at, "As of this instant: 90s, 5m; the end without it")
            ->type_name("DURATION");
        add_common(*command, p.at.common, json);
        command->callback([&p, name] {
            p.chosen = [&p, name] { return table_command(p.at, name); };
        });
    };
    table("ps", "What docker service ps would have printed", "Print one JSON object", true);
    table("services", "What docker service ls would have printed", "Print one JSON object", false);
    table("nodes", "What docker node ls would have printed", "Print one JSON object", false);
}

static void add_lua(App::Parts& p) {
    CLI::App* lua = p.app.add_subcommand("lua", "Run a Lua script in its sandbox");
    lua->add_option("FILE", p.lua.file, "Script (.lua)")->type_name("FILE")->required();
    lua->add_option("-s,--seed", p.lua.seed, "Seed of math.random")->check(not_a_seed);
    add_parameters(*lua, p.lua.parameters, "An entry of the table parameters; may be repeated");
    lua->add_option("--instructions", p.lua.instructions,
                    "Budget: virtual-machine instructions, and what library calls cost in them")
        ->capture_default_str();
    add_common(*lua, p.lua.common, "Print one JSON object: what was printed, and what it cost");
    lua->footer("Lua 5.4 without files, processes, network, clock or bytecode. math.random draws\n"
                "from the seed, pairs goes in order, and nothing shows an address: equal seeds\n"
                "print equal lines.\nExit status: 0 it ran to its end, 2 it did not, and why.");
    lua->callback([&p] { p.chosen = [&p] { return lua_command(p.lua); }; });
}

static void add_readers(App::Parts& p) {
    CLI::App* check = p.app.add_subcommand(
        "check", "Say everything that is wrong with scenarios and Compose files; run nothing");
    check->add_option("FILE", p.check_files,
                      "Scenario, Compose file, or a recording to be judged again")
        ->type_name("INPUT")
        ->required();
    check->add_flag("-q,--quiet", p.common.quiet, "Problems only, no line for what is right");
    add_common(*check, p.common, "Print problems as one JSON object");
    check->footer("A Compose file is read as `docker stack deploy` reads it. A recording's\n"
                  "expectations are judged from its events, as the run itself judged them.");
    check->callback([&p] { p.chosen = [&p] { return check_command(p.common, p.check_files); }; });

    CLI::App* query = p.app.add_subcommand("query", "Ask a recording in SQL");
    query->add_option("REC", p.query.recording, "Recording (.hive)")
        ->type_name("RECORDING")
        ->required();
    query->add_option("SQL", p.query.sql, "One SELECT; views: meta, events, samples")
        ->type_name("QUERY")
        ->required();
    query->add_flag("--csv", p.query.csv, "Comma-separated values");
    add_common(*query, p.query.common, "Print one JSON object a row");
    query->footer("Views: events(id, t, t_ns, kind, subject, cause, attrs), samples(t, series,\n"
                  "subject, value), meta(key, value). attrs is JSON: attrs ->> 'node'.");
    query->callback([&p] { p.chosen = [&p] { return query_command(p.query); }; });

    add_explain(p);

    CLI::App* exported = p.app.add_subcommand("export", "Turn a recording into another format");
    exported->add_option("REC", p.export_recording, "Recording (.hive)")
        ->type_name("RECORDING")
        ->required();
    exported->add_option("-f,--format", p.export_format, "jsonl, csv or perfetto")
        ->check(CLI::IsMember({"jsonl", "csv", "perfetto"}))
        ->capture_default_str();
    exported->add_option("-o,--output", p.export_output, "File; standard output without it")
        ->type_name("PATH");
    exported->footer(
        "perfetto is Chrome's trace JSON: open it in ui.perfetto.dev or chrome://tracing.");
    exported->callback([&p] {
        p.chosen = [&p] {
            return export_command(p.export_recording, p.export_format, p.export_output);
        };
    });

    CLI::App* info = p.app.add_subcommand("info", "Say what a recording holds");
    info->add_option("REC", p.info_recording, "Recording (.hive)")
        ->type_name("RECORDING")
        ->required();
    add_common(*info, p.common, "Print one JSON object");
    info->callback([&p] { p.chosen = [&p] { return info_command(p.common, p.info_recording); }; });
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

static void add_others(App::Parts& p, const App& self) {
    add_lua(p);
    add_console(p);

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
