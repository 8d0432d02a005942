// What the parser accepts, as shells need it.
#include <CLI/CLI.hpp>

#include "cli/completion.h"

namespace glasshive::cli {

namespace {

/// The words of "TEXT:{textbook,realistic}", CLI11's own way to show a choice.
std::vector<std::string> choices_in(const std::string& type) {
    const std::size_t open = type.find('{');
    const std::size_t close = type.rfind('}');
    if (open == std::string::npos || close == std::string::npos || close < open) return {};
    std::vector<std::string> words;
    std::string word;
    for (const char c : type.substr(open + 1, close - open - 1) + ",") {
        if (c != ',') {
            word += c;
        } else if (!word.empty()) {
            words.push_back(std::move(word));
            word.clear();
        }
    }
    return words;
}

CompletableWord word_of(const CLI::Option& option) {
    CompletableWord word;
    for (const std::string& name : option.get_snames()) word.names.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) word.names.push_back("--" + name);
    if (word.names.empty()) word.names.push_back(option.get_name());
    const std::string type = option.get_type_name();
    word.help = option.get_description();
    word.takes_value = option.get_items_expected_max() > 0;
    word.choices = choices_in(type);
    word.is_file = type == "PATH" || type == "SCENARIO" || type == "INPUT" || type == "RECORDING";
    if (type == "SCENARIO" || type == "INPUT") word.endings = {"yaml", "yml"};
    if (type == "RECORDING" || type == "INPUT") word.endings.emplace_back("hive");
    const bool many = option.get_items_expected_max() >= CLI::detail::expected_max_vector_size;
    word.repeats = many || option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
    return word;
}

}   // namespace

std::vector<CompletableCommand> completable_commands(const CLI::App& app) {
    std::vector<CompletableCommand> commands;
    for (const CLI::App* sub : app.get_subcommands({})) {
        CompletableCommand command{.name = sub->get_name(), .help = sub->get_description(),
                                   .options = {}, .positionals = {}};
        for (const CLI::Option* option : sub->get_options()) {
            if (option->get_group().empty()) continue;   // Hidden from help, hidden here.
            const bool positional = option->get_positional();
            (positional ? command.positionals : command.options).push_back(word_of(*option));
        }
        commands.push_back(std::move(command));
    }
    return commands;
}

}   // namespace glasshive::cli
