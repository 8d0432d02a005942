#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/assert.h"

namespace glasshive::workload::trace {

/// Values as bytes of this machine, for a Spill: never kept, never sent.
class Packer {
  public:
    explicit Packer(std::string& out) : out_(out) { out_.clear(); }
    template <class Value>
    void put(Value value) {
        static_assert(std::is_trivially_copyable_v<Value>);
        char bytes[sizeof value];
        std::memcpy(bytes, &value, sizeof value);
        out_.append(bytes, sizeof value);
    }
    void put_text(std::string_view text) {
        put(text.size());
        out_ += text;
    }

  private:
    std::string& out_;
};

/// The same back, in the same order.
class Unpacker {
  public:
    explicit Unpacker(std::string_view bytes) : rest_(bytes) {}
    template <class Value>
    void take(Value& value) {
        SIM_ASSERT(rest_.size() >= sizeof value);
        std::memcpy(&value, rest_.data(), sizeof value);
        rest_.remove_prefix(sizeof value);
    }
    void take_text(std::string& text) {
        std::size_t size = 0;
        take(size);
        SIM_ASSERT(rest_.size() >= size);
        text = rest_.substr(0, size);
        rest_.remove_prefix(size);
    }

  private:
    std::string_view rest_;
};

}   // namespace glasshive::workload::trace
