#include "check/sentence_parser.h"

#include <algorithm>

#include "yaml/units.h"

namespace glasshive::check {

namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> words;
    std::string word;
    for (const char c : text) {
        if (!is_space(c)) {
            word += c;
        } else if (!word.empty()) {
            words.push_back(std::move(word));
            word.clear();
        }
    }
    if (!word.empty()) words.push_back(std::move(word));
    return words;
}

}   // namespace

SentenceParser::SentenceParser(std::string_view text) : words_(split(text)) {}

void SentenceParser::refuse(std::string_view wanted, std::string problem) {
    if (at_ < furthest_) return;
    if (at_ > furthest_) {
        furthest_ = at_;
        wanted_.clear();
        problem_.clear();
    }
    if (std::find(wanted_.begin(), wanted_.end(), wanted) == wanted_.end()) {
        wanted_.emplace_back(wanted);
    }
    if (!problem.empty()) {
        problem_ = std::move(problem);
        problem_wanted_ = wanted;
    }
}

bool SentenceParser::accept(std::string_view words) {
    const std::size_t start = at_;
    for (const std::string& word : split(words)) {
        if (at_ < words_.size() && words_[at_] == word) {
            ++at_;
            continue;
        }
        // The first word shows the whole phrase; a later one, what is missing of it.
        refuse(at_ == start ? words : std::string_view(word));
        at_ = start;
        return false;
    }
    return true;
}

bool SentenceParser::accept_any(std::initializer_list<std::string_view> alternatives) {
    return std::any_of(alternatives.begin(), alternatives.end(),
                       [this](std::string_view words) { return accept(words); });
}

bool SentenceParser::number(std::int64_t& out) {
    if (at_ < words_.size()) {
        const yaml::Parsed<std::int64_t> parsed = yaml::parse_integer(words_[at_]);
        if (parsed && *parsed.value >= 0) {
            out = *parsed.value;
            ++at_;
            return true;
        }
    }
    refuse("a number");
    return false;
}

bool SentenceParser::percent(double& out) {
    const bool there = at_ < words_.size() && words_[at_].ends_with('%');
    if (there) {
        const yaml::Parsed<double> parsed = yaml::parse_fraction(words_[at_]);
        if (parsed) {
            out = *parsed.value;
            ++at_;
            return true;
        }
        refuse("a share such as 2%", parsed.problem);
    }
    refuse("a share such as 2%");
    return false;
}

bool SentenceParser::duration(Duration& out, std::string_view what) {
    if (at_ < words_.size()) {
        const yaml::Parsed<Duration> parsed = yaml::parse_duration(words_[at_]);
        if (parsed) {
            out = *parsed.value;
            ++at_;
            return true;
        }
        const bool digit = words_[at_][0] >= '0' && words_[at_][0] <= '9';
        refuse(what, digit ? parsed.problem : "");
        return false;
    }
    refuse(what);
    return false;
}

bool SentenceParser::name(std::string& out, std::string_view what) {
    if (at_ < words_.size()) {
        out = words_[at_++];
        return true;
    }
    refuse(what);
    return false;
}

bool SentenceParser::at_end() {
    if (at_ == words_.size()) return true;
    refuse("the end of the sentence");
    return false;
}

bool SentenceParser::parse(Expectation& out) {
    at_ = 0;
    return sentence(out) && at_end();
}

std::string SentenceParser::message() const {
    std::string before;
    for (std::size_t i = 0; i < furthest_ && i < words_.size(); ++i) {
        before += (before.empty() ? "" : " ") + words_[i];
    }
    const std::string place = before.empty() ? " at the start" : " after " + yaml::quoted(before);
    if (!problem_.empty()) return problem_ + (before.empty() ? "" : place);
    if (words_.empty()) return "an expectation is a sentence; this one is empty";
    if (furthest_ >= words_.size()) return "the sentence is not complete" + place;
    return yaml::quoted(words_[furthest_]) + " does not fit" + place;
}

std::string SentenceParser::hint() const {
    if (!problem_.empty()) return "here follows " + problem_wanted_;
    std::string text;
    if (furthest_ < words_.size()) {
        const std::string near = nearest(words_[furthest_], wanted_);
        if (!near.empty()) text = "did you mean " + near + "? ";
    }
    text += wanted_.size() == 1 ? "here follows " : "here can follow ";
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
        if (i > 0) text += i + 1 == wanted_.size() ? " or " : ", ";
        text += wanted_[i];
    }
    return text;
}

Result<Expectation> parse_expectation(std::string_view text, const std::string& file, int line,
                                      const std::string& path) {
    SentenceParser parser(text);
    Expectation expectation;
    if (!parser.parse(expectation)) {
        return Diagnostic{.file = file, .line = line, .path = path, .message = parser.message(),
                          .hint = parser.hint()};
    }
    expectation.text = std::string(text);
    expectation.file = file;
    expectation.line = line;
    expectation.path = path;
    return expectation;
}

}   // namespace glasshive::check
