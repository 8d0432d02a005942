#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "yaml/node.h"

namespace glasshive::yaml {

/// What only lists and maps have.
struct Children {
    std::vector<Node> items;
    std::vector<Entry> entries;
    std::vector<std::uint32_t> by_key;   ///< Indexes of entries by key; only for large maps.
};

/// What a Node refers to. Written by Builder alone; immutable once its Document exists.
struct NodeData {
    const DocumentStorage* storage = nullptr;
    std::string text;
    const std::string* tag = nullptr;      ///< Null when no tag is written.
    std::unique_ptr<Children> children;    ///< Null for null and scalars.
    std::uint64_t weight = 0;              ///< Values below and including this one; 0 while open.
    std::uint32_t height = 0;              ///< Levels below and including this one.
    Kind kind = Kind::null;
    bool plain = false;
};

/// Everything a Document owns, in containers that never move what Nodes point at.
struct DocumentStorage {
    std::string file;
    std::string text;
    std::deque<NodeData> nodes;
    std::set<std::string> tags;   ///< Each written tag once.
    std::vector<std::shared_ptr<const DocumentStorage>> kept;   ///< What else Nodes point into.
};

/// Makes by_key of a map that is worth it.
void index_keys(Children& children);

/// Removes a byte order mark and checks that `text` is UTF-8 without control characters, and that
/// neither it nor a line nor its nesting is too long for yaml-cpp. True when it is; else one
/// Diagnostic is added.
bool check_text(std::string& text, const std::string& file, Diagnostics& problems);

/// The line in which a quoted text begins that the whole text never closes, or 0. An approximation:
/// block texts are not told apart.
int open_quote_line(std::string_view text);

/// What yaml-cpp's `message` means to somebody who has never read YAML's grammar.
Diagnostic syntax_problem(const std::string& file, int line, const std::string& message);

}   // namespace glasshive::yaml
