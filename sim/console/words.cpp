#include "console/words.h"

#include <algorithm>
#include <sstream>

#include "yaml/units.h"

namespace glasshive::console {

const Word* find_word(const std::string& name) {
    const auto& words = all_words();
    const auto found = std::find_if(words.begin(), words.end(),
                                    [&](const Word& each) { return each.name == name; });
    return found == words.end() ? nullptr : &*found;
}

bool is_given_to_run(const std::string& word) {
    for (const char* each : {"docker", "on", "scale", "update", "drain", "pause", "activate",
                             "fault", "heal", "store"}) {
        if (word == each) return true;
    }
    return false;
}

std::vector<std::string> split(const std::string& line) {
    std::istringstream stream(line);
    std::vector<std::string> words;
    for (std::string word; stream >> word;) words.push_back(word);
    return words;
}

std::string rest_after(const std::string& line, std::size_t count) {
    std::size_t at = line.find_first_not_of(" \t");
    for (; count > 0 && at != std::string::npos; --count) {
        at = line.find_first_of(" \t", at);
        at = line.find_first_not_of(" \t", at);
    }
    return at == std::string::npos ? "" : line.substr(at);
}

namespace {

std::size_t columns_of(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;   // "…" has three bytes.
    }));
}

}   // namespace

std::string help_text() {
    constexpr std::size_t columns = 24;
    std::string text;
    for (const Word& word : all_words()) {
        const std::size_t used = columns_of(word.usage);
        const bool fits = used <= columns;   // Else it has a line of its own.
        text += "  " + word.usage + (fits ? "" : "\n  ") +
                std::string(fits ? columns - used : columns, ' ') + "  " + word.summary + "\n";
    }
    return text + "TIME is a span since the start: 90s, 5m. `help WORD` says more.\n";
}

std::string help_text(const Word& word) {
    std::string text = word.usage + "\n    " + word.summary + "\n";
    std::istringstream lines(word.details);
    for (std::string line; std::getline(lines, line);) text += "    " + line + "\n";
    return text;
}

Diagnostic unknown_word(const std::string& word) {
    std::vector<std::string> names;
    for (const Word& each : all_words()) names.push_back(each.name);
    const std::string meant = nearest(word, names);
    return {.file = "console",
            .message = "there is no word " + yaml::quoted(word),
            .hint = meant.empty() ? "help lists them" : "did you mean " + meant + "?"};
}

Diagnostic wrong_usage(const Word& word) {
    return {.file = word.name,
            .message = "use: " + word.usage,
            .hint = word.details.empty() ? "" : "help " + word.name + " says more"};
}

Result<Time> instant_of(const std::string& text, const std::string& what) {
    const auto parsed = yaml::parse_duration(text);
    if (parsed) return Time{} + *parsed.value;
    return Diagnostic{.file = what,
                      .message = yaml::quoted(text) + " is no instant",
                      .hint = "write a span since the start, such as 90s or 5m"};
}

}   // namespace glasshive::console
