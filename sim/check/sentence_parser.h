#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "check/expectation.h"

namespace glasshive::check {

/// Reads one sentence word by word. Every word that was tried and did not fit is remembered with
/// its place; of the furthest place, those are what could have followed.
class SentenceParser {
  public:
    explicit SentenceParser(std::string_view text);

    /// True when the whole text is a sentence; `out` is then complete but for its place in a file.
    bool parse(Expectation& out);
    /// After parse() said no: what does not fit, and what could stand there.
    std::string message() const;
    std::string hint() const;
    /// What could stand there: words, or what they stand for ("a number").
    const std::vector<std::string>& wanted() const { return wanted_; }

  private:
    // Each returns false with the position unchanged when its words do not come next.
    bool accept(std::string_view words);
    bool accept_any(std::initializer_list<std::string_view> alternatives);
    bool number(std::int64_t& out);
    bool percent(double& out);
    bool duration(Duration& out, std::string_view what = "a duration such as 60s");
    bool name(std::string& out, std::string_view what);
    bool at_end();

    bool sentence(Expectation& out);
    bool service_sentence(Expectation& out);
    bool has(Expectation& out);
    bool never_has(Expectation& out);
    bool machine_sentence(Expectation& out);
    bool update_sentence(Expectation& out);
    bool no_sentence(Expectation& out);
    bool at_most_sentence(Expectation& out);
    bool at_least_sentence(Expectation& out);
    bool answered_sentence(Expectation& out);
    bool share_of_task(Expectation& out);
    bool fault_sentence(Expectation& out);
    // store_sentences.cpp
    bool copies_sentence(Expectation& out);
    bool document_sentence(Expectation& out);
    bool step_sentence(Expectation& out);
    /// After "every", "no", or a number with its comparison.
    bool store_requests(Expectation& out);
    bool statuses(Expectation& out);
    bool status(Expectation& out);

    bool comparison(Expectation& out);
    bool running_tasks(Expectation& out);
    bool when(When& out);
    bool within(When& out);
    bool window(When& out);
    bool window_or_nothing(When& out);

    void refuse(std::string_view wanted, std::string problem = "");

    std::vector<std::string> words_;
    std::size_t at_ = 0;
    std::size_t furthest_ = 0;            ///< Where reading failed last.
    std::vector<std::string> wanted_;     ///< What was tried there.
    std::string problem_;                 ///< A value there that is almost right,
    std::string problem_wanted_;          ///< and what it should have been.
};

}   // namespace glasshive::check
