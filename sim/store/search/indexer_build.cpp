// Indexes that are built before anybody asks for them; mem3_reshard_index.erl.
#include <utility>

#include "store/search/indexer.h"
#include "store/shard/shard_map.h"

namespace glasshive::store::search {

void Indexer::tell_built(const Key& key, bool good) {
    const auto told = std::exchange(builders_[key].built, {});
    for (const auto& then : told) then(good);
}

void Indexer::build(const std::string& shard, std::function<void(bool)> then) {
    const auto name = parse_shard_name(shard);
    if (!name) return then(false);
    DocsOptions options;
    options.list.start = "_design/";
    options.list.end = "_design0";
    options.list.inclusive_end = false;
    options.list.bodies = true;
    place_.gatherer.all_docs(name->database, options, [this, shard, then](const DocsAnswer& all) {
        const auto map = place_.files.maps.find(parse_shard_name(shard)->database);
        const auto copy = place_.files.copies.find(shard);
        const bool there = map != place_.files.maps.end() && copy != place_.files.copies.end();
        if (all.status != 200 || !there) return then(false);
        // One more than there are indexes, so that it does not end before all have begun.
        const auto waiting = std::make_shared<std::pair<std::size_t, bool>>(1, true);
        const auto built = [waiting, then](bool good) {
            waiting->second = waiting->second && good;
            if (--waiting->first == 0) then(waiting->second);
        };
        for (const DocsAnswer::Row& row : all.rows) {
            const json::View body = row.found->content->body.view();
            auto defined = view::define(body);
            const auto* definition = std::get_if<view::Definition>(&defined);
            if (definition == nullptr || definition->maps.empty()) continue;
            IndexRequest request;
            request.shard = shard;
            request.copies = map->second.n();
            request.partitioned = view::is_partitioned(body, map->second.partitioned());
            request.definition = std::make_shared<const view::Definition>(*definition);
            std::optional<Refusal> refusal;
            const CopyIndex* index = open(request, refusal);
            // What does not compile has no index, with a split or without one.
            if (index == nullptr || index->index.update_seq() >= copy->second.update_seq())
                continue;
            const Key key{shard, request.definition->signature};
            ++waiting->first;
            builders_[key].built.push_back(built);
            update(key);
        }
        built(true);
    });
}

}   // namespace glasshive::store::search
