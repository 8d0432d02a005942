#pragma once

#include <array>

#include "base/event.h"

/// Numbers 310..319: what is so of all copies together, which no node of the cluster knows.
namespace glasshive::store::cluster::events {

inline constexpr EventKind db_conflict{
    .id = 310,
    .name = "db.conflict",
    .subject = "document",
    .doc = "A copy of the document holds several live leaves. One wins, the others are conflicts.",
    .fields = {{{"node", FieldType::name, "of the copy"},
                {"conflicts", FieldType::integer, "live leaves beside the winner"},
                {"winner", FieldType::name, "the revision that readers are shown"},
                {"reason", FieldType::name,
                 "why it wins over the best other leaf: longer history, or greater id"},
                {"loser", FieldType::name, "the best other live leaf"}}},
    .state = "conflict",
    .verbosity = 1};
inline constexpr EventKind db_resolved{
    .id = 311,
    .name = "db.resolved",
    .subject = "document",
    .doc = "A copy of the document that had conflicts holds at most one live leaf again.",
    .fields = {{{"node", FieldType::name, "of the copy"},
                {"winner", FieldType::name, "the revision that is left"}}},
    .state = "resolved",
    .verbosity = 1};
inline constexpr EventKind db_differ{
    .id = 312,
    .name = "db.differ",
    .subject = "database",
    .doc = "Copies have held different revisions for longer than a second.",
    .fields = {{{"documents", FieldType::integer, "whose copies differ now"},
                {"document", FieldType::name, "one of them"},
                {"since", FieldType::duration, "for how long already"}}},
    .state = "differ",
    .verbosity = 1};
inline constexpr EventKind db_agree{
    .id = 313,
    .name = "db.agree",
    .subject = "database",
    .doc = "All copies, those on nodes that are down included, hold the same revisions again.",
    .fields = {{{"took", FieldType::duration, "since they began to differ"}}},
    .state = "agree",
    .verbosity = 1};
inline constexpr EventKind db_node_down{.id = 314,
                                        .name = "db.node_down",
                                        .subject = "node",
                                        .doc =
                                            "A node's processes were ended while its host goes on.",
                                        .state = "down",
                                        .verbosity = 1};
inline constexpr EventKind db_node_up{.id = 315,
                                      .name = "db.node_up",
                                      .subject = "node",
                                      .doc = "A node's processes were started again.",
                                      .state = "up",
                                      .verbosity = 1};

inline constexpr EventKind db_revision{
    .id = 316,
    .name = "db.revision",
    .subject = "document",
    .doc = "A copy holds a revision that it did not hold before, or holds it otherwise. Said of a "
           "database's first 200 documents, and of those with conflicts.",
    .fields = {{{"database", FieldType::name, "that it is in"},
                {"node", FieldType::name, "of the copy"},
                {"seq", FieldType::integer, "the copy's own number of the change"},
                {"revision", FieldType::name, "empty: all, with the database"},
                {"parent", FieldType::name, "the revision it is an edit of; empty: not known"},
                {"is", FieldType::name,
                 "live, deleted, missing (its body) or forgotten (by a purge, or old)"}}},
    .verbosity = 3};
inline constexpr EventKind db_untold{
    .id = 317,
    .name = "db.untold",
    .subject = "database",
    .doc = "From here on not every document's revisions are said: there are too many.",
    .fields = {{{"documents", FieldType::integer, "whose revisions are said"}}},
    .verbosity = 3};

inline constexpr std::array all{&db_conflict,  &db_resolved, &db_differ,   &db_agree,
                                &db_node_down, &db_node_up,  &db_revision, &db_untold};

}   // namespace glasshive::store::cluster::events
