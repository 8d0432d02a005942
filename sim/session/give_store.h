#pragma once

#include <memory>

#include "door/couch/call.h"
#include "session/store_words.h"
#include "world/world.h"

namespace glasshive::session {

/// Does what the word says, now. `subject`: of the event of a node's end or begin. `reply` hears
/// the answer to a request; null in a replay, where nobody does.
void give(world::World& world, EventStream& stream, NameId subject, const StoreWord& word,
          std::shared_ptr<door::couch::Reply> reply);

}   // namespace glasshive::session
