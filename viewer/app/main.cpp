// The program glasshive-viewer: a picture of a recording at one instant.
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <optional>

#include <CLI/CLI.hpp>

#include "viewer/app/headless.h"
#include "viewer/app/layout.h"
#include "yaml/units.h"

using namespace glasshive;
using namespace glasshive::viewer;

namespace {

struct Options {
    std::string file, select, screenshot, size = "1280x720", theme = "dark", panel;
    std::string at;
    int width = 0, height = 0;
};

int refuse(const std::string& message) {
    std::cerr << "glasshive-viewer: " << message << "\n";
    return 2;
}

int refuse(const Diagnostic& problem) { return refuse(to_text(problem)); }

/// "75s", "1m30s", or seconds alone, as glasshive's own --at; nothing: the end.
std::optional<Time> playhead_of(const Options& options, Time end) {
    if (options.at.empty()) return end;
    auto given = yaml::parse_duration(options.at);
    if (!given) given = yaml::parse_duration(options.at + "s");
    if (!given) return std::nullopt;
    return std::min(end, Time{} + *given.value);
}

int show(const Options& options) {
    auto opened = Glass::open(options.file);
    if (!opened.ok()) return refuse(opened.problems().front());
    Glass& glass = opened.value();
    Selection selection;
    const auto playhead = playhead_of(options, glass.end());
    if (!playhead) return refuse("--at \"" + options.at + "\" is no instant, such as 75s or 1m30s");
    selection.playhead = *playhead;
    selection.subject = glass.recording().names().find(options.select);
    if (!options.select.empty() && selection.subject.value >= glass.recording().names().size())
        return refuse("--select: the recording never mentions \"" + options.select + "\"");
    const auto state = glass.state_at(selection.playhead);
    if (!state.ok()) return refuse(state.problems().front());
    const Cluster cluster = cluster_of(*state.value(), glass);
    constexpr std::uint64_t slice = 50'000;
    Story story(glass);
    while (!story.done()) {
        if (const auto problem = story.advance(slice)) return refuse(*problem);
    }
    EventList events(glass);
    while (!events.done()) {
        if (const auto problem = events.advance(slice)) return refuse(*problem);
    }
    Theme theme = theme_named(options.theme == "dark");
    Context context{glass, cluster, story, events, selection, theme};
    const float scale = options.width >= 2400 ? 2.0F : 1.0F;   // As a HiDPI screen would.
    const std::string error = draw_to_png(
        options.screenshot, options.width, options.height, [&] { load_fonts(theme, scale); },
        [&] { draw_window(context, options.panel); });
    return error.empty() ? 0 : refuse(error);
}

}   // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app{"Shows a recording. Without a window so far: --screenshot makes a picture."};
    app.add_option("file", options.file, "Recording (*.hive)")->required();
    app.add_option("--at", options.at, "Virtual time, such as 75s; without it the end")
        ->type_name("TIME");
    app.add_option("--select", options.select, "Name of a host, task, service…");
    app.add_option("--screenshot", options.screenshot, "PNG to write")->required();
    app.add_option("--size", options.size, "WIDTHxHEIGHT in pixels, each 64 to 8192");
    app.add_option("--theme", options.theme, "light or dark")
        ->check(CLI::IsMember({"light", "dark"}));
    std::vector<std::string> names;
    for (const Panel& panel : panels()) names.emplace_back(panel.name);
    app.add_option("--panel", options.panel, "One panel alone")->check(CLI::IsMember(names));
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    char rest = 0;
    if (std::sscanf(options.size.c_str(), "%5dx%5d%c", &options.width, &options.height, &rest) !=
            2 ||
        options.width < 64 || options.width > 8192 || options.height < 64 || options.height > 8192)
        return refuse("--size \"" + options.size + "\" is not WIDTHxHEIGHT, each 64 to 8192");
    return show(options);
}
