// The program glasshive-viewer: a recording in a window, or a picture of one instant.
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <optional>

#include <CLI/CLI.hpp>

#include "viewer/app/headless.h"
#include "viewer/app/view.h"
#include "viewer/app/window.h"
#include "yaml/units.h"

using namespace glasshive;
using namespace glasshive::viewer;

namespace {

struct Options {
    std::string file, other, select, screenshot, size = "1280x720", theme = "dark", panel;
    std::string at;
    int width = 0, height = 0;
};

int refuse(const std::string& message) {
    std::cerr << "glasshive-viewer: " << message << "\n";
    return 2;
}

int refuse(const Diagnostic& problem) { return refuse(to_text(problem)); }

/// "75s", "1m30s", or seconds alone, as glasshive's own --at.
std::optional<Time> instant_of(const std::string& text) {
    auto given = yaml::parse_duration(text);
    if (!given) given = yaml::parse_duration(text + "s");
    if (!given) return std::nullopt;
    return Time{} + *given.value;
}

int show(const Options& options) {
    ViewOptions wanted{.file = options.file,
                       .other = options.other,
                       .at = {},
                       .select = options.select,
                       .panel = options.panel,
                       .dark = options.theme == "dark"};
    if (!options.at.empty()) {
        wanted.at = instant_of(options.at);
        if (!wanted.at)
            return refuse("--at \"" + options.at + "\" is no instant, such as 75s or 1m30s");
    }
    auto opened = View::open(wanted);
    if (!opened.ok()) return refuse(opened.problems().front());
    View& view = *opened.value();
    if (options.screenshot.empty()) {
        const std::string error = run_window(view, options.width, options.height);
        return error.empty() ? 0 : refuse(error + "; --screenshot FILE needs none");
    }
    auto headless = Headless::open(options.width, options.height);
    if (!headless.ok()) return refuse(headless.problems().front());
    view.dress(options.width >= 2400 ? 2.0F : 1.0F);   // As a HiDPI screen would.
    view.settle();
    // Scrolling children know their size after a frame.
    for (int i = 0; i < 3; ++i) headless.value()->frame([&] { view.frame(); });
    if (!view.message().empty()) return refuse(view.message());
    const std::string error = headless.value()->save(options.screenshot);
    return error.empty() ? 0 : refuse(error);
}

}   // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app{"Shows a recording in a window, or as a picture without one."};
    app.add_option("file", options.file, "Recording (*.hive)")->required();
    app.add_option("other", options.other, "A second recording to compare with");
    app.add_option("--at", options.at, "Virtual time, such as 75s; without it the end")
        ->type_name("TIME");
    app.add_option("--select", options.select, "Name of a host, task, service…");
    app.add_option("--screenshot", options.screenshot, "PNG to write, without a window");
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
