#pragma once

#include <array>

#include "base/event.h"

/// Numbers 60..99: what really executes on a host, said by its engine.
namespace glasshive::runtime::events {

inline constexpr EventKind container_started{
    .id = 60, .name = "container.started", .subject = "container",
    .doc = "A container's process runs (subject: service.slot.taskid).",
    .fields = {{{"host", FieldType::name, "where it executes"},
                {"service", FieldType::name, "its service"},
                {"slot", FieldType::integer, "its slot"}, {"task", FieldType::name, "its task"}}},
    .state = "running", .verbosity = 1};
inline constexpr EventKind container_serving{
    .id = 61, .name = "container.serving", .subject = "container",
    .doc = "The application answers requests from now on.",
    .fields = {{{"host", FieldType::name, "where it executes"},
                {"service", FieldType::name, "its service"}}},
    .verbosity = 3};
inline constexpr EventKind container_stopping{
    .id = 62, .name = "container.stopping", .subject = "container",
    .doc = "The engine sent the stop signal.",
    .fields = {{{"host", FieldType::name, "where it executes"},
                {"service", FieldType::name, "its service"},
                {"grace", FieldType::duration, "until it is killed"}}},
    .state = "stopping", .verbosity = 3};
inline constexpr EventKind container_ended{
    .id = 63, .name = "container.ended", .subject = "container",
    .doc = "A container no longer executes.",
    .fields = {{{"host", FieldType::name, "where it executed"},
                {"service", FieldType::name, "its service"},
                {"exit_code", FieldType::integer, "143 SIGTERM, 137 SIGKILL, 255 lost power"},
                {"why", FieldType::name,
                 "exited, stopped, killed, over its memory limit, host out of memory or "
                 "power lost"}}},
    .ends_subject = true, .verbosity = 1};
inline constexpr EventKind container_trouble{
    .id = 64, .name = "container.trouble", .subject = "container",
    .doc = "The application inside a container changed: its process goes on, its answers do not.",
    .fields = {{{"host", FieldType::name, "where it executes"},
                {"service", FieldType::name, "its service"},
                {"what", FieldType::name, "hangs, fails or recovered"}}},
    .verbosity = 1};
inline constexpr EventKind health_probe{
    .id = 65, .name = "health.probe", .subject = "container",
    .doc = "A health probe ended.",
    .fields = {{{"host", FieldType::name, "where it executes"},
                {"service", FieldType::name, "its service"},
                {"exit_code", FieldType::integer, "0 healthy, 1 unhealthy, -1 timed out"},
                {"took", FieldType::duration, "from its start"},
                {"failing_streak", FieldType::integer, "failures in a row that count"}}},
    .verbosity = 3};
inline constexpr EventKind health_status{
    .id = 66, .name = "health.status", .subject = "container",
    .doc = "The probes' verdict on a container changed.",
    .fields = {{{"host", FieldType::name, "where it executes"},
                {"service", FieldType::name, "its service"},
                {"status", FieldType::name, "healthy or unhealthy"},
                {"before", FieldType::name, "starting, healthy or unhealthy"},
                {"failing_streak", FieldType::integer, "failures in a row that count"}}},
    .verbosity = 1};
inline constexpr EventKind image_pull_started{
    .id = 70, .name = "image.pull_started", .subject = "host",
    .doc = "A host began to pull an image.",
    .fields = {{{"image", FieldType::name, "image"}, {"from", FieldType::name, "registry host"},
                {"size", FieldType::bytes, "bytes on the wire"}}},
    .verbosity = 2};
inline constexpr EventKind image_pulled{
    .id = 71, .name = "image.pulled", .subject = "host",
    .doc = "A host has pulled an image.",
    .fields = {{{"image", FieldType::name, "image"}, {"from", FieldType::name, "registry host"},
                {"size", FieldType::bytes, "bytes on the wire"},
                {"took", FieldType::duration, "since image.pull_started"}}},
    .verbosity = 1};
inline constexpr EventKind image_pull_failed{
    .id = 72,
    .name = "image.pull_failed",
    .subject = "host",
    .doc = "A pull ended without the image; the engine may try again.",
    .fields = {{{"image", FieldType::name, "image"},
                {"from", FieldType::name, "registry host"},
                {"reason", FieldType::name,
                 "timeout, reset, not found, no space left on device, cancelled"},
                {"attempt", FieldType::integer, "1..5, moby distribution/pull: 5 attempts"}}},
    .verbosity = 1};

inline constexpr std::array<const EventKind*, 10> all{
    &container_started, &container_serving, &container_stopping, &container_ended,
    &container_trouble, &health_probe,      &health_status,
    &image_pull_started, &image_pulled, &image_pull_failed};

}   // namespace glasshive::runtime::events
