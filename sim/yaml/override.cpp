#include "yaml/override.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>
#include <utility>

#include "yaml/storage.h"
#include "yaml/units.h"

namespace glasshive::yaml {

namespace {

constexpr std::size_t paths_max = 20'000;   // Are compared with what somebody typed.

/// One step down: a key of a map, or an item of a list.
struct Step {
    std::string key;
    std::size_t index = 0;
    bool is_item = false;
    friend bool operator==(const Step&, const Step&) = default;
};

/// As problems spell it.
std::string text_of(std::span<const Step> steps) {
    std::string text;
    for (const Step& step : steps) {
        if (step.is_item)
            text += "[" + std::to_string(step.index) + "]";
        else
            text += (text.empty() ? "" : ".") + step.key;
    }
    return text;
}

std::string name_of(const Node& item) {
    const Node name = item.find("name");
    return name.is_scalar() ? name.text() : "";
}

/// What exists below a value, for hints: "name, image, replicas"; "web, [1]".
std::string listed_below(const Node& node) {
    constexpr std::size_t listed_max = 12;
    std::vector<std::string> words;
    for (const Entry& entry : node.entries()) words.push_back(entry.key.text());
    for (const Node& item : node.items()) {
        const std::string name = name_of(item);
        words.push_back(name.empty() ? "[" + std::to_string(words.size()) + "]" : name);
    }
    std::string text;
    for (std::size_t i = 0; i < words.size() && i < listed_max; ++i) {
        text += (i > 0 ? ", " : "") + words[i];
    }
    return text + (words.size() > listed_max ? ", …" : "");
}

/// Follows a path as far as it is there.
class Walk {
  public:
    Walk(const Node& root, const Override& override, Diagnostics& problems)
        : root_(root),
          node_(root),
          override_(override),
          path_(override.path),
          problems_(problems) {}

    std::optional<std::vector<Step>> steps() {
        while (true) {
            const bool bracket = at_ < path_.size() && path_[at_] == '[';
            if (!(bracket ? item() : key())) return std::nullopt;
            if (at_ == path_.size()) return std::move(steps_);
            if (path_[at_] == '.')
                ++at_;
            else if (path_[at_] != '[')
                return malformed();
        }
    }

  private:
    bool item() {
        std::size_t index = 0;
        const char* const begin = path_.data() + at_ + 1;
        const char* const last = path_.data() + path_.size();
        const auto [end, error] = std::from_chars(begin, last, index);
        if (error != std::errc{} || end == last || *end != ']') return malformed(), false;
        at_ = static_cast<std::size_t>(end - path_.data()) + 1;
        if (index >= node_.items().size()) {
            const std::string count = std::to_string(node_.items().size());
            const std::string items = count == "1" ? " item, [0]" : " items, from [0] on";
            const char* const lacking = node_.exists() ? " is no list, and has no items"
                                                       : " is not there, and has no items";
            return complain(here() + (node_.is_list() ? " has " + count + items : lacking)), false;
        }
        steps_.push_back({.key = {}, .index = index, .is_item = true});
        node_ = node_.items()[index];
        return true;
    }

    bool key() {
        const std::string_view rest = std::string_view(path_).substr(at_);
        if (rest.empty()) return malformed(), false;
        if (node_.is_list()) return named(rest);
        if (node_.is_scalar()) {
            complain(here() + " is " + quoted(node_.text()) + ": nothing is below it");
            return false;
        }
        std::string_view longest;   // Keys may have dots in them, as images have.
        for (const Entry& entry : node_.entries()) longer(entry.key.text(), rest, longest);
        std::size_t taken = longest.size();
        if (longest.empty() && rest[0] == '"') {
            const std::size_t end = rest.find('"', 1);
            if (end == std::string_view::npos || end == 1) return malformed(), false;
            longest = rest.substr(1, end - 1);
            taken = end + 1;
        } else if (longest.empty()) {
            taken = std::min(rest.find_first_of(".["), rest.size());
            longest = rest.substr(0, taken);
        }
        if (longest.empty()) return malformed(), false;
        at_ += taken;
        if (node_.exists()) last_ = node_;
        node_ = node_.find(longest);
        steps_.push_back({.key = std::string(longest)});
        return true;
    }

    bool named(std::string_view rest) {
        std::string_view longest;
        for (const Node& item : node_.items()) {
            const Node name = item.find("name");
            if (name.is_scalar()) longer(name.text(), rest, longest);
        }
        std::vector<std::size_t> found;
        for (std::size_t i = 0; i < node_.items().size() && !longest.empty(); ++i) {
            if (name_of(node_.items()[i]) == longest) found.push_back(i);
        }
        if (found.size() != 1) {
            const std::size_t end = std::min(rest.find_first_of(".["), rest.size());
            const std::string word(longest.empty() ? rest.substr(0, end) : longest);
            complain(here() + (found.empty() ? " has nothing named " : " has several named ") +
                     quoted(word));
            return false;
        }
        at_ += longest.size();
        steps_.push_back({.key = {}, .index = found.front(), .is_item = true});
        node_ = node_.items()[found.front()];
        return true;
    }

    /// Takes `word` for `best` when the rest of the path begins with it, and nothing longer did.
    static void longer(std::string_view word, std::string_view rest, std::string_view& best) {
        const bool whole =
            rest.starts_with(word) &&
            (rest.size() == word.size() || rest[word.size()] == '.' || rest[word.size()] == '[');
        if (whole && word.size() > best.size()) best = rest.substr(0, word.size());
    }

    std::string here() const { return steps_.empty() ? "the file" : text_of(steps_); }

    void complain(const std::string& message) {
        const std::string near = nearest_path(root_, path_);
        const std::string below = listed_below(node_.exists() ? node_ : last_);
        std::string hint = near.empty() ? "" : "did you mean " + near + "?";
        if (near.empty() && !below.empty()) hint = "there are " + below;
        problems_.push_back({.file = label_of(override_), .message = message, .hint = hint});
    }

    std::nullopt_t malformed() {
        problems_.push_back({.file = label_of(override_),
                             .message = "is no path",
                             .hint = "such as services.web.replicas or services[0].replicas"});
        return std::nullopt;
    }

    Node root_, node_, last_;
    const Override& override_;
    const std::string& path_;
    Diagnostics& problems_;
    std::size_t at_ = 0;
    std::vector<Step> steps_;
};

/// Copies what lies on the way to a new value; everything else is shared with the old document.
class Change {
  public:
    Change(DocumentStorage& storage, const Node& value) : storage_(storage), value_(value) {}

    Node put(const Node& at, std::span<const Step> steps) {
        if (steps.empty()) return value_;
        NodeData& copy = storage_.nodes.emplace_back();
        copy.storage = (at.exists() ? at : value_).data()->storage;
        copy.kind = steps.front().is_item ? Kind::list : Kind::map;
        copy.tag = at.exists() ? at.data()->tag : nullptr;
        copy.children = at.exists() && at.data()->children
                            ? std::make_unique<Children>(*at.data()->children)
                            : std::make_unique<Children>();
        if (copy.kind == Kind::list) {
            Node& item = copy.children->items[steps.front().index];
            item = put(item, steps.subspan(1));
        } else {
            put_entry(*copy.children, steps);
        }
        return at.exists() ? Node(&copy, at.line(), at.column()) : Node(&copy, 1, 1);
    }

  private:
    void put_entry(Children& children, std::span<const Step> steps) {
        const std::string& key = steps.front().key;
        for (Entry& entry : children.entries) {
            if (entry.key.text() != key) continue;
            entry.value = put(entry.value, steps.subspan(1));
            return;
        }
        NodeData& name = storage_.nodes.emplace_back();
        name.storage = value_.data()->storage;
        name.text = key;
        name.kind = Kind::scalar;
        name.plain = true;
        children.entries.push_back({Node(&name, 1, 1), put(Node(), steps.subspan(1))});
        index_keys(children);
    }

    DocumentStorage& storage_;
    Node value_;
};

/// A good override: where it goes, and its value.
struct Placed {
    std::vector<Step> steps;
    Document value;
};

std::optional<Placed> placed(const Node& root, const Override& override, Diagnostics& problems) {
    auto steps = Walk(root, override, problems).steps();
    const auto complain = [&](const std::string& message, const std::string& hint) {
        problems.push_back({.file = label_of(override),
                            .path = steps ? text_of(*steps) : "",
                            .message = message,
                            .hint = hint});
        return std::nullopt;
    };
    if (override.value.find_first_not_of(" \t\r\n") == std::string::npos) {
        return complain("has no value", "a YAML value; ~ for none");
    }
    auto value = parse(override.value, label_of(override));
    if (!value.ok()) {
        problems.insert(problems.end(), value.problems().begin(), value.problems().end());
        return std::nullopt;
    }
    if (!steps) return std::nullopt;
    if (steps->size() + value.value().root().data()->height > depth_max) {
        return complain("lies more than " + std::to_string(depth_max) + " levels deep", "");
    }
    return Placed{std::move(*steps), std::move(value.value())};
}

/// One of both is the other's place, or a part of it.
bool meet(const std::vector<Step>& a, const std::vector<Step>& b) {
    const auto shorter = static_cast<std::ptrdiff_t>(std::min(a.size(), b.size()));
    return std::equal(a.begin(), a.begin() + shorter, b.begin());
}

void collect_paths(const Node& node, const std::string& path, std::vector<std::string>& paths) {
    if (paths.size() >= paths_max) return;
    if (!path.empty()) paths.push_back(path);
    for (const Entry& entry : node.entries()) {
        collect_paths(entry.value, path + (path.empty() ? "" : ".") + entry.key.text(), paths);
    }
    std::size_t index = 0;
    for (const Node& item : node.items()) {
        const std::string number = "[" + std::to_string(index++) + "]";
        const std::string name = name_of(item);
        // As a person would rather write it first.
        const bool plain = !name.empty() && name.find_first_of("{}[] ") == std::string::npos;
        collect_paths(item, path + (plain ? "." + name : number), paths);
        if (!name.empty()) collect_paths(item, path + (plain ? number : "." + name), paths);
    }
}

}   // namespace

std::string label_of(const Override& override) { return override.option + " " + override.path; }

Document overridden(const Document& document, const std::vector<Override>& overrides,
                    Diagnostics& problems) {
    if (overrides.empty() || !document.root().is_map()) return document;
    auto storage = std::make_shared<DocumentStorage>();
    storage->file = document.file();
    storage->text = document.text();
    storage->kept.push_back(document.storage());
    Node root = document.root();
    std::vector<std::pair<std::vector<Step>, std::string>> taken;
    for (const Override& override : overrides) {
        auto good = placed(document.root(), override, problems);
        if (!good) continue;
        const auto other = std::find_if(taken.begin(), taken.end(), [&](const auto& each) {
            return meet(each.first, good->steps);
        });
        if (other != taken.end()) {
            problems.push_back({.file = label_of(override),
                                .path = text_of(good->steps),
                                .message = "is set by " + other->second + ", too",
                                .hint = "one value for one place"});
            continue;
        }
        storage->kept.push_back(good->value.storage());
        root = Change(*storage, good->value.root()).put(root, good->steps);
        taken.emplace_back(std::move(good->steps), label_of(override));
    }
    return Document(std::move(storage), root);
}

void hint_paths(const Node& root, const std::vector<Override>& overrides, Diagnostics& problems) {
    for (const Override& override : overrides) {
        for (Diagnostic& problem : problems) {
            const bool unknown = problem.file == label_of(override) &&
                                 problem.message.starts_with("unknown key") &&
                                 !problem.hint.starts_with("did you mean");
            const std::string near = unknown ? nearest_path(root, override.path) : "";
            if (!near.empty()) problem.hint = "did you mean " + near + "? " + problem.hint;
        }
    }
}

std::string nearest_path(const Node& root, const std::string& typed) {
    std::vector<std::string> paths;
    collect_paths(root, "", paths);
    for (const std::string& path : paths) {
        if (path == typed || path.ends_with("." + typed)) return path;
    }
    return nearest(typed, paths);
}

}   // namespace glasshive::yaml
