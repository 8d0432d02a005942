#pragma once

#include <any>
#include <typeindex>
#include <unordered_map>

namespace glasshive::viewer {

/// What panels remember between two frames: one value per type, made when first asked for. A
/// panel's type is its own (in its file), so that a new panel needs no change elsewhere.
class Memory {
  public:
    template <class T>
    T& of() {
        std::any& slot = slots_[typeid(T)];
        if (!slot.has_value()) slot = T{};
        return *std::any_cast<T>(&slot);
    }

  private:
    std::unordered_map<std::type_index, std::any> slots_;   // Looked up only.
};

}   // namespace glasshive::viewer
