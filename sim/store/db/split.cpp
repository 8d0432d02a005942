// What shard splitting makes of a copy; couch_db_split.erl.
#include "store/db/database.h"

namespace glasshive::store {

Database Database::part(const TakesId& takes) const {
    Database part(options_);
    for (const ChangeLog::Entry& entry : log_.entries()) {
        if (!entry.live) continue;
        const Document& document = documents_.at(entry.slot);
        if (!takes(document.id.view())) continue;
        const Slot slot = part.documents_.add(document.id);
        Document& copy = part.documents_.at(slot);
        copy.tree = document.tree;
        copy.seq = document.seq;
        part.log_.append(copy.seq, slot);
        part.count(copy.tree, 1);
        for (const Tree::Node& node : copy.tree.nodes()) {
            if (node.content) part.totals_.file += node.content->size();
        }
        part.totals_.file += options_.costs.append_per_edit;
    }
    for (const auto& [seq, request] : purges_) {
        if (!takes(request.id)) continue;
        part.purges_.emplace_back(seq, request);
        part.purge_uuids_.insert(request.uuid);
    }
    part.update_seq_ = update_seq_;
    part.purge_seq_ = purge_seq_;
    part.security_ = security_;
    return part;
}

void Database::copy_local_documents(const Database& from, const TakesId& takes) {
    for (const auto& [id, document] : from.local_) {
        const bool note =
            id.starts_with("_local/shard-sync-") || id.starts_with("_local/purge-mem3-");
        if (!note && takes(id)) local_[id] = document;
    }
}

}   // namespace glasshive::store
