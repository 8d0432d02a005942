#include "yaml/node.h"

#include <algorithm>
#include <string_view>

#include "yaml/storage.h"

namespace glasshive::yaml {

namespace {
const std::string empty_text;
}

std::string_view to_text(Kind kind) {
    switch (kind) {
        case Kind::null: return "nothing";
        case Kind::scalar: return "a text";
        case Kind::list: return "a list";
        case Kind::map: return "a map";
    }
    return "";
}

Kind Node::kind() const { return data_ ? data_->kind : Kind::null; }
const std::string& Node::text() const { return data_ ? data_->text : empty_text; }
bool Node::is_plain() const { return data_ && data_->plain; }
const std::string& Node::tag() const { return data_ && data_->tag ? *data_->tag : empty_text; }
const std::string& Node::file() const { return data_ ? data_->storage->file : empty_text; }

std::size_t Node::size() const { return is_map() ? entries().size() : items().size(); }

std::span<const Node> Node::items() const {
    if (!data_ || !data_->children) return {};
    return data_->children->items;
}

std::span<const Entry> Node::entries() const {
    if (!data_ || !data_->children) return {};
    return data_->children->entries;
}

Node Node::find(std::string_view key) const {
    const std::span<const Entry> all = entries();
    if (all.empty() || data_->children->by_key.empty()) {
        for (const Entry& entry : all) {
            if (entry.key.text() == key) return entry.value;
        }
        return {};
    }
    const std::vector<std::uint32_t>& order = data_->children->by_key;
    const auto at = std::lower_bound(order.begin(), order.end(), key,
                                     [&](std::uint32_t index, std::string_view wanted) {
                                         return all[index].key.text() < wanted;
                                     });
    if (at == order.end() || all[*at].key.text() != key) return {};
    return all[*at].value;
}

const std::string& Document::file() const { return storage_->file; }
const std::string& Document::text() const { return storage_->text; }

}   // namespace glasshive::yaml
