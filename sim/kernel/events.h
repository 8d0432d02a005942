#pragma once

#include <array>

#include "base/event.h"

namespace glasshive::kernel::events {

/// Numbers 1..19. Routine messages are counters; only what goes wrong is an event.
inline constexpr EventKind message_dropped{
    .id = 1, .name = "message.dropped", .subject = "host",
    .doc = "A datagram from this host was lost: to chance, to a cut path, or to a dead receiver.",
    .fields = {{{"to", FieldType::name, "receiving host"},
                {"reason", FieldType::name, "loss, cut, host_off or not_running"},
                {"size", FieldType::bytes, "on the wire"}}},
    .verbosity = 3};
inline constexpr EventKind message_stalled{
    .id = 2, .name = "message.stalled", .subject = "host",
    .doc = "A stream from this host met a cut path or a silent peer and retransmits from now on.",
    .fields = {{{"to", FieldType::name, "receiving host"}}},
    .verbosity = 3};
inline constexpr EventKind message_resumed{
    .id = 3, .name = "message.resumed", .subject = "host",
    .doc = "A stalled stream got through again.",
    .fields = {{{"to", FieldType::name, "receiving host"},
                {"stalled", FieldType::duration, "how long it stood still"}}},
    .verbosity = 3};
inline constexpr EventKind message_connection_lost{
    .id = 4, .name = "message.connection_lost", .subject = "host",
    .doc = "A stream of this host ended against its will.",
    .fields = {{{"to", FieldType::name, "the other end's host"},
                {"reason", FieldType::name, "refused, reset or timed_out"}}},
    .verbosity = 3};
inline constexpr EventKind flow_started{
    .id = 5, .name = "flow.started", .subject = "flow",
    .doc = "A bulk transfer began.",
    .fields = {{{"from", FieldType::name, "source host"}, {"to", FieldType::name, "target host"},
                {"size", FieldType::bytes, "bytes to move"}}},
    .state = "running", .verbosity = 3};
inline constexpr EventKind flow_stalled{
    .id = 6, .name = "flow.stalled", .subject = "flow",
    .doc = "A bulk transfer stands still: its path is cut or an end is silent.",
    .fields = {{{"remaining", FieldType::bytes, "bytes still to move"}}},
    .state = "stalled", .verbosity = 2};
inline constexpr EventKind flow_resumed{
    .id = 7, .name = "flow.resumed", .subject = "flow",
    .doc = "A stalled bulk transfer moves again.",
    .fields = {{{"remaining", FieldType::bytes, "bytes still to move"}}},
    .state = "running", .verbosity = 2};
inline constexpr EventKind flow_ended{
    .id = 8, .name = "flow.ended", .subject = "flow",
    .doc = "A bulk transfer is over.",
    .fields = {{{"end", FieldType::name, "done, timed_out, reset or cancelled"},
                {"moved", FieldType::bytes, "bytes that arrived"}}},
    .ends_subject = true, .verbosity = 3};

inline constexpr std::array<const EventKind*, 8> all{
    &message_dropped, &message_stalled, &message_resumed, &message_connection_lost,
    &flow_started, &flow_stalled, &flow_resumed, &flow_ended};

}   // namespace glasshive::kernel::events
