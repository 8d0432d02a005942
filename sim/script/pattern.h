#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string_view>

namespace glasshive::script {

/// A pattern that is none: "malformed pattern (ends with '%')".
struct BadPattern : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Lua's patterns (reference manual 6.4.1) over ASCII, one step at a time: whoever pays is asked
/// before each, since a short pattern can take for ever.
class PatternMatch {
  public:
    static constexpr int captures_most = 32;
    static constexpr std::size_t position = static_cast<std::size_t>(-2);
    struct Capture {
        std::size_t begin = 0;
        std::size_t length = 0;   ///< Or `position`: of (), which captures where it stands.
    };

    /// Both texts must outlive it. `pay` is called before each step and may throw.
    PatternMatch(std::string_view text, std::string_view pattern, std::function<void()> pay)
        : text_(text), pattern_(pattern), pay_(std::move(pay)) {}

    /// Where a match that begins at `from` ends; npos: there is none. The pattern is read from its
    /// beginning, without an anchor.
    std::size_t match(std::size_t from);
    int captures() const { return level_; }
    const Capture& capture(int number) const {
        return captures_[static_cast<std::size_t>(number)];
    }
    static constexpr std::size_t npos = std::string_view::npos;

  private:
    static constexpr std::size_t unclosed = static_cast<std::size_t>(-1);

    std::size_t match_here(std::size_t at, std::size_t p);
    std::size_t match_default(std::size_t at, std::size_t p);
    std::size_t longest(std::size_t at, std::size_t p, std::size_t after);
    std::size_t shortest(std::size_t at, std::size_t p, std::size_t after);
    std::size_t open_capture(std::size_t at, std::size_t p, std::size_t kind);
    std::size_t close_capture(std::size_t at, std::size_t p);
    std::size_t balanced(std::size_t at, std::size_t p);
    std::size_t back_reference(std::size_t at, char digit);
    /// Behind the single character class that begins at p.
    std::size_t class_end(std::size_t p) const;
    bool fits(std::size_t at, std::size_t p, std::size_t after) const;
    bool in_set(char c, std::size_t p, std::size_t last) const;

    std::string_view text_, pattern_;
    void pay_for(std::size_t characters) const;
    std::function<void()> pay_;
    std::array<Capture, captures_most> captures_{};
    int level_ = 0;
    int depth_ = 0;
};

}   // namespace glasshive::script
