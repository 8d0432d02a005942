#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "store/replicate/cluster.h"
#include "store/reshard/events.h"
#include "store/reshard/resharder.h"

namespace glasshive::test {

/// A cluster whose nodes split their copies.
struct SplitCluster : SyncedCluster {
    explicit SplitCluster(std::size_t nodes, std::uint64_t seed = 1)
        : SyncedCluster(nodes, seed),
          jobs(nodes) {
        for (std::size_t i = 0; i < nodes; ++i) {
            using store::reshard::Resharder;
            const store::reshard::ReshardPlace place{.own = i,
                                                     .files = all[i].files,
                                                     .jobs = jobs[i],
                                                     .replica = *all[i].replica,
                                                     .gatherer = *all[i].gatherer,
                                                     .internal = *syncs[i],
                                                     .machine = all[i].machine,
                                                     .members = members,
                                                     .resharders = processes};
            resharders.push_back(std::make_unique<Resharder>(kernel, place));
            processes.push_back(kernel.add_process(host(i), *resharders[i]));
        }
        also_noticed = [this](std::size_t node, std::size_t member, bool up) {
            if (up) return resharders[node]->node_up(member);
            resharders[node]->node_is_down(member);
        };
        for (std::size_t i = 0; i < nodes; ++i) {   // They see each other already.
            kernel.start(processes[i]);
            for (std::size_t j = 0; j < nodes; ++j) {
                if (j != i) resharders[i]->node_up(j);
            }
        }
    }
    void boot(std::size_t i) {
        SyncedCluster::boot(i);
        if (!kernel.is_running(processes[i])) kernel.start(processes[i]);
    }
    void crash(std::size_t i) {
        if (kernel.is_running(processes[i])) kernel.kill(processes[i], scenario_cause);
        SyncedCluster::crash(i);
    }

    const store::ShardMap& map(std::size_t node) const { return all[node].files.maps.at("orders"); }
    std::string shard(std::size_t node, std::string_view range) const {
        return map(node).shard_name(*store::Range::parse(range));
    }
    store::reshard::ReshardReply ask(std::size_t via, std::size_t member,
                                     store::reshard::ReshardRequest request) {
        auto out = std::make_shared<store::reshard::ReshardReply>();
        out->error = "no answer";
        resharders[via]->ask({member}, request, [out](const auto& answers) {
            if (!answers.empty()) *out = *answers.front().second;
        });
        driver.run_for(10ms);
        return *out;
    }
    store::reshard::ReshardReply ask(std::size_t member, store::reshard::ReshardRequest::Kind kind,
                                     const std::string& id = "", const std::string& reason = "") {
        store::reshard::ReshardRequest request;
        request.kind = kind;
        request.id = id;
        request.reason = reason;
        return ask(member, member, request);
    }
    /// The job's id, or "error: …".
    std::string split(std::size_t member, std::string_view range) {
        store::reshard::ReshardRequest request;
        request.kind = store::reshard::ReshardRequest::Kind::start;
        request.shard = shard(member, range);
        const auto reply = ask(member, member, request);
        return reply.error.empty() ? reply.id : "error: " + reply.error;
    }
    const store::reshard::SplitJob& job(std::size_t member) const {
        return jobs[member].jobs.begin()->second;
    }
    std::string state(std::size_t member) const {
        return std::string(text_of(job(member).state)) + " " +
               std::string(text_of(job(member).step));
    }
    /// "00000000-3fffffff 40000000-7fffffff", the files that a node has.
    std::string files(std::size_t node) const {
        std::string out;
        for (const auto& [name, copy] : all[node].files.copies) {
            out += (out.empty() ? "" : " ") + store::parse_shard_name(name)->range.text();
        }
        return out;
    }
    /// Of a document, on each node that a map gives it to: its leaves, or "none".
    std::set<std::string> tales_of(std::string_view id) const {
        std::set<std::string> out;
        for (const store::Copy* copy : map(0).copies_of(id)) {
            for (std::size_t i = 0; i < members.size(); ++i) {
                if (members[i].node != copy->node) continue;
                const auto& database = all[i].files.copies.at(map(0).shard_name(copy->range));
                const store::Document* document = database.find(id);
                std::string text = document == nullptr ? "none" : "";
                if (document != nullptr) {
                    for (const auto& revision :
                         changed_revisions(*document, store::Style::all_docs)) {
                        text += revision.text() + " ";
                    }
                }
                out.insert(text);
            }
        }
        return out;
    }

    std::deque<store::reshard::ReshardFiles> jobs;
    std::vector<ProcessId> processes;
    std::vector<std::unique_ptr<store::reshard::Resharder>> resharders;
};

}   // namespace glasshive::test
