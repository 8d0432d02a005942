// What indexes are like, and what becomes of those nobody needs.
#include <algorithm>
#include <map>
#include <utility>

#include "store/json/builder.h"
#include "store/json/print.h"
#include "store/search/searcher.h"

namespace glasshive::store::search {

namespace {

/// The sums of one copy of each range. Source: fabric_group_info.erl, merge_results/1.
struct Sums {
    IndexInfo info;
    std::uint64_t minimum = 0;     ///< Changes not known to the copies that know most.
    std::uint64_t preferred = 0;   ///< To those that are asked first.
    std::uint64_t total = 0;       ///< To all copies.

    void add(const IndexInfo& one) {
        info.file += one.file;
        info.active += one.active;
        info.external += one.external;
        info.update_seq += one.update_seq;
        info.purge_seq += one.purge_seq;
        info.waiting += one.waiting;
        info.updating |= one.updating;
        info.compacting |= one.compacting;
    }
};

std::string plain_name(const view::Definition& definition) {
    const std::string_view id = definition.design.view().find("_id")->text();
    return std::string(id.substr(std::string_view("_design/").size()));
}

void write_sizes(const IndexInfo& info, json::Builder& out) {
    out.key("sizes");
    out.begin_object();
    out.key("file");
    out.integer(info.file.count);
    out.key("external");
    out.integer(info.external.count);
    out.key("active");
    out.integer(info.active.count);
    out.end_object();
}

/// Members in the order in which a node of 3.5 writes them.
std::string info_text(const view::Definition& definition, const Sums& sums) {
    json::Builder out;
    const auto number = [&](std::string_view name, std::uint64_t value) {
        out.key(name);
        out.integer(value);
    };
    const auto flag = [&](std::string_view name, bool value) {
        out.key(name);
        out.boolean(value);
    };
    const auto text = [&](std::string_view name, std::string_view value) {
        out.key(name);
        out.text(value);
    };
    out.begin_object();
    text("name", plain_name(definition));
    out.key("view_index");
    out.begin_object();
    out.key("updates_pending");
    out.begin_object();
    number("minimum", sums.minimum);
    number("preferred", sums.preferred);
    number("total", sums.total);
    out.end_object();
    flag("waiting_commit", false);
    number("waiting_clients", sums.info.waiting);
    flag("updater_running", sums.info.updating);
    number("update_seq", sums.info.update_seq);
    write_sizes(sums.info, out);
    text("signature", definition.signature);
    number("purge_seq", sums.info.purge_seq);
    text("language", definition.language);
    flag("compact_running", sums.info.compacting);
    out.key("collator_versions");
    out.begin_array();
    out.text("153.120");   // ICU 72's, as a real 3.5.0 reports.
    out.end_array();
    out.end_object();
    out.end_object();
    return json::to_text(out.take().view());
}

}   // namespace

/// All copies are asked and waited for; one copy of each range counts, the preferred one if it
/// answered.
void Searcher::design_info(std::string_view database, std::string_view design, Then then) {
    if (files_.map_of(database) == nullptr) return then(no_database());
    const auto ask = [this, name = std::string(database), then](const json::Value& document) {
        const ShardMap* map = files_.map_of(name);
        if (map == nullptr) return then(no_database());
        auto defined = view::define(document.view());
        if (auto* refusal = std::get_if<Refusal>(&defined)) return then(failure(*refusal));
        IndexRequest request;
        request.definition = std::make_shared<const view::Definition>(
            std::get<view::Definition>(std::move(defined)));
        request.partitioned = view::is_partitioned(document.view(), map->partitioned());
        std::map<Range, std::vector<const Copy*>> holders;
        std::map<Range, std::size_t> preferred;
        for (const Copy& copy : map->copies()) holders[copy.range].push_back(&copy);
        for (const auto& [range, copies] : holders) {
            const auto member = find_member(members_, map->preferred(copies)->node);
            if (member) preferred[range] = *member;
        }
        Job job = asking(*map, SearchMessage::info, request);
        job.enough = [](const Job& asked) { return asked.waiting == 0; };
        job.then = [then, request, preferred](const Job& done) {
            if (auto problem = why_not(done, request)) return then(*problem);
            std::map<Range, std::vector<std::size_t>> by_range;
            for (const std::size_t worker : done.arrived)
                by_range[done.workers[worker].range].push_back(worker);
            Sums sums;
            for (auto& [range, workers] : by_range) {
                const auto first = preferred.find(range);
                std::size_t counts = workers.front();
                std::uint64_t least = UINT64_MAX;
                for (const std::size_t worker : workers) {
                    const IndexInfo& info = reply_of(done, worker).info;
                    if (first != preferred.end() && done.workers[worker].member == first->second)
                        counts = worker;
                    least = std::min(least, info.pending);
                    sums.total += info.pending;
                }
                sums.minimum += least;
                sums.preferred += reply_of(done, counts).info.pending;
                sums.add(reply_of(done, counts).info);
            }
            then({.status = 200, .body = info_text(*request.definition, sums)});
        };
        gather(std::move(job));
    };
    open_design(database, design, then, ask);
}

/// fabric:cleanup_index_files_all_nodes/1: the nodes are told, nobody waits.
void Searcher::view_cleanup(std::string_view database, Then then) {
    if (files_.map_of(database) == nullptr) return then(no_database());
    read_designs(database, [this, name = std::string(database), then](const auto& designs) {
        const ShardMap* map = files_.map_of(name);
        if (!designs) return then(no_progress());
        if (map == nullptr) return then(no_database());
        IndexRequest request;
        request.database = map->database() + map->suffix();
        for (const DesignBody& design : *designs) {
            auto defined = view::define(design.body.view());
            if (const auto* definition = std::get_if<view::Definition>(&defined))
                request.signatures.push_back(definition->signature);
        }
        const auto shared = std::make_shared<const IndexRequest>(std::move(request));
        Job job;
        for (std::size_t member = 0; member < indexers_.size(); ++member) {
            job.workers.push_back({member,
                                   {},
                                   static_cast<std::uint16_t>(SearchMessage::cleanup),
                                   shared,
                                   index_request_bytes});
        }
        job.enough = [](const Job& asked) { return asked.waiting == 0; };
        job.then = [](const Job&) {};
        gather(std::move(job));
        then({.status = 202, .body = "{\"ok\":true}"});
    });
}

void Searcher::compact_views(std::string_view database, std::string_view design, Then then) {
    if (files_.map_of(database) == nullptr) return then(no_database());
    const auto ask = [this, name = std::string(database), then](const json::Value& document) {
        const ShardMap* map = files_.map_of(name);
        if (map == nullptr) return then(no_database());
        auto defined = view::define(document.view());
        if (auto* refusal = std::get_if<Refusal>(&defined)) return then(failure(*refusal));
        IndexRequest request;
        request.definition = std::make_shared<const view::Definition>(
            std::get<view::Definition>(std::move(defined)));
        Job job = asking(*map, SearchMessage::compact, request);
        job.enough = [](const Job& asked) { return asked.waiting == 0; };
        job.then = [](const Job&) {};
        gather(std::move(job));
        then({.status = 202, .body = "{\"ok\":true}"});
    };
    open_design(database, design, then, ask);
}

}   // namespace glasshive::store::search
