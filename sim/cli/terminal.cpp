#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace glasshive::cli {

Terminal::Terminal(int fd, bool no_color) : fd_(fd), tty_(isatty(fd) == 1) {
    const char* const wish = std::getenv("NO_COLOR");
    const char* const kind = std::getenv("TERM");
    const bool dumb = kind != nullptr && std::strcmp(kind, "dumb") == 0;
    color_ = tty_ && !no_color && !dumb && (wish == nullptr || *wish == '\0');
}

std::size_t Terminal::width() const {
    winsize size{};
    if (tty_ && ioctl(fd_, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    return 100;
}

std::string Terminal::paint(Tone tone, std::string_view text) const {
    std::string clean = printable(text);
    if (!color_ || tone == Tone::plain) return clean;
    const char* code = "";
    switch (tone) {
        case Tone::plain: break;
        case Tone::dim: code = "2"; break;
        case Tone::good: code = "32"; break;
        case Tone::bad: code = "1;31"; break;
        case Tone::warning: code = "33"; break;
        case Tone::accent: code = "36"; break;
        case Tone::bold: code = "1"; break;
    }
    return "\033[" + std::string(code) + "m" + clean + "\033[0m";
}

std::string printable(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        out += byte < 0x20 || byte == 0x7F ? '?' : c;
    }
    return out;
}

namespace {
bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }
}   // namespace

std::size_t columns_of(std::string_view text) {
    std::size_t n = 0;
    for (const char c : text) n += starts_character(c) ? 1 : 0;
    return n;
}

std::string fit(std::string_view text, std::size_t columns) {
    const std::size_t length = columns_of(text);
    if (length <= columns) return std::string(text) + std::string(columns - length, ' ');
    std::string out;
    std::size_t n = 0;
    for (const char c : text) {
        if (starts_character(c) && ++n >= columns) break;
        out += c;
    }
    return out + "…";
}

std::string shell_word(const std::string& word) {
    const bool plain =
        !word.empty() &&
        word.find_first_not_of(
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,@%+") ==
            std::string::npos;
    if (plain) return word;
    std::string out = "'";
    for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

}   // namespace glasshive::cli
