#include "yaml/builder.h"

#include <algorithm>
#include <numeric>
#include <set>

namespace glasshive::yaml {

namespace {

constexpr std::size_t problems_max = 100;    // A file with more is not YAML written by a person.
constexpr std::size_t linear_search_max = 8;   // Entries a map is searched through one by one.

bool is_merge_key(const Node& key) { return key.is_plain() && key.text() == "<<"; }

bool blank(std::string_view text) {
    return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

}   // namespace

Builder::Builder(DocumentStorage& storage, Diagnostics& problems, Diagnostics& repeated)
    : storage_(storage), problems_(problems), repeated_(repeated), line_starts_{0}, anchors_(1) {
    for (std::size_t i = 0; i < storage.text.size(); ++i) {
        if (storage.text[i] == '\n') line_starts_.push_back(i + 1);
    }
}

int Builder::last_line() const {
    const bool ends_with_newline = line_starts_.back() == storage_.text.size();
    const auto lines = static_cast<int>(line_starts_.size());
    return ends_with_newline ? std::max(1, lines - 1) : lines;
}

bool Builder::indented_with_tab(int line) const {
    const std::string_view text = line_text(line);
    return text.substr(0, text.find_first_not_of(" \t")).find('\t') != std::string_view::npos;
}

void Builder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
    int line = mark.line + 1;
    int column = mark.column + 1;
    place_null(line, column);
    NodeData& data = make(Kind::null, "");
    weigh(data);
    add(place(data, line, column, anchor));
}

void Builder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
    const int line = mark.line + 1;
    const Node target = anchor < anchors_.size() ? anchors_[anchor] : Node();
    if (!target.exists() || target.data()->weight == 0) {
        report(line, path(), "this value contains itself through an alias");
        throw Abandon{};
    }
    // Aliases share their target's storage, but whoever walks the tree visits it each time: a
    // "billion laughs" file costs its readers, so the visits are bounded here.
    aliased_values_ += target.data()->weight;
    if (aliased_values_ > alias_values_max) {
        report(line, path(), "aliases repeat more than " + std::to_string(alias_values_max) +
                                 " values", "aliases of aliases multiply; write fewer of them");
        throw Abandon{};
    }
    if (frames_.size() + target.data()->height > depth_max) {
        report(line, path(), "lists and maps are nested more than " + std::to_string(depth_max) +
                                 " deep through aliases");
        throw Abandon{};
    }
    add(Node(target.data(), line, mark.column + 1));
}

void Builder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       const std::string& value) {
    // yaml-cpp's own tags say how it was written: "?" plain, "!" quoted or block.
    NodeData& data = make(Kind::scalar, tag == "?" || tag == "!" ? "" : tag);
    data.text = value;
    data.plain = tag == "?";
    weigh(data);
    add(place(data, mark.line + 1, mark.column + 1, anchor));
}

void Builder::OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                              YAML::EmitterStyle::value) {
    open(Kind::list, mark, tag, anchor);
}

void Builder::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) {
    open(Kind::map, mark, tag, anchor);
}

void Builder::OnSequenceEnd() { close(); }

void Builder::OnMapEnd() {
    Children& children = *frames_.back().data->children;
    check_duplicates(children.entries);
    merge(children.entries);
    index_keys(children);
    close();
}

void Builder::open(Kind kind, const YAML::Mark& mark, const std::string& tag,
                   YAML::anchor_t anchor) {
    if (frames_.size() >= static_cast<std::size_t>(depth_max)) {
        report(mark.line + 1, "",
               "lists and maps are nested more than " + std::to_string(depth_max) + " deep");
        throw Abandon{};
    }
    NodeData& data = make(kind, tag == "?" || tag == "!" ? "" : tag);
    data.children = std::make_unique<Children>();
    frames_.push_back({place(data, mark.line + 1, mark.column + 1, anchor), &data, std::nullopt});
}

void Builder::close() {
    const Frame frame = frames_.back();
    weigh(*frame.data);
    frames_.pop_back();
    add(frame.self);
}

NodeData& Builder::make(Kind kind, const std::string& tag) {
    NodeData& data = storage_.nodes.emplace_back();
    data.storage = &storage_;
    data.kind = kind;
    if (tag.empty()) return data;
    data.tag = &*storage_.tags.insert(tag).first;
    return data;
}

Node Builder::place(NodeData& data, int line, int column, YAML::anchor_t anchor) {
    const Node node(&data, line, column);
    if (anchor != 0) {
        if (anchor >= anchors_.size()) anchors_.resize(anchor + 1);
        anchors_[anchor] = node;
    }
    return node;
}

void Builder::weigh(NodeData& data) const {
    std::uint64_t weight = 1;
    std::uint32_t height = 0;
    const auto count = [&](const Node& node) {
        weight += node.data()->weight;
        height = std::max(height, node.data()->height);
    };
    if (data.children) {
        for (const Node& item : data.children->items) count(item);
        for (const Entry& entry : data.children->entries) {
            ++weight;
            count(entry.value);
        }
        ++height;
    }
    data.weight = weight;
    data.height = height;
}

void Builder::add(Node value) {
    if (frames_.empty()) {
        root_ = value;
        return;
    }
    Frame& frame = frames_.back();
    if (frame.self.is_list()) {
        frame.data->children->items.push_back(value);
    } else if (!frame.key) {
        if (!value.is_scalar()) {
            report(value.line(), path(), "a key must be a text, not " +
                       std::string(to_text(value.kind())),
                   value.is_null() ? "put quotes around a key that is spelled null or ~" : "");
        }
        frame.key = value;
    } else {
        // A bad key is reported above; its value would only confuse readers.
        if (frame.key->is_scalar()) frame.data->children->entries.push_back({*frame.key, value});
        frame.key.reset();
    }
}

void Builder::check_duplicates(std::vector<Entry>& entries) {
    std::vector<std::uint32_t> order(entries.size());
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return entries[a].key.text() < entries[b].key.text();
    });
    std::vector<bool> repeated(entries.size(), false);
    std::size_t first = 0;
    const std::string prefix = path();
    for (std::size_t i = 1; i < order.size(); ++i) {
        const Node& original = entries[order[first]].key;
        const Node& key = entries[order[i]].key;
        if (key.text() != original.text()) {
            first = i;
            continue;
        }
        repeated[order[i]] = true;
        if (repeated_.size() >= problems_max) continue;
        repeated_.push_back(
            {.file = storage_.file, .line = key.line(), .path = prefix,
             .message = "the key \"" + key.text() + "\" is written twice; first in line " +
                        std::to_string(original.line()),
             .hint = is_merge_key(key) ? "merge several maps with one key: <<: [*a, *b]" : ""});
    }
    std::size_t kept = 0;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        if (!repeated[i]) entries[kept++] = entries[i];
    }
    entries.resize(kept);
}

void Builder::merge(std::vector<Entry>& entries) {
    const auto at = std::find_if(entries.begin(), entries.end(),
                                 [](const Entry& entry) { return is_merge_key(entry.key); });
    if (at == entries.end()) return;
    const std::vector<Node> maps = merged_maps(at->value);
    std::set<std::string_view> taken;
    for (const Entry& entry : entries) taken.insert(entry.key.text());
    std::vector<Entry> result(entries.begin(), at);
    for (const Node& map : maps) {
        for (const Entry& entry : map.entries()) {
            if (taken.insert(entry.key.text()).second) result.push_back(entry);
        }
    }
    result.insert(result.end(), at + 1, entries.end());
    entries = std::move(result);
}

std::vector<Node> Builder::merged_maps(const Node& value) {
    if (value.is_map()) return {value};
    std::vector<Node> maps;
    for (const Node& item : value.items()) {
        if (item.is_map()) {
            maps.push_back(item);
        } else {
            report(item.line(), path(), "<< merges maps, and this item is " +
                                            std::string(to_text(item.kind())));
        }
    }
    if (!value.is_list()) {
        report(value.line(), path(), "<< merges a map or a list of maps, and this is " +
                                         std::string(to_text(value.kind())));
    }
    return maps;
}

void index_keys(Children& children) {
    if (children.entries.size() <= linear_search_max) return;
    children.by_key.resize(children.entries.size());
    std::iota(children.by_key.begin(), children.by_key.end(), 0U);
    std::sort(children.by_key.begin(), children.by_key.end(),
              [&](std::uint32_t a, std::uint32_t b) {
                  return children.entries[a].key.text() < children.entries[b].key.text();
              });
}

std::string Builder::path() const {
    std::string path;
    for (const Frame& frame : frames_) {
        if (frame.self.is_list()) {
            path += "[" + std::to_string(frame.data->children->items.size()) + "]";
        } else if (frame.key && frame.key->is_scalar()) {
            if (!path.empty()) path += ".";
            path += frame.key->text();
        }
    }
    return path;
}

void Builder::report(int line, std::string path, std::string message, std::string hint) {
    if (problems_.size() >= problems_max) return;
    problems_.push_back({.file = storage_.file, .line = line, .path = std::move(path),
                         .message = std::move(message), .hint = std::move(hint)});
}

std::string_view Builder::line_text(int line) const {
    const auto index = static_cast<std::size_t>(line - 1);
    if (line < 1 || index >= line_starts_.size()) return "";
    const std::size_t end = index + 1 < line_starts_.size() ? line_starts_[index + 1] - 1
                                                            : storage_.text.size();
    return std::string_view(storage_.text).substr(line_starts_[index], end - line_starts_[index]);
}

/// yaml-cpp places a value that is not there (`key:` or `-` alone) at the token after it, often in
/// another line. Such a null belongs to its key, or to the last line above that says anything.
void Builder::place_null(int& line, int& column) const {
    const std::string_view text = line_text(line);
    const auto before = static_cast<std::size_t>(column - 1);
    if (before < text.size() &&
        (text[before] == '~' || text[before] == 'n' || text[before] == 'N')) {
        const std::string_view word = text.substr(before, 4);
        if (word[0] == '~' || word == "null" || word == "Null" || word == "NULL") return;
    }
    if (!frames_.empty() && frames_.back().key) {
        line = frames_.back().key->line();
        column = frames_.back().key->column();
        return;
    }
    if (!blank(text.substr(0, std::min(before, text.size())))) return;
    const int end = line;
    for (--line; line > 0; --line) {
        const std::string_view above = line_text(line);
        if (blank(above) || above[above.find_first_not_of(" \t\r")] == '#') continue;
        column = static_cast<int>(above.find_first_not_of(" \t\r")) + 1;
        return;
    }
    line = end;
}

}   // namespace glasshive::yaml
