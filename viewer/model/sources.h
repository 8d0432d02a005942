#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "viewer/model/glass.h"

namespace glasshive::viewer {

/// A file that a run was made from, as the recording holds it.
struct SourceFile {
    std::string path;
    std::vector<std::string> lines;
};
/// A line of one of them: places in the lists, from 0.
struct SourceLine {
    std::size_t file = 0, line = 0;
    friend bool operator==(const SourceLine& a, const SourceLine& b) {
        return a.file == b.file && a.line == b.line;
    }
};

/// The scenario first, then the others by path. Cut at a hundred thousand lines each.
std::vector<SourceFile> sources_of(const Glass& glass);

/// The n-th item, from 1, of the list that a line "section:" begins at the left margin.
std::optional<SourceLine> line_of_item(const std::vector<SourceFile>& files,
                                       std::string_view section, std::size_t number);
/// The first line that has `text` in it and is no comment.
std::optional<SourceLine> line_with(const std::vector<SourceFile>& files, std::string_view text);
/// Where a thing gets its name: "name: web", or "web:" alone on its line.
std::optional<SourceLine> line_of_name(const std::vector<SourceFile>& files, std::string_view name);
/// The line that an event goes back to: that of its own fault, command, expectation or script, else
/// of the first one among its causes, else of the service it is about.
std::optional<SourceLine> line_of_event(const std::vector<SourceFile>& files, Glass& glass,
                                        EventId event);

}   // namespace glasshive::viewer
