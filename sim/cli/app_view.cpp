// The words of `glasshive view`.
#include "cli/app_parts.h"

namespace glasshive::cli {

void add_view(App::Parts& p) {
    CLI::App* view =
        p.app.add_subcommand("view", "Show a recording, or a run as it goes on, in a window");
    view->add_option("FILE", p.view.file,
                     "Recording (.hive); or a scenario or saved session (.yaml), to play with; "
                     "a list to choose from without it")
        ->type_name("INPUT");
    view->add_option("OTHER", p.view.other, "Second recording, to compare with")
        ->type_name("INPUT");
    view->add_flag("--live", p.view.live, "Go on with the run that a recording holds");
    view->add_option("--at", p.view.at, "Show this instant: 90s, 5m; the end without it")
        ->type_name("DURATION");
    view->add_option("--select", p.view.select, "Select this host, node, service or task")
        ->type_name("NAME");
    view->add_option("--panel", p.view.panel, "Show this panel alone")->type_name("PANEL");
    view->add_option("--theme", p.view.theme, "light or dark")
        ->check(CLI::IsMember({"light", "dark"}));
    view->add_option("--size", p.view.size, "WIDTHxHEIGHT in pixels")->type_name("SIZE");
    view->add_option("--screenshot", p.view.screenshot,
                     "Write a picture (.png) and end, without a display")
        ->type_name("PATH");
    CLI::Option* frames =
        view->add_option("--frames", p.view.frames,
                         "Write a picture of each instant up to --at into this folder, and end")
            ->type_name("FOLDER");
    view->add_option("--every", p.view.every, "Between two frames: 1s, 100ms; 1s without it")
        ->type_name("DURATION")
        ->needs(frames);
    view->add_flag("--no-color", p.view.common.no_color, "No colour, even on a terminal");
    view->footer(
        "The window is a program of its own, glasshive-viewer, beside this one or in PATH.\n"
        "A scenario runs in another process; the window follows its recording, and gives it\n"
        "commands and faults. With --screenshot or --frames it runs to --at, or to its end, is\n"
        "drawn and forgotten.\n"
        "Exit status: 0; 2 when a file or a word is wrong, or there is no viewer.");
    view->callback([&p] { p.chosen = [&p] { return view_command(p.view); }; });
}

}   // namespace glasshive::cli
