#include "door/couch/target.h"

#include <algorithm>

#include "base/text.h"
#include "door/couch/problem.h"

namespace glasshive::door::couch {

namespace {

bool is_escape(std::string_view text, std::size_t at) {
    return text[at] == '%' && at + 2 < text.size() && hex_value(text[at + 1]) >= 0 &&
           hex_value(text[at + 2]) >= 0;
}

void check_escapes(std::string_view raw) {
    for (std::size_t i = 0; i < raw.size(); ++i) {
        if (raw[i] == '%' && !is_escape(raw, i)) throw bad_request("invalid_url_encoding");
    }
}

/// Calls take(piece) for what stands between separators.
template <class Take>
void split(std::string_view text, char separator, Take take) {
    while (true) {
        const std::size_t end = text.find(separator);
        take(text.substr(0, end));
        if (end == std::string_view::npos) return;
        text.remove_prefix(end + 1);
    }
}

}   // namespace

const std::string* Target::value(std::string_view name) const {
    for (const auto& [key, value] : query) {
        if (key == name) return &value;
    }
    return nullptr;
}

bool Target::is(std::string_view name, std::string_view value) const {
    const std::string* found = this->value(name);
    return found != nullptr && *found == value;
}

std::string_view Target::part(std::size_t index) const {
    return index < parts.size() ? std::string_view(parts[index]) : std::string_view();
}

Target read_target(std::string_view raw, bool plus_is_space) {
    check_escapes(raw);
    Target target;
    raw = raw.substr(0, raw.find('#'));
    const std::size_t mark = raw.find('?');
    split(raw.substr(0, mark), '/', [&](std::string_view part) {
        if (!part.empty()) target.parts.push_back(unquoted(part, plus_is_space));
    });
    if (mark == std::string_view::npos) return target;
    std::string query(raw.substr(mark + 1));
    std::replace(query.begin(), query.end(), ';', '&');   // Either parts pairs, as in mochiweb.
    split(query, '&', [&](std::string_view pair) {
        if (pair.empty()) return;
        const std::size_t equals = pair.find('=');
        target.query.emplace_back(
            unquoted(pair.substr(0, equals), true),
            equals == std::string_view::npos ? "" : unquoted(pair.substr(equals + 1), true));
    });
    return target;
}

std::string unquoted(std::string_view text, bool plus_is_space) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (is_escape(text, i)) {
            out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        } else {
            out += plus_is_space && text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

std::string quoted(std::string_view text) {
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
        if (plain) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
    return out;
}

bool reads_body(std::string_view method, std::string_view target) {
    for (const std::string_view function : {"/_show/", "/_list/", "/_update/", "/_rewrite"}) {
        if (target.find(function) != std::string_view::npos) return true;
    }
    for (const std::string_view bare : {"GET", "HEAD", "DELETE", "COPY", "OPTIONS"}) {
        if (method == bare) return false;
    }
    const std::string_view path = target.substr(0, target.find('?'));
    const std::size_t slash = path.find('/', 1);
    const bool of_database = slash == std::string_view::npos || slash + 1 == path.size();
    return method != "PUT" || !of_database;
}

}   // namespace glasshive::door::couch
