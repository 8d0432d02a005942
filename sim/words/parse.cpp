#include "words/parse.h"

#include <algorithm>

#include "base/result.h"
#include "words/builders.h"
#include "words/help.h"
#include "words/split.h"

namespace glasshive::words {

namespace {

constexpr const char* version_line = "Docker version 28.2.2, build e6534b4\n";

/// What comes before anything else that docker build prints without the buildx plugin.
constexpr const char* legacy_builder =
    "DEPRECATED: The legacy builder is deprecated and will be removed in a future release.\n"
    "            Install the buildx component to build images with BuildKit:\n"
    "            https://docs.docker.com/go/buildx/\n\n";

/// Status 1: a wrong command; 125: a wrong flag; 2: not docker's business.
Printed failed(std::string text, int exit_code) { return {"", std::move(text) + "\n", exit_code}; }

/// docker/cli cli/cobra.go, FlagErrorFunc.
Printed flag_error(const std::string& problem, const std::string& usage, const std::string& path) {
    return failed(problem + "\n\nUsage:  " + usage + "\n\nRun '" + path +
                      " --help' for more information",
                  125);
}

/// A group's line in errors. docker stack has a hidden flag, so it alone has options.
std::string group_usage(const std::string& group) {
    return "docker " + group + (group == "stack" ? " [OPTIONS]" : "");
}

/// The nearest name, as a question; "" when none is near.
std::string guess(const std::string& before, const std::string& word,
                  const std::vector<std::string>& candidates) {
    const std::string near = nearest(word, candidates);
    return near.empty() ? "" : "did you mean " + before + near + "?";
}

Printed unknown_command(const std::string& group, const std::string& word) {
    std::vector<std::string> names;
    for (const ListedCommand& listed : listed_commands()) {
        if (listed.group == group) names.emplace_back(listed.name);
    }
    const std::string path = group.empty() ? "docker" : "docker " + group;
    std::string text = "docker: unknown command: " + path + " " + word + "\n\n";
    if (!group.empty()) text += "Usage:  " + group_usage(group) + "\n\n";
    Printed printed = failed(text + "Run '" + path + " --help' for more information", 1);
    printed.hint = guess(path + " ", word, names);
    return printed;
}

std::string plural(int count) {
    return std::to_string(count) + (count == 1 ? " argument" : " arguments");
}

/// "" or what docker/cli cli/required.go says of so many arguments.
std::string check_count(const Arguments& wanted, std::size_t size) {
    const auto count = static_cast<int>(size);
    switch (wanted.arity) {
        case Arity::any: return "";
        case Arity::none: return count == 0 ? "" : "accepts no arguments";
        case Arity::exactly: return count == wanted.least ? "" : "requires " + plural(wanted.least);
        case Arity::at_least:
            return count >= wanted.least ? "" : "requires at least " + plural(wanted.least);
        case Arity::at_most:
            return count <= wanted.most ? "" : "requires at most " + plural(wanted.most);
        case Arity::range:
            if (count >= wanted.least && count <= wanted.most) return "";
            return "requires at least " + std::to_string(wanted.least) + " and at most " +
                   plural(wanted.most);
    }
    return "";
}

/// Commands whose first argument ends the flags: what follows belongs to the container.
bool reads_flags_among_arguments(Verb verb) {
    return verb != Verb::container_run && verb != Verb::container_exec &&
           verb != Verb::service_create;
}

Built build(Verb verb, const Flags& flags) {
    if (verb <= Verb::service_logs) return build_service(verb, flags);
    if (verb <= Verb::swarm_ca) return build_swarm(verb, flags);
    if (verb <= Verb::volume_prune) return build_object(verb, flags);
    if (verb <= Verb::container_prune) return build_container(verb, flags);
    return build_image(verb, flags);
}

struct Called {
    const CommandInfo* command = nullptr;
    std::string path;       ///< As typed: "service list" is called "service ls" by docker.
    std::size_t used = 0;   ///< Words of the path.
};

/// docker names a command by its canonical word at its own place: "container ps" is "container ls".
std::string canonical(const CommandInfo& command, const std::string& typed) {
    const bool nested = typed.find(' ') != std::string::npos;
    return nested ? std::string(command.path) : typed;
}

std::string deprecation(bool shorthand) {
    return shorthand ? "Flag shorthand -h has been deprecated, use --help\n" : "";
}

Printed help_of(const Called& called, bool shorthand) {
    return {deprecation(shorthand) + help_text(*called.command, called.path), "", 0};
}

Parsed run_command(const Called& called, std::span<const std::string> rest) {
    const CommandInfo& info = *called.command;
    const std::string path = "docker " + called.path;
    const std::string usage = usage_line(info, called.path);
    const ParsedFlags parsed =
        parse_flags(info.flags, rest, reads_flags_among_arguments(info.verb));
    if (parsed.help) return help_of(called, parsed.help_shorthand);
    if (!parsed.problem.empty()) {
        Printed printed = flag_error(parsed.problem, usage, path);
        const std::string unknown = "unknown flag: --";
        if (parsed.problem.rfind(unknown, 0) == 0) {
            std::vector<std::string> flags;
            for (const FlagInfo& flag : info.flags) flags.emplace_back(flag.name);
            printed.hint = guess("--", parsed.problem.substr(unknown.size()), flags);
        }
        return printed;
    }
    const std::string wrong = check_count(info.arguments, parsed.flags.arguments.size());
    if (!wrong.empty()) {
        // cli/required.go has a hint of its own for each, one with a slip of the pen.
        const Arity arity = info.arguments.arity;
        const char* word = arity == Arity::at_least  ? "See '"
                           : arity == Arity::at_most ? "SRun '"
                                                     : "Run '";
        return failed("docker: '" + path + "' " + wrong + "\n\nUsage:  " + usage + "\n\n" + word +
                          path + " --help' for more information",
                      1);
    }
    Built built = build(info.verb, parsed.flags);
    if (const Refused* refused = std::get_if<Refused>(&built)) {
        if (refused->style == Refused::Style::plain) return failed(refused->text, 1);
        if (refused->style == Refused::Style::run) {
            return failed("docker: " + refused->text + "\n\nRun '" + path +
                              " --help' for more information",
                          125);
        }
        return failed(refused->text + "\nSee '" + path + " --help'.\n\nUsage:  " + usage + "\n\n" +
                          std::string(info.summary),
                      1);
    }
    Command command = std::move(std::get<Command>(built));
    for (std::string& name : parsed.flags.unasked()) command.unsimulated.push_back(std::move(name));
    return command;
}

Printed not_simulated(const std::string& path) {
    return failed("docker " + path +
                      " is docker's, but nothing is simulated that it could act on; "
                      "glasshive docs docker lists what is",
                  2);
}

/// --help before a command is --help of the command.
Parsed help_among(const std::string& group, std::span<const std::string> rest, bool shorthand) {
    const std::string path = rest.empty() ? group : group + " " + rest[0];
    const CommandInfo* command = rest.empty() ? nullptr : find_command(path);
    if (command) return help_of({command, canonical(*command, path), 0}, shorthand);
    return Printed{deprecation(shorthand) + group_help(group), "", 0};
}

/// Walks from group to group down to a command.
Parsed find_and_run(std::span<const std::string> words) {
    std::string group;
    for (std::size_t at = 0; at < words.size(); ++at) {
        const std::string& word = words[at];
        if (word == "--help" || word == "-h") {
            return help_among(group, words.subspan(at + 1), word == "-h");
        }
        if (word.size() > 1 && word[0] == '-') {
            const ParsedFlags parsed = parse_flags({}, words.subspan(at, 1), true);
            return flag_error(parsed.problem, group_usage(group), "docker " + group);
        }
        const std::string path = group.empty() ? word : group + " " + word;
        if (const CommandInfo* command = find_command(path)) {
            Parsed parsed =
                run_command({command, canonical(*command, path), at + 1}, words.subspan(at + 1));
            Printed* printed = std::get_if<Printed>(&parsed);
            if (printed && command->verb == Verb::image_build)
                printed->err.insert(0, legacy_builder);
            return parsed;
        }
        if (!is_group(path) || word.empty()) {
            for (const ListedCommand& listed : listed_commands()) {
                if (listed.group == group && listed.name == word) return not_simulated(path);
            }
            return unknown_command(group, word);
        }
        group = path;
    }
    return Printed{"", group_help(group), 0};   // Nothing was asked for: standard error.
}

Parsed help_command(std::span<const std::string> words) {
    if (words.empty()) return Printed{group_help(""), "", 0};
    std::string path;
    for (const std::string& word : words) path += (path.empty() ? "" : " ") + word;
    if (is_group(path)) return Printed{group_help(path), "", 0};
    if (const CommandInfo* command = find_command(path))
        return help_of({command, canonical(*command, path), words.size()}, false);
    return failed("unknown help topic: " + path, 1);
}

}   // namespace

Parsed parse_words(const Texts& words) {
    if (words.empty() || words[0] != "docker") {
        const std::string what = words.empty() ? "an empty line" : "\"" + words[0] + "\"";
        return failed("only docker's commands are known here, not " + what, 2);
    }
    const std::span<const std::string> all = std::span(words).subspan(1);
    const ParsedFlags global = parse_flags(global_flags(), all, false);
    const std::string usage = "docker [OPTIONS] COMMAND [ARG...]";
    if (global.help) {
        return Printed{deprecation(global.help_shorthand) + group_help(""), "", 0};
    }
    if (!global.problem.empty()) return flag_error(global.problem, usage, "docker");
    if (global.flags.toggle("version")) return Printed{version_line, "", 0};
    const Texts& rest = global.flags.arguments;
    Parsed parsed = !rest.empty() && rest[0] == "help" ? help_command(std::span(rest).subspan(1))
                                                       : find_and_run(rest);
    if (Command* command = std::get_if<Command>(&parsed)) {
        command->host = global.flags.text("host");
        command->context = global.flags.text("context");
        for (std::string& name : global.flags.unasked())
            command->unsimulated.push_back(std::move(name));
    }
    return parsed;
}

Parsed parse_line(std::string_view line) {
    Line split = split_line(line);
    if (!split.problem.empty()) return failed(split.problem, 2);
    return parse_words(split.words);
}

std::set<std::string, std::less<>> simulated_flags(Verb verb) {
    Flags none;
    // As many arguments as any command wants, so that every builder reaches its end.
    none.arguments = {"worker", "b"};
    build(verb, none);
    return none.asked();
}

}   // namespace glasshive::words
