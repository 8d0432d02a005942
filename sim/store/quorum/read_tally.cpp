#include "store/quorum/read_tally.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace glasshive::store {

namespace {

bool same(const OpenedPath& a, const OpenedPath& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const Step& x, const Step& y) { return x.revision == y.revision; });
}

/// Not found is everybody's ancestor.
bool is_ancestor(const OpenedPath& older, const OpenedPath& newer) {
    if (older.empty()) return true;
    return std::any_of(newer.begin(), newer.end(), [&older](const Step& step) {
        return step.revision == older.back().revision;
    });
}

bool live(const OpenedPath& path) { return path.back().content && !path.back().content->deleted; }

/// Source: fabric_doc_open.erl, choose_reply/1.
bool better(const OpenedPath& a, const OpenedPath& b) {
    if (b.empty() || a.empty()) return !a.empty();
    if (live(a) != live(b)) return live(a);
    return a.back().revision > b.back().revision;
}

}   // namespace

void ReadTally::add(OpenedPath path) {
    ++replies_;
    for (Group& group : groups_) {
        if (!same(group.path, path)) continue;
        ++group.copies;
        return;
    }
    groups_.push_back({std::move(path), 1});
}

const ReadTally::Group* ReadTally::quorum() const {
    for (const Group& group : groups_) {
        if (group.copies >= needed_) return &group;
    }
    return nullptr;
}

bool ReadTally::met() const { return quorum() != nullptr; }

ReadTally::Repair ReadTally::repair() const {
    if (found().empty()) return Repair::none;   // Nothing to repair with.
    const Group* met = quorum();
    if (met == nullptr) return Repair::first;
    if (groups_.size() == 1) return Repair::none;
    const bool all_behind = std::all_of(groups_.begin(), groups_.end(), [met](const Group& group) {
        return is_ancestor(group.path, met->path);
    });
    return all_behind ? Repair::behind : Repair::first;
}

const OpenedPath& ReadTally::answer() const {
    SIM_ASSERT(!groups_.empty());
    const Group* met = quorum();
    if (met != nullptr && repair() != Repair::first) return met->path;
    const Group* best = &groups_.front();
    for (const Group& group : groups_) {
        if (better(group.path, best->path)) best = &group;
    }
    return best->path;
}

std::vector<const OpenedPath*> ReadTally::found() const {
    std::vector<const OpenedPath*> paths;
    for (const Group& group : groups_) {
        if (!group.path.empty()) paths.push_back(&group.path);
    }
    return paths;
}

}   // namespace glasshive::store
