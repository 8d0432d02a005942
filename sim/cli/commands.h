#pragma once

#include <optional>
#include <string>
#include <vector>

/// The subcommands, one function each. All return the process's exit status:
/// 0 fine, 1 an expectation did not hold, 2 the user's files or words are wrong, 3 our bug.
namespace glasshive::cli {

inline constexpr int exit_ok = 0;
inline constexpr int exit_failed = 1;
inline constexpr int exit_user_error = 2;
inline constexpr int exit_our_bug = 3;

struct CommonOptions {
    bool no_color = false;
    bool quiet = false;
    bool json = false;
};

struct RunOptions {
    CommonOptions common;
    std::vector<std::string> files;   ///< Scenarios, or recordings to run again.
    std::optional<std::uint64_t> seed;
    std::vector<std::string> parameters;   ///< "name=value", for scripts.
    std::vector<std::string> set;          ///< "path=value", of the scenario's own keys.
    std::vector<std::string> checks;       ///< Files in Lua.
    std::string until;                     ///< Duration, our grammar; empty: the scenario's.
    std::string profile;                   ///< Empty: the scenario's.
    std::string record;                    ///< Path; empty: none.
    int verbosity = 1;
    bool all = false;   ///< No bound on timeline lines.
    bool invariants = false;
    bool decisions = false;   ///< Every decision of the scheduler with every node.
    std::string break_at;     ///< Duration: break an assertion then, as a drill.
};
int run_command(const RunOptions& options);

/// Validates scenarios (and Compose files on their own), or judges recordings again.
int check_command(const CommonOptions& common, const std::vector<std::string>& files);

struct CheckRecordingOptions {
    CommonOptions common;
    std::vector<std::string> recordings;
    std::vector<std::string> checks;       ///< Files in Lua.
    std::vector<std::string> parameters;   ///< "name=value"
};
/// Runs the user's checks over recordings.
int check_recording_command(const CheckRecordingOptions& options);

struct QueryOptions {
    CommonOptions common;
    std::string recording;
    std::string sql;
    bool csv = false;
};
int query_command(const QueryOptions& options);
int export_command(const std::string& recording, const std::string& format,
                   const std::string& output);
int info_command(const CommonOptions& common, const std::string& recording);

struct AtOptions {
    CommonOptions common;
    std::string recording;
    std::string subject;   ///< explain: what; ps: one service, or all.
    std::string at;        ///< Duration since the start; empty: the end.
    bool nodes = false;    ///< explain: the newest decision with every node.
};
/// Why something is as it is, back to what brought it about.
int explain_command(const AtOptions& options);
/// What docker service ps ("ps"), service ls ("services") or node ls ("nodes") would have printed.
int table_command(const AtOptions& options, const std::string& which);

struct LuaOptions {
    CommonOptions common;
    std::vector<std::string> parameters;   ///< "name=value"
    std::string file;
    std::uint64_t seed = 1;
    std::uint64_t instructions = 100'000'000;   ///< script::Limits.
};
/// Runs one Lua script in a sandbox; what it prints goes to standard output.
int lua_command(const LuaOptions& options);

struct SessionOptions {
    std::string file;
    std::string socket;   ///< Path of the Unix-domain socket to listen on.
    std::string record;
    std::string commands;   ///< Path of a list to give; empty: the file's own.
    std::optional<std::uint64_t> seed;
    std::string until, profile;   ///< As of RunOptions.
};
/// The session process: drives one run over JSON lines (docs/reference/cli.md, "session").
int session_command(const SessionOptions& options);

struct ConsoleOptions {
    CommonOptions common;
    std::string file;   ///< Scenario, saved session or recording.
    std::optional<std::uint64_t> seed;
    std::string until, profile;   ///< As of RunOptions.
    int verbosity = 1;
};
/// A run under somebody's hands: words from a terminal or a pipe (console/words.h). 2 when a line
/// of a pipe was wrong; expectations do not count.
int console_command(const ConsoleOptions& options);

struct ServeOptions {
    CommonOptions common;
    std::string file;   ///< Scenario; empty: a fresh cluster.
    std::string address = "127.0.0.1:5984";
    std::size_t nodes = 3;   ///< Of a fresh cluster.
    bool node_ports = false;
    bool any_address = false;
    std::vector<std::string> admins;     ///< "name:password"
    std::optional<std::int64_t> epoch;   ///< Seconds since 1970; empty: now.
    std::optional<std::uint64_t> seed;
    double speed = 1;
    std::size_t clients = 12'000;       ///< Connections at a time.
    std::int64_t patience = 0;          ///< Seconds for a slow client; 0: the server's own.
    std::vector<std::string> presets;   ///< "section/key=value"
    bool outbound = false;
    std::string record;   ///< Path; empty: none.
};
/// A simulated store behind real sockets, until it is interrupted.
int serve_command(const ServeOptions& options);

struct CtlOptions {
    CommonOptions common;
    std::string to = "127.0.0.1:5984";
    std::string fault;                ///< Empty: status.
    std::vector<std::string> nodes;   ///< Groups: "n1,n2".
};
/// Faults in a store that another process serves.
int ctl_command(const CtlOptions& options);

struct ViewOptions {
    CommonOptions common;
    std::string file;    ///< Recording, scenario or saved session.
    std::string other;   ///< A second recording to compare with; may be empty, as all below.
    std::string at, select, panel, theme, size, screenshot, frames, every;   ///< The viewer's.
    bool live = false;   ///< Go on with the run that a recording holds.
};
/// Looks for mistakes, then runs glasshive-viewer, which is installed beside this program, in its
/// place.
int view_command(const ViewOptions& options);

struct CompareOptions {
    CommonOptions common;
    std::string input;                             ///< Scenario, log or trace; may be empty.
    std::string machines;                          ///< File, for traces.
    std::string failures;                          ///< File, for traces.
    std::string openb_nodes, openb_pods, orders;   ///< Files.
    std::vector<std::string> set, vary;            ///< "KEY=VALUE", "KEY=A,B".
    std::vector<std::string> policies;             ///< Built-in names, files in Lua.
    std::vector<std::string> parameters;           ///< "name=value", for those in Lua.
    std::vector<std::string> metrics;              ///< Names; empty: all there are.
    std::vector<std::string> pins;                 ///< "task=machine".
    std::string capacity;                          ///< "failed < 1%": search for a size.
    std::vector<std::uint64_t> seed;               ///< As given; or
    std::size_t seeds = 0;                         ///< so many from 1 on.
    std::size_t jobs = 0;                          ///< Processes at a time; 0: one per core.
    std::string out;                               ///< Folder.
    std::string engine = "local";                  ///< Who runs: "local" or "slurm".
    std::vector<std::string> engine_options;       ///< More words for it.
    bool plan_only = false;
    std::optional<std::size_t> shard;   ///< One run of the folder's plan.
    bool collect = false;
};
/// Policies × seeds × settings on one workload, one process each, into a folder that can be begun
/// again, with a report.
int compare_command(const CompareOptions& options);

struct TraceOptions {
    CommonOptions common;
    std::vector<std::string> files;   ///< To be converted: parts, in their order.
    std::string from;                 ///< Their format; empty: by the first's name.
    std::string what = "tasks";       ///< Or "machines", "failures".
    std::vector<std::string> set;     ///< "KEY=VALUE": what is drawn, or changed.
    std::uint64_t seed = 1;
};
/// Writes tasks drawn by chance to standard output, in the plain format.
int generate_trace_command(const TraceOptions& options);
/// Writes the tasks, machines or failures of a public trace in the plain formats.
int convert_trace_command(const TraceOptions& options);

/// Reference pages generated from the code: "scenario", "events", "cli", "docker".
int docs_command(const std::string& page, const std::string& cli_page);

}   // namespace glasshive::cli
