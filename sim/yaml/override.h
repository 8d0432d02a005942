#pragma once

#include <string>
#include <vector>

#include "yaml/node.h"

namespace glasshive::yaml {

/// A value that somebody puts into a document from outside, before anybody reads it.
struct Override {
    /// What problems call a value: keys with "." between them, items by their number, as in
    /// "services[0].replicas". An item whose `name` is a text goes by that, too:
    /// "services.web.replicas". A key that is not there yet may stand in quotes.
    std::string path;
    std::string value;              ///< YAML, never blank.
    std::string option = "--set";   ///< Who says so, for messages: a word of the command line.

    friend bool operator==(const Override&, const Override&) = default;
};

/// What stands for the file's name in problems of the value: "--set services.web.replicas".
std::string label_of(const Override& override);

/// The document with all of them in their places. A last key, and maps on the way to it, may be
/// new: whoever reads the document says whether it may have them. What else is wrong (an item or a
/// name that is not there, a value that is no YAML, two of them at one place) goes to `problems`,
/// and those overrides are left out. Paths mean places in `document` itself, so the order of the
/// overrides does not matter. One whose root is no map is left as it is.
Document overridden(const Document& document, const std::vector<Override>& overrides,
                    Diagnostics& problems);

/// Lets problems of unknown keys that overrides brought say which path in `root`, the document
/// without them, may have been meant.
void hint_paths(const Node& root, const std::vector<Override>& overrides, Diagnostics& problems);

/// The path of a value of the document that somebody who typed `typed` may have meant: one that
/// ends in it, else one that is hardly spelled differently; "" when there is none.
std::string nearest_path(const Node& root, const std::string& typed);

}   // namespace glasshive::yaml
