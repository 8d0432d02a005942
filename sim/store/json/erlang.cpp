#include "store/json/erlang.h"

#include "store/json/print.h"

namespace glasshive::store::json {

namespace {

bool printable(unsigned code) {
    return (0x20 <= code && code < 0x7F) || (code >= 0xA0 && code < 0x100) ||
           (code >= 8 && code <= 13) || code == 27;
}

void quote(unsigned char c, std::string& out) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') {
        out += "\\n";
    } else if (c == '\t') {
        out += "\\t";
    } else if (c == '\r') {
        out += "\\r";
    } else {
        out += static_cast<char>(c);
    }
}

void write_text(std::string_view text, bool plain, std::string& out) {
    bool all_printable = !plain && !text.empty();
    for (const char c : text) {
        all_printable =
            all_printable && printable(static_cast<unsigned char>(c)) && (c & 0x80) == 0;
    }
    out += "<<";
    if (all_printable) {
        out += '"';
        for (const char c : text) quote(static_cast<unsigned char>(c), out);
        out += '"';
    } else {
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (i > 0) out += ',';
            out += std::to_string(static_cast<unsigned char>(text[i]));
        }
    }
    out += ">>";
}

/// Erlang writes a fraction always and no plus: 1.0e21.
void write_real(double value, std::string& out) {
    std::string text;
    print_real(value, text);
    const std::size_t exponent = text.find('e');
    if (exponent != std::string::npos) {
        if (text[exponent + 1] == '+') text.erase(exponent + 1, 1);
        if (text.find('.') == std::string::npos) text.insert(exponent, ".0");
    }
    out += text;
}

void write(View value, bool plain, std::string& out);

void write_array(View value, bool plain, std::string& out) {
    bool text = !plain && value.size() > 0;
    for (const View element : value.elements()) {
        const auto code = element.integer();
        text = text && code && 0 <= *code && *code < 256 && printable(static_cast<unsigned>(*code));
    }
    if (text) {
        out += '"';
        for (const View element : value.elements()) {
            quote(static_cast<unsigned char>(*element.integer()), out);
        }
        out += '"';
        return;
    }
    out += '[';
    bool first = true;
    for (const View element : value.elements()) {
        if (!first) out += ',';
        first = false;
        write(element, plain, out);
    }
    out += ']';
}

void write(View value, bool plain, std::string& out) {
    if (value.is(Type::text)) return write_text(value.text(), plain, out);
    if (value.is(Type::array)) return write_array(value, plain, out);
    if (value.is(Type::real)) return write_real(value.number(), out);
    if (!value.is(Type::object)) return print(value, out);
    out += "{[";
    bool first = true;
    for (const Member member : value.members()) {
        out += first ? "{" : ",{";
        first = false;
        write_text(member.key, plain, out);
        out += ',';
        write(member.value, plain, out);
        out += '}';
    }
    out += "]}";
}

}   // namespace

std::string erlang_text(View value, bool plain) {
    std::string out;
    write(value, plain, out);
    return out;
}

}   // namespace glasshive::store::json
