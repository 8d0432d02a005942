#include "words/help.h"

#include <algorithm>

namespace glasshive::words {

namespace {

std::string indented(std::string_view text, std::size_t indent) {
    std::string result;
    for (const char c : text) {
        result += c;
        if (c == '\n') result.append(indent, ' ');
    }
    return result;
}

/// Takes the first line of at most `width` columns off `text`; a few columns more when the rest
/// then fits. Source: spf13/pflag flag.go, wrapN.
std::string take_line(std::string& text, std::size_t width, std::size_t slop) {
    const auto all = [&] {
        std::string line = std::move(text);
        text.clear();
        return line;
    };
    if (width + slop > text.size()) return all();
    const std::string_view head = std::string_view(text).substr(0, width);
    std::size_t end = head.find_last_of(" \t\n");
    if (end == std::string_view::npos || end == 0) return all();
    const std::size_t newline = head.rfind('\n');
    if (newline != std::string_view::npos && newline > 0 && newline < end) end = newline;
    std::string line = text.substr(0, end);
    text.erase(0, end + 1);
    return line;
}

/// Source: spf13/pflag flag.go, wrap.
std::string wrapped(std::size_t indent, std::size_t width, std::string text) {
    constexpr std::size_t sensible = 24;
    constexpr std::size_t slop = 5;
    std::string result;
    if (width < indent + sensible) {
        indent = 16;
        result = "\n" + std::string(indent, ' ');
    }
    const std::size_t room = width - indent - slop;
    result += indented(take_line(text, room, slop), indent);
    while (!text.empty()) {
        result += "\n" + std::string(indent, ' ');
        result += indented(take_line(text, room, slop), indent);
    }
    return result;
}

std::string flag_head(const FlagInfo& flag) {
    std::string line = "      --" + std::string(flag.name);
    if (flag.shorthand != 0) line = std::string("  -") + flag.shorthand + ", " + line.substr(6);
    const std::string_view value = value_name(flag.kind);
    return value.empty() ? line : line + " " + std::string(value);
}

std::string aliases_text(std::string_view aliases) {
    std::string result;
    while (!aliases.empty()) {
        const std::size_t comma = aliases.find(", ");
        result +=
            (result.empty() ? "docker " : ", docker ") + std::string(aliases.substr(0, comma));
        if (comma == std::string_view::npos) break;
        aliases.remove_prefix(comma + 2);
    }
    return result;
}

std::string summary_of(std::string_view group) {
    const std::size_t space = group.rfind(' ');
    const std::string_view above = space == std::string_view::npos ? "" : group.substr(0, space);
    const std::string_view name = space == std::string_view::npos ? group : group.substr(space + 1);
    for (const ListedCommand& listed : listed_commands()) {
        if (listed.group == above && listed.name == name) return std::string(listed.summary);
    }
    return "A self-sufficient runtime for containers";
}

/// "Commands:\n  ls          List…\n\n", section by section in docker's order.
std::string command_lists(std::string_view group) {
    std::string result, section;
    for (const ListedCommand& listed : listed_commands()) {
        if (listed.group != group) continue;
        if (listed.section != section) {
            section = listed.section;
            result += (result.empty() ? "" : "\n") + section + ":\n";
        }
        constexpr std::size_t column = 12;
        std::string name(listed.name);
        name.resize(std::max(column, name.size() + 1), ' ');
        result += "  " + name + std::string(listed.summary) + "\n";
    }
    return result + "\n";
}

}   // namespace

std::string flag_usages(std::span<const FlagInfo> flags, std::size_t width) {
    std::size_t widest = 0;
    for (const FlagInfo& flag : flags) {
        if (!flag.hidden) widest = std::max(widest, flag_head(flag).size());
    }
    std::string result;
    for (const FlagInfo& flag : flags) {
        if (flag.hidden) continue;
        std::string head = flag_head(flag);
        head.resize(widest + 3, ' ');
        std::string text(flag.usage);
        if (!flag.shown_default.empty())
            text += " (default " + std::string(flag.shown_default) + ")";
        result += head + wrapped(widest + 3, width, std::move(text)) + "\n";
    }
    return result;
}

std::string usage_line(const CommandInfo& command, std::string_view path) {
    std::string line = "docker " + std::string(path);
    if (!command.usage.empty()) line += " " + std::string(command.usage);
    return line;
}

std::string help_text(const CommandInfo& command, std::string_view path) {
    std::string text =
        "Usage:  " + usage_line(command, path) + "\n\n" + std::string(command.summary) + "\n";
    if (!command.aliases.empty()) text += "\nAliases:\n  " + aliases_text(command.aliases) + "\n";
    constexpr std::size_t width = 79;   // docker's 80 without a terminal, less one.
    if (!command.flags.empty()) text += "\nOptions:\n" + flag_usages(command.flags, width);
    return text;
}

std::string group_help(std::string_view group) {
    if (!group.empty()) {
        const std::string name(group);
        return "Usage:  docker " + name + " COMMAND\n\n" + summary_of(group) + "\n\n" +
               command_lists(group) + "Run 'docker " + name +
               " COMMAND --help' for more information on a command.\n";
    }
    return "Usage:  docker [OPTIONS] COMMAND\n\n" + summary_of("") + "\n\n" + command_lists("") +
           "Global Options:\n" + flag_usages(global_flags(), 79) +
           "\nRun 'docker COMMAND --help' for more information on a command.\n\n"
           "For more help on how to use Docker, head to https://docs.docker.com/go/guides/\n";
}

std::vector<std::string> completions(const std::vector<std::string>& words) {
    if (words.empty()) return {"docker"};
    const std::string& last = words.back();
    const auto begins = [&](std::string_view name) { return name.substr(0, last.size()) == last; };
    std::vector<std::string> result;
    if (words.size() == 1) {
        if (begins("docker") || std::string_view("docker").substr(0, last.size()) == last)
            result.emplace_back("docker");
        return result;
    }
    std::string path;
    const CommandInfo* command = nullptr;
    for (std::size_t i = 1; i + 1 < words.size() && !command; ++i) {
        path += (path.empty() ? "" : " ") + words[i];
        command = find_command(path);
    }
    if (command) {
        for (const FlagInfo& flag : command->flags) {
            const std::string name = "--" + std::string(flag.name);
            if (!flag.hidden && !last.empty() && begins(name)) result.push_back(name);
        }
        return result;
    }
    for (const ListedCommand& listed : listed_commands()) {
        if (listed.group != path || !begins(listed.name)) continue;
        const std::string full = (path.empty() ? "" : path + " ") + std::string(listed.name);
        if (find_command(full) || is_group(full)) result.emplace_back(listed.name);
    }
    return result;
}

}   // namespace glasshive::words
