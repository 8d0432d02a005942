#include "store/cluster/global_changes.h"

#include <memory>
#include <utility>

#include "store/json/builder.h"

namespace glasshive::store {

namespace {

constexpr std::string_view global = "_global_changes";

}   // namespace

void GlobalChanges::updated(const std::string& shard) {
    if (files_.maps.find(global) == files_.maps.end()) {
        known_.reset();
        return;
    }
    if (shard.empty()) return look_for_databases();
    if (const auto name = parse_shard_name(shard)) note("updated", name->database);
}

void GlobalChanges::look_for_databases() {
    std::map<std::string, std::string> now;
    for (const auto& [database, map] : files_.maps) {
        if (!map.copies_on(node_).empty()) now.emplace(database, map.suffix());
    }
    if (!known_) known_ = now;   // What was there before nobody tells.
    for (const auto& [database, suffix] : *known_) {
        const auto still = now.find(database);
        if (still == now.end() || still->second != suffix) note("deleted", database);
    }
    for (const auto& [database, suffix] : now) {
        const auto before = known_->find(database);
        if (before == known_->end() || before->second != suffix) note("created", database);
    }
    known_ = std::move(now);
}

void GlobalChanges::note(std::string_view what, const std::string& database) {
    if (database == global) return;
    if (pending_.empty()) kernel_.after(id(), write_delay, 0);
    pending_.insert(std::string(what) + ":" + database);
}

void GlobalChanges::on_timer(std::uint32_t, std::uint64_t) {
    const std::set<std::string> ids = std::exchange(pending_, {});
    if (files_.maps.find(global) == files_.maps.end()) return;
    for (const std::string& each : ids) write(each);
}

void GlobalChanges::write(const std::string& each) {
    coordinator_.read(global, each, 1, [this, each](const ReadAnswer& answer) {
        if (answer.status != 200 && answer.status != 404) return;
        json::Builder body;
        body.begin_object();
        body.end_object();
        Edit edit{.id = json::SharedBytes::copy_of(each)};
        if (answer.status == 200) edit.parent = answer.path.back().revision;
        edit.content = ContentPtr(Content{.body = body.take()});
        // Another node may have been faster: then it is told of already.
        coordinator_.write(global, {std::move(edit)}, {}, [](const WriteAnswer&) {});
    });
}

void GlobalChanges::on_stop() {
    pending_.clear();
    known_.reset();
}

}   // namespace glasshive::store
