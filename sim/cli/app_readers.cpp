// The words that read and never run, and what several words share.
#include "cli/app_parts.h"
#include "cli/terminal.h"

namespace glasshive::cli {

void add_common(CLI::App& app, CommonOptions& common, const char* json_help) {
    app.add_flag("--json", common.json, json_help);
    app.add_flag("--no-color", common.no_color, "No colour, even on a terminal");
    app.footer("");   // Not the program's.
}

std::string not_a_seed(const std::string& text) {
    const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
    return digits ? "" : "a seed is a whole number from 0 to 18446744073709551615";
}

void add_parameters(CLI::App& command, std::vector<std::string>& out, const char* what) {
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

void add_settings(CLI::App& command, std::vector<std::string>& out, const char* what) {
    command.add_option("--set", out, what)
        ->type_name("PATH=VALUE")
        ->expected(1)
        ->take_all()
        ->check([](const std::string& text) {
            const std::size_t equals = text.find('=');
            const bool named = equals != std::string::npos && equals > 0;
            return named ? std::string() : "a value is set by PATH=VALUE";
        });
}

CLI::Option* add_checks(CLI::App& command, std::vector<std::string>& out) {
    return command.add_option("--check", out, "A check in Lua; may be repeated")
        ->type_name("FILE")
        ->expected(1)
        ->take_all();
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

void add_lua(App::Parts& p) {
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

static void add_check_recording(App::Parts& p) {
    CLI::App* judge = p.app.add_subcommand("check-recording", "Run checks in Lua over recordings");
    judge->add_option("REC", p.check_recording.recordings, "Recordings (.hive)")
        ->type_name("RECORDING")
        ->required();
    add_checks(*judge, p.check_recording.checks)->required();
    add_parameters(*judge, p.check_recording.parameters,
                   "A parameter of the checks; may be repeated");
    add_common(*judge, p.check_recording.common, "Print one JSON object per recording");
    judge->footer("A check sees in a recording what it would have seen live, and says the same.\n"
                  "lua/checks has some; docs/reference/lua.md says what one may call.\n"
                  "Exit status: 0 all held, 1 something did not, 2 a check or a file is wrong.");
    judge->callback([&p] {
        p.chosen = [&p] { return check_recording_command(p.check_recording); };
    });
}

void add_readers(App::Parts& p) {
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

    add_check_recording(p);

    CLI::App* query = p.app.add_subcommand("query", "Ask a recording in SQL");
    query->add_option("REC", p.query.recording, "Recording (.hive)")
        ->type_name("RECORDING")
        ->required();
    query->add_option("SQL", p.query.sql, "One SELECT; views: meta, events, samples, commands")
        ->type_name("QUERY")
        ->required();
    query->add_flag("--csv", p.query.csv, "Comma-separated values");
    add_common(*query, p.query.common, "Print one JSON object a row");
    query->footer("Views: events(id, t, t_ns, kind, subject, cause, attrs), samples(t, series,\n"
                  "subject, value), meta(key, value), commands(t, t_ns, more, text).\n"
                  "attrs is JSON: attrs ->> 'node'.");
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

}   // namespace glasshive::cli
