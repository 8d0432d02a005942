// Edits: which are conflicts, what they make of a document.
#include <algorithm>
#include <array>
#include <functional>
#include <numeric>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "store/db/database.h"
#include "store/revtree/rev_id.h"

namespace glasshive::store {

namespace {

/// Of all leaves; an attachment that several of them share counts once.
/// Source: couch_db_updater:flush_trees/3, add_sizes/3 as of 3.5.
Bytes leaf_bytes(const Tree& tree) {
    Bytes size{};
    std::vector<std::pair<const char*, Bytes>> held;   // Addresses only tell what is the same.
    for (Tree::Index i = 0; i < tree.nodes().size(); ++i) {
        if (!tree.is_leaf(i) || !tree.node(i).content) continue;
        const Content& content = *tree.node(i).content;
        size += content.size();
        for (const Attachment& attachment : content.attachments) {
            held.emplace_back(attachment.data.view().data(), attachment.encoded_length);
        }
    }
    std::sort(held.begin(), held.end(), [](const auto& a, const auto& b) {
        return std::less<>()(a.first, b.first);
    });
    for (std::size_t i = 1; i < held.size(); ++i) {
        if (held[i].first == held[i - 1].first) size -= held[i].second;
    }
    return size;
}

std::vector<Revision> newest_first(const std::vector<Step>& path) {
    std::vector<Revision> history;
    for (auto step = path.rbegin(); step != path.rend(); ++step) history.push_back(step->revision);
    return history;
}

/// What an edit puts into the file: an attachment that it keeps from the revision before stands
/// there already. Source: couch_db_updater:add_sizes/3, which counts each of them once.
Bytes written_bytes(const Edit& edit) {
    Bytes size = edit.content->size();
    if (!edit.parent) return size;
    for (const Attachment& attachment : edit.content->attachments) {
        if (attachment.revpos <= edit.parent->position()) size -= attachment.encoded_length;
    }
    return size;
}

}   // namespace

/// By id, edits of one document in the order they came (couch_db:group_alike_docs/1).
template <class E>
std::vector<std::size_t> Database::order_of(std::span<const E> edits) {
    std::vector<std::size_t> order(edits.size());
    std::iota(order.begin(), order.end(), 0);
    if (edits.size() > 1) {
        std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            return edits[a].id.view() < edits[b].id.view();
        });
    }
    return order;
}

template <class E>
std::vector<Database::Group> Database::groups_of(std::span<const E> edits,
                                                 const std::vector<std::size_t>& order) {
    std::vector<Group> groups;
    for (std::size_t i = 0; i < order.size(); ++i) {
        const bool same = i > 0 && edits[order[i]].id == edits[order[i - 1]].id;
        if (!same) groups.push_back({i, i});
        groups.back().end = i + 1;
    }
    return groups;
}

/// What can be said before anything is written (couch_db:prep_and_validate_update/5).
Updated Database::prepare(const Edit& edit, const UpdateRules& rules) const {
    SIM_ASSERT(edit.content);
    Updated result;
    const Document* before = find(edit.id.view());
    const auto conflict = [&] {
        result.outcome = Updated::Outcome::conflict;
        return result;
    };
    if (before == nullptr) {
        if (edit.parent) return conflict();
    } else if (edit.parent) {
        // Any leaf will do, a losing or a deleted one, too.
        const auto parent = before->tree.find(*edit.parent);
        if (!parent || !before->tree.is_leaf(*parent)) return conflict();
    } else if (!before->tree.deleted()) {
        return conflict();
    }
    if (rules.validate) {
        const std::span<const Revision> history =
            edit.parent ? std::span<const Revision>(&*edit.parent, 1) : std::span<const Revision>();
        result.refusal = rules.validate({edit.id.view(), history, *edit.content, before});
        if (result.refusal) result.outcome = Updated::Outcome::refused;
    }
    return result;
}

Revision Database::revision_of(const Revision* parent, const ContentPtr& content,
                               const UpdateRules& rules) {
    if (auto revision = next_revision(parent, *content)) return std::move(*revision);
    SIM_ASSERT(rules.draw);
    return Revision(parent ? parent->position() + 1 : 1, std::to_string(rules.draw()));
}

/// couch_db_updater:merge_rev_tree/4. False, and a conflict, when an edit of the same request came
/// first.
bool Database::apply(Tree& tree, const Edit& edit, Updated& result, const UpdateRules& rules) {
    std::optional<Revision> parent = edit.parent;
    const bool again = !tree.empty() && tree.deleted();
    if (again) {
        // The document comes back below its winning tombstone, and only if nobody names one.
        if (edit.parent || edit.content->deleted) return false;
        parent = tree.node(tree.winner()).revision;
    } else if (parent) {
        const auto at = tree.find(*parent);
        if (!at || !tree.is_leaf(*at)) return false;
    } else if (!tree.empty()) {
        return false;
    }
    if (parent && parent->position() == UINT32_MAX) return false;   // Positions end there.
    result.revision = edit.revision && !again
                          ? *edit.revision
                          : revision_of(parent ? &*parent : nullptr, edit.content, rules);
    std::array<Step, 2> steps;
    Path path(steps.data(), parent ? 2U : 1U);
    if (parent) steps[0].revision = std::move(*parent);
    steps[path.size() - 1] = {result.revision, edit.content};
    const Merged merged = tree.merge(path);
    SIM_ASSERT(merged.result == MergeResult::new_leaf);
    return true;
}

std::vector<Updated> Database::update(std::span<const Edit> edits, const UpdateRules& rules) {
    std::vector<Updated> results;
    results.reserve(edits.size());
    for (const Edit& edit : edits) results.push_back(prepare(edit, rules));
    const std::vector<std::size_t> order = order_of(edits);
    for (const Group& group : groups_of(edits, order)) {
        const json::SharedBytes& id = edits[order[group.begin]].id;
        Open document = open(id);
        for (std::size_t i = group.begin; i < group.end; ++i) {
            const Edit& edit = edits[order[i]];
            Updated& result = results[order[i]];
            if (result.outcome != Updated::Outcome::stored) continue;
            if (!apply(document.tree, edit, result, rules)) {
                result.outcome = Updated::Outcome::conflict;
                continue;
            }
            document.changed = true;
            document.added += written_bytes(edit);
        }
        close(std::move(document), id);
    }
    return results;
}

void Database::merge_one(const ReplicatedEdit& edit, Open& document, Updated& result) {
    // Twice in one request is known the second time.
    if (!document.tree.merge(edit.path).changed) {
        result.outcome = Updated::Outcome::known;
        return;
    }
    document.changed = true;
    document.added += edit.path.back().content->size();
}

/// couch_db:prep_and_validate_replicated_updates/5: a revision counts if it is a new leaf once all
/// that came with it are merged. One that came alone is just that unless the tree has it.
std::vector<Updated> Database::update_replicated(std::span<const ReplicatedEdit> edits,
                                                 const UpdateRules& rules) {
    std::vector<Updated> results(edits.size());
    const std::vector<std::size_t> order = order_of(edits);
    for (const Group& group : groups_of(edits, order)) {
        const json::SharedBytes& id = edits[order[group.begin]].id;
        const Document* before = find(id.view());
        const bool alone = group.end - group.begin == 1;
        const Tree none;
        Tree merged = before && !alone ? before->tree : Tree();
        for (std::size_t i = group.begin; i < group.end; ++i) {
            const ReplicatedEdit& edit = edits[order[i]];
            SIM_ASSERT(!edit.path.empty() && edit.path.back().content);
            if (!alone) merged.merge(edit.path);
        }
        const TreeFinder in_old(before ? before->tree : none, group.end - group.begin);
        const TreeFinder in_merged(merged, group.end - group.begin);
        for (std::size_t i = group.begin; i < group.end; ++i) {
            const ReplicatedEdit& edit = edits[order[i]];
            Updated& result = results[order[i]];
            result.revision = edit.path.back().revision;
            const auto old = in_old.find(result.revision);
            const bool old_leaf = old && before->tree.is_leaf(*old);
            const bool leaf = alone ? !old : merged.is_leaf(*in_merged.find(result.revision));
            if (old_leaf || !leaf) {
                result.outcome = Updated::Outcome::known;
            } else if (rules.validate) {
                result.refusal = rules.validate(
                    {id.view(), newest_first(edit.path), *edit.path.back().content, before});
                if (result.refusal) result.outcome = Updated::Outcome::refused;
            }
        }
        Open document = open(id);   // Nobody looks at `before` any more.
        for (std::size_t i = group.begin; i < group.end; ++i) {
            Updated& result = results[order[i]];
            if (result.outcome != Updated::Outcome::stored) continue;
            merge_one(edits[order[i]], document, result);
        }
        close(std::move(document), id);
    }
    return results;
}

Database::Open Database::open(const json::SharedBytes& id) {
    Open open{.slot = documents_.find(id.view())};
    if (open.slot == DocumentTable::none) return open;
    Tree& tree = documents_.at(open.slot).tree;
    count(tree, -1);
    open.tree = std::move(tree);
    return open;
}

/// A changed document is stemmed, gets the next sequence number and leaves its old one.
void Database::close(Open open, const json::SharedBytes& id) {
    const bool is_new = open.slot == DocumentTable::none;
    if (!open.changed && is_new) return;
    if (open.changed) {
        open.tree.stem(options_.revs_limit);
        if (is_new) {
            open.slot = documents_.add(id);
        } else {
            log_.remove(documents_.at(open.slot).seq);
        }
        documents_.at(open.slot).seq = ++update_seq_;
        log_.append(update_seq_, open.slot);
        totals_.file += open.added + options_.costs.append_per_edit;
    }
    count(open.tree, 1);
    documents_.at(open.slot).tree = std::move(open.tree);
}

void Database::count(const Tree& tree, int sign) {
    (tree.deleted() ? totals_.deleted : totals_.documents) += static_cast<std::uint64_t>(sign);
    const Bytes held = leaf_bytes(tree) * sign;
    totals_.active += held;
    totals_.external += held;
}

Cost Database::cost_of(std::span<const Edit> edits) const {
    Cost cost{.sync = !edits.empty()};
    for (const Edit& edit : edits) {
        cost.cpu += options_.costs.edit_cpu;
        cost.append += written_bytes(edit) + options_.costs.append_per_edit;
    }
    return cost;
}

Cost Database::cost_of(std::span<const ReplicatedEdit> edits) const {
    Cost cost{.sync = !edits.empty()};
    for (const ReplicatedEdit& edit : edits) {
        cost.cpu += options_.costs.edit_cpu;
        cost.append += edit.path.back().content->size() + options_.costs.append_per_edit;
    }
    return cost;
}

}   // namespace glasshive::store
