#include "store/document/print.h"

#include <string>
#include <vector>

#include "base/assert.h"
#include "store/json/builder.h"

namespace glasshive::store {

namespace {

void print_revisions(const Tree& tree, Tree::Index which, json::Builder& out) {
    out.key("_revisions");
    out.begin_object();
    out.key("start");
    out.integer(static_cast<std::int64_t>(tree.node(which).revision.position()));
    out.key("ids");
    out.begin_array();
    for (const Tree::Index each : tree.history(which)) {
        out.text(tree.node(each).revision.id_text());
    }
    out.end_array();
    out.end_object();
}

void print_revs_info(const Tree& tree, Tree::Index which, json::Builder& out) {
    out.key("_revs_info");
    out.begin_array();
    for (const Tree::Index each : tree.history(which)) {
        out.begin_object();
        out.key("rev");
        out.text(tree.node(each).revision.text());
        out.key("status");
        out.text(status_of(tree.node(each)));
        out.end_object();
    }
    out.end_array();
}

void print_conflicts(const Tree& tree, bool deleted, json::Builder& out) {
    const std::vector<Tree::Index> leaves = tree.conflicts(deleted);
    if (leaves.empty()) return;
    out.key(deleted ? "_deleted_conflicts" : "_conflicts");
    out.begin_array();
    for (const Tree::Index each : leaves) out.text(tree.node(each).revision.text());
    out.end_array();
}

}   // namespace

json::Value document_json(std::string_view id, const Tree& tree, Tree::Index which,
                          const DocumentShown& shown) {
    const Tree::Node& node = tree.node(which);
    SIM_ASSERT(node.content);
    json::Builder out;
    out.begin_object();
    out.key("_id");
    out.text(id);
    out.key("_rev");
    out.text(node.revision.text());
    for (const json::Member& member : node.content->body.view().members()) {
        out.key(member.key);
        out.copy(member.value);
    }
    if (node.content->deleted) {
        out.key("_deleted");
        out.boolean(true);
    }
    if (shown.revs) print_revisions(tree, which, out);
    if (shown.revs_info) print_revs_info(tree, which, out);
    if (shown.conflicts) print_conflicts(tree, false, out);
    if (shown.deleted_conflicts) print_conflicts(tree, true, out);
    if (shown.local_seq) {
        out.key("_local_seq");
        out.integer(*shown.local_seq);
    }
    print_attachments(node.content->attachments, shown.attachments, out);
    out.end_object();
    return out.take();
}

}   // namespace glasshive::store
