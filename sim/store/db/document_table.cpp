#include "store/db/document_table.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/assert.h"

namespace glasshive::store {

std::vector<Revision> changed_revisions(const Document& document, Style style) {
    const Tree& tree = document.tree;
    if (style == Style::main_only) return {tree.node(tree.winner()).revision};
    std::vector<Revision> revisions;
    for (const Tree::Index leaf : tree.leaves()) revisions.push_back(tree.node(leaf).revision);
    return revisions;
}

std::uint64_t DocumentTable::hash_of(std::string_view id) {
    return std::hash<std::string_view>{}(id);
}

/// Where the id is, or the empty place where it would go. Requires a table with room.
std::size_t DocumentTable::place_of(std::string_view id, std::uint64_t hash) const {
    const std::size_t mask = entries_.size() - 1;
    const auto tag = static_cast<std::uint32_t>(hash >> 32);
    for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
        const Entry& entry = entries_[at];
        if (entry.slot == none) return at;
        if (entry.tag == tag && documents_[entry.slot].id.view() == id) return at;
    }
}

DocumentTable::Slot DocumentTable::find(std::string_view id) const {
    return entries_.empty() ? none : entries_[place_of(id, hash_of(id))].slot;
}

void DocumentTable::grow() {
    std::vector<Entry> before = std::exchange(entries_, {});
    entries_.resize(std::max<std::size_t>(16, before.size() * 2));
    for (const Entry& entry : before) {
        if (entry.slot == none) continue;
        const std::string_view id = documents_[entry.slot].id.view();
        entries_[place_of(id, hash_of(id))] = entry;
    }
}

DocumentTable::Slot DocumentTable::add(json::SharedBytes id) {
    if (entries_.size() < 16 || size() * 3 >= entries_.size() * 2) grow();
    const std::uint64_t hash = hash_of(id.view());
    Entry& entry = entries_[place_of(id.view(), hash)];
    SIM_ASSERT(entry.slot == none);
    if (free_.empty()) {
        SIM_ASSERT(documents_.size() < none);
        entry.slot = static_cast<Slot>(documents_.size());
        documents_.emplace_back();
    } else {
        entry.slot = free_.back();
        free_.pop_back();
    }
    entry.tag = static_cast<std::uint32_t>(hash >> 32);
    documents_[entry.slot].id = std::move(id);
    added_.push_back(entry.slot);
    return entry.slot;
}

void DocumentTable::remove(Slot slot) {
    // Close the gap in the table: whoever was pushed past it moves up.
    const std::size_t mask = entries_.size() - 1;
    const std::string_view id = documents_[slot].id.view();
    std::size_t gap = place_of(id, hash_of(id));
    SIM_ASSERT(entries_[gap].slot == slot);
    for (std::size_t at = (gap + 1) & mask; entries_[at].slot != none; at = (at + 1) & mask) {
        const std::size_t home = hash_of(documents_[entries_[at].slot].id.view()) & mask;
        if (((at - home) & mask) < ((at - gap) & mask)) continue;
        entries_[gap] = entries_[at];
        gap = at;
    }
    entries_[gap] = {};
    documents_[slot] = {};
    gone_.push_back(slot);   // Its place in the order has to go before another has the slot.
}

const std::vector<DocumentTable::Slot>& DocumentTable::order() const {
    if (!gone_.empty()) {
        const auto is_gone = [this](Slot slot) { return !documents_[slot].id; };
        std::erase_if(sorted_, is_gone);
        std::erase_if(added_, is_gone);
        free_.insert(free_.end(), gone_.begin(), gone_.end());
        gone_.clear();
    }
    if (added_.empty()) return sorted_;
    const auto before = [this](Slot a, Slot b) {
        return documents_[a].id.view() < documents_[b].id.view();
    };
    std::sort(added_.begin(), added_.end(), before);
    const auto middle = static_cast<std::ptrdiff_t>(sorted_.size());
    sorted_.insert(sorted_.end(), added_.begin(), added_.end());
    added_.clear();
    std::inplace_merge(sorted_.begin(), sorted_.begin() + middle, sorted_.end(), before);
    return sorted_;
}

std::size_t DocumentTable::lower_bound(std::string_view id) const {
    const std::vector<Slot>& order = this->order();
    const auto at =
        std::lower_bound(order.begin(), order.end(), id, [this](Slot slot, std::string_view key) {
            return documents_[slot].id.view() < key;
        });
    return static_cast<std::size_t>(at - order.begin());
}

}   // namespace glasshive::store
