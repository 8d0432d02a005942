#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/units.h"

namespace glasshive::console {

/// A word of the console, as help and completion know it.
struct Word {
    std::string name;
    std::string usage;     ///< "run TIME | +DURATION | end | event KIND [SUBJECT]"
    std::string summary;   ///< One line.
    std::string details;   ///< More, for `help WORD`; lines of at most 78 columns.
};

/// All of them, in the order of the help.
const std::vector<Word>& all_words();
/// Null when there is none of that name.
const Word* find_word(const std::string& name);
/// Words whose whole line is given to the run: docker's, and the short forms.
bool is_given_to_run(const std::string& word);

/// A line's words, as they stand between blanks.
std::vector<std::string> split(const std::string& line);
/// The line without its first `count` words.
std::string rest_after(const std::string& line, std::size_t count);

/// What `help` prints, and `help WORD`.
std::string help_text();
std::string help_text(const Word& word);
/// What is wrong with a first word that is none, with the nearest one.
Diagnostic unknown_word(const std::string& word);
/// How the word is used, as a complaint.
Diagnostic wrong_usage(const Word& word);

/// An instant as people type it: a duration since the start, "90s". The complaint names `what`.
Result<Time> instant_of(const std::string& text, const std::string& what);

}   // namespace glasshive::console
