#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace glasshive::cli {

/// What a piece of output means; the terminal decides how that looks.
enum class Tone { plain, dim, good, bad, warning, accent, bold };

/// One output stream as a terminal, or not. Colour only on a terminal, never with NO_COLOR set
/// (no-color.org), TERM=dumb or --no-color.
class Terminal {
  public:
    /// `fd` is 1 for stdout, 2 for stderr.
    Terminal(int fd, bool no_color);

    bool is_tty() const { return tty_; }
    bool colored() const { return color_; }
    /// Columns; 100 where nothing says.
    std::size_t width() const;
    /// The text wrapped in the tone's escape codes, or as it is. Control characters become '?'.
    std::string paint(Tone tone, std::string_view text) const;

  private:
    int fd_;
    bool tty_;
    bool color_;
};

/// Texts come from strangers' files: control characters must not reach a terminal.
std::string printable(std::string_view text);
/// Pads on the right to `columns`, counting UTF-8 characters, not bytes; cuts with "…" when longer.
std::string fit(std::string_view text, std::size_t columns);
/// The word as a shell reads it back as one.
std::string shell_word(const std::string& word);
/// UTF-8 characters in `text`.
std::size_t columns_of(std::string_view text);

}   // namespace glasshive::cli
