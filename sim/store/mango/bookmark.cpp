#include "store/mango/bookmark.h"

#include <zlib.h>

#include <vector>

#include "store/json/builder.h"

namespace glasshive::store::mango {

namespace {

using namespace json::term;

constexpr unsigned char term_version = 131;
constexpr unsigned char compressed_tag = 80;
constexpr std::size_t term_max = std::size_t{1} << 20;
constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string base64_of(std::string_view bytes) {
    std::string out;
    std::uint32_t buffer = 0;
    int bits = 0;
    for (const char c : bytes) {
        buffer = (buffer << 8 | static_cast<unsigned char>(c)) & 0xFFFFFF;
        for (bits += 8; bits >= 6; bits -= 6) out += alphabet[buffer >> (bits - 6) & 63];
    }
    if (bits > 0) out += alphabet[buffer << (6 - bits) & 63];
    return out;
}

std::optional<std::string> bytes_of(std::string_view base64) {
    std::string out;
    std::uint32_t buffer = 0;
    int bits = 0;
    while (base64.ends_with('=')) base64.remove_suffix(1);
    for (const char c : base64) {
        const std::size_t digit = alphabet.find(c == '+' ? '-' : c == '/' ? '_' : c);
        if (digit == std::string_view::npos) return {};
        buffer = (buffer << 6 | static_cast<std::uint32_t>(digit)) & 0xFFFFFF;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out.push_back(static_cast<char>(buffer >> bits));
        }
    }
    return out;
}

std::string atom(std::string_view name) {
    std::string out{atom_tag, 0, static_cast<char>(name.size())};
    return out += name;
}

/// Reads what a stranger calls a term, and builds a value from it: whatever does not belong to JSON
/// or does not end where it should is refused.
class Reader {
  public:
    explicit Reader(std::string_view bytes) : rest_(bytes) {}

    bool eat(std::string_view expected) {
        if (!rest_.starts_with(expected)) return false;
        rest_.remove_prefix(expected.size());
        return true;
    }
    bool value(json::Builder& out, int depth = 0) {
        constexpr int depth_max = 1000;
        if (rest_.empty() || depth > depth_max) return false;
        switch (tag_at(rest_.data())) {
            case atom_tag:
                if (eat(atom("null"))) return out.null(), true;
                if (eat(atom("true"))) return out.boolean(true), true;
                if (eat(atom("false"))) return out.boolean(false), true;
                return false;
            case float_tag: return real(out);
            case byte_tag: return copy(2, out);
            case integer_tag: return copy(5, out);
            case big_tag:
                return rest_.size() >= 3 && copy(3 + std::size_t{tag_at(rest_.data() + 1)}, out);
            case binary_tag: return text(out, false);
            case nil_tag:
            case list_tag:
            case bytes_tag: return array(out, depth);
            case tuple_tag: return object(out, depth);
            default: return false;
        }
    }
    bool at_end() const { return rest_.empty(); }

  private:
    bool copy(std::size_t size, json::Builder& out) {
        if (rest_.size() < size) return false;
        out.copy(json::View(rest_.data()));
        rest_.remove_prefix(size);
        return true;
    }
    bool real(json::Builder& out) {
        if (rest_.size() < 9) return false;
        const double number = json::View(rest_.data()).number();
        if (!(number - number == 0)) return false;   // Neither infinite nor not a number.
        return copy(9, out);
    }
    bool text(json::Builder& out, bool key) {
        if (rest_.size() < 5 || tag_at(rest_.data()) != binary_tag) return false;
        const std::size_t size = read_32(rest_.data() + 1);
        if (rest_.size() - 5 < size) return false;
        const std::string_view found = rest_.substr(5, size);
        key ? out.key(found) : out.text(found);
        rest_.remove_prefix(5 + size);
        return true;
    }
    /// How many elements a list says it has; npos when it is none.
    std::size_t list() {
        if (rest_.size() < 5 || tag_at(rest_.data()) != list_tag) return std::string::npos;
        const std::size_t count = read_32(rest_.data() + 1);
        rest_.remove_prefix(5);
        return count;
    }
    bool array(json::Builder& out, int depth) {
        out.begin_array();
        const std::string nil(1, nil_tag);
        if (!eat(nil)) {
            if (tag_at(rest_.data()) == bytes_tag) {
                if (rest_.size() < 3 || rest_.size() - 3 < read_16(rest_.data() + 1)) return false;
                const std::size_t size = read_16(rest_.data() + 1);
                for (std::size_t i = 0; i < size; ++i)
                    out.integer(std::int64_t{tag_at(rest_.data() + 3 + i)});
                rest_.remove_prefix(3 + size);
            } else {
                const std::size_t count = list();
                if (count == std::string::npos) return false;
                for (std::size_t i = 0; i < count; ++i) {
                    if (!value(out, depth + 1)) return false;
                }
                if (!eat(nil)) return false;
            }
        }
        out.end_array();
        return true;
    }
    bool object(json::Builder& out, int depth) {
        if (!eat({"\x68\x01", 2})) return false;
        out.begin_object();
        const std::string nil(1, nil_tag);
        if (!eat(nil)) {
            const std::size_t count = list();
            if (count == std::string::npos) return false;
            for (std::size_t i = 0; i < count; ++i) {
                if (!eat({"\x68\x02", 2}) || !text(out, true) || !value(out, depth + 1))
                    return false;
            }
            if (!eat(nil)) return false;
        }
        out.end_object();
        return true;
    }

    std::string_view rest_;
};

std::optional<std::string> inflated(std::string_view bytes) {
    if (bytes.size() < 6 || static_cast<unsigned char>(bytes[0]) != term_version) return {};
    if (static_cast<unsigned char>(bytes[1]) != compressed_tag) return std::string(bytes.substr(1));
    uLongf size = read_32(bytes.data() + 2);
    if (size == 0 || size > term_max) return {};
    std::string out(size, '\0');
    const int result = uncompress(reinterpret_cast<Bytef*>(out.data()), &size,
                                  reinterpret_cast<const Bytef*>(bytes.data() + 6),
                                  static_cast<uLong>(bytes.size() - 6));
    if (result != Z_OK || size != out.size()) return {};
    return out;
}

std::string head() { return std::string{list_tag, 0, 0, 0, 2}; }
std::string pair(std::string_view name) { return std::string{tuple_tag, 2} + atom(name); }

}   // namespace

std::string encode(const Bookmark& bookmark) {
    json::Builder id;
    id.text(bookmark.id);
    std::string term = head() + pair("startkey_docid");
    term += id.take().bytes();
    term += pair("startkey");
    term += bookmark.key.bytes();
    term.push_back(nil_tag);
    uLongf size = compressBound(static_cast<uLong>(term.size()));
    std::string packed(size, '\0');
    const int result = compress2(reinterpret_cast<Bytef*>(packed.data()), &size,
                                 reinterpret_cast<const Bytef*>(term.data()),
                                 static_cast<uLong>(term.size()), Z_DEFAULT_COMPRESSION);
    std::string out(1, static_cast<char>(term_version));
    if (result == Z_OK && size + 5 < term.size()) {
        out.push_back(static_cast<char>(compressed_tag));
        append_32(out, static_cast<std::uint32_t>(term.size()));
        out.append(packed, 0, size);
    } else {
        out += term;
    }
    return base64_of(out);
}

std::optional<Bookmark> decode(std::string_view text) {
    if (text.size() > 2 * term_max) return {};
    const auto bytes = bytes_of(text);
    if (!bytes) return {};
    const auto term = inflated(*bytes);
    if (!term) return {};
    Reader reader(*term);
    json::Builder id;
    json::Builder key;
    if (!reader.eat(head()) || !reader.eat(pair("startkey_docid")) || !reader.value(id) ||
        !reader.eat(pair("startkey")) || !reader.value(key) ||
        !reader.eat(std::string(1, nil_tag)) || !reader.at_end()) {
        return {};
    }
    Bookmark bookmark;
    const json::Value id_value = id.take();
    if (!id_value.view().is(json::Type::text)) return {};
    bookmark.id = id_value.view().text();
    bookmark.key = key.take();
    return bookmark;
}

}   // namespace glasshive::store::mango
