#include "store/reshard/map_editor.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "store/reshard/events.h"

namespace glasshive::store::reshard {

bool holds(const ShardMap& map, const Range& range, const std::string& node) {
    const std::vector<Copy>& copies = map.copies();
    return std::find(copies.begin(), copies.end(), Copy{range, node}) != copies.end();
}

void tell_edit(kernel::Kernel& kernel, const NodeFiles& files, const std::string& node,
               const ShardMap& before, const ShardMap& map) {
    const auto name = [&](std::string_view text) {
        return field::name(kernel.names().intern(text));
    };
    std::string news;
    for (std::size_t i = before.changelog().size(); i < map.changelog().size(); ++i) {
        const MapChange& change = map.changelog()[i];
        const char* const kinds[] = {"add ", "remove ", "split "};
        news += news.empty() ? "" : ", ";
        news += kinds[static_cast<std::size_t>(change.kind)] + change.range.text();
        news += " on " + change.node;
    }
    kernel.emit(events::db_map, kernel.names().intern(files.told(map.database())),
                {name(node), name(map.revision().text()), name(news)});
}

void MapEditor::split(const std::string& shard, const std::string& node, Then then) {
    edits_.push_back({shard, node, std::move(then)});
    if (edits_.size() == 1) begin();
}

void MapEditor::clear() { edits_.clear(); }

/// The newest map first: whoever answers brings what this node has missed.
void MapEditor::begin() {
    std::vector<std::size_t> others = live_();
    std::erase(others, own_);
    if (others.empty()) return apply();
    const auto waiting = std::make_shared<std::size_t>(others.size());
    for (const std::size_t member : others) {
        auto request = std::make_shared<ShardRequest>();
        request->internal = true;
        gatherer_.ask_one(member, QuorumMessage::list_maps, std::move(request),
                          [this, waiting](const ShardReply* reply) {
                              if (reply != nullptr && reply->maps)
                                  replica_.merge_maps(*reply->maps);
                              if (--*waiting == 0) apply();
                          });
    }
}

/// mem3_reshard_dbdoc:update_shard_props/3. What is wrong; nothing: it is so now.
std::string MapEditor::split_now(const Edit& edit) {
    const auto name = parse_shard_name(edit.shard);
    const auto known = name ? files_.maps.find(name->database) : files_.maps.end();
    if (known == files_.maps.end() || known->second.suffix() != name->suffix) {
        return "database_does_not_exist";
    }
    const ShardMap before = known->second;
    if (!holds(before, name->range, edit.node)) {
        const MapChange done{MapChange::Kind::split, name->range, edit.node, 2};
        const auto& log = before.changelog();
        // It is so when a job is begun again that had come so far.
        const bool known_split = std::find(log.begin(), log.end(), done) != log.end();
        return known_split ? "" : "source_shard_missing_node";
    }
    ShardMap map = before;
    if (!map.split_copy(name->range, edit.node, 2)) return "source_shard_missing_node";
    map.edit_of(before);
    tell_edit(kernel_, files_, node_, before, map);
    replica_.store_map(map);
    return "";
}

void MapEditor::apply() {
    if (edits_.empty()) return;
    const std::string error = split_now(edits_.front());
    std::vector<std::size_t> others = live_();
    std::erase(others, own_);
    if (!error.empty() || others.empty()) return end(error);
    const auto waiting = std::make_shared<std::size_t>(others.size());
    const auto maps = std::make_shared<const DatabaseList>(files_);
    for (const std::size_t member : others) {
        auto request = std::make_shared<ShardRequest>();
        request->internal = true;
        request->maps = maps;
        gatherer_.ask_one(member, QuorumMessage::maps, std::move(request),
                          [this, waiting](const ShardReply*) {
                              if (--*waiting == 0) end("");
                          });
    }
}

void MapEditor::end(const std::string& error) {
    if (edits_.empty()) return;
    const Edit edit = std::move(edits_.front());
    edits_.pop_front();
    edit.then(error);
    if (!edits_.empty()) begin();
}

}   // namespace glasshive::store::reshard
