#include "store/json/parse.h"

#include <nlohmann/json.hpp>

#include "store/json/builder.h"

namespace glasshive::store::json {

namespace {

/// Takes the events of nlohmann-json's reader, which keeps its stack itself and does not recurse.
class Reader {
  public:
    explicit Reader(const Limits& limits) : limits_(limits) {}

    bool null() { return builder_.null(), true; }
    bool boolean(bool value) { return builder_.boolean(value), true; }
    bool number_integer(std::int64_t value) { return builder_.integer(value), true; }
    bool number_unsigned(std::uint64_t value) { return builder_.integer(value), true; }
    /// Integers beyond 64 bits come here, too; only the text tells.
    bool number_float(double value, const std::string& text) {
        if (text.find_first_of(".eE") == std::string::npos) {
            builder_.big_integer(text);
        } else {
            builder_.real(value);
        }
        return true;
    }
    bool string(const std::string& value) { return builder_.text(value), true; }
    bool binary(const std::vector<std::uint8_t>&) { return false; }   // JSON has none.
    bool start_object(std::size_t) { return room() && (builder_.begin_object(), true); }
    bool key(const std::string& name) { return builder_.key(name), true; }
    bool end_object() { return builder_.end_object(), true; }
    bool start_array(std::size_t) { return room() && (builder_.begin_array(), true); }
    bool end_array() { return builder_.end_array(), true; }
    bool parse_error(std::size_t at, const std::string&, const nlohmann::detail::exception&) {
        result_.at = at;
        result_.problem = "not JSON";
        return false;
    }

    Parsed finish(bool read) {
        if (read) {
            result_.value = builder_.take();
        } else if (result_.problem.empty()) {
            result_.problem = "nested deeper than " + std::to_string(limits_.depth_max);
        }
        return std::move(result_);
    }

  private:
    bool room() const { return builder_.depth() < limits_.depth_max; }

    const Limits& limits_;
    Builder builder_;
    Parsed result_;
};

}   // namespace

Parsed parse(std::string_view text, const Limits& limits) {
    const auto refused = [](std::string why, std::size_t at) {
        return Parsed{{}, std::move(why), at};
    };
    if (text.size() > limits.bytes_max) return refused("too long", limits.bytes_max);
    // The library skips the one and takes the other for the end.
    if (text.starts_with("\xEF\xBB\xBF")) return refused("begins with a byte order mark", 0);
    if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
        return refused("not JSON", nul);
    }
    Reader reader(limits);
    const bool read = nlohmann::json::sax_parse(text.begin(), text.end(), &reader);
    return reader.finish(read);
}

}   // namespace glasshive::store::json
