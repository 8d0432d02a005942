#include "store/quorum/packed_seq.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

namespace glasshive::store {

namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string to_base64(std::string_view bytes) {
    std::string out;
    std::uint32_t bits = 0;
    int have = 0;
    for (const char byte : bytes) {
        bits = bits << 8 | static_cast<unsigned char>(byte);
        for (have += 8; have >= 6; have -= 6) out += alphabet[bits >> (have - 6) & 63];
    }
    if (have > 0) out += alphabet[bits << (6 - have) & 63];
    return out;
}

std::optional<std::string> from_base64(std::string_view text) {
    std::string out;
    std::uint32_t bits = 0;
    int have = 0;
    for (const char letter : text) {
        const std::size_t value = alphabet.find(letter);
        if (value == std::string_view::npos) return {};
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        if ((have += 6) < 8) continue;
        have -= 8;
        out += static_cast<char>(bits >> have & 255);
    }
    return out;
}

// --- The external term of [{Node, [Begin, End], {Seq, Uuid, Node}}, ...] -------------------------

void put_int(std::string& out, std::uint64_t value, int bytes) {
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
        out += static_cast<char>(value >> shift & 255);
    }
}

void put_number(std::string& out, std::uint64_t value) {
    if (value <= 255) {
        out += 'a';
        put_int(out, value, 1);
    } else if (value <= INT32_MAX) {
        out += 'b';
        put_int(out, value, 4);
    } else {
        std::string digits;
        for (; value > 0; value >>= 8) digits += static_cast<char>(value & 255);
        out += 'n';
        put_int(out, digits.size(), 1);
        out += '\0';
        out += digits;
    }
}

void put_atom(std::string& out, std::string_view name) {
    out += 'd';
    put_int(out, name.size(), 2);
    out += name;
}

/// Reads what put_… wrote; after the first surprise everything is empty and `good` is false.
struct Reader {
    std::string_view left;
    bool good = true;

    std::uint64_t bytes(std::size_t count) {
        std::uint64_t value = 0;
        for (const char byte : take(count)) value = value << 8 | static_cast<unsigned char>(byte);
        return value;
    }
    std::string_view take(std::size_t count) {
        if (count > left.size()) good = false;
        if (!good) return {};
        const std::string_view taken = left.substr(0, count);
        left.remove_prefix(count);
        return taken;
    }
    void tag(std::string_view expected) { good = good && take(expected.size()) == expected; }
    std::uint64_t number() {
        const std::string_view kind = take(1);
        if (kind == "a") return bytes(1);
        if (kind == "b") return bytes(4);
        if (kind != "n") good = false;
        const std::uint64_t count = bytes(1);
        if (count > 8 || bytes(1) != 0) good = false;
        std::uint64_t value = 0;
        const std::string_view digits = take(count);
        for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) {
            value = value << 8 | static_cast<unsigned char>(*digit);
        }
        return value;
    }
    std::string atom() {
        tag("d");
        return std::string(take(bytes(2)));
    }
};

}   // namespace

std::string PackedSeq::text() const {
    std::uint64_t sum = 0;
    std::string term = "\x83l";
    put_int(term, ranges.size(), 4);
    for (const One& one : ranges) {
        sum += one.at.seq;
        term += "h\x03";
        put_atom(term, one.at.node);
        term += 'l';
        put_int(term, 2, 4);
        put_number(term, one.range.begin);
        put_number(term, one.range.end);
        term += "jh\x03";
        put_number(term, one.at.seq);
        term += 'm';
        put_int(term, one.at.uuid.size(), 4);
        term += one.at.uuid;
        put_atom(term, one.at.node);
    }
    term += 'j';
    return std::to_string(sum) + "-" + to_base64(term);
}

std::optional<PackedSeq> PackedSeq::parse(std::string_view text) {
    if (text == "0") return PackedSeq{};
    const std::size_t dash = text.find('-');
    if (dash == 0 || dash == std::string_view::npos) return {};
    const auto is_digit = [](char c) { return '0' <= c && c <= '9'; };
    if (!std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(dash), is_digit)) {
        return {};
    }
    const auto term = from_base64(text.substr(dash + 1));
    if (!term) return {};
    Reader in{*term};
    in.tag("\x83l");
    PackedSeq packed;
    for (std::uint64_t count = in.bytes(4); in.good && count > 0; --count) {
        One one;
        in.tag("h\x03");
        one.at.node = in.atom();
        in.tag(std::string_view("l\0\0\0\2", 5));
        const std::uint64_t begin = in.number(), end = in.number();
        if (begin > end || end > UINT32_MAX) in.good = false;
        one.range = {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
        in.tag("jh\x03");
        one.at.seq = in.number();
        in.tag("m");
        one.at.uuid = std::string(in.take(in.bytes(4)));
        in.atom();
        if (in.good) packed.ranges.push_back(std::move(one));
    }
    in.tag("j");
    if (!in.good || !in.left.empty()) return {};
    return packed;
}

std::vector<std::size_t> ring_of(const std::vector<Range>& ranges) {
    const std::uint64_t whole = std::uint64_t{UINT32_MAX} + 1;
    std::uint64_t covered = 0;   // At the most: too little is seen at a glance.
    for (const Range& range : ranges) covered += std::uint64_t{range.end} - range.begin + 1;
    if (covered < whole) return {};
    std::map<std::uint64_t, std::vector<std::size_t>> by_begin;
    for (std::size_t i = 0; i < ranges.size(); ++i) by_begin[ranges[i].begin].push_back(i);
    std::set<std::uint64_t> dead;   // From here nobody gets around.
    std::vector<std::size_t> ring;
    const std::function<bool(std::uint64_t)> go = [&](std::uint64_t at) {
        if (at == whole) return true;
        if (dead.count(at) > 0) return false;
        for (const std::size_t i : by_begin[at]) {
            ring.push_back(i);
            if (go(std::uint64_t{ranges[i].end} + 1)) return true;
            ring.pop_back();
        }
        dead.insert(at);
        return false;
    };
    go(0);
    return ring;
}

}   // namespace glasshive::store
