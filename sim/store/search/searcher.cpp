#include "store/search/searcher.h"

#include <algorithm>
#include <map>

#include "store/json/builder.h"
#include "store/quorum/packed_seq.h"

namespace glasshive::store::search {

Searcher::Searcher(kernel::Kernel& kernel, NodeFiles& files, Scripts& scripts,
                   Coordinator& coordinator, Gatherer& gatherer, std::string node,
                   const std::vector<QuorumMember>& members, const std::vector<ProcessId>& indexers,
                   Duration request_timeout)
    : Scatter(kernel, static_cast<std::uint16_t>(SearchMessage::failed), request_timeout),
      files_(files),
      scripts_(scripts),
      coordinator_(coordinator),
      gatherer_(gatherer),
      node_(std::move(node)),
      members_(members),
      indexers_(indexers) {}

// --- Asking copies -------------------------------------------------------------------------------

Scatter::Worker Searcher::worker(const Copy& copy, const ShardMap& map, SearchMessage type,
                                 const IndexRequest& request) const {
    auto one = std::make_shared<IndexRequest>(request);
    one->shard = map.shard_name(copy.range);
    one->copies = map.n();
    return {*find_member(members_, copy.node), copy.range, static_cast<std::uint16_t>(type),
            std::move(one), index_request_bytes};
}

/// fabric_view:get_shards/2.
Scatter::Job Searcher::asking(const ShardMap& map, SearchMessage type,
                              const IndexRequest& request) {
    std::vector<const Copy*> of;
    if (request.query.partition && map.partitioned()) {
        of = map.copies_of(std::string_view(*request.query.partition + ":foo"));
    } else {
        for (const Copy& copy : map.copies()) of.push_back(&copy);
    }
    std::erase_if(of, [this](const Copy* copy) { return !find_member(members_, copy->node); });
    Job job;
    std::map<Range, std::vector<Worker>> spare;
    for (std::size_t begin = 0; begin < of.size();) {
        std::size_t end = begin;
        while (end < of.size() && of[end]->range == of[begin]->range) ++end;
        const std::vector<const Copy*> same(of.begin() + static_cast<std::ptrdiff_t>(begin),
                                            of.begin() + static_cast<std::ptrdiff_t>(end));
        const Copy* preferred = request.query.stable ? map.preferred(same) : nullptr;
        for (const Copy* copy : same) {
            Worker one = worker(*copy, map, type, request);
            if (preferred == nullptr || copy == preferred) {
                job.workers.push_back(std::move(one));
            } else {
                spare[copy->range].push_back(std::move(one));
            }
        }
        begin = end;
    }
    job.instead = [spare = std::move(spare)](const Worker& lost) mutable {
        std::vector<Worker> next;
        std::vector<Worker>& left = spare[lost.range];
        if (left.empty()) return next;
        next.push_back(std::move(left.front()));
        left.erase(left.begin());
        return next;
    };
    const bool one_range = request.query.partition && map.partitioned();
    job.enough = [one_range](const Job& asked) {
        return one_range ? asked.waiting == 0 || !asked.arrived.empty() : ring_decided(asked);
    };
    return job;
}

std::vector<std::size_t> Searcher::chosen(const Job& job, const IndexRequest& request) {
    if (!request.query.partition) return answered_ring(job);
    std::vector<std::size_t> first(job.arrived.begin(),
                                   job.arrived.begin() + (job.arrived.empty() ? 0 : 1));
    return first;
}

std::optional<Reply> Searcher::why_not(const Job& job, const IndexRequest& request) {
    const std::vector<std::size_t> workers = chosen(job, request);
    if (workers.empty()) return job.timed_out ? timed_out() : no_progress();
    for (const std::size_t worker : workers) {
        if (const auto& refusal = reply_of(job, worker).refusal) return failure(*refusal);
    }
    return {};
}

std::string Searcher::packed_seq(const Job& job, const std::vector<std::size_t>& workers) {
    PackedSeq packed;
    for (const std::size_t worker : workers)
        packed.ranges.push_back({job.workers[worker].range, reply_of(job, worker).seq});
    return packed.text();
}

// --- Design documents ----------------------------------------------------------------------------

void Searcher::open_design(std::string_view database, std::string_view design, Then fail,
                           std::function<void(const json::Value& design)> then) {
    const std::string id =
        design.starts_with("_design/") ? std::string(design) : "_design/" + std::string(design);
    coordinator_.read(
        database, id, 0,
        [id, fail = std::move(fail), then = std::move(then)](const ReadAnswer& answer) {
            if (answer.reason == "no_db_file") return fail(no_database());
            if (answer.reason == "timeout") return fail(timed_out());
            if (answer.status == 404) return fail({404, "not_found", answer.reason, {}});
            if (answer.status != 200) return fail({500, "error", answer.reason, {}});
            const Step& winner = answer.path.back();
            json::Builder out;
            out.begin_object();
            out.key("_id");
            out.text(id);
            out.key("_rev");
            out.text(winner.revision.text());
            for (const json::Member member : winner.content->body.view().members()) {
                out.key(member.key);
                out.copy(member.value);
            }
            out.end_object();
            then(out.take());
        });
}

/// fabric:design_docs/1.
void Searcher::read_designs(std::string_view database, ThenDesigns then) {
    DocsOptions options;
    options.list.start = "_design/";
    options.list.end = "_design0";
    options.list.inclusive_end = false;
    options.list.bodies = true;
    gatherer_.all_docs(database, options, [then = std::move(then)](const DocsAnswer& answer) {
        if (answer.status != 200) return then({});
        std::vector<DesignBody> designs;
        for (const DocsAnswer::Row& row : answer.rows)
            designs.push_back({row.key, row.found->winner, row.found->content->body});
        then(designs);
    });
}

}   // namespace glasshive::store::search
