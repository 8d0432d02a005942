// Goal: the page describes exactly the sentences that the parser reads, no more and no fewer.
// Method: all forms of the page are written out, and the parser is asked again and again what could
// follow; with the same sample values both must give the same set of sentences.
#include <catch2/catch.hpp>

#include <map>
#include <set>

#include "check/grammar.h"
#include "check/sentence_parser.h"

using namespace glasshive;
using namespace glasshive::check;

namespace {

using Texts = std::set<std::string>;

/// Writes out a form: every choice, with and without what may be left out.
class Writer {
  public:
    Texts all(const std::string& form) {
        text_ = form;
        at_ = 0;
        return choices("");
    }

  private:
    Texts choices(const std::string& ends) {
        Texts result = sequence("|" + ends);
        while (at_ < text_.size() && text_[at_] == '|') {
            ++at_;
            result.merge(sequence("|" + ends));
        }
        return result;
    }
    Texts sequence(const std::string& ends) {
        Texts result{""};
        while (at_ < text_.size() && ends.find(text_[at_]) == std::string::npos) {
            result = joined(result, piece());
        }
        return result;
    }
    Texts piece() {
        if (text_.compare(at_, 3, "(s)") == 0) return at_ += 3, Texts{"", "s"};
        const char open = text_[at_];
        if (open == '(' || open == '[') {
            ++at_;
            Texts inner = choices(open == '(' ? ")" : "]");
            ++at_;
            if (open == '[') inner.insert("");
            return inner;
        }
        std::string word;
        while (at_ < text_.size() && std::string("([])| ").find(text_[at_]) == std::string::npos) {
            word += text_[at_++];
        }
        if (word.empty()) return word += text_[at_++], Texts{word};
        return meaning(word);
    }
    static Texts meaning(const std::string& word) {
        static const std::map<std::string, std::string> samples{
            {"S", "web"},     {"H", "n1"},         {"N", "1"},       {"F", "1"},
            {"D", "5s"},      {"P", "5%"},         {"DB", "orders"}, {"DOC", "orders/cart"},
            {"STEP", "late"}, {"TEXT", "conflict"}};
        const auto sample = samples.find(word);
        if (sample != samples.end()) return {sample->second};
        if (word != "WHEN" && word != "DURING") return {word};
        Texts result;
        for (const SentenceForm& part : word == "WHEN" ? when_forms() : during_forms()) {
            result.merge(Writer().all(part.form));
        }
        return result;
    }
    static Texts joined(const Texts& left, const Texts& right) {
        Texts result;
        for (const std::string& a : left) {
            for (const std::string& b : right) result.insert(a + b);
        }
        return result;
    }

    std::string text_;
    std::size_t at_ = 0;
};

/// One blank between words, none at the ends: what is left out leaves its blanks behind.
std::string tidy(const std::string& text) {
    std::string result;
    for (const char c : text) {
        if (c != ' ' || (!result.empty() && result.back() != ' ')) result += c;
    }
    while (!result.empty() && result.back() == ' ') result.pop_back();
    return result;
}

Texts written() {
    Texts result;
    for (const SentenceForm& form : sentence_forms()) {
        for (const std::string& text : Writer().all(form.form)) result.insert(tidy(text));
    }
    return result;
}

std::string sample_of(const std::string& wanted) {
    static const std::vector<std::pair<std::string, std::string>> samples{
        {"a number", "1"},
        {"a share", "5%"},
        {"a duration", "5s"},
        {"an instant", "5s"},
        {"a service's name", "web"},
        {"a node's name", "n1"},
        {"a host's name", "n1"},
        {"a database's name", "orders"},
        {"a document", "orders/cart"},
        {"a step's name", "late"},
        {"what the answer holds", "conflict"}};
    for (const auto& [noun, sample] : samples) {
        if (wanted.rfind(noun, 0) == 0) return sample;
    }
    return wanted;
}

/// Everything the parser reads that begins with `text`.
void explore(const std::string& text, Texts& found) {
    REQUIRE(found.size() < 10'000);
    Expectation ignored;
    SentenceParser parser(text);
    if (parser.parse(ignored)) {
        // It is whole, but may go on: a word that fits nowhere makes the parser say how.
        found.insert(text);
        parser = SentenceParser(text + " ?!");
        REQUIRE_FALSE(parser.parse(ignored));
    }
    for (const std::string& wanted : parser.wanted()) {
        if (wanted == "the end of the sentence") continue;
        explore(tidy(text + " " + sample_of(wanted)), found);
    }
}

/// What only the first has.
Texts missing(const Texts& first, const Texts& second) {
    Texts result;
    std::set_difference(first.begin(), first.end(), second.begin(), second.end(),
                        std::inserter(result, result.end()));
    return result;
}

}   // namespace

TEST_CASE("the page and the parser agree about every sentence", "[check][grammar]") {
    const Texts page = written();
    Texts parser;
    for (const char* first : {"service", "node", "host", "update of", "no", "at most", "at least",
                              "every request to", "every write to", "every read of", "copies of",
                              "document", "step", "each task of", "one task of", "fault", "5%"}) {
        explore(first, parser);
    }
    CHECK(page.size() > 200);
    CHECK(missing(page, parser) == Texts{});
    CHECK(missing(parser, page) == Texts{});
}

TEST_CASE("those are all the words a sentence begins with", "[check][grammar]") {
    SentenceParser parser("?!");
    Expectation ignored;
    REQUIRE_FALSE(parser.parse(ignored));
    CHECK(parser.wanted() ==
          std::vector<std::string>{"service", "node", "host", "update of", "no", "at most",
                                   "at least", "every request to", "every write to",
                                   "every read of", "copies of", "document", "step", "each task of",
                                   "one task of", "fault", "a share such as 2%"});
}

TEST_CASE("every example on the page is a sentence of its form", "[check][grammar]") {
    const std::string page = grammar_page();
    for (const auto& forms : {sentence_forms(), when_forms(), during_forms()}) {
        for (const SentenceForm& form : forms) {
            CAPTURE(form.example);
            CHECK(parse_expectation(form.example).ok());
            CHECK(page.find(std::string("`") + form.example + "`") != std::string::npos);
        }
    }
}

TEST_CASE("the sentences that must be said when are not complete without", "[check][grammar]") {
    for (const char* text : {"service web has 3 running tasks", "node n1 is down",
                             "host n1 is not on"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_expectation(text).ok());
        CHECK(parse_expectation(std::string(text) + " always").ok());
    }
}
