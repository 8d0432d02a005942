// docs/reference/docker.md: the table of commands, printed.
#include <algorithm>

#include "words/help.h"
#include "words/parse.h"

namespace glasshive::words {

namespace {

/// Bars would end a cell.
std::string cell(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (c == '|') result += '\\';
        result += c == '\n' ? ' ' : c;
    }
    return result;
}

std::string flag_row(const FlagInfo& flag, bool simulated) {
    std::string name = "`--" + std::string(flag.name) + "`";
    if (flag.shorthand != 0) name = std::string("`-") + flag.shorthand + "`, " + name;
    std::string value(value_name(flag.kind));
    if (is_repeatable(flag.kind)) value += ", repeatable";
    return "| " + name + " | " + value + " | " + cell(flag.shown_default) + " | " +
           cell(flag.usage) + " | " + (simulated ? "yes" : "") + " |\n";
}

std::string section(const CommandInfo& command) {
    const auto simulated = simulated_flags(command.verb);
    std::string text = "\n### docker " + std::string(command.path) + "\n\n" +
                       cell(command.summary) + ".\n\n```text\n" +
                       usage_line(command, command.path) + "\n```\n";
    if (!command.aliases.empty()) {
        std::string aliases(command.aliases);
        for (std::size_t at = 0; (at = aliases.find(", ", at)) != std::string::npos; at += 10)
            aliases.insert(at + 2, "docker ");
        text += "\nAlso: docker " + aliases + ".\n";
    }
    if (command.flags.empty()) return text;
    text += "\n| flag | value | default | meaning | used |\n|---|---|---|---|---|\n";
    for (const FlagInfo& flag : command.flags) {
        if (!flag.hidden) text += flag_row(flag, simulated.count(flag.name) != 0);
    }
    return text;
}

}   // namespace

std::string reference_page() {
    std::string page =
        "# docker's command line\n\nGenerated from the program by `./dev docs`; do not edit.\n\n"
        "The parser understands these commands of docker 28.2.2, with its own error texts.\n"
        "A scenario's `commands` (`run:`, scenario.md) and a session's `inject` take these lines.\n"
        "They end when the swarm has taken them, as with `--detach`. Carried out are: `service`\n"
        "create, update, scale, rollback, rm, ls, ps and inspect --pretty; `node` ls, ps,\n"
        "update, promote, demote, rm and inspect --pretty; `stack` deploy, rm, ls, ps and\n"
        "services; `swarm` init --force-new-cluster, join, leave, join-token, unlock-key and\n"
        "update; `network` create, ls and rm; `secret` and `config` create, rm and ls; and,\n"
        "typed at a host (`on:`), `ps`, `stop`, `kill` and `rm -f` of its containers, whose\n"
        "names may be cut short: `kill web.1`. Others are understood and answer that they have\n"
        "no meaning in the simulation yet. A flag not marked as used is checked as docker checks\n"
        "it and changes nothing here.\n";
    std::string group = "-";
    for (const CommandInfo* command : all_commands()) {
        const std::size_t space = command->path.find(' ');
        const std::string_view mine =
            space == std::string_view::npos ? "" : command->path.substr(0, space);
        if (mine != group) {
            group = mine;
            page += "\n## docker" + (group.empty() ? "" : " " + group) + "\n";
        }
        page += section(*command);
    }
    return page;
}

}   // namespace glasshive::words
