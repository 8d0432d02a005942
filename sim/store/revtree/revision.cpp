#include "store/revtree/revision.h"

#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/assert.h"
#include "base/text.h"

namespace glasshive::store {

static_assert(sizeof(Revision) == 24);

/// Followed by the id.
struct Revision::LongId {
    std::uint64_t uses;
};

namespace {

constexpr std::size_t hex_digits = 32;

}   // namespace

Revision::Revision(std::uint32_t position, std::string_view id)
    : position_(position),
      size_(static_cast<std::uint32_t>(id.size())),
      short_{} {
    SIM_ASSERT(id.size() <= UINT32_MAX);
    if (!is_long()) {
        std::copy(id.begin(), id.end(), short_);
        return;
    }
    long_ = static_cast<LongId*>(std::malloc(sizeof(LongId) + id.size()));
    SIM_ASSERT(long_ != nullptr);
    long_->uses = 1;
    std::memcpy(long_ + 1, id.data(), id.size());
}

Revision::Revision(const Revision& other) : position_(other.position_), size_(other.size_) {
    std::memcpy(short_, other.short_, short_max);
    if (is_long()) ++long_->uses;
}

Revision::Revision(Revision&& other) noexcept : position_(other.position_), size_(other.size_) {
    std::memcpy(short_, other.short_, short_max);
    if (is_long()) other.size_ = 0;
}

Revision& Revision::operator=(Revision other) noexcept {
    std::swap(position_, other.position_);
    std::swap(size_, other.size_);
    char before[short_max];
    std::memcpy(before, short_, short_max);
    std::memcpy(short_, other.short_, short_max);
    std::memcpy(other.short_, before, short_max);
    return *this;
}

const char* Revision::long_text() const { return reinterpret_cast<const char*>(long_ + 1); }

void Revision::release() {
    if (--long_->uses == 0) std::free(long_);
}

std::optional<Revision> Revision::parse(std::string_view text) {
    const std::size_t dash = text.find('-');
    if (dash == std::string_view::npos) return {};
    std::string_view digits = text.substr(0, dash);
    if (digits.starts_with('+')) digits.remove_prefix(1);   // Erlang's list_to_integer takes it.
    const auto position = whole_number<std::uint32_t>(digits);
    if (!position) return {};
    const std::string_view id = text.substr(dash + 1);
    if (id.size() != hex_digits) return Revision(*position, id);
    char bytes[hex_digits / 2];
    for (std::size_t i = 0; i < hex_digits / 2; ++i) {
        const int high = hex_value(id[2 * i]);
        const int low = hex_value(id[2 * i + 1]);
        if (high < 0 || low < 0) return {};
        bytes[i] = static_cast<char>(high * 16 + low);
    }
    return Revision(*position, {bytes, sizeof bytes});
}

std::string Revision::id_text() const {
    if (size_ != hex_digits / 2) return std::string(id());
    return hex_text(id());
}

std::string Revision::text() const { return std::to_string(position_) + "-" + id_text(); }

}   // namespace glasshive::store
