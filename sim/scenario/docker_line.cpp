#include "scenario/docker_line.h"

#include "scenario/compose/compose.h"
#include "words/parse.h"

namespace glasshive::scenario {

namespace {

using Do = CommandSpec::Do;

Diagnostic wrong(const platform::Where& where, std::string message, std::string hint) {
    return {.file = where.file, .line = where.line, .path = where.path,
            .message = std::move(message), .hint = std::move(hint)};
}

/// The first line of what docker prints says what is wrong, the rest how to do it right.
Diagnostic as_problem(const platform::Where& where, const words::Printed& printed) {
    const std::string& text = printed.err.empty() ? printed.out : printed.err;
    const std::size_t end = text.find('\n');
    std::string message = text.substr(0, end);
    if (printed.exit_code == 0) {
        return wrong(where, "this prints help and does nothing", "type it in a shell");
    }
    std::string hint = printed.hint;
    const std::size_t usage = text.find("Usage:");
    if (hint.empty() && usage != std::string::npos) {
        hint = text.substr(usage, text.find('\n', usage) - usage);
    }
    return wrong(where, std::move(message), std::move(hint));
}

/// What the short forms can say as well is known by their names: checks and oracles read those.
void name_it(CommandSpec& out, const words::Command& command) {
    if (const auto* scale = std::get_if<words::ServiceScale>(&command.what)) {
        if (scale->replicas.size() != 1) return;
        out.what = Do::scale;
        out.service = scale->replicas.front().first;
        out.replicas = scale->replicas.front().second;
    } else if (const auto* node = std::get_if<words::NodeUpdate>(&command.what)) {
        const bool only = node->nodes.size() == 1 && node->availability && !node->role &&
                          node->label_add.empty() && node->label_remove.empty();
        if (!only) return;
        out.host = node->nodes.front();
        out.what = *node->availability == "drain"   ? Do::drain
                   : *node->availability == "pause" ? Do::pause
                                                    : Do::activate;
    }
}

/// Reads the Compose file of a stack deploy, or the content of a secret.
std::optional<Diagnostics> read_files(CommandSpec& out, const NamedFile& read,
                                      Diagnostics& warnings) {
    const auto missing = [&](const std::string& file) {
        return Diagnostics{wrong(out.where, "open " + file + ": no such file or directory",
                                 "paths are relative to the scenario")};
    };
    if (const auto* deploy = std::get_if<words::StackDeploy>(&out.command->what)) {
        if (deploy->files.size() != 1) {
            return Diagnostics{wrong(out.where, "exactly one Compose file can be deployed here",
                                     "docker stack deploy -c FILE STACK")};
        }
        const std::string& file = deploy->files.front();
        const auto text = read(file);
        if (!text) return missing(file);
        const std::size_t slash = file.find_last_of('/');
        const std::string folder = slash == std::string::npos ? "" : file.substr(0, slash + 1);
        auto loaded = compose::load(
            *text, {.stack_name = deploy->stack, .file_name = file,
                    .read_file = [&](const std::string& name) {
                        return read(name.starts_with('/') ? name : folder + name);
                    }});
        if (!loaded.ok()) return loaded.problems();
        const Diagnostics& more = loaded.value().warnings;
        warnings.insert(warnings.end(), more.begin(), more.end());
        out.stack = std::make_shared<const swarm::StackSpec>(std::move(loaded.value().stack));
    } else if (const auto* create = std::get_if<words::FileObjectCreate>(&out.command->what)) {
        const auto text = create->file == "-" ? std::nullopt : read(create->file);
        if (!text) return missing(create->file);
        out.content = *text;
    }
    return std::nullopt;
}

}   // namespace

Result<CommandSpec> read_docker_line(const std::string& line, const platform::Where& where,
                                     const NamedFile& read, Diagnostics& warnings) {
    CommandSpec out;
    out.where = where;
    out.what = Do::words;
    out.line = line;
    words::Parsed parsed = words::parse_line(line);
    if (const auto* printed = std::get_if<words::Printed>(&parsed)) {
        return as_problem(where, *printed);
    }
    out.command =
        std::make_shared<const words::Command>(std::move(std::get<words::Command>(parsed)));
    name_it(out, *out.command);
    if (auto problems = read_files(out, read, warnings)) return *problems;
    return out;
}

std::string docker_words(const CommandSpec& command) {
    switch (command.what) {
        case Do::scale:
            return "docker service scale " + command.service + "=" +
                   std::to_string(command.replicas);
        case Do::update:
            return "docker service update --image " + command.image + " " + command.service;
        case Do::drain: return "docker node update --availability drain " + command.host;
        case Do::pause: return "docker node update --availability pause " + command.host;
        case Do::activate: return "docker node update --availability active " + command.host;
        case Do::words: break;
    }
    return command.line;
}

}   // namespace glasshive::scenario
