#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "store/json/shared_bytes.h"
#include "store/json/term.h"

namespace glasshive::store::json {

enum class Type : std::uint8_t { null, boolean, integer, real, text, array, object };

struct Member;
class Elements;
class Members;

/// A JSON value, read where it lies: inside the bytes of an external term. Two words, no ownership;
/// whoever made it keeps the bytes alive. Reading never fails: a View is made of whole terms only.
///
/// Numbers written with a fraction or an exponent are `real`, all others `integer` of any size.
class View {
  public:
    /// Requires a whole term at `at`.
    explicit View(const char* at) : at_(at) {}

    Type type() const;
    bool is(Type type) const { return this->type() == type; }
    bool is_number() const { return is(Type::integer) || is(Type::real); }

    bool boolean() const;                          ///< Requires Type::boolean.
    std::optional<std::int64_t> integer() const;   ///< Empty unless an integer of 64 bits.
    /// The nearest double; infinite beyond its range. Requires a number.
    double number() const;
    /// All digits of an integer of any size, with its sign. Requires Type::integer.
    std::string digits() const;
    std::string_view text() const;   ///< Requires Type::text.

    /// Elements of an array or members of an object; 0 for everything else.
    std::size_t size() const;
    Elements elements() const;   ///< Requires Type::array.
    Members members() const;     ///< Requires Type::object.
    /// The member called `key`; empty when there is none or this is no object. O(bytes before it).
    std::optional<View> find(std::string_view key) const;

    /// The term itself. Not for an element of an array of bytes, which has no term of its own.
    std::string_view bytes() const;

  private:
    friend class Elements;
    friend class Builder;
    View(const char* at, bool packed) : at_(at), packed_(packed) {}

    const char* at_;
    bool packed_ = false;   // One byte of a bytes_tag list: an integer without a tag.
};

/// What a range-based for walks: the elements of an array, in order.
class Elements {
  public:
    class iterator {
      public:
        View operator*() const { return View(at_, packed_); }
        iterator& operator++();
        bool operator!=(const iterator& other) const { return left_ != other.left_; }

      private:
        friend class Elements;
        const char* at_ = nullptr;
        std::size_t left_ = 0;
        bool packed_ = false;
    };

    explicit Elements(const View& array);
    iterator begin() const { return begin_; }
    iterator end() const { return {}; }

  private:
    iterator begin_;
};

struct Member {
    std::string_view key;
    View value;
};

/// What a range-based for walks: the members of an object, in document order, keys unique.
class Members {
  public:
    class iterator {
      public:
        Member operator*() const;
        iterator& operator++();
        bool operator!=(const iterator& other) const { return left_ != other.left_; }

      private:
        friend class Members;
        const char* at_ = nullptr;
        std::size_t left_ = 0;
    };

    explicit Members(const char* object);
    iterator begin() const { return begin_; }
    iterator end() const { return {}; }

  private:
    iterator begin_;
};

/// A JSON value that owns its bytes and shares them: copying counts a reference. Immutable.
class Value {
  public:
    Value() = default;   ///< Nothing, not even null.
    /// Requires the bytes of exactly one term.
    static Value copy_of(std::string_view term);
    static Value empty_object();

    explicit operator bool() const { return static_cast<bool>(bytes_); }
    View view() const { return View(bytes_.view().data()); }
    /// The term, which is what revision ids hash.
    std::string_view bytes() const { return bytes_.view(); }
    bool same_block(const Value& other) const { return bytes_.same_block(other.bytes_); }
    /// Same term: same members in the same order, numbers written alike.
    friend bool operator==(const Value&, const Value&) = default;

  private:
    SharedBytes bytes_;
};

}   // namespace glasshive::store::json
