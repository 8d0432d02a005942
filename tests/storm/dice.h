#pragma once

#include <string>
#include <vector>

#include "kernel/rng.h"

namespace glasshive::storm {

/// Chance for the generator: the simulator's own streams, so that a seed means the same scenario
/// everywhere.
class Dice {
  public:
    Dice(std::uint64_t seed, const char* stream) : rng_(seed, stream) {}

    int between(int low, int high) { return static_cast<int>(rng_.between(low, high)); }
    bool chance(int percent) { return between(1, 100) <= percent; }
    template <class T>
    const T& one_of(const std::vector<T>& list) {
        return list[static_cast<std::size_t>(rng_.below(list.size()))];
    }
    std::string one_of(std::initializer_list<const char*> list) {
        return std::string(list.begin()[rng_.below(list.size())]);
    }

  private:
    kernel::Rng rng_;
};

inline std::string seconds(int n) { return std::to_string(n) + "s"; }

}   // namespace glasshive::storm
