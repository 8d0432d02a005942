// Completion scripts for three shells, written from what the parser accepts.
#include "cli/completion.h"

namespace glasshive::cli {

namespace {

std::string joined(const std::vector<std::string>& words, const std::string& with) {
    std::string out;
    for (const std::string& word : words) out += (out.empty() ? "" : with) + word;
    return out;
}

std::vector<std::string> option_names(const CompletableCommand& command) {
    std::vector<std::string> names;
    for (const CompletableWord& option : command.options) {
        names.insert(names.end(), option.names.begin(), option.names.end());
    }
    return names;
}

std::vector<std::string> command_names(const std::vector<CompletableCommand>& commands) {
    std::vector<std::string> names;
    for (const CompletableCommand& command : commands) names.push_back(command.name);
    return names;
}

/// A help text inside single quotes of a shell.
std::string in_quotes(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '\'') out += "'\\''";
        else out += c;
    }
    return out;
}

// ---- bash ---------------------------------------------------------------------------------------

/// Shell words that print what a value may be; empty when nothing is known of it.
std::string bash_values(const CompletableWord& word) {
    if (!word.choices.empty()) return "compgen -W '" + joined(word.choices, " ") + "' -- \"$cur\"";
    if (!word.is_file) return "";
    if (word.endings.empty()) return "compgen -f -- \"$cur\"";
    std::string out = "compgen -d -- \"$cur\"";
    for (const std::string& ending : word.endings) {
        out += "; compgen -f -X '!*." + ending + "' -- \"$cur\"";
    }
    return out;
}

std::string bash_script(const std::vector<CompletableCommand>& commands) {
    const std::string reply = "mapfile -t COMPREPLY < <(";
    std::string after_option, options, positionals;
    for (const CompletableCommand& command : commands) {
        for (const CompletableWord& option : command.options) {
            if (!option.takes_value) continue;
            std::string pattern;
            for (const std::string& name : option.names) {
                pattern += (pattern.empty() ? "'" : "|'") + command.name + " " + name + "'";
            }
            const std::string values = bash_values(option);
            after_option += "        " + pattern + ") " +
                            (values.empty() ? "" : reply + values + "); ") + "return ;;\n";
        }
        options += "            " + command.name + ") words='" +
                   joined(option_names(command), " ") + "' ;;\n";
        // What comes first is completed; a later positional (the SQL) is free text.
        if (command.positionals.empty()) continue;
        const std::string values = bash_values(command.positionals.front());
        if (values.empty()) continue;
        positionals += "        " + command.name + ") " + reply + values + ") ;;\n";
    }
    return "# bash completion of glasshive, printed by: glasshive completion bash\n"
           "_glasshive() {\n"
           "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
           "    local sub=${COMP_WORDS[1]} words=\n"
           "    COMPREPLY=()\n"
           "    if [[ $COMP_CWORD -eq 1 ]]; then\n"
           "        words='" +
           joined(command_names(commands), " ") +
           " --help --version'\n"
           "        " + reply + "compgen -W \"$words\" -- \"$cur\")\n"
           "        return\n"
           "    fi\n"
           "    case \"$sub $prev\" in\n" +
           after_option +
           "    esac\n"
           "    if [[ $cur == -* ]]; then\n"
           "        case \"$sub\" in\n" +
           options +
           "        esac\n"
           "        " + reply + "compgen -W \"$words\" -- \"$cur\")\n"
           "        return\n"
           "    fi\n"
           "    case \"$sub\" in\n" +
           positionals +
           "    esac\n"
           "}\n"
           "complete -o filenames -F _glasshive glasshive\n";
}

// ---- zsh ----------------------------------------------------------------------------------------

/// ":NAME:ACTION" of _arguments.
std::string zsh_value(const CompletableWord& word) {
    std::string action = " ";
    if (!word.choices.empty()) action = "(" + joined(word.choices, " ") + ")";
    else if (word.is_file && word.endings.empty()) action = "_files";
    else if (word.is_file) action = "_files -g \"*.(" + joined(word.endings, "|") + ")\"";
    std::string name = word.names.back();
    name.erase(0, name.find_first_not_of('-'));
    return ":" + name + ":" + action;
}

/// Brackets end a description, colons end a field: both are replaced.
std::string zsh_text(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '[') out += '(';
        else if (c == ']') out += ')';
        else if (c == ':') out += ';';
        else out += c;
    }
    return in_quotes(out);
}

std::string zsh_option(const CompletableWord& option) {
    const std::string tail = "[" + zsh_text(option.help) + "]" +
                             (option.takes_value ? zsh_value(option) : "") + "'";
    if (option.names.size() == 1) return (option.repeats ? "'*" : "'") + option.names[0] + tail;
    const std::string before =
        option.repeats ? "'*'" : "'(" + joined(option.names, " ") + ")'";
    return before + "{" + joined(option.names, ",") + "}'" + tail;
}

std::string zsh_script(const std::vector<CompletableCommand>& commands) {
    std::string names, cases;
    for (const CompletableCommand& command : commands) {
        names += "        '" + command.name + ":" + zsh_text(command.help) + "'\n";
        cases += "        " + command.name + ")\n            _arguments";
        for (const CompletableWord& option : command.options) {
            cases += " \\\n                " + zsh_option(option);
        }
        for (std::size_t i = 0; i < command.positionals.size(); ++i) {
            const CompletableWord& word = command.positionals[i];
            cases += " \\\n                '" + (word.repeats ? "*" : std::to_string(i + 1)) +
                     zsh_value(word) + "'";
        }
        cases += " ;;\n";
    }
    return "#compdef glasshive\n"
           "# zsh completion of glasshive, printed by: glasshive completion zsh\n"
           "_glasshive() {\n"
           "    local -a subcommands\n"
           "    subcommands=(\n" +
           names +
           "    )\n"
           "    if (( CURRENT == 2 )); then\n"
           "        _describe command subcommands\n"
           "        return\n"
           "    fi\n"
           "    local sub=$words[2]\n"
           "    shift words\n"
           "    (( CURRENT-- ))\n"
           "    case $sub in\n" +
           cases +
           "    esac\n"
           "}\n"
           "if [[ $funcstack[1] == _glasshive ]]; then _glasshive \"$@\"; else\n"
           "    compdef _glasshive glasshive\n"
           "fi\n";
}

// ---- fish ---------------------------------------------------------------------------------------

std::string fish_option(const CompletableCommand& command, const CompletableWord& option) {
    std::string line =
        "complete -c glasshive -n '__fish_seen_subcommand_from " + command.name + "'";
    for (const std::string& name : option.names) {
        const bool is_long = name.compare(0, 2, "--") == 0;
        line += is_long ? " -l " + name.substr(2) : " -s " + name.substr(1);
    }
    if (option.takes_value) line += option.is_file ? " -r -F" : " -x";
    if (!option.choices.empty()) line += " -a '" + joined(option.choices, " ") + "'";
    return line + " -d '" + in_quotes(option.help) + "'\n";
}

std::string fish_script(const std::vector<CompletableCommand>& commands) {
    std::string out =
        "# fish completion of glasshive, printed by: glasshive completion fish\n"
        "complete -c glasshive -f\n"
        "set -l glasshive_words " + joined(command_names(commands), " ") + "\n";
    for (const CompletableCommand& command : commands) {
        out += "complete -c glasshive -n \"not __fish_seen_subcommand_from $glasshive_words\" -a " +
               command.name + " -d '" + in_quotes(command.help) + "'\n";
    }
    for (const CompletableCommand& command : commands) {
        const std::string here =
            "complete -c glasshive -n '__fish_seen_subcommand_from " + command.name + "'";
        for (const CompletableWord& option : command.options) out += fish_option(command, option);
        if (command.positionals.empty()) continue;
        const CompletableWord& first = command.positionals.front();
        if (first.is_file) out += here + " -F\n";
        if (!first.choices.empty()) out += here + " -a '" + joined(first.choices, " ") + "'\n";
    }
    return out;
}

}   // namespace

std::string completion_script(const std::string& shell,
                              const std::vector<CompletableCommand>& commands) {
    if (shell == "bash") return bash_script(commands);
    return shell == "zsh" ? zsh_script(commands) : fish_script(commands);
}

}   // namespace glasshive::cli
