#pragma once

#include <array>

#include "base/event.h"

/// Numbers 20..59. A fault says that it struck; each host, link or disk it changes says so itself,
/// with fault.started or fault.ended as its cause. Faults that overlap say only what changes in
/// effect.
namespace glasshive::platform::events {

inline constexpr EventKind fault_started{
    .id = 20, .name = "fault.started", .subject = "fault",
    .doc = "A fault struck.",
    .fields = {{{"number", FieldType::integer, "place in the scenario's list, from 1"},
                {"what", FieldType::name, "power_off, pause, partition…"},
                {"target", FieldType::name, "what it strikes, in words"},
                {"strike", FieldType::integer, "how often this fault has struck, from 1"}}},
    .state = "active", .verbosity = 0};
inline constexpr EventKind fault_ended{
    .id = 21, .name = "fault.ended", .subject = "fault",
    .doc = "A strike of a fault is over; its cause is the fault.started it ends.",
    .fields = {{{"number", FieldType::integer, "place in the scenario's list, from 1"},
                {"what", FieldType::name, "power_off, pause, partition…"},
                {"target", FieldType::name, "what it struck, in words"},
                {"strike", FieldType::integer, "which strike of this fault, from 1"}}},
    .state = "ended", .verbosity = 0};

inline constexpr EventKind host_added{
    .id = 22, .name = "host.added", .subject = "host",
    .doc = "The platform has this host, switched on.",
    .fields = {{{"zone", FieldType::name, "its zone"}, {"rack", FieldType::name, "its rack"},
                {"cores", FieldType::real, "cores"},
                {"speed", FieldType::real, "of one core; 1 is the reference core"},
                {"memory", FieldType::bytes, "in all"}, {"disk", FieldType::bytes, "in all"}}},
    .state = "on", .verbosity = 3};
inline constexpr EventKind host_off{
    .id = 23, .name = "host.off", .subject = "host",
    .doc = "The host lost power: everything on it died without a word.",
    .state = "off", .verbosity = 1};
inline constexpr EventKind host_on{
    .id = 24, .name = "host.on", .subject = "host",
    .doc = "The host has power again and boots.",
    .state = "on", .verbosity = 1};
inline constexpr EventKind host_paused{
    .id = 25, .name = "host.paused", .subject = "host",
    .doc = "The host froze: nothing on it runs, nothing is forgotten.",
    .state = "paused", .verbosity = 1};
inline constexpr EventKind host_resumed{
    .id = 26, .name = "host.resumed", .subject = "host",
    .doc = "The frozen host goes on where it stood.",
    .state = "on", .verbosity = 1};
inline constexpr EventKind host_slowed{
    .id = 27, .name = "host.slowed", .subject = "host",
    .doc = "The host computes at another share of its speed than before.",
    .fields = {{{"factor", FieldType::real, "share of full speed"}}},
    .verbosity = 1};
inline constexpr EventKind host_restored{
    .id = 28, .name = "host.restored", .subject = "host",
    .doc = "The host computes at full speed again.",
    .verbosity = 1};

inline constexpr EventKind link_added{
    .id = 30, .name = "link.added", .subject = "link",
    .doc = "The platform has this link.",
    .fields = {{{"a", FieldType::name, "lower end: a host or a switch"},
                {"b", FieldType::name, "upper end"},
                {"bandwidth", FieldType::integer, "bits per second"},
                {"latency", FieldType::duration, "one way"},
                {"loss", FieldType::integer, "packets lost per million"}}},
    .state = "up", .verbosity = 3};
inline constexpr EventKind link_down{
    .id = 31, .name = "link.down", .subject = "link",
    .doc = "The link carries nothing.",
    .state = "down", .verbosity = 1};
inline constexpr EventKind link_up{
    .id = 32, .name = "link.up", .subject = "link",
    .doc = "The link carries traffic again.",
    .state = "up", .verbosity = 1};
inline constexpr EventKind link_degraded{
    .id = 33,
    .name = "link.degraded",
    .subject = "link",
    .doc = "The link is worse than it was built, and not as it was before.",
    .fields = {{{"bandwidth", FieldType::integer, "bits per second now"},
                {"latency", FieldType::duration, "one way, now"},
                {"loss", FieldType::integer, "packets lost per million, now"},
                {"worse", FieldType::name, "in what: bandwidth, latency, loss, or several"}}},
    .verbosity = 1};
inline constexpr EventKind link_restored{
    .id = 34,
    .name = "link.restored",
    .subject = "link",
    .doc = "The link is as good as it was built.",
    .fields = {{{"bandwidth", FieldType::integer, "bits per second"},
                {"latency", FieldType::duration, "one way"},
                {"loss", FieldType::integer, "packets lost per million"},
                {"worse", FieldType::name, "empty: in nothing"}}},
    .verbosity = 1};

inline constexpr EventKind disk_slowed{
    .id = 40, .name = "disk.slowed", .subject = "disk",
    .doc = "The disk of the host with this name works at another share of its speed than before.",
    .fields = {{{"factor", FieldType::real, "share of full speed"}}},
    .verbosity = 1};
inline constexpr EventKind disk_restored{
    .id = 41, .name = "disk.restored", .subject = "disk",
    .doc = "The disk of the host with this name works at full speed again.",
    .verbosity = 1};
inline constexpr EventKind disk_full{
    .id = 42, .name = "disk.full", .subject = "disk",
    .doc = "The disk of the host with this name has no free byte left.",
    .fields = {{{"taken", FieldType::bytes, "free space that is gone"}}},
    .state = "full", .verbosity = 1};
inline constexpr EventKind disk_freed{
    .id = 43, .name = "disk.freed", .subject = "disk",
    .doc = "The disk of the host with this name has room again.",
    .fields = {{{"free", FieldType::bytes, "free space now"}}},
    .state = "ok", .verbosity = 1};

inline constexpr std::array<const EventKind*, 18> all{
    &fault_started, &fault_ended, &host_added, &host_off, &host_on, &host_paused, &host_resumed,
    &host_slowed, &host_restored, &link_added, &link_down, &link_up, &link_degraded, &link_restored,
    &disk_slowed, &disk_restored, &disk_full, &disk_freed};

}   // namespace glasshive::platform::events
