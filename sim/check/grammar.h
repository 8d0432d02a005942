#pragma once

#include <span>
#include <string>

namespace glasshive::check {

/// One form of sentence, or of a part of one, as the page shows it.
///
/// Notation: [x] may be left out, (x|y) is a choice, task(s) stands for task and tasks; S is a
/// service, H a host, N a number, F a fault's number, D a duration or instant, P a share; WHEN and
/// DURING are the other two tables.
/// tests/check/grammar_test.cpp proves that these are exactly the sentences the parser reads.
struct SentenceForm {
    const char* form;
    const char* meaning;
    const char* example;   ///< A whole sentence.
};

std::span<const SentenceForm> sentence_forms();
std::span<const SentenceForm> when_forms();     ///< What WHEN stands for.
std::span<const SentenceForm> during_forms();   ///< What DURING stands for.

}   // namespace glasshive::check
