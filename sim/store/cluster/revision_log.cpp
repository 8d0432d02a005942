#include "store/cluster/revision_log.h"

#include <algorithm>

#include "store/cluster_events.h"

namespace glasshive::store {

void RevisionLog::changed(const std::string& database, std::string_view id,
                          const std::vector<Copy>& copies, bool conflict) {
    Database& of = databases_[database];
    auto found = of.documents.find(id);
    if (found == of.documents.end()) {
        const bool room = conflict || of.documents.size() < documents_max;
        if (!room || said_ >= revisions_max) return say_full(database, of);
        found = of.documents.emplace(std::string(id), Copies{}).first;
    }
    for (const Copy& copy : copies) {
        if (said_ >= revisions_max) return say_full(database, of);
        compare(database, id, found->second[copy.node], copy);
    }
}

/// Both lists are in the order of a tree: what is in one alone is new, or gone.
void RevisionLog::compare(const std::string& database, std::string_view id, Told& told,
                          const Copy& copy) {
    std::span<const Tree::Node> now;
    if (copy.document != nullptr) now = copy.document->tree.nodes();
    auto old = told.begin();
    for (Tree::Index i = 0; i < now.size(); ++i) {
        const auto known = std::find_if(
            old, told.end(), [&](const Held& held) { return held.revision == now[i].revision; });
        if (known == told.end()) {
            say_held(database, id, copy, i);
            continue;
        }
        for (; old != known; ++old) say_gone(database, id, copy.node, old->revision.text());
        if ((old++)->body != static_cast<bool>(now[i].content)) say_held(database, id, copy, i);
    }
    for (; old != told.end(); ++old) say_gone(database, id, copy.node, old->revision.text());
    told.clear();
    for (const Tree::Node& node : now)
        told.push_back({node.revision, static_cast<bool>(node.content)});
}

void RevisionLog::say_held(const std::string& database, std::string_view id, const Copy& copy,
                           Tree::Index node) {
    const Tree& tree = copy.document->tree;
    const auto parent = tree.parent(node);
    const ContentPtr& content = tree.node(node).content;
    const char* const is = !content ? "missing" : content->deleted ? "deleted" : "live";
    ++said_;
    kernel_.emit(cluster::events::db_revision, name(prefix_ + database + "/" + std::string(id)),
                 {field::name(name(prefix_ + database)), field::name(name(copy.node)),
                  field::integer(static_cast<std::int64_t>(copy.document->seq)),
                  field::name(name(tree.node(node).revision.text())),
                  field::name(parent ? name(tree.node(*parent).revision.text()) : NameId{}),
                  field::name(name(is))});
}

void RevisionLog::say_gone(const std::string& database, std::string_view id,
                           const std::string& node, std::string_view revision) {
    kernel_.emit(cluster::events::db_revision, name(prefix_ + database + "/" + std::string(id)),
                 {field::name(name(prefix_ + database)), field::name(name(node)), field::integer(0),
                  field::name(revision.empty() ? NameId{} : name(revision)), field::name(NameId{}),
                  field::name(name("forgotten"))});
}

void RevisionLog::say_full(const std::string& database, Database& of) {
    if (of.full) return;
    of.full = true;
    kernel_.emit(cluster::events::db_untold, name(prefix_ + database),
                 {field::integer(static_cast<std::int64_t>(of.documents.size()))});
}

void RevisionLog::dropped(const std::string& node, const std::string& database) {
    const auto found = databases_.find(database);
    if (found == databases_.end()) return;
    for (auto& [id, copies] : found->second.documents) {
        const auto copy = copies.find(node);
        if (copy == copies.end()) continue;
        if (!copy->second.empty()) say_gone(database, id, node, "");
        copies.erase(copy);
    }
    std::erase_if(found->second.documents, [](const auto& document) {
        return std::all_of(document.second.begin(), document.second.end(),
                           [](const auto& told) { return told.second.empty(); });
    });
    if (found->second.documents.empty()) databases_.erase(found);
}

std::vector<std::string> RevisionLog::told_of(const std::string& database) const {
    std::vector<std::string> ids;
    const auto found = databases_.find(database);
    if (found == databases_.end()) return ids;
    for (const auto& [id, copies] : found->second.documents) ids.push_back(id);
    return ids;
}

}   // namespace glasshive::store
