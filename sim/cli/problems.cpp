#include "cli/problems.h"

#include <iostream>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace glasshive::cli {

void print_problem(std::ostream& out, const Terminal& terminal, const Diagnostic& problem) {
    const bool error = problem.severity == Severity::error;
    const std::string text = to_text(problem);
    std::size_t begin = 0;
    while (begin <= text.size()) {   // Each line is painted by itself.
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        const Tone tone = begin > 0 ? Tone::dim : error ? Tone::bad : Tone::warning;
        out << terminal.paint(tone, std::string_view(text).substr(begin, end - begin)) << '\n';
        begin = end + 1;
    }
}

void print_problems(std::ostream& out, const Terminal& terminal, const Diagnostics& problems) {
    std::size_t errors = 0;
    for (const Diagnostic& problem : problems) {
        errors += problem.severity == Severity::error ? 1 : 0;
        print_problem(out, terminal, problem);
    }
    if (errors > 0) {
        out << errors << (errors == 1 ? " problem" : " problems") << "; nothing was run.\n";
    }
    out.flush();
}

void print_problems_json(std::ostream& out, const Diagnostics& problems) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const Diagnostic& p : problems) {
        list.push_back({{"file", p.file},
                        {"line", p.line},
                        {"path", p.path},
                        {"message", p.message},
                        {"hint", p.hint},
                        {"severity", p.severity == Severity::error ? "error" : "warning"}});
    }
    out << nlohmann::ordered_json{{"problems", list}}.dump(
               -1, ' ', false, nlohmann::json::error_handler_t::replace)
        << '\n';
    out.flush();
}

int refuse(const CommonOptions& common, const Diagnostics& problems) {
    if (common.json)
        print_problems_json(std::cout, problems);
    else
        print_problems(std::cerr, Terminal(2, common.no_color), problems);
    return exit_user_error;
}

}   // namespace glasshive::cli
