#include "yaml/reader.h"

#include <algorithm>
#include <charconv>
#include <set>

namespace glasshive::yaml {

namespace {

std::string below(const std::string& path, std::string_view key) {
    return path.empty() ? std::string(key) : path + "." + std::string(key);
}

template <class T>
std::string bounds(Range<T> range) {
    const auto shown = [](T bound) {
        if constexpr (std::is_floating_point_v<T>) {
            std::string text = std::to_string(bound);
            text.erase(text.find_last_not_of('0') + 1);
            if (text.back() == '.') text.pop_back();
            return text;
        } else {
            return std::to_string(bound);
        }
    };
    const bool open_below = range.min == std::numeric_limits<T>::lowest();
    const bool open_above = range.max == std::numeric_limits<T>::max();
    if (open_above) return "of at least " + shown(range.min);
    if (open_below) return "of at most " + shown(range.max);
    return "from " + shown(range.min) + " to " + shown(range.max);
}

/// Sets `out` from a parser's answer, or reports its problem at `value`.
template <class T>
bool take(const Value& value, Parsed<T> parsed, T& out) {
    if (!parsed) {
        value.error(std::move(parsed.problem), std::move(parsed.hint));
        return false;
    }
    out = *parsed.value;
    return true;
}

template <class T>
bool take_within(const Value& value, T read, T& out, Range<T> range) {
    if (read < range.min || read > range.max) {
        value.error(value.node().text() + " is out of range", "write a number " + bounds(range));
        return false;
    }
    out = read;
    return true;
}

}   // namespace

bool Value::scalar(std::string_view wanted) const {
    if (!exists()) return false;
    if (node_.is_scalar()) return true;
    wrong_kind(wanted);
    return false;
}

bool Value::into(std::string& out) const {
    if (!scalar("a text")) return false;
    out = node_.text();
    return true;
}

bool Value::into(bool& out) const {
    return scalar("true or false") && take(*this, parse_bool(node_.text()), out);
}

bool Value::into(Duration& out) const {
    return scalar("a duration") && take(*this, parse_duration(node_.text()), out);
}

bool Value::into(Bytes& out) const {
    return scalar("a size") && take(*this, parse_bytes(node_.text()), out);
}

bool Value::into(Bandwidth& out) const {
    return scalar("a bandwidth") && take(*this, parse_bandwidth(node_.text()), out);
}

bool Value::into(Cpus& out) const {
    return scalar("a number of CPUs") && take(*this, parse_cpus(node_.text()), out);
}

bool Value::into(std::int64_t& out, Range<std::int64_t> range) const {
    std::int64_t read = 0;
    return scalar("a whole number") && take(*this, parse_integer(node_.text()), read) &&
           take_within(*this, read, out, range);
}

bool Value::into(int& out, Range<int> range) const {
    std::int64_t read = 0;
    if (!into(read, Range<std::int64_t>{range.min, range.max})) return false;
    out = static_cast<int>(read);
    return true;
}

bool Value::into(std::uint64_t& out) const {
    if (!scalar("a whole number")) return false;
    const std::string& text = node_.text();
    std::uint64_t read = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), read);
    if (error == std::errc() && end == text.data() + text.size() &&
        (text.size() == 1 || text[0] != '0')) {
        out = read;
        return true;
    }
    const Parsed<std::int64_t> why = parse_integer(text);
    if (why) {
        out_of_range();
    } else {
        this->error(why.problem, why.hint);
    }
    return false;
}

void Value::out_of_range() const {
    error(node_.text() + " is out of range",
          "write a number " + bounds(Range<std::int64_t>{.min = 0}));
}

bool Value::into(double& out, Range<double> range) const {
    double read = 0;
    return scalar("a number") && take(*this, parse_real(node_.text()), read) &&
           take_within(*this, read, out, range);
}

bool Value::into_fraction(double& out) const {
    return scalar("a fraction") && take(*this, parse_fraction(node_.text()), out);
}

int Value::choice(const std::vector<std::string>& words) const {
    if (!scalar("one of " + joined(words))) return -1;
    const auto at = std::find(words.begin(), words.end(), node_.text());
    if (at != words.end()) return static_cast<int>(at - words.begin());
    const std::string near = nearest(node_.text(), words);
    error(quoted(node_.text()) + " is not one of " + joined(words),
          near.empty() ? "" : "did you mean " + near + "?");
    return -1;
}

std::vector<Value> Value::items() const {
    std::vector<Value> result;
    if (!exists() || node_.is_null()) return result;
    if (!node_.is_list()) wrong_kind("a list");
    std::size_t index = 0;
    for (const Node& item : node_.items()) {
        result.emplace_back(item, path_ + "[" + std::to_string(index++) + "]", *problems_);
    }
    return result;
}

std::vector<std::pair<std::string, Value>> Value::entries() const {
    std::vector<std::pair<std::string, Value>> result;
    if (!exists() || node_.is_null()) return result;
    if (!node_.is_map()) wrong_kind("a map");
    for (const Entry& entry : node_.entries()) {
        result.emplace_back(entry.key.text(),
                            Value(entry.value, below(path_, entry.key.text()), *problems_));
    }
    return result;
}

Reader Value::as_map() const { return Reader(node_, *problems_, path_); }

void Value::error(std::string message, std::string hint) const {
    problems_->push_back({.file = node_.file(), .line = node_.line(), .path = path_,
                          .message = std::move(message), .hint = std::move(hint)});
}

void Value::warning(std::string message, std::string hint) const {
    error(std::move(message), std::move(hint));
    problems_->back().severity = Severity::warning;
}

void Value::wrong_kind(std::string_view wanted) const {
    std::string found(to_text(node_.kind()));
    if (node_.is_scalar()) found = quoted(node_.text());
    std::string hint;
    if (wanted == "a list" && node_.is_map()) hint = "begin each item with \"- \"";
    if (wanted == "a list" && node_.is_scalar()) {
        hint = "write [" + node_.text() + "], or one item a line";
    }
    if (wanted == "a map" && node_.is_list()) hint = "write \"key: value\" lines without \"- \"";
    if (hint.size() > 80) hint.clear();   // A whole text in it helps nobody.
    error("expected " + std::string(wanted) + ", found " + found, hint);
}

Reader::Reader(Node node, Diagnostics& problems, std::string path)
    : self_(node, std::move(path), problems) {
    if (node.exists() && !node.is_map() && !node.is_null()) {
        self_.wrong_kind("a map");
        self_.node_ = Node();   // Reads keep their defaults and report nothing more.
    }
}

Reader::Reader(Reader&& other) noexcept
    : self_(std::move(other.self_)), asked_(std::move(other.asked_)), any_key_(other.any_key_),
      finished_(other.finished_) {
    other.finished_ = true;
}

Reader::~Reader() { finish(); }

void Reader::allow(std::initializer_list<std::string_view> keys) {
    for (const std::string_view key : keys) {
        if (std::find(asked_.begin(), asked_.end(), key) == asked_.end()) asked_.emplace_back(key);
    }
}

bool Reader::has(std::string_view key) {
    allow({key});
    return self_.node().find(key).exists();
}

Value Reader::value(std::string_view key) {
    allow({key});
    return Value(self_.node().find(key), below(self_.path(), key), *self_.problems_);
}

Value Reader::required(std::string_view key, std::string hint) {
    Value found = value(key);
    if (present() && !found.exists()) {
        self_.error("the key \"" + std::string(key) + "\" is missing", std::move(hint));
    }
    return found;
}

std::vector<Reader> Reader::maps(std::string_view key) {
    std::vector<Reader> result;
    for (const Value& item : list(key)) {
        if (item.node().is_map()) {
            result.push_back(item.as_map());
        } else {
            item.wrong_kind("a map");
        }
    }
    return result;
}

bool Reader::check(bool holds, std::string_view key, std::string message, std::string hint) {
    if (holds) return true;
    if (!present()) return false;   // What is no map was refused already, and has no place.
    Value at = value(key);
    if (!at.exists()) at.node_ = self_.node();
    at.error(std::move(message), std::move(hint));
    return false;
}

void Reader::finish() {
    if (finished_) return;
    finished_ = true;
    if (any_key_) return;
    for (const Entry& entry : self_.node().entries()) {
        const std::string& key = entry.key.text();
        if (std::find(asked_.begin(), asked_.end(), key) != asked_.end()) continue;
        const std::string near = nearest(key, asked_);
        std::string hint = near.empty() ? "" : "did you mean " + near + "? ";
        hint += asked_.size() == 1 ? "the only valid key is " : "valid keys are ";
        hint += joined(asked_);
        Value(entry.key, below(self_.path(), key), *self_.problems_)
            .error("unknown key " + quoted(key), asked_.empty() ? "remove it" : hint);
    }
}

Diagnostics sorted(Diagnostics problems) {
    std::stable_sort(problems.begin(), problems.end(),
                     [](const Diagnostic& a, const Diagnostic& b) {
                         return a.file != b.file ? a.file < b.file : a.line < b.line;
                     });
    Diagnostics result;
    std::set<std::string> told;   // In the current line, which may be the whole of a hostile file.
    for (Diagnostic& problem : problems) {
        const bool same_line = !result.empty() && result.back().line == problem.line &&
                               result.back().file == problem.file;
        if (!same_line) told.clear();
        if (told.insert(to_text(problem)).second) result.push_back(std::move(problem));
    }
    return result;
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
}

}   // namespace glasshive::yaml
