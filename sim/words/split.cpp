#include "words/split.h"

namespace glasshive::words {

namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }
bool is_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Walks over the line once; every step takes at least one character.
class Splitter {
  public:
    explicit Splitter(std::string_view text) : text_(text) {}

    Line run() {
        while (at_ < text_.size() && line_.problem.empty()) step();
        finish_word();
        if (!line_.problem.empty()) line_.words.clear();
        return std::move(line_);
    }

  private:
    char peek(std::size_t ahead = 0) const {
        return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
    }
    bool rest_is_blank(std::size_t from) const {
        return text_.find_first_not_of(" \t\r\n", from) == std::string_view::npos;
    }

    void step() {
        const char c = text_[at_];
        if (is_space(c)) {
            finish_word();
            ++at_;
        } else if (c == '\n') {
            finish_word();
            if (!line_.words.empty() && !rest_is_blank(at_)) refuse("a second line");
            ++at_;
        } else if (c == '#' && !in_word_) {
            while (at_ < text_.size() && text_[at_] != '\n') ++at_;
        } else if (c == '\\') {
            escaped();
        } else if (c == '\'') {
            single_quoted();
        } else if (c == '"') {
            double_quoted();
        } else if (c == '$' || c == '`') {
            dollar();
        } else {
            operator_or_letter(c);
        }
    }

    /// A backslash outside quotes: the next character as it is, or nothing for a line's end.
    void escaped() {
        if (at_ + 1 >= text_.size()) return refuse("a backslash with nothing after it");
        const std::size_t end = peek(1) == '\r' && peek(2) == '\n' ? 3 : 2;
        if (text_[at_ + end - 1] != '\n') add(text_[at_ + 1]);
        at_ += text_[at_ + end - 1] == '\n' ? end : 2;
    }

    void single_quoted() {
        const std::size_t end = text_.find('\'', at_ + 1);
        if (end == std::string_view::npos) return refuse("a quote that is not closed");
        in_word_ = true;
        word_ += text_.substr(at_ + 1, end - at_ - 1);
        at_ = end + 1;
    }

    void double_quoted() {
        in_word_ = true;
        for (++at_; at_ < text_.size() && line_.problem.empty();) {
            const char c = text_[at_];
            if (c == '"') {
                ++at_;
                return;
            }
            if (c == '\\' && at_ + 1 < text_.size()) {
                constexpr std::string_view special = "\"\\$`\n";
                if (special.find(peek(1)) == std::string_view::npos) word_ += c;
                if (peek(1) != '\n') word_ += peek(1);
                at_ += 2;
            } else if (c == '$' || c == '`') {
                dollar();
            } else {
                word_ += c;
                ++at_;
            }
        }
        if (line_.problem.empty()) refuse("a quote that is not closed");
    }

    /// "$ " first on the line is a prompt; a lone "$" is itself.
    void dollar() {
        if (text_[at_] == '`') return refuse("a substitution (`...`)");
        if (peek(1) == '(') return refuse("a substitution ($(...))");
        const bool braces = peek(1) == '{';
        std::size_t end = at_ + (braces ? 2 : 1);
        while (end < text_.size() && is_name(text_[end])) ++end;
        if (braces || end > at_ + 1) {
            const std::string name(text_.substr(at_ + 1, end - at_ - 1));
            return refuse("a variable ($" + name + (braces ? "})" : ")"));
        }
        if (line_.words.empty() && !in_word_ && is_space(peek(1))) {
            ++at_;
            return;
        }
        add('$');
        ++at_;
    }

    void operator_or_letter(char c) {
        const bool twice = peek(1) == c;
        if (c == '|') return refuse(twice ? "a second command (||)" : "a pipe (|)");
        if (c == '&') return refuse(twice ? "a second command (&&)" : "the background (&)");
        if (c == ';') {
            if (!rest_is_blank(at_ + 1)) return refuse("a second command (;)");
            finish_word();
            ++at_;
            return;
        }
        if (c == '<' || c == '>') return refuse(std::string("a redirection (") + c + ")");
        if ((c == '(' || c == ')') && !in_word_) return refuse("a subshell ((...))");
        add(c);
        ++at_;
    }

    void add(char c) {
        word_ += c;
        in_word_ = true;
    }

    void finish_word() {
        if (!in_word_) return;
        in_word_ = false;
        if (!line_.words.empty() || word_ != "sudo") line_.words.push_back(word_);
        word_.clear();
    }

    void refuse(const std::string& what) {
        line_.problem = "this is not a shell: " + what +
                        " means nothing here; write one docker command with its final words";
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::string word_;
    bool in_word_ = false;
    Line line_;
};

}   // namespace

Line split_line(std::string_view text) { return Splitter(text).run(); }

}   // namespace glasshive::words
