// What must hold of a copy after every operation, in sentences.
#include <set>

#include "store/db/database.h"
#include "store/revtree/invariants.h"

namespace glasshive::store {

std::vector<std::string> violations(const Database& database) {
    std::vector<std::string> found;
    std::uint64_t live = 0;
    std::uint64_t deleted = 0;
    Bytes external{};
    const Document* before = nullptr;
    for (const DocumentTable::Slot slot : database.documents_.order()) {
        const Document& document = database.documents_.at(slot);
        const std::string id(document.id.view());
        if (before && before->id.view() >= document.id.view())
            found.push_back(id + " out of order");
        before = &document;
        if (database.find(id) != &document) found.push_back(id + " is not found");
        if (document.tree.empty()) found.push_back(id + " has no revision");
        for (const std::string& broken : store::violations(document.tree, false)) {
            found.push_back(id + ": " + broken);
        }
        (document.tree.deleted() ? deleted : live) += 1;
        for (const Tree::Index leaf : document.tree.leaves()) {
            if (const ContentPtr& content = document.tree.node(leaf).content) {
                external += content->size();
            }
        }
    }
    const DatabaseInfo info = database.info();
    if (info.documents != live) found.push_back("miscounts its documents");
    if (info.deleted != deleted) found.push_back("miscounts its deleted documents");
    if (info.external != external) found.push_back("mismeasures what its leaves hold");
    // Every document appears once among the changes, at its latest.
    std::set<const Document*> seen;
    std::uint64_t last = 0;
    database.changes(0, false, [&](const Document& document) {
        const std::string id(document.id.view());
        if (!seen.insert(&document).second) found.push_back(id + " changed twice");
        if (document.seq <= last) found.push_back(id + " changed out of order");
        last = document.seq;
        return true;
    });
    if (seen.size() != database.documents().size()) found.push_back("changes miss a document");
    if (last > info.update_seq) found.push_back("a change lies in the future");
    if (database.pending(0) != seen.size()) found.push_back("miscounts its changes");
    return found;
}

}   // namespace glasshive::store
