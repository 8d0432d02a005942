#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace glasshive::store {

/// A revision: how many edits led to it, and which one of them it is. "3-45cb…" to a client.
///
/// Order: position, then id byte by byte, a prefix before what it begins: the order in which
/// CouchDB looks for a winner. An id of 32 hex digits is 16 bytes; any other text is kept as it is
/// (couch_doc parse_revid), so 'z' = 0x7a sorts before the raw byte 0xab.
/// Memory: 24 bytes; ids longer than 16 bytes have a shared allocation.
class Revision {
  public:
    Revision() : Revision(0, {}) {}
    /// `id` in bytes, not in hex digits.
    Revision(std::uint32_t position, std::string_view id);
    Revision(const Revision& other);
    Revision(Revision&& other) noexcept;
    Revision& operator=(Revision other) noexcept;
    ~Revision() {
        if (is_long()) release();
    }

    /// Empty when it is none ("Invalid rev format", 400). Positions end at 2^32 - 1 (CouchDB's do
    /// not).
    static std::optional<Revision> parse(std::string_view text);
    /// Ids of 16 bytes in hex digits, lower case, all others as they are.
    std::string text() const;
    std::string id_text() const;   ///< The part behind the dash.

    std::uint32_t position() const { return position_; }
    std::string_view id() const { return {is_long() ? long_text() : short_, size_}; }

    friend bool operator==(const Revision& a, const Revision& b) {
        return a.position_ == b.position_ && a.id() == b.id();
    }
    friend std::strong_ordering operator<=>(const Revision& a, const Revision& b) {
        if (a.position_ != b.position_) return a.position_ <=> b.position_;
        return a.id().compare(b.id()) <=> 0;   // As unsigned bytes.
    }

  private:
    struct LongId;
    static constexpr std::uint32_t short_max = 16;
    bool is_long() const { return size_ > short_max; }
    const char* long_text() const;
    void release();

    std::uint32_t position_;
    std::uint32_t size_;
    union {
        char short_[short_max];
        LongId* long_;
    };
};

}   // namespace glasshive::store
