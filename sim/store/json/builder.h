#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/json/value.h"

namespace glasshive::store::json {

/// Writes one value from left to right: scalars, or begin_…, what is inside, end_…. Of members with
/// equal keys the last one stays, in its place (jiffy's dedupe_keys). Use it again after take().
class Builder {
  public:
    void null() { atom("null"); }
    void boolean(bool value) { atom(value ? "true" : "false"); }
    void integer(std::int64_t value);
    void integer(std::uint64_t value);
    /// An integer of any size. Requires decimal digits, perhaps after one '-'.
    void big_integer(std::string_view digits);
    void real(double value);   ///< Requires a finite one.
    void text(std::string_view value);
    void copy(View value);
    void begin_array();
    void end_array();
    void begin_object();
    void key(std::string_view name);   ///< Then exactly one value.
    void end_object();

    /// How deep the next value would be: 0 at the top.
    std::size_t depth() const { return open_.size(); }
    /// The finished value. Requires that everything begun was ended.
    Value take();
    void clear();

  private:
    struct Open {
        std::size_t list;           // Where the list_tag stands.
        std::size_t first_member;   // In members_.
        std::uint32_t count = 0;
        bool object = false;
        bool bytes_only = true;   // So far all elements were integers 0..255.
    };

    void before_value(bool is_byte);
    void atom(std::string_view name);
    void magnitude(bool negative, const std::string& little_endian);
    std::string_view key_at(std::size_t member) const;
    bool has_equal_keys(std::size_t first) const;
    void drop_equal_keys(Open& object);
    void close(const Open& list);

    std::string bytes_;
    std::vector<Open> open_;
    std::vector<std::size_t> members_;   // Where each member of the open objects begins.
};

/// Values of one term.
Value null_value();
Value text_value(std::string_view text);
/// A copy that owns its bytes: of any value, an element of an array of bytes included.
Value own(View value);

}   // namespace glasshive::store::json
