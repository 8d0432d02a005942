#include "words/flags.h"

#include "words/grammar/gotext.h"
#include "words/values.h"

namespace glasshive::words {

bool Flags::given(std::string_view name) const {
    asked_.emplace(name);
    for (const FlagValue& use : values) {
        if (use.flag->name == name) return true;
    }
    return false;
}

std::optional<std::string> Flags::last(std::string_view name) const {
    asked_.emplace(name);
    std::optional<std::string> result;
    for (const FlagValue& use : values) {
        if (use.flag->name == name) result = use.value;
    }
    return result;
}

bool Flags::toggle(std::string_view name) const {
    const std::optional<std::string> value = last(name);
    return value && go_bool(*value).value.value_or(false);
}

std::vector<std::string> Flags::all(std::string_view name) const {
    asked_.emplace(name);
    std::vector<std::string> result;
    for (const FlagValue& use : values) {
        if (use.flag->name != name) continue;
        if (use.flag->kind != Kind::strings) {
            result.push_back(use.value);
            continue;
        }
        const auto fields = go_csv(use.value);   // "a,b" is two values (pflag's StringSlice).
        if (fields) result.insert(result.end(), fields.value->begin(), fields.value->end());
    }
    return result;
}

std::vector<std::pair<std::string, std::string>> Flags::pairs(std::string_view name) const {
    std::vector<std::pair<std::string, std::string>> result;
    for (const std::string& text : all(name)) {
        Pair pair = cut(text);
        result.emplace_back(std::move(pair.key), pair.value.value_or(""));
    }
    return result;
}

std::vector<std::string> Flags::unasked() const {
    std::vector<std::string> result;
    for (const FlagValue& use : values) {
        const std::string name = "--" + std::string(use.flag->name);
        const bool listed = !result.empty() && result.back() == name;
        if (asked_.count(use.flag->name) == 0 && !listed) result.push_back(name);
    }
    return result;
}

namespace {

/// pflag's parser, one word after the other.
class Reader {
  public:
    Reader(std::span<const FlagInfo> table, std::span<const std::string> words)
        : table_(table),
          words_(words) {}

    ParsedFlags read(bool interspersed) {
        while (at_ < words_.size() && result_.problem.empty() && !result_.help) {
            const std::string& word = words_[at_++];
            if (word == "--") break;
            if (word.size() < 2 || word[0] != '-') {
                result_.flags.arguments.push_back(word);
                if (!interspersed) break;
            } else if (word[1] == '-') {
                read_long(word);
            } else {
                read_short(word);
            }
        }
        for (; at_ < words_.size(); ++at_) result_.flags.arguments.push_back(words_[at_]);
        return std::move(result_);
    }

  private:
    const FlagInfo* find(std::string_view name) const {
        for (const FlagInfo& flag : table_) {
            if (flag.name == name) return &flag;
        }
        return nullptr;
    }

    void read_long(const std::string& word) {
        const std::string_view body = std::string_view(word).substr(2);
        if (body[0] == '-' || body[0] == '=') return fail("bad flag syntax: " + word);
        Pair pair = cut(body);
        const FlagInfo* flag = find(pair.key);
        if (pair.key == "help" && (!flag || flag->kind == Kind::toggle)) {
            result_.help = true;
        } else if (!flag) {
            fail("unknown flag: --" + pair.key);
        } else if (pair.value) {
            set(*flag, std::move(*pair.value));
        } else if (flag->kind == Kind::toggle) {
            set(*flag, "true");
        } else if (at_ < words_.size()) {
            set(*flag, words_[at_++]);
        } else {
            fail("flag needs an argument: --" + pair.key);
        }
    }

    void read_short(const std::string& word) {
        std::string_view letters = std::string_view(word).substr(1);
        while (!letters.empty() && result_.problem.empty() && !result_.help) {
            const char letter = letters[0];
            const std::string rest(letters.substr(1));
            const FlagInfo* flag = nullptr;
            for (const FlagInfo& candidate : table_) {
                if (candidate.shorthand == letter) flag = &candidate;
            }
            const std::string shown =
                "'" + std::string(1, letter) + "' in -" + std::string(letters);
            if (!flag && letter == 'h') {
                result_.help = result_.help_shorthand = true;
            } else if (!flag) {
                fail("unknown shorthand flag: " + shown);
            } else if (!rest.empty() && rest[0] == '=') {
                return set(*flag, rest.substr(1));
            } else if (flag->kind == Kind::toggle) {
                set(*flag, "true");
            } else if (!rest.empty()) {
                return set(*flag, rest);
            } else if (at_ < words_.size()) {
                return set(*flag, words_[at_++]);
            } else {
                fail("flag needs an argument: " + shown);
            }
            letters.remove_prefix(1);
        }
    }

    void set(const FlagInfo& flag, std::string value) {
        const std::string problem = check_value(flag.kind, value);
        if (problem.empty()) {
            result_.flags.values.push_back({&flag, std::move(value)});
            return;
        }
        const std::string name = "--" + std::string(flag.name);
        const std::string shown =
            flag.shorthand != 0 ? std::string("-") + flag.shorthand + ", " + name : name;
        fail("invalid argument " + go_quoted(value) + " for \"" + shown + "\" flag: " + problem);
    }

    void fail(std::string problem) { result_.problem = std::move(problem); }

    std::span<const FlagInfo> table_;
    std::span<const std::string> words_;
    std::size_t at_ = 0;
    ParsedFlags result_;
};

}   // namespace

ParsedFlags parse_flags(std::span<const FlagInfo> table, std::span<const std::string> words,
                        bool interspersed) {
    return Reader(table, words).read(interspersed);
}

}   // namespace glasshive::words
