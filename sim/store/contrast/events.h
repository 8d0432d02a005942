#pragma once

#include <array>

#include "base/event.h"

/// Numbers 330..338: what the small stores decide, and what they wait for.
namespace glasshive::store::contrast::events {

inline constexpr EventKind db_transaction{
    .id = 330,
    .name = "db.transaction",
    .subject = "document",
    .doc = "Two-phase commit: the coordinator decided, and wrote a commit to its log.",
    .fields = {{{"node", FieldType::name, "that coordinates"},
                {"outcome", FieldType::name, "committed or aborted"},
                {"why", FieldType::name, "of an abort; of a commit: all voted yes"}}},
    .verbosity = 2};
inline constexpr EventKind db_in_doubt{
    .id = 331,
    .name = "db.in_doubt",
    .subject = "document",
    .doc = "Two-phase commit: a member that voted yes hears no decision. It may neither commit nor "
           "abort, so the document stays locked there.",
    .fields = {{{"node", FieldType::name, "in doubt"},
                {"coordinator", FieldType::name, "that alone knows"}}},
    .verbosity = 1};
inline constexpr EventKind db_settled{
    .id = 332,
    .name = "db.settled",
    .subject = "document",
    .doc = "Two-phase commit: a member in doubt was told what was decided.",
    .fields = {{{"node", FieldType::name, "that was in doubt"},
                {"outcome", FieldType::name, "committed or aborted"},
                {"after", FieldType::duration, "since its vote"}}},
    .verbosity = 1};
inline constexpr EventKind db_leader{.id = 333,
                                     .name = "db.leader",
                                     .subject = "node",
                                     .doc = "Raft: a member was elected.",
                                     .fields = {{{"term", FieldType::integer, "its reign"},
                                                 {"votes", FieldType::integer, "that it won"}}},
                                     .verbosity = 1};
inline constexpr EventKind db_leader_gone{
    .id = 334,
    .name = "db.leader_gone",
    .subject = "node",
    .doc = "Raft: a leader stepped down.",
    .fields = {{{"term", FieldType::integer, "in which it is a follower now"},
                {"why", FieldType::name, "no majority was heard, or a later term"}}},
    .verbosity = 1};
inline constexpr EventKind db_draw{
    .id = 335,
    .name = "db.draw",
    .subject = "document",
    .doc = "Random quorum: the copies that a request must do with.",
    .fields = {{{"node", FieldType::name, "that coordinates"},
                {"what", FieldType::name, "write or read"},
                {"copies", FieldType::name, "nodes that were drawn"}}},
    .verbosity = 3};
inline constexpr EventKind db_silent{
    .id = 336,
    .name = "db.silent",
    .subject = "document",
    .doc = "A member waits no longer for another one's word on a request.",
    .fields = {{{"node", FieldType::name, "that waited"},
                {"copy", FieldType::name, "that said nothing"},
                {"why", FieldType::name, "timeout, or not there"}}},
    .verbosity = 2};
inline constexpr EventKind db_refused{
    .id = 337,
    .name = "db.refused",
    .subject = "document",
    .doc = "A node could not do what a client asked, or does not know whether it is done.",
    .fields = {{{"node", FieldType::name, "that was asked"},
                {"what", FieldType::name, "write or read"},
                {"known", FieldType::integer, "1: it is not done; 0: nobody here knows"},
                {"why", FieldType::name, "in words"}}},
    .verbosity = 2};
inline constexpr EventKind db_mended{
    .id = 338,
    .name = "db.mended",
    .subject = "document",
    .doc = "Random quorum: a read met copies that differ and sends the newest to the others.",
    .fields = {{{"node", FieldType::name, "that coordinates"},
                {"copies", FieldType::integer, "that were behind"}}},
    .verbosity = 2};

inline constexpr std::array all{&db_transaction, &db_in_doubt,    &db_settled,
                                &db_leader,      &db_leader_gone, &db_draw,
                                &db_silent,      &db_refused,     &db_mended};

}   // namespace glasshive::store::contrast::events
