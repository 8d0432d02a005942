// glasshive lua: one script, run as every script is.
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/load.h"
#include "cli/problems.h"
#include "cli/terminal.h"
#include "script/sandbox.h"

namespace glasshive::cli {

int lua_command(const LuaOptions& options) {
    const Terminal err(2, options.common.no_color);
    const auto fail = [&](const Diagnostic& problem) { return refuse(options.common, {problem}); };
    std::ifstream in(options.file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (!in && text.empty()) {
        return fail({.file = options.file, .message = "cannot be read",
                     .hint = "name a Lua file, e.g. lua/scripts/dice.lua"});
    }
    script::Limits limits;
    limits.instructions = options.instructions;
    script::Sandbox sandbox(options.file, limits, kernel::Rng(options.seed, "script"));
    sandbox.set_parameters(parameters_from(options.parameters));
    std::vector<std::string> lines;
    // Of what is kept; a stream is the reader's business.
    constexpr std::size_t printed_most = std::size_t{16} << 20;
    std::size_t printed = 0;
    sandbox.on_print([&](std::string_view line) {
        printed += line.size() + sizeof(std::string);
        if (options.common.json && printed <= printed_most) lines.emplace_back(line);
        if (!options.common.json) std::cout << line << '\n';
    });
    const auto problem = sandbox.run(text);
    std::cout.flush();
    if (problem) return fail(*problem);
    if (options.common.json) {
        const nlohmann::ordered_json report{
            {"file", options.file},
            {"seed", options.seed},
            {"printed", lines},
            {"printed_all", printed <= printed_most},
            {"instructions", sandbox.instructions_spent()},
            {"memory_peak_bytes", sandbox.memory_peak().count}};
        std::cout << report.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
    }
    return exit_ok;
}

}   // namespace glasshive::cli
