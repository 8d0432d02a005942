#include "base/names.h"

#include <algorithm>
#include <cstring>
#include <functional>

#include "base/assert.h"

namespace glasshive {

namespace {

constexpr std::size_t block_bytes = 16 * 1024;
constexpr std::size_t places_first = 256;

/// Any hash will do: it decides where a text is looked for, never in which order anything happens.
std::uint64_t hash_of(std::string_view text) { return std::hash<std::string_view>{}(text); }
std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }

}   // namespace

/// Where `text` is, or the empty place where it belongs. Requires an empty place.
std::size_t Names::place_of(std::string_view text, std::uint64_t hash) const {
    const std::size_t mask = places_.size() - 1;
    for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
        const Place& place = places_[at];
        if (place.id == NameId::none) return at;
        if (place.tag == tag_of(hash) && texts_[place.id] == text) return at;
    }
}

NameId Names::intern(std::string_view text) {
    if ((texts_.size() + 1) * 4 > places_.size() * 3) grow();
    const std::uint64_t hash = hash_of(text);
    Place& place = places_[place_of(text, hash)];
    if (place.id != NameId::none) return NameId{place.id};
    const auto id = static_cast<std::uint32_t>(texts_.size());
    SIM_ASSERT(id != NameId::none);
    texts_.push_back(keep(text));
    place = {tag_of(hash), id};
    return NameId{id};
}

NameId Names::find(std::string_view text) const {
    if (places_.empty()) return NameId{};
    return NameId{places_[place_of(text, hash_of(text))].id};
}

std::string_view Names::text(NameId id) const {
    SIM_ASSERT(id.index() < texts_.size());
    return texts_[id.index()];
}

std::string_view Names::keep(std::string_view text) {
    if (text.empty()) return {"", 0};
    if (text.size() > free_bytes_) {
        free_bytes_ = std::max(block_bytes, text.size());
        blocks_.push_back(std::make_unique<char[]>(free_bytes_));
        free_ = blocks_.back().get();
    }
    char* kept = free_;
    std::memcpy(kept, text.data(), text.size());
    free_ += text.size();
    free_bytes_ -= text.size();
    return {kept, text.size()};
}

void Names::grow() {
    places_.assign(std::max(places_first, places_.size() * 2), Place{});
    for (std::size_t id = 0; id < texts_.size(); ++id) {
        const std::uint64_t hash = hash_of(texts_[id]);
        places_[place_of(texts_[id], hash)] = {tag_of(hash), static_cast<std::uint32_t>(id)};
    }
}

}   // namespace glasshive
