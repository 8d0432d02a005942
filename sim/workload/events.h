#pragma once

#include <array>

#include "base/event.h"

/// Numbers 200..219: what clients experience (subject: the client's name).
namespace glasshive::workload::events {

inline constexpr EventKind request_ok{
    .id = 200, .name = "request.ok", .subject = "client",
    .doc = "A request was answered within its timeout.",
    .fields = {{{"service", FieldType::name, "service called"},
                {"latency", FieldType::duration, "first byte out to answer, retries included"},
                {"backend", FieldType::name, "task that answered"},
                {"entered", FieldType::name, "node whose port was called"},
                {"attempts", FieldType::integer, "1 without retries"},
                {"number", FieldType::integer, "of the request within its client, from 1"}}},
    .verbosity = 3};
inline constexpr EventKind request_failed{
    .id = 201, .name = "request.failed", .subject = "client",
    .doc = "A request got no answer in any of its attempts.",
    .fields = {{{"service", FieldType::name, "service called"},
                {"latency", FieldType::duration, "until the client gave up"},
                {"reason", FieldType::name, "of the last attempt, as in request.retried"},
                {"entered", FieldType::name, "node whose port was called last"},
                {"attempts", FieldType::integer, "attempts made"},
                {"number", FieldType::integer, "of the request within its client, from 1"}}},
    .verbosity = 2};
inline constexpr EventKind request_retried{
    .id = 202,
    .name = "request.retried",
    .subject = "client",
    .doc = "An attempt failed and another follows.",
    .fields = {{{"service", FieldType::name, "service called"},
                {"reason", FieldType::name, "timeout, refused, no backend or error"},
                {"backend", FieldType::name,
                 "task that did not answer; empty when none was chosen"},
                {"entered", FieldType::name, "node whose port was called"},
                {"attempt", FieldType::integer, "the one that failed, from 1"},
                {"number", FieldType::integer, "of the request within its client, from 1"}}},
    .verbosity = 3};

inline constexpr std::array<const EventKind*, 3> all{&request_ok, &request_failed,
                                                     &request_retried};

}   // namespace glasshive::workload::events
