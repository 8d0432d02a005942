#pragma once

#include "store/json/shared_bytes.h"
#include "store/json/value.h"

namespace glasshive::store::view {

/// What a map function emitted for a document.
struct Row {
    json::Value key;
    json::SharedBytes id;
    json::Value value;
};

}   // namespace glasshive::store::view
