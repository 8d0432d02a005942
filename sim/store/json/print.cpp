#include "store/json/print.h"

#include <charconv>
#include <cstdlib>
#include <vector>

#include "base/assert.h"

namespace glasshive::store::json {

using namespace term;

namespace {

/// Length of the well-formed UTF-8 sequence at `at`, or 0 (RFC 3629: shortest form, no surrogates).
std::size_t sequence_at(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) {
        return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
    };
    const unsigned first = byte(0);
    const auto follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
        return low <= byte(i) && byte(i) <= high;
    };
    if (first < 0x80) return 1;
    if (first < 0xC2) return 0;
    if (first < 0xE0) return follows(1) ? 2 : 0;
    if (first < 0xF0) {
        const unsigned low = first == 0xE0 ? 0xA0 : 0x80;
        const unsigned high = first == 0xED ? 0x9F : 0xBF;
        return follows(1, low, high) && follows(2) ? 3 : 0;
    }
    if (first > 0xF4) return 0;
    const unsigned low = first == 0xF0 ? 0x90 : 0x80;
    const unsigned high = first == 0xF4 ? 0x8F : 0xBF;
    return follows(1, low, high) && follows(2) && follows(3) ? 4 : 0;
}

void print_escaped(unsigned char c, std::string& out) {
    switch (c) {
        case '"': out += "\\\""; return;
        case '\\': out += "\\\\"; return;
        case '\b': out += "\\b"; return;
        case '\f': out += "\\f"; return;
        case '\n': out += "\\n"; return;
        case '\r': out += "\\r"; return;
        case '\t': out += "\\t"; return;
        default: break;
    }
    constexpr char hex[] = "0123456789ABCDEF";
    out += "\\u00";
    out.push_back(hex[c >> 4]);
    out.push_back(hex[c & 15]);
}

/// Walks a term and prints it, with a stack of its own: depth is the writer's choice.
class Printer {
  public:
    Printer(const char* at, std::string& out) : at_(at), out_(out) {}

    void run() {
        value();
        while (!open_.empty()) {
            Open& list = open_.back();
            if (list.left == 0) {
                out_.push_back(list.object ? '}' : ']');
                ++at_;   // The list's tail.
                open_.pop_back();
                continue;
            }
            if (!list.first) out_.push_back(',');
            list.first = false;
            --list.left;
            if (list.object) key();
            value();
        }
    }

  private:
    struct Open {
        std::uint32_t left;
        bool object;
        bool first = true;
    };

    void key() {
        at_ += 2;   // The pair's tag and arity.
        text();
        out_.push_back(':');
    }
    void text() {
        const std::uint32_t size = read_32(at_ + 1);
        print_text({at_ + 5, size}, out_);
        at_ += 5 + size;
    }
    void list(bool object) {
        if (tag_at(at_) == nil_tag) {
            out_ += object ? "{}" : "[]";
            ++at_;
            return;
        }
        out_.push_back(object ? '{' : '[');
        open_.push_back({read_32(at_ + 1), object});
        at_ += 5;
    }
    void bytes() {
        const std::uint32_t size = read_16(at_ + 1);
        at_ += 3;
        for (std::uint32_t i = 0; i < size; ++i) {
            out_.push_back(i == 0 ? '[' : ',');
            out_ += std::to_string(tag_at(at_++));
        }
        out_.push_back(']');
    }
    void value() {
        switch (tag_at(at_)) {
            case tuple_tag: at_ += 2; return list(true);
            case nil_tag:
            case list_tag: return list(false);
            case bytes_tag: return bytes();
            case binary_tag: return text();
            case atom_tag: out_.append(at_ + 3, read_16(at_ + 1)); break;
            case float_tag: print_real(View(at_).number(), out_); break;
            default: out_ += View(at_).digits();
        }
        at_ = end_of(at_);
    }

    const char* at_;
    std::string& out_;
    std::vector<Open> open_;
};

}   // namespace

void print_text(std::string_view text, std::string& out) {
    out.push_back('"');
    std::size_t plain = 0;   // What is not copied yet begins here.
    for (std::size_t at = 0; at < text.size();) {
        const auto c = static_cast<unsigned char>(text[at]);
        const bool escaped = c < 0x20 || c == '"' || c == '\\';
        const std::size_t length = c < 0x80 ? 1 : sequence_at(text, at);
        if (escaped || length == 0) {
            out.append(text, plain, at - plain);
            if (escaped) {
                print_escaped(c, out);
            } else {
                out += "\xEF\xBF\xBD";
            }
            plain = ++at;
        } else {
            at += length;
        }
    }
    out.append(text, plain, text.size() - plain);
    out.push_back('"');
}

void print_real(double value, std::string& out) {
    if (value == 0) {
        out += "0.0";
        return;
    }
    char buffer[32];
    const auto [end, error] =
        std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific);
    SIM_ASSERT(error == std::errc{});
    // "[-]d[.ddd]e±xx": take it apart and write it as double-conversion does.
    std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
    if (text.starts_with('-')) {
        out.push_back('-');
        text.remove_prefix(1);
    }
    const std::size_t mark = text.find('e');
    const int exponent = std::atoi(std::string(text.substr(mark + 1)).c_str());
    std::string digits(1, text[0]);
    if (mark > 2) digits += text.substr(2, mark - 2);
    if (exponent < -6 || exponent >= 21) {
        out.push_back(digits[0]);
        if (digits.size() > 1) (out += '.').append(digits, 1);
        out += exponent < 0 ? "e-" : "e+";
        out += std::to_string(std::abs(exponent));
    } else if (exponent < 0) {
        out += "0.";
        out.append(static_cast<std::size_t>(-exponent - 1), '0');
        out += digits;
    } else {
        const auto whole = static_cast<std::size_t>(exponent) + 1;
        if (digits.size() <= whole) digits.append(whole - digits.size() + 1, '0');
        out.append(digits, 0, whole);
        out.push_back('.');
        out.append(digits, whole);
    }
}

void print(View value, std::string& out) {
    if (value.is(Type::integer)) {   // An element of an array of bytes has no term.
        out += value.digits();
        return;
    }
    Printer(value.bytes().data(), out).run();
}

std::string quoted_text(std::string_view text) {
    std::string out;
    print_text(text, out);
    return out;
}

std::string to_text(View value) {
    std::string out;
    print(value, out);
    return out;
}

}   // namespace glasshive::store::json
