#include "raft/messages.h"

namespace glasshive::raft {

Bytes size_of(const Message& message) {
    Bytes size{64};   // Sender, receiver, term and two positions, protobuf-encoded, rounded up.
    if (const auto* append = std::get_if<AppendEntries>(&message.body)) {
        for (const Entry& entry : append->entries) size += size_of(entry);
    }
    if (const auto* install = std::get_if<InstallSnapshot>(&message.body)) {
        if (install->snapshot.state) size += install->snapshot.state->size();
    }
    return size;
}

}   // namespace glasshive::raft
