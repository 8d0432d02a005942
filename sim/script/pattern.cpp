#include "script/pattern.h"

#include <string>

namespace glasshive::script {

namespace {

constexpr int depth_most = 200;   // Lua's MAXCCALLS: deeper ones are "too complex".

bool is_class(char c, char which) {
    const auto u = static_cast<unsigned char>(c);
    const bool upper = c >= 'A' && c <= 'Z', lower = c >= 'a' && c <= 'z';
    const bool digit = c >= '0' && c <= '9';
    const bool graph = u > 32 && u < 127;
    bool result = false;
    switch (which | 0x20) {
        case 'a': result = upper || lower; break;
        case 'c': result = u < 32 || u == 127; break;
        case 'd': result = digit; break;
        case 'g': result = graph; break;
        case 'l': result = lower; break;
        case 'p': result = graph && !upper && !lower && !digit; break;
        case 's': result = c == ' ' || (u >= 9 && u <= 13); break;
        case 'u': result = upper; break;
        case 'w': result = upper || lower || digit; break;
        case 'x':
            result = digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
            break;
        default: return which == c;   // %. stands for the point itself.
    }
    const bool negated = which >= 'A' && which <= 'Z';
    return result != negated;
}

}   // namespace

std::size_t PatternMatch::match(std::size_t from) {
    level_ = 0;
    depth_ = 0;
    return match_here(from, 0);
}

std::size_t PatternMatch::match_here(std::size_t at, std::size_t p) {
    pay_();
    if (++depth_ > depth_most) throw BadPattern("pattern too complex");
    std::size_t result = npos;
    if (p == pattern_.size()) {
        result = at;
    } else if (pattern_[p] == '(') {
        const bool empty = p + 1 < pattern_.size() && pattern_[p + 1] == ')';
        result = open_capture(at, empty ? p + 2 : p + 1, empty ? position : unclosed);
    } else if (pattern_[p] == ')') {
        result = close_capture(at, p + 1);
    } else if (pattern_[p] == '$' && p + 1 == pattern_.size()) {
        result = at == text_.size() ? at : npos;
    } else if (pattern_[p] == '%' && p + 1 < pattern_.size() && pattern_[p + 1] == 'b') {
        const std::size_t end = balanced(at, p + 2);
        if (end != npos) result = match_here(end, p + 4);
    } else if (pattern_[p] == '%' && p + 1 < pattern_.size() && pattern_[p + 1] == 'f') {
        if (p + 2 >= pattern_.size() || pattern_[p + 2] != '[') {
            throw BadPattern("missing '[' after '%f' in pattern");
        }
        const std::size_t end = class_end(p + 2);
        const char before = at == 0 ? '\0' : text_[at - 1];
        const char here = at < text_.size() ? text_[at] : '\0';
        const bool frontier = !in_set(before, p + 2, end - 1) && in_set(here, p + 2, end - 1);
        if (frontier) result = match_here(at, end);
    } else if (pattern_[p] == '%' && p + 1 < pattern_.size() && pattern_[p + 1] >= '0' &&
               pattern_[p + 1] <= '9') {
        const std::size_t end = back_reference(at, pattern_[p + 1]);
        if (end != npos) result = match_here(end, p + 2);
    } else {
        result = match_default(at, p);
    }
    --depth_;
    return result;
}

std::size_t PatternMatch::match_default(std::size_t at, std::size_t p) {
    const std::size_t after = class_end(p);
    const char quantifier = after < pattern_.size() ? pattern_[after] : '\0';
    switch (quantifier) {
        case '?': {
            if (fits(at, p, after)) {
                const std::size_t end = match_here(at + 1, after + 1);
                if (end != npos) return end;
            }
            return match_here(at, after + 1);
        }
        case '+': return fits(at, p, after) ? longest(at + 1, p, after) : npos;
        case '*': return longest(at, p, after);
        case '-': return shortest(at, p, after);
        default: return fits(at, p, after) ? match_here(at + 1, after) : npos;
    }
}

std::size_t PatternMatch::longest(std::size_t at, std::size_t p, std::size_t after) {
    std::size_t count = 0;
    while (fits(at + count, p, after)) {
        pay_();
        ++count;
    }
    while (true) {
        const std::size_t end = match_here(at + count, after + 1);
        if (end != npos || count == 0) return end;
        --count;
    }
}

std::size_t PatternMatch::shortest(std::size_t at, std::size_t p, std::size_t after) {
    while (true) {
        const std::size_t end = match_here(at, after + 1);
        if (end != npos) return end;
        if (!fits(at, p, after)) return npos;
        ++at;
    }
}

std::size_t PatternMatch::open_capture(std::size_t at, std::size_t p, std::size_t kind) {
    if (level_ >= captures_most) throw BadPattern("too many captures");
    captures_[static_cast<std::size_t>(level_)] = {at, kind};
    ++level_;
    const std::size_t end = match_here(at, p);
    if (end == npos) --level_;
    return end;
}

std::size_t PatternMatch::close_capture(std::size_t at, std::size_t p) {
    int open = level_ - 1;
    while (open >= 0 && captures_[static_cast<std::size_t>(open)].length != unclosed) --open;
    if (open < 0) throw BadPattern("invalid pattern capture");
    Capture& capture = captures_[static_cast<std::size_t>(open)];
    capture.length = at - capture.begin;
    const std::size_t end = match_here(at, p);
    if (end == npos) capture.length = unclosed;
    return end;
}

std::size_t PatternMatch::balanced(std::size_t at, std::size_t p) {
    if (p + 1 >= pattern_.size()) {
        throw BadPattern("malformed pattern (missing arguments to '%b')");
    }
    if (at >= text_.size() || text_[at] != pattern_[p]) return npos;
    const char open = pattern_[p], close = pattern_[p + 1];
    int depth = 1;
    for (std::size_t i = at + 1; i < text_.size(); ++i) {
        pay_();
        if (text_[i] == close) {
            if (--depth == 0) return i + 1;
        } else if (text_[i] == open) {
            ++depth;
        }
    }
    return npos;
}

std::size_t PatternMatch::back_reference(std::size_t at, char digit) {
    const int number = digit - '1';
    if (number < 0 || number >= level_ ||
        captures_[static_cast<std::size_t>(number)].length == unclosed) {
        throw BadPattern("invalid capture index %" + std::string(1, digit) + " in pattern");
    }
    const Capture& capture = captures_[static_cast<std::size_t>(number)];
    if (capture.length == position) return at;   // It captured a place, not a text.
    for (std::size_t i = 0; i < capture.length; i += 16) pay_();
    const std::string_view wanted = text_.substr(capture.begin, capture.length);
    return text_.substr(at, wanted.size()) == wanted ? at + wanted.size() : npos;
}

std::size_t PatternMatch::class_end(std::size_t p) const {
    const char c = pattern_[p++];
    if (c == '%') {
        if (p >= pattern_.size()) throw BadPattern("malformed pattern (ends with '%')");
        return p + 1;
    }
    if (c != '[') return p;
    const std::size_t begin = p;
    if (p < pattern_.size() && pattern_[p] == '^') ++p;
    do {   // Look for the ']'; the first may be part of the set.
        if (p >= pattern_.size()) throw BadPattern("malformed pattern (missing ']')");
        const char inside = pattern_[p++];
        if (inside == '%') ++p;
    } while (p >= pattern_.size() || pattern_[p] != ']');
    pay_for(p - begin);
    return p + 1;
}

/// A set is looked through character by character.
void PatternMatch::pay_for(std::size_t characters) const {
    constexpr std::size_t at_once = 16;
    for (std::size_t paid = at_once; paid <= characters; paid += at_once) pay_();
}

bool PatternMatch::fits(std::size_t at, std::size_t p, std::size_t after) const {
    if (at >= text_.size()) return false;
    switch (pattern_[p]) {
        case '.': return true;
        case '%': return is_class(text_[at], pattern_[p + 1]);
        case '[': return in_set(text_[at], p, after - 1);
        default: return pattern_[p] == text_[at];
    }
}

/// `last` is the place of the ']'.
bool PatternMatch::in_set(char c, std::size_t p, std::size_t last) const {
    const auto u = static_cast<unsigned char>(c);
    bool found = true;
    pay_for(last - p);
    ++p;
    if (pattern_[p] == '^') {
        found = false;
        ++p;
    }
    for (; p < last; ++p) {
        if (pattern_[p] == '%') {
            if (is_class(c, pattern_[++p])) return found;
        } else if (p + 2 < last && pattern_[p + 1] == '-') {
            const auto low = static_cast<unsigned char>(pattern_[p]);
            const auto high = static_cast<unsigned char>(pattern_[p + 2]);
            if (low <= u && u <= high) return found;
            p += 2;
        } else if (pattern_[p] == c) {
            return found;
        }
    }
    return !found;
}

}   // namespace glasshive::script
