#pragma once

#include <string>
#include <vector>

#include "store/quorum/cluster.h"

namespace glasshive::test {

/// Asks a node's gatherer and waits a second; the default answer (500) if none came.
template <class Answer, class Ask>
Answer answer_of(StoreCluster& cluster, Ask ask, Duration wait = 1s) {
    auto answer = StoreCluster::awaited<Answer>();
    ask(StoreCluster::keep(answer));
    cluster.driver.run_for(wait);
    return answer->value_or(Answer{});
}

inline store::LocalAnswer put_local(StoreCluster& cluster, std::size_t via, const std::string& id,
                                    const std::string& parent = "", bool deleted = false) {
    return answer_of<store::LocalAnswer>(cluster, [&](auto then) {
        store::LocalEdit edit{.id = id, .body = content("{}")->body, .deleted = deleted};
        if (!parent.empty()) edit.parent = rev(parent);
        cluster.all[via].gatherer->write_local("orders", edit, 0, then);
    });
}
inline store::LocalAnswer get_local(StoreCluster& cluster, std::size_t via, const std::string& id) {
    return answer_of<store::LocalAnswer>(
        cluster, [&](auto then) { cluster.all[via].gatherer->read_local("orders", id, then); });
}
inline store::RevsAnswer open_revs(StoreCluster& cluster, std::size_t via, const std::string& id,
                                   const std::vector<std::string>& revisions = {},
                                   bool latest = false, std::uint32_t r = 0) {
    return answer_of<store::RevsAnswer>(cluster, [&](auto then) {
        std::vector<store::Revision> wanted;
        for (const std::string& text : revisions) wanted.push_back(rev(text));
        cluster.all[via].gatherer->open_revs("orders", id, wanted, latest, r, then);
    });
}
inline store::DocsAnswer all_docs(StoreCluster& cluster, std::size_t via,
                                  const store::DocsOptions& options = {}) {
    return answer_of<store::DocsAnswer>(
        cluster, [&](auto then) { cluster.all[via].gatherer->all_docs("orders", options, then); });
}
inline store::ChangesAnswer changes(StoreCluster& cluster, std::size_t via,
                                    const store::ChangesOptions& options = {}) {
    return answer_of<store::ChangesAnswer>(
        cluster, [&](auto then) { cluster.all[via].gatherer->changes("orders", options, then); });
}
inline store::InfoAnswer info(StoreCluster& cluster, std::size_t via) {
    return answer_of<store::InfoAnswer>(
        cluster, [&](auto then) { cluster.all[via].gatherer->info("orders", then); });
}
inline store::PurgeAnswer purge(StoreCluster& cluster, std::size_t via, const std::string& id,
                                const std::string& revision) {
    return answer_of<store::PurgeAnswer>(cluster, [&](auto then) {
        cluster.all[via].gatherer->purge(
            "orders", {{.uuid = "", .id = id, .revisions = {rev(revision)}}}, 0, then);
    });
}
/// "a b c"
inline std::string ids(const store::DocsAnswer& answer) {
    std::string out;
    for (const auto& row : answer.rows) {
        out += (out.empty() ? "" : " ") + row.key + (row.found ? "" : "?");
    }
    return out;
}

}   // namespace glasshive::test
