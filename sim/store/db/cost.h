#pragma once

#include "base/units.h"

namespace glasshive::store {

/// What an operation asks of the host it runs on. The replica turns it into work on that host's
/// processor and disk; a pure test adds it up.
struct Cost {
    Duration cpu{};
    Bytes read{};
    Bytes append{};      ///< To the shard's file, which only ever grows until it is compacted.
    bool sync = false;   ///< The answer waits until the disk has it.

    Cost& operator+=(const Cost& other) {
        cpu += other.cpu;
        read += other.read;
        append += other.append;
        sync |= other.sync;
        return *this;
    }
    friend bool operator==(const Cost&, const Cost&) = default;
};

/// Choices of the model, not measurements of CouchDB: a core that does nothing else makes 10,000
/// edits a second, or 25,000 reads.
struct CostModel {
    Duration edit_cpu = std::chrono::microseconds{100};
    Duration read_cpu = std::chrono::microseconds{40};
    /// Per changed document beside its content: leaf and inner nodes of the two B-trees that are
    /// written anew, and the header. (couch_bt_engine: nodes are about a chunk of 1,279 bytes.)
    Bytes append_per_edit{4096};
};

}   // namespace glasshive::store
