#include "store/client_spec.h"

#include <array>
#include <charconv>
#include <string_view>
#include <utility>

namespace glasshive::store {

namespace {

/// The length of "{i}" or "{i%N}" at the text's beginning, and what it stands for; 0: of neither.
std::size_t placeholder(std::string_view text, std::uint64_t number, std::uint64_t& value) {
    value = number;
    if (text.starts_with("{i}")) return 3;
    if (!text.starts_with("{i%")) return 0;
    std::uint64_t divisor = 0;
    const auto read = std::from_chars(text.data() + 3, text.data() + text.size(), divisor);
    const auto length = static_cast<std::size_t>(read.ptr - text.data());
    if (read.ec != std::errc{} || divisor == 0 || text.substr(length, 1) != "}") return 0;
    value = number % divisor;
    return length + 1;
}

}   // namespace

std::string numbered(const std::string& text, std::uint64_t number) {
    std::string out;
    std::size_t at = 0;
    for (std::size_t open = text.find('{'); open != std::string::npos;
         open = text.find('{', open + 1)) {
        std::uint64_t value = 0;
        const std::size_t length = placeholder(std::string_view(text).substr(open), number, value);
        if (length == 0) continue;
        const std::size_t end = open + length;
        // A text that is nothing else becomes a number: its quotes go.
        const bool alone =
            open > at && text[open - 1] == '"' && end < text.size() && text[end] == '"';
        out.append(text, at, open - at - (alone ? 1 : 0));
        out += std::to_string(value);
        at = end + (alone ? 1 : 0);
    }
    out.append(text, at, std::string::npos);
    return out;
}

std::vector<Reference> references_in(const std::string& text) {
    std::vector<Reference> found;
    for (const std::string_view what : std::array<std::string_view, 2>{"rev", "conflict"}) {
        const std::string opening = "{" + std::string(what) + " of ";
        for (std::size_t at = text.find(opening); at != std::string::npos;
             at = text.find(opening, at + 1)) {
            const std::size_t end = text.find('}', at);
            if (end == std::string::npos) break;
            const std::size_t name = at + opening.size();
            found.push_back({std::string(what), text.substr(name, end - name), at, end + 1});
        }
    }
    for (std::size_t i = 1; i < found.size(); ++i) {   // A handful: in order of their places.
        for (std::size_t k = i; k > 0 && found[k].begin < found[k - 1].begin; --k) {
            std::swap(found[k], found[k - 1]);
        }
    }
    return found;
}

}   // namespace glasshive::store
