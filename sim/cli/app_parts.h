#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "cli/app.h"
#include "cli/commands.h"

/// What the files that describe the command line share.
namespace glasshive::cli {

struct App::Parts {
    CLI::App app{"", "glasshive"};
    std::function<int()> chosen;
    RunOptions run;
    CommonOptions common;
    std::vector<std::string> check_files;
    CheckRecordingOptions check_recording;
    QueryOptions query;
    AtOptions at;
    std::string export_recording, export_format = "jsonl", export_output;
    std::string info_recording;
    LuaOptions lua;
    SessionOptions session;
    ConsoleOptions console;
    ViewOptions view;
    ServeOptions serve;
    CtlOptions ctl;
    CompareOptions compare;
    TraceOptions trace;
    std::size_t shard = 0;
    std::string docs_page, shell;
    std::uint64_t seed = 0, session_seed = 0, console_seed = 0, serve_seed = 0;
    int more_lines = 0, console_lines = 0;   // How often -v stands there.
};

/// --json, --no-color.
void add_common(CLI::App& app, CommonOptions& common, const char* json_help);
/// "" for a seed; else what one is. CLI11 2.1 wraps "-3" round to a large number.
std::string not_a_seed(const std::string& text);
/// -p,--parameter NAME=VALUE, as often as wanted.
void add_parameters(CLI::App& command, std::vector<std::string>& out, const char* what);
/// --set PATH=VALUE, as often as wanted.
void add_settings(CLI::App& command, std::vector<std::string>& out, const char* what);
/// --check FILE, as often as wanted.
CLI::Option* add_checks(CLI::App& command, std::vector<std::string>& out);

/// check, check-recording, query, export, info, explain, ps, services, nodes.
void add_readers(App::Parts& p);
void add_lua(App::Parts& p);
void add_view(App::Parts& p);
void add_serve(App::Parts& p);
void add_traces(App::Parts& p);
void add_compare(App::Parts& p);

}   // namespace glasshive::cli
