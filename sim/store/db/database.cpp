#include "store/db/database.h"

#include <algorithm>

#include "base/assert.h"
#include "base/text.h"

namespace glasshive::store {

const Document* Database::find(std::string_view id) const {
    const Slot slot = documents_.find(id);
    return slot == DocumentTable::none ? nullptr : &documents_.at(slot);
}

const LocalDocument* Database::find_local(std::string_view id) const {
    const auto found = local_.find(id);
    return found == local_.end() ? nullptr : &found->second;
}

std::uint64_t Database::live_among_first(std::size_t count) const {
    if (totals_.deleted == 0) return count;
    const std::vector<Slot>& order = documents_.order();
    if (count == order.size()) return totals_.documents;
    return static_cast<std::uint64_t>(
        std::count_if(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count),
                      [this](Slot slot) { return !documents_.at(slot).tree.deleted(); }));
}

namespace {

/// The N of a "0-N"; empty for any other revision.
std::optional<std::uint64_t> local_number(const Revision& revision) {
    if (revision.position() != 0) return {};
    const auto number = whole_number<std::uint64_t>(revision.id());
    return number && *number < UINT64_MAX ? number : std::nullopt;
}

}   // namespace

/// couch_db_updater:increment_local_doc_revs/1: whoever writes last wins, whatever it knew.
std::variant<Revision, Refusal> Database::update_local(const LocalEdit& edit) {
    SIM_ASSERT(edit.id.starts_with("_local/"));
    if (edit.deleted) {
        local_.erase(edit.id);
        return Revision(0, "0");
    }
    std::uint64_t number = 1;
    if (edit.parent) {
        const auto given = local_number(*edit.parent);
        if (!given) return Refusal{"error", "Invalid rev format"};
        number = *given + 1;
    }
    local_[edit.id] = {edit.body, number};
    return Revision(0, std::to_string(number));
}

/// couch_db_updater:purge_docs/2, apply_purge_reqs/4; couch_bt_engine:purge_docs/3.
std::vector<std::vector<Revision>> Database::purge(std::span<const PurgeRequest> requests) {
    std::vector<std::vector<Revision>> replies;
    const std::uint64_t before = update_seq_;
    bool news = false;
    for (const PurgeRequest& request : requests) {
        replies.emplace_back();
        if (!purge_uuids_.insert(request.uuid).second) continue;   // Done already.
        news = true;
        purges_.emplace_back(++purge_seq_, request);
        const Slot slot = documents_.find(request.id);
        if (slot == DocumentTable::none) continue;
        Document& document = documents_.at(slot);
        Tree tree = document.tree;
        replies.back() = tree.remove_leaves(request.revisions);
        if (replies.back().empty()) continue;
        count(document.tree, -1);
        log_.remove(document.seq);
        if (tree.empty()) {
            documents_.remove(slot);
            continue;
        }
        count(tree, 1);
        // Each leaf that stays is labelled anew.
        update_seq_ += tree.leaves().size();
        document.tree = std::move(tree);
        document.seq = update_seq_;
        log_.append(document.seq, slot);
    }
    // Even without a change, so that indexes look at what was purged.
    if (news && update_seq_ == before) ++update_seq_;
    return replies;
}

void Database::set_revs_limit(std::uint32_t limit) {
    SIM_ASSERT(limit >= 1);
    options_.revs_limit = limit;
    ++update_seq_;
}

void Database::set_security(json::Value security) {
    security_ = std::move(security);
    ++update_seq_;
}

/// couch_bt_engine_compactor: copy_docs forgets inner bodies, copy_purge_info old purges.
void Database::compact() {
    for (const Slot slot : documents_.order()) {
        Tree& tree = documents_.at(slot).tree;
        tree.drop_inner_content();
        tree.stem(options_.revs_limit);
    }
    const std::int64_t live = static_cast<std::int64_t>(documents_.size());
    totals_.file = totals_.active + options_.costs.append_per_edit * live;
    const std::uint64_t done = purges_done();
    while (!purges_.empty() && purges_.front().first <= done) {
        purge_uuids_.erase(purges_.front().second.uuid);
        purges_.pop_front();
    }
}

std::uint64_t Database::purges_done() const {
    constexpr std::string_view prefix = "_local/purge-";
    const std::string pushed = "_local/purge-mem3-" + uuid_ + "-";
    const std::uint64_t kept = options_.purged_infos_limit;
    std::uint64_t done = purge_seq_ > kept ? purge_seq_ - kept : 0;
    for (auto at = local_.lower_bound(prefix); at != local_.end(); ++at) {
        const std::string_view id = at->first;
        if (!id.starts_with(prefix)) break;
        // How far another copy's purges have come to us counts in that copy's numbers.
        if (id.starts_with("_local/purge-mem3-") && !id.starts_with(pushed)) continue;
        const auto value = at->second.body.view().find("purge_seq");
        const bool number = value && value->is(json::Type::integer) && value->integer();
        const std::int64_t seen = number ? *value->integer() : 0;
        done = std::min(done, static_cast<std::uint64_t>(std::max<std::int64_t>(0, seen)));
    }
    return done;
}

DatabaseInfo Database::info() const {
    DatabaseInfo info = totals_;
    info.update_seq = update_seq_;
    info.purge_seq = purge_seq_;
    return info;
}

Cost Database::cost_of_read(Bytes size) const {
    return {.cpu = options_.costs.read_cpu, .read = size};
}

Cost Database::cost_of_compaction() const {
    const CostModel& costs = options_.costs;
    const auto documents = static_cast<std::int64_t>(documents_.size());
    return {.cpu = costs.read_cpu * documents,
            .read = totals_.file,
            .append = totals_.active + costs.append_per_edit * documents,
            .sync = true};
}

}   // namespace glasshive::store
