#include "viewer/draw/glossary.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

namespace glasshive::viewer {

namespace {

/// The entries and the text they point into.
struct Book {
    std::vector<std::string> texts;   // terms and meanings, alternating
    std::vector<GlossaryEntry> entries;
};

std::string plain(std::string_view text) {
    std::string words;
    for (const char c : text) {
        if (c == '*' || c == '`') continue;
        const bool space = c == '\n' || c == ' ';
        if (space && (words.empty() || words.back() == ' ')) continue;
        words += space ? ' ' : c;
    }
    while (!words.empty() && (words.back() == ' ' || words.back() == '.')) words.pop_back();
    return words;
}

/// "**zone, rack**: where … **path**: …" is an entry for zone, rack and path each.
void add_item(Book& book, std::string_view item) {
    std::size_t at = item.find("**");
    while (at != std::string_view::npos) {
        const std::size_t end = item.find("**", at + 2);
        if (end == std::string_view::npos) return;
        const std::string_view terms = item.substr(at + 2, end - at - 2);
        // The meaning goes on until the next term that is followed by a colon.
        std::size_t next = item.find("**", end + 2);
        while (next != std::string_view::npos) {
            const std::size_t close = item.find("**", next + 2);
            if (close == std::string_view::npos || item.substr(close, 3) == "**:") break;
            next = item.find("**", close + 2);
        }
        if (item.substr(end, 3) == "**:") {
            const std::string meaning =
                plain(item.substr(end + 3, next == std::string_view::npos ? next : next - end - 3));
            for (std::size_t from = 0; from <= terms.size();) {
                const std::size_t comma = std::min(terms.find(", ", from), terms.size());
                book.texts.emplace_back(terms.substr(from, comma - from));
                book.texts.push_back(meaning);
                from = comma + 2;
            }
        }
        at = next;
    }
}

Book read() {
    Book book;
    const std::string_view text = glossary_text();
    std::size_t at = text.find("\n- ");
    while (at != std::string_view::npos) {
        const std::size_t next = text.find("\n- ", at + 1);
        const std::size_t blank = text.find("\n\n", at + 1);
        add_item(book, text.substr(at + 3, std::min({next, blank, text.size()}) - at - 3));
        at = next;
    }
    for (std::size_t i = 0; i + 1 < book.texts.size(); i += 2)
        book.entries.push_back({book.texts[i], book.texts[i + 1]});
    return book;
}

bool same(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
        return std::tolower(x) == std::tolower(y);
    });
}

}   // namespace

std::span<const GlossaryEntry> glossary() {
    static const Book book = read();
    return book.entries;
}

std::string_view meaning_of(std::string_view term) {
    for (const GlossaryEntry& entry : glossary()) {
        if (same(entry.term, term)) return entry.meaning;
        if (!term.empty() && term.back() == 's' &&
            same(entry.term, term.substr(0, term.size() - 1)))
            return entry.meaning;
    }
    return {};
}

}   // namespace glasshive::viewer
