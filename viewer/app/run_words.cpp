#include "viewer/app/run_words.h"

#include <charconv>
#include <cmath>
#include <optional>

#include "yaml/units.h"

namespace glasshive::viewer {

namespace {

constexpr RunWord table[] = {
    {"play [SPEED|max]", "go on, SPEED virtual seconds a second"},
    {"pause", "stop"},
    {"step [N]", "run the next N entries of the kernel's queue"},
    {"run TIME", "run for so long, as fast as it goes"},
    {"until EVENT [SUBJECT]", "run to the next such event (task.failed, node.*)"},
    {"rewind TIME", "make the run again up to an instant; what was given later is dropped"},
    {"undo", "go back to before what was given last"},
    {"branch NAME [TIME]", "keep this history and begin another one at an instant"},
    {"switch NAME", "go to another line of history"},
    {"save FILE", "keep it: FILE.yaml to run again, FILE.hive to look at"},
};

std::vector<std::string> words_of(const std::string& line) {
    std::vector<std::string> words;
    std::size_t at = 0;
    while ((at = line.find_first_not_of(" \t", at)) != std::string::npos) {
        const std::size_t end = std::min(line.find_first_of(" \t", at), line.size());
        words.push_back(line.substr(at, end - at));
        at = end;
    }
    return words;
}

std::optional<Duration> time_of(const std::string& text) {
    auto given = yaml::parse_duration(text);
    if (!given) given = yaml::parse_duration(text + "s");
    if (!given || given.value->count() < 0) return std::nullopt;
    return *given.value;
}

template <class Number>
std::optional<Number> number_of_text(std::string_view text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    return whole && number > 0 ? std::optional(number) : std::nullopt;
}

Diagnostic wrong(const std::string& line, std::string_view word) {
    for (const RunWord& one : table) {
        if (one.usage.substr(0, word.size()) == word)
            return {.message = "\"" + line + "\" is not understood",
                    .hint = std::string(one.usage) + ": " + std::string(one.purpose)};
    }
    return {.message = "\"" + line + "\" is not understood"};
}

/// A word of ours with its rest; empty when the rest is wrong.
std::optional<Command> ours(const std::vector<std::string>& words) {
    const std::string& word = words.front();
    const std::size_t rest = words.size() - 1;
    if (word == "play" && rest == 0) return Play{};
    if (word == "play" && rest == 1) {
        if (words[1] == "max") return Play{.speed = HUGE_VAL};
        const auto speed = number_of_text<double>(
            std::string_view(words[1]).substr(words[1].front() == 'x' ? 1 : 0));
        if (speed) return Play{.speed = *speed};
    }
    if (word == "pause" && rest == 0) return Pause{};
    if (word == "undo" && rest == 0) return Undo{};
    if (word == "step" && rest == 0) return Step{};
    if (word == "step" && rest == 1) {
        if (const auto count = number_of_text<std::uint64_t>(words[1])) return Step{*count};
    }
    if (word == "until" && (rest == 1 || rest == 2))
        return Play{.speed = HUGE_VAL, .event = words[1], .subject = rest == 2 ? words[2] : "*"};
    if (word == "rewind" && rest == 1) {
        if (const auto to = time_of(words[1])) return Rewind{Time{} + *to};
    }
    if (word == "branch" && (rest == 1 || rest == 2)) {
        if (rest == 1) return Branch{.name = words[1]};
        if (const auto from = time_of(words[2])) return Branch{words[1], Time{} + *from};
    }
    if (word == "switch" && rest == 1) return Switch{words[1]};
    if (word == "save" && rest == 1) return Save{words[1]};
    return std::nullopt;
}

}   // namespace

std::span<const RunWord> run_words() { return table; }

Result<Command> command_of(const std::string& line, Time now) {
    const std::vector<std::string> words = words_of(line);
    if (words.empty()) return Diagnostic{.message = "nothing was typed"};
    if (words.front() == "run") {
        const auto length = words.size() == 2 ? time_of(words[1]) : std::nullopt;
        if (!length) return wrong(line, "run");
        return Command(Play{.speed = HUGE_VAL, .until = now + *length});
    }
    for (const RunWord& one : table) {
        const std::string_view word = one.usage.substr(0, one.usage.find(' '));
        if (words.front() != word) continue;
        auto command = ours(words);
        return command ? Result<Command>(std::move(*command)) : wrong(line, word);
    }
    return Command(Give{line});
}

}   // namespace glasshive::viewer
