#pragma once

#include <functional>
#include <string>
#include <vector>

#include "door/contrast/front.h"
#include "door/couch/front.h"
#include "store/spec.h"

namespace glasshive::door::callers {

/// A store of any kind as its clients see it: where it hears them, and what it is called.
struct Entrance {
    const store::ClusterSpec* spec = nullptr;
    std::vector<ProcessId> listeners{};    ///< By member.
    std::vector<std::string> hosts{};      ///< Likewise.
    std::vector<std::string> nodes{};      ///< Their names, likewise.
    std::function<bool()> ready{};         ///< Whether its databases are there.
    const couch::Front* front = nullptr;   ///< Null: a small store, which knows no queries.
};

/// The store outlives it.
Entrance entrance_of(const couch::Front& front);
Entrance entrance_of(const contrast::Front& front);

}   // namespace glasshive::door::callers
