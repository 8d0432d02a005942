#include "base/names.h"

#include "base/assert.h"

namespace glasshive {

NameId Names::intern(std::string_view text) {
    const auto found = index_.find(text);
    if (found != index_.end()) return NameId{found->second};
    const auto id = static_cast<std::uint32_t>(texts_.size());
    SIM_ASSERT(id != NameId::none);
    texts_.emplace_back(text);
    index_.emplace(texts_.back(), id);
    return NameId{id};
}

NameId Names::find(std::string_view text) const {
    const auto found = index_.find(text);
    return found == index_.end() ? NameId{} : NameId{found->second};
}

std::string_view Names::text(NameId id) const {
    SIM_ASSERT(id.index() < texts_.size());
    return texts_[id.index()];
}

}   // namespace glasshive
