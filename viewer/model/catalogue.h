#pragma once

#include <string>
#include <vector>

namespace glasshive::viewer {

/// A file that could be opened, with what its first lines say of it.
struct CatalogueEntry {
    std::string path;
    std::string name;    ///< Of the file, without its folder.
    std::string title;   ///< What `title:` says; else the name.
    std::string about;   ///< The comment at its top, a paragraph a line: a question, what to watch…
    bool recording = false;
};

/// Scenarios (*.yaml, *.yml, *.lua) and recordings (*.hive) of a folder, by name, at most 500; of a
/// folder that cannot be read none. YAML without `schema:` is somebody else's and left out. Reads
/// the first 8 KiB of each.
std::vector<CatalogueEntry> catalogue_of(const std::string& folder);

}   // namespace glasshive::viewer
