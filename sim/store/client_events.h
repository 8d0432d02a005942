#pragma once

#include <array>

#include "base/event.h"

/// Numbers 320..325: what a store's clients ask and are answered.
namespace glasshive::store::client::events {

inline constexpr EventKind db_asked{
    .id = 320,
    .name = "db.asked",
    .subject = "step",
    .doc = "A client sends a request that its script holds.",
    .fields = {{{"client", FieldType::name, "who"},
                {"node", FieldType::name, "that is asked"},
                {"request", FieldType::text, "method and target, and the body if there is one"}}},
    .verbosity = 2};
inline constexpr EventKind db_step{
    .id = 321,
    .name = "db.step",
    .subject = "step",
    .doc = "A client's request from its script was answered, or will never be.",
    .fields = {{{"database", FieldType::name, "that it is about; empty: none"},
                {"what", FieldType::name, "write or read (documents), query, seed, or other"},
                {"node", FieldType::name, "that was asked"},
                {"status", FieldType::integer, "of HTTP; 0: there is no answer"},
                {"rows", FieldType::integer, "documents, rows or changes in the answer"},
                {"answer", FieldType::text, "its body, or why there is none"}}},
    .verbosity = 1};
inline constexpr EventKind db_request{
    .id = 322,
    .name = "db.request",
    .subject = "client",
    .doc = "A user's request was answered, or will never be.",
    .fields = {{{"database", FieldType::name, "that it is about"},
                {"what", FieldType::name, "write or read"},
                {"node", FieldType::name, "that was asked"},
                {"status", FieldType::integer, "of HTTP; 0: there is no answer"},
                {"rows", FieldType::integer, "0"},
                {"answer", FieldType::text, "of a write: its body, or why there is none"}}},
    .verbosity = 3};
inline constexpr EventKind db_stale{
    .id = 323,
    .name = "db.stale",
    .subject = "document",
    .doc = "A read was answered with an older revision than a client had been told of before.",
    .fields = {{{"reader", FieldType::name, "step or client"},
                {"database", FieldType::name, "that it is in"},
                {"node", FieldType::name, "that was asked"},
                {"revision", FieldType::name, "that was read; empty: no such document"},
                {"newest", FieldType::name, "revision that somebody was told of"}}},
    .verbosity = 1};
inline constexpr EventKind db_overwrite{
    .id = 324,
    .name = "db.overwrite",
    .subject = "document",
    .doc = "A user put a new value over one it had not seen.",
    .fields = {{{"client", FieldType::name, "who"},
                {"unseen", FieldType::name, "the revision whose value is gone"}}},
    .verbosity = 2};

inline constexpr std::array all{&db_asked, &db_step, &db_request, &db_stale, &db_overwrite};

}   // namespace glasshive::store::client::events
