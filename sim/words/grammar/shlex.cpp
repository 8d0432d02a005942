#include "words/grammar/shlex.h"

namespace glasshive::words {

namespace {

/// shlex's lexer: outside quotes, inside '…' (nothing is special) or inside "…" (backslash
/// escapes).
enum class State { between, word, single_quote, double_quote, comment };

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}   // namespace

Split shell_split(std::string_view text) {
    Split result;
    State state = State::between;
    std::string word;
    const auto finish = [&] {
        result.words.push_back(word);
        word.clear();
        state = State::between;
    };
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (state == State::comment) {
            if (c == '\n') state = State::between;
        } else if (state == State::single_quote) {
            if (c == '\'') {
                state = State::word;
            } else {
                word += c;
            }
        } else if (c == '\\') {
            if (at + 1 >= text.size()) return {{}, "EOF found after escape character"};
            word += text[++at];
            if (state == State::between) state = State::word;
        } else if (state == State::double_quote) {
            if (c == '"') {
                state = State::word;
            } else {
                word += c;
            }
        } else if (is_space(c)) {
            if (state == State::word) finish();
        } else if (c == '"') {
            state = State::double_quote;
        } else if (c == '\'') {
            state = State::single_quote;
        } else if (c == '#' && state == State::between) {
            state = State::comment;
        } else {
            word += c;
            state = State::word;
        }
    }
    if (state == State::single_quote || state == State::double_quote) {
        return {{}, "EOF found when expecting closing quote"};
    }
    if (state == State::word) finish();
    return result;
}

}   // namespace glasshive::words
