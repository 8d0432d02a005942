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
                {"reason", FieldType::name, "as in request.retried, or client stopped"},
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
                {"reason", FieldType::name, "timeout, refused, no backend, unknown name, error"},
                {"backend", FieldType::name,
                 "task that did not answer; empty when none was chosen"},
                {"entered", FieldType::name, "node whose port was called"},
                {"attempt", FieldType::integer, "the one that failed, from 1"},
                {"number", FieldType::integer, "of the request within its client, from 1"}}},
    .verbosity = 3};

inline constexpr EventKind connection_opened{
    .id = 203, .name = "connection.opened", .subject = "client",
    .doc = "A client that keeps its connections was given a backend for a new one.",
    .fields = {{{"service", FieldType::name, "service called"},
                {"backend", FieldType::name, "task that all its requests go to"},
                {"entered", FieldType::name, "node whose port was called"}}},
    .verbosity = 3};
inline constexpr EventKind connection_closed{
    .id = 204, .name = "connection.closed", .subject = "client",
    .doc = "A kept connection is gone.",
    .fields = {{{"service", FieldType::name, "service called"},
                {"backend", FieldType::name, "task at its far end"},
                {"entered", FieldType::name, "node whose port was called"},
                {"reason", FieldType::name, "failed (a request on it), or by the other end"}}},
    .verbosity = 3};

inline constexpr EventKind dns_answer{
    .id = 205, .name = "dns.answer", .subject = "client",
    .doc = "A task that calls a service knows its addresses, or that it has none.",
    .fields = {{{"service", FieldType::name, "whose name it asked for"},
                {"answers", FieldType::integer, "addresses; 0: no such name on its networks"},
                {"source", FieldType::name, "resolver, or cache: an earlier answer"},
                {"node", FieldType::name, "where the task is"}}},
    .verbosity = 3};

inline constexpr std::array<const EventKind*, 6> all{
    &request_ok,        &request_failed,    &request_retried,
    &connection_opened, &connection_closed, &dns_answer};

}   // namespace glasshive::workload::events
