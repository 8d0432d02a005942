#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace glasshive::cli {

/// One option or positional, as a shell completes it.
struct CompletableWord {
    std::vector<std::string> names;     ///< "-s", "--seed"; of a positional its name alone.
    std::string help;
    bool takes_value = false;
    bool repeats = false;
    std::vector<std::string> choices;   ///< Of its value; empty: free.
    bool is_file = false;               ///< Its value is a file's name…
    std::vector<std::string> endings;   ///< …that ends so ("yaml"); empty: any.
};

struct CompletableCommand {
    std::string name;
    std::string help;
    std::vector<CompletableWord> options;
    std::vector<CompletableWord> positionals;
};

/// What the parser accepts, read from its own tables, so that completion cannot drift from it.
/// Kinds of files are known by the option's type: PATH, SCENARIO, INPUT or RECORDING.
std::vector<CompletableCommand> completable_commands(const CLI::App& app);

/// A completion script for "bash", "zsh" or "fish".
std::string completion_script(const std::string& shell,
                              const std::vector<CompletableCommand>& commands);

}   // namespace glasshive::cli
