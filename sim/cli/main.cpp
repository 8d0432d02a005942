// The command line: words to options, options to one function of commands.h.
#include <CLI/CLI.hpp>
#include <iostream>

#include "cli/app.h"
#include "cli/commands.h"

int main(int argc, char** argv) {
    glasshive::cli::App app;
    return app.run(argc, argv);
}
