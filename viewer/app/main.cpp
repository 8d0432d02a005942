// The program glasshive-viewer: a recording in a window, or a picture of one instant.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <optional>

#include <CLI/CLI.hpp>

#include "viewer/app/headless.h"
#include "viewer/app/settings.h"
#include "viewer/app/start.h"
#include "viewer/app/view.h"
#include "viewer/app/window.h"
#include "yaml/units.h"

using namespace glasshive;
using namespace glasshive::viewer;

namespace {

struct Options {
    std::string file, other, select, screenshot, size, theme, panel;
    std::string at, frames, every = "1s";
    int width = 0, height = 0;
    bool live = false;
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

bool ends_with(const std::string& text, std::string_view end) {
    return text.size() >= end.size() &&
           text.compare(text.size() - end.size(), end.size(), end) == 0;
}

/// What the window was told is kept for the next one; what the command line said is not.
int show_window(View& view, const Options& options, Settings settings) {
    view.layout() = settings.layout;
    view.layout().alone = options.panel;
    int width = options.size.empty() ? settings.width : options.width;
    int height = options.size.empty() ? settings.height : options.height;
    const std::string error = run_window(view, width, height);
    if (!error.empty()) return refuse(error + "; --screenshot FILE needs none");
    settings = {view.layout(), view.dark(), width, height};
    const std::string path = settings_path();
    if (!path.empty() && !save_settings(path, settings))
        std::cerr << "glasshive-viewer: cannot write " << path << "\n";
    return 0;
}

/// One picture of what the view shows, at its playhead. "" or what went wrong.
std::string draw_file(View& view, Headless& headless, const std::string& path) {
    view.settle();
    // Scrolling children know their size after a frame.
    for (int i = 0; i < 3; ++i) headless.frame([&] { view.frame(); });
    // What a run answered is no mistake.
    const bool fine = view.message().empty() || view.sandbox() != nullptr;
    return fine ? headless.save(path) : view.message();
}

/// Frames from the start of the recording to the playhead, one each `every`.
int draw_frames(View& view, Headless& headless, const Options& options) {
    const auto every = yaml::parse_duration(options.every);
    if (!every || every.value->count() <= 0)
        return refuse("--every \"" + options.every + "\" is no span of time, such as 1s or 100ms");
    const Time last = view.selection().playhead;
    constexpr std::int64_t frames_max = 100'000;
    const std::int64_t frames = ns_of(last) / every.value->count() + 1;
    if (frames > frames_max)
        return refuse(std::to_string(frames) + " frames are more than 100000; a longer --every");
    std::error_code ignored;   // Writing says whether it went well.
    std::filesystem::create_directories(options.frames, ignored);
    const bool shows_progress = isatty(STDERR_FILENO) != 0;
    for (std::int64_t i = 0; i < frames; ++i) {
        char name[32];
        std::snprintf(name, sizeof name, "/frame-%06lld.png", static_cast<long long>(i));
        view.seek(time_of_ns(i * every.value->count()));
        const std::string error = draw_file(view, headless, options.frames + name);
        if (!error.empty()) return refuse(error);
        if (shows_progress) std::cerr << "\rframe " << i + 1 << " of " << frames << std::flush;
    }
    if (shows_progress) std::cerr << "\n";
    return 0;
}

/// Lets somebody choose who named no file. 0 with `options.file`, which is "" when he did not.
int choose_file(Options& options) {
    if (!options.screenshot.empty() || !options.frames.empty())
        return refuse("there is nothing to draw; name a recording or a scenario");
    const Settings settings = load_settings(settings_path());
    std::error_code unknown;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", unknown);
    std::vector<std::string> folders{".", "scenarios"};
    // Beside where it was built, whatever folder it is called from.
    const auto shipped = program.parent_path().parent_path() / "scenarios";
    if (!std::filesystem::equivalent("scenarios", shipped, unknown))
        folders.push_back(shipped.string());
    const bool dark = options.theme.empty() ? settings.dark : options.theme == "dark";
    Start start(folders, dark);
    int width = options.size.empty() ? settings.width : options.width;
    int height = options.size.empty() ? settings.height : options.height;
    const std::string error = run_window(start, width, height);
    if (!error.empty())
        return refuse(error + "; name a recording or a scenario, and --screenshot FILE");
    options.file = start.file();
    return 0;
}

int draw_files(View& view, const Options& options) {
    auto headless = Headless::open(options.width, options.height);
    if (!headless.ok()) return refuse(headless.problems().front());
    view.dress(options.width >= 2400 ? 2.0F : 1.0F);   // As a HiDPI screen would.
    if (!options.screenshot.empty()) {
        const std::string error = draw_file(view, *headless.value(), options.screenshot);
        if (!error.empty()) return refuse(error);
    }
    return options.frames.empty() ? 0 : draw_frames(view, *headless.value(), options);
}

int show(const Options& options) {
    ViewOptions wanted{.file = options.file,
                       .live = options.live || !ends_with(options.file, ".hive"),
                       .other = options.other,
                       .at = {},
                       .select = options.select,
                       .panel = options.panel,
                       .dark = options.theme != "light"};
    if (!options.at.empty()) {
        wanted.at = instant_of(options.at);
        if (!wanted.at)
            return refuse("--at \"" + options.at + "\" is no instant, such as 75s or 1m30s");
    }
    Settings settings;
    const bool windowed = options.screenshot.empty() && options.frames.empty();
    if (!windowed && !wanted.at) wanted.at = time_never;   // A run has to get there first.
    if (windowed) {
        settings = load_settings(settings_path());
        if (options.theme.empty()) wanted.dark = settings.dark;
    }
    auto opened = View::open(wanted);
    if (!opened.ok()) return refuse(opened.problems().front());
    View& view = *opened.value();
    if (windowed) return show_window(view, options, std::move(settings));
    return draw_files(view, options);
}

}   // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app{"Shows a recording, or a scenario as it runs: in a window, or as pictures."};
    app.add_option(
        "file", options.file,
        "Recording (*.hive), or scenario to play with; without it a list to choose from");
    app.add_flag("--live", options.live, "Go on with the run that a recording holds");
    app.add_option("other", options.other, "A second recording to compare with");
    app.add_option("--at", options.at, "Virtual time, such as 75s; without it the end")
        ->type_name("TIME");
    app.add_option("--select", options.select, "Name of a host, task, service…");
    app.add_option("--screenshot", options.screenshot, "PNG to write, without a window");
    CLI::Option* frames =
        app.add_option("--frames", options.frames,
                       "Folder for a PNG of each instant from the start to --at, without a window");
    app.add_option("--every", options.every, "Virtual time between two frames (1s)")
        ->type_name("SPAN")
        ->needs(frames);
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
    const std::string size = options.size.empty() ? "1280x720" : options.size;
    char rest = 0;
    if (std::sscanf(size.c_str(), "%5dx%5d%c", &options.width, &options.height, &rest) != 2 ||
        options.width < 64 || options.width > 8192 || options.height < 64 || options.height > 8192)
        return refuse("--size \"" + options.size + "\" is not WIDTHxHEIGHT, each 64 to 8192");
    if (options.file.empty()) {
        const int status = choose_file(options);
        if (status != 0 || options.file.empty()) return status;
    }
    return show(options);
}
