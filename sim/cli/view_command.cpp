// glasshive view: the window is another program, which this one becomes.
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>
#include <vector>

#include "cli/commands.h"
#include "cli/load.h"
#include "cli/problems.h"
#include "client/session_process.h"
#include "record/recording.h"

namespace glasshive::cli {

namespace {

using Words = std::vector<std::string>;

/// The viewer's command line.
Words words_for(const ViewOptions& options) {
    Words words{"glasshive-viewer"};
    if (!options.file.empty()) words.push_back(options.file);
    if (!options.other.empty()) words.push_back(options.other);
    if (options.live) words.emplace_back("--live");
    const std::pair<const char*, const std::string*> given[] = {
        {"--at", &options.at},         {"--select", &options.select},
        {"--panel", &options.panel},   {"--theme", &options.theme},
        {"--size", &options.size},     {"--screenshot", &options.screenshot},
        {"--frames", &options.frames}, {"--every", &options.every}};
    for (const auto& [name, value] : given) {
        if (value->empty()) continue;
        words.emplace_back(name);
        words.push_back(*value);
    }
    return words;
}

/// Becomes the program. Returns only when that cannot be.
void become(const std::string& program, const Words& words) {
    std::vector<char*> argv;
    for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    execv(program.c_str(), argv.data());
}

/// What is wrong with a file, before there is a window to say it in.
Diagnostics mistakes(const std::string& file, const Terminal& err) {
    if (is_recording(file)) {
        const auto opened = record::Recording::open(file);
        return opened.ok() ? Diagnostics{} : opened.problems();
    }
    const auto loaded = load(file);
    if (!loaded.ok()) return loaded.problems();
    print_problems(std::cerr, err, loaded.value().spec.warnings);
    return {};
}

}   // namespace

int view_command(const ViewOptions& options) {
    const Terminal err(2, options.common.no_color);
    const auto fail = [&](const Diagnostics& problems) {
        print_problems(std::cerr, err, problems);
        return exit_user_error;
    };
    const bool draws = !options.screenshot.empty() || !options.frames.empty();
    if (options.file.empty() && draws) {
        return fail({{.file = "view",
                      .message = "there is nothing to show",
                      .hint = "name a recording or a scenario: glasshive view "
                              "scenarios/02_node_crash.yaml"}});
    }
    const std::string viewer = client::program_beside("glasshive-viewer");
    if (viewer.empty()) {
        return fail({{.file = "glasshive-viewer",
                      .message = "is not beside this program, nor in PATH",
                      .hint = "the window is a program of its own; `./dev build` makes both"}});
    }
    Diagnostics wrong;
    if (!options.file.empty()) wrong = mistakes(options.file, err);
    if (wrong.empty() && !options.other.empty()) wrong = mistakes(options.other, err);
    if (!wrong.empty()) return fail(wrong);
    become(viewer, words_for(options));
    return fail(
        {{.file = viewer, .message = std::string("cannot be run: ") + std::strerror(errno)}});
}

}   // namespace glasshive::cli
