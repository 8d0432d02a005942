// What must hold of a text before yaml-cpp may see it, and what its complaints mean.
#include <algorithm>
#include <array>
#include <string_view>

#include "yaml/storage.h"

namespace glasshive::yaml {

namespace {

/// Length of the UTF-8 sequence at `at`, or 0 when it is malformed, overlong or a surrogate (RFC
/// 3629).
std::size_t utf8_length(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(at);
    if (first < 0x80) return 1;
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || at + length > text.size()) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(at + i) & 0xC0) != 0x80) return 0;
    }
    const unsigned char second = byte(at + 1);
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F)) return 0;
    if ((first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F)) return 0;
    return length;
}

int line_at(std::string_view text, std::size_t at) {
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(at);
    return 1 + static_cast<int>(std::count(text.begin(), end, '\n'));
}

struct Meaning {
    std::string_view upstream;   // The beginning of yaml-cpp's text (yaml-cpp/exceptions.h).
    std::string_view message;
    std::string_view hint;
};

constexpr std::array<Meaning, 26> meanings{{
    {"end of map not found", "this line does not fit the map above it",
     "keys of one map start in the same column and end in a colon and a space; or a quote in the "
     "lines above is not closed"},
    {"end of map flow not found", "a map in braces is not closed",
     "look for a missing } or comma, here or in the lines above"},
    {"end of sequence not found", "this line does not fit the list above it",
     "items of one list start with \"- \" in the same column"},
    {"end of sequence flow not found", "a list in brackets is not closed",
     "look for a missing ] or comma, here or in the lines above"},
    {"illegal map value", "a colon is not allowed here",
     "put quotes around a text that contains \": \""},
    {"illegal map key", "a key is not allowed here", "check the indentation of this line"},
    {"illegal block entry", "a list item is not allowed here",
     "start the list on its own line, with its dashes in one column"},
    {"illegal flow end", "a closing bracket has no opening one", ""},
    {"illegal tab when looking for indentation", "a tab is used for indentation",
     "YAML allows spaces only"},
    {"illegal EOF in scalar", "a quoted text begins here and is never closed",
     "look for the missing quote"},
    {"illegal document indicator in scalar", "a quoted text is not closed before a document mark",
     "look for the missing quote"},
    {"illegal character in scalar", "a character is not allowed in this text",
     "put quotes around the text"},
    {"the referenced anchor is not defined", "this alias names no anchor",
     "an anchor (&name) is written above the alias (*name) that uses it"},
    {"alias not found after *", "a * must be followed by the name of an anchor",
     "put quotes around a text that begins with *"},
    {"anchor not found after &", "a & must be followed by a name",
     "put quotes around a text that begins with &"},
    {"illegal character found while scanning alias", "an alias contains an illegal character",
     "put quotes around a text that begins with *"},
    {"illegal character found while scanning anchor", "an anchor contains an illegal character",
     "put quotes around a text that begins with &"},
    {"cannot assign multiple", "a value has two tags, two anchors or two aliases", ""},
    {"aliases can't have any content", "an alias cannot have a tag or an anchor of its own", ""},
    {"unknown escape character", "an unknown escape in a double-quoted text",
     "write \\\\ for a backslash, or use single quotes"},
    {"bad character found while scanning hex number", "a \\x or \\u escape lacks its hex digits",
     ""},
    {"invalid unicode", "an escape names no valid character", ""},
    {"unknown token", "a character that cannot begin a value",
     "put quotes around a text that begins with @, ` or %"},
    {"unexpected character in block scalar", "only an indentation figure, + or - may follow | or >",
     "begin the text on the next line"},
    {"cannot set zero indentation for a block scalar", "a block text cannot be indented by 0", ""},
    {"bad file", "lists and maps are nested too deeply", ""},
}};

}   // namespace

namespace {

/// The first line longer than yaml-cpp may see, or 0. It keeps the tokens of a whole line (any of
/// them may turn out to be a key), some 170 bytes for each character of a hostile one.
int overlong_line(std::string_view text) {
    std::size_t start = 0;
    for (int line = 1; start < text.size(); ++line) {
        const std::size_t end = std::min(text.find('\n', start), text.size());
        if (end - start > line_bytes_max) return line;
        start = end + 1;
    }
    return 0;
}

/// The line in which more brackets are open than any honest text leaves open, quoted ones counted
/// too; or 0. yaml-cpp's time grows with their square before it sees how deep they nest.
int overnested_line(std::string_view text) {
    constexpr int open_max = 10'000;
    int open = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '[' || text[at] == '{') ++open;
        if (text[at] == ']' || text[at] == '}') open = std::max(0, open - 1);
        if (open > open_max) return line_at(text, at);
    }
    return 0;
}

}   // namespace

bool check_text(std::string& text, const std::string& file, Diagnostics& problems) {
    const auto fail = [&](int line, std::string message, std::string hint) {
        problems.push_back({.file = file, .line = line, .path = "", .message = std::move(message),
                            .hint = std::move(hint)});
        return false;
    };
    if (text.size() > file_bytes_max) {
        return fail(0, "the file has " + std::to_string(text.size()) + " bytes; at most " +
                           std::to_string(file_bytes_max) + " are read", "");
    }
    const std::string_view start = std::string_view(text).substr(0, 2);
    if (start == "\xFF\xFE" || start == "\xFE\xFF") {
        return fail(0, "the file is UTF-16 text", "save it as UTF-8");
    }
    if (text.rfind("\xEF\xBB\xBF", 0) == 0) text.erase(0, 3);
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] == '\0') {
            return fail(line_at(text, at), "a NUL byte; this is not a text file",
                        "if it is UTF-16 text, save it as UTF-8");
        }
        if (static_cast<unsigned char>(text[at]) < 0x20 && text[at] != '\t' && text[at] != '\n' &&
            text[at] != '\r') {
            return fail(line_at(text, at), "a control character; this is not a text file", "");
        }
        const std::size_t length = utf8_length(text, at);
        if (length == 0) {
            return fail(line_at(text, at), "bytes that are not UTF-8", "save the file as UTF-8");
        }
        at += length;
    }
    if (const int line = overlong_line(text)) {
        return fail(line, "this line has more than " + std::to_string(line_bytes_max) + " bytes",
                    "break it into lines");
    }
    if (const int line = overnested_line(text)) {
        return fail(
            line, "lists and maps are nested more than " + std::to_string(depth_max) + " deep", "");
    }
    return true;
}

int open_quote_line(std::string_view text) {
    char open = 0;        // The quote that is open.
    int line = 1, opened = 0;
    bool fresh = true;    // Where a value can begin: elsewhere a quote is a character like others.
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        const char next = at + 1 < text.size() ? text[at + 1] : '\n';
        if (c == '\n') ++line;
        if (open != 0) {
            const bool doubled = open == '\'' && c == open && next == c;
            const bool escaped = doubled || (open == '"' && c == '\\');
            if (escaped && next != '\n') ++at;
            else if (c == open) open = 0, fresh = false;
            continue;
        }
        const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
        const bool next_blank = next == ' ' || next == '\n';
        if (c == '#' && (at == 0 || text[at - 1] == ' ' || text[at - 1] == '\n')) {
            at = std::min(text.find('\n', at), text.size()) - 1;
        } else if (fresh && (c == '"' || c == '\'')) {
            open = c;
            opened = line;
        } else if (c == '\n' || c == '[' || c == '{' || c == ',') {
            fresh = true;
        } else if (!blank) {
            fresh = next_blank && (c == ':' || (c == '-' && fresh));
        }
    }
    return open != 0 ? opened : 0;
}

Diagnostic syntax_problem(const std::string& file, int line, const std::string& message) {
    Diagnostic problem{.file = file, .line = line, .path = "", .message = "", .hint = ""};
    for (const Meaning& meaning : meanings) {
        if (message.rfind(meaning.upstream, 0) != 0) continue;
        problem.message = "not valid YAML: " + std::string(meaning.message);
        problem.hint = meaning.hint;
        return problem;
    }
    problem.message = "not valid YAML: " + message;
    return problem;
}

}   // namespace glasshive::yaml
