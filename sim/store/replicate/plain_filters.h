#pragma once

#include <memory>
#include <optional>

#include "store/quorum/query.h"
#include "store/replicate/peer.h"

namespace glasshive::store::replicate {

/// The filters of `_changes` that need no script: none, doc_ids, a selector, `_design`. Null: no
/// filter. Nothing when it is a script's.
/// Source: couch_changes:configure_filter/4.
std::optional<PeerAnswer<std::shared_ptr<const ChangeFilter>>>
plain_filter(const ChangesFilter& filter);

}   // namespace glasshive::store::replicate
