// What partitioned databases ask of documents: their ids, and how much a partition may hold
// ([couchdb] max_partition_size). couch_partition.erl, couch_db_updater.erl.
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "door/couch/documents.h"
#include "door/couch/service.h"
#include "store/json/print.h"

namespace glasshive::door::couch {

namespace json = store::json;

void check_partition_rules(const Incoming& incoming, bool partitioned) {
    if (partitioned) {
        if (const auto refusal = store::check_partitioned_id(incoming.id)) {
            throw problem_of(*refusal);
        }
        return;
    }
    if (!incoming.id.starts_with("_design/") || incoming.read.deleted) return;
    const auto options = incoming.read.body.view().find("options");
    if (!options || !options->is(json::Type::object)) return;
    const auto option = options->find("partitioned");
    if (option && option->is(json::Type::boolean) && option->boolean()) {
        throw Problem{400, "invalid_design_doc",
                      "partitioned option cannot be true in a non-partitioned database."};
    }
}

namespace {

/// CouchDB's 10 GiB are out of reach here, so nobody asks for sizes until they are changed.
constexpr std::int64_t usual_limit = std::int64_t{10} << 30;

struct Checking {
    std::vector<std::pair<std::string, std::string>> documents;   // Ids and bodies.
    std::vector<bool> over;
    std::map<std::string, bool> full;   // By partition.
    std::size_t next = 0;
    std::int64_t limit = 0;
    std::function<void(const std::vector<bool>&)> then;
};
using CheckingPtr = std::shared_ptr<Checking>;

void check_next(const CallPtr& call, const CheckingPtr& checking);

/// An edit that makes a document smaller is let into a full partition.
void compare(const CallPtr& call, const CheckingPtr& checking) {
    const std::size_t i = checking->next++;
    const auto& [id, body] = checking->documents[i];
    call->node().coordinator().read(
        call->database(), id, 0,
        call->then([call, checking, i, size = body.size()](const store::ReadAnswer& answer) {
            std::size_t before = 0;
            if (answer.status == 200) {
                before = json::to_text(answer.path.back().content->body.view()).size();
            }
            checking->over[i] = size >= before;
            check_next(call, checking);
        }));
}

void check_next(const CallPtr& call, const CheckingPtr& checking) {
    while (checking->next < checking->documents.size()) {
        const std::string& id = checking->documents[checking->next].first;
        if (id.empty() || id.starts_with('_')) {
            ++checking->next;
            continue;
        }
        const std::string partition = id.substr(0, id.find(':'));
        const auto known = checking->full.find(partition);
        if (known == checking->full.end()) {
            return call->node().gatherer().partition_info(
                call->database(), partition,
                call->then([call, checking, partition](const store::PartitionAnswer& answer) {
                    checking->full[partition] = answer.external.count >= checking->limit;
                    check_next(call, checking);
                }));
        }
        if (known->second) return compare(call, checking);
        ++checking->next;
    }
    checking->then(checking->over);
}

}   // namespace

void check_partition_sizes(const CallPtr& call, const std::vector<Incoming>& documents,
                           std::function<void(const std::vector<bool>&)> then) {
    const std::int64_t limit =
        call->service().config(call->member()).number("couchdb", "max_partition_size", usual_limit);
    const store::ShardMap* const map = call->node().files().map_of(call->part(0));
    const bool partitioned = map != nullptr && map->partitioned();
    if (!partitioned || limit <= 0 || limit == usual_limit) {
        return then(std::vector<bool>(documents.size()));
    }
    auto checking = std::make_shared<Checking>();
    for (const Incoming& each : documents) {
        const bool counts = !each.read.deleted;
        checking->documents.emplace_back(counts ? each.id : "",
                                         counts ? json::to_text(each.read.body.view()) : "");
    }
    checking->over.resize(documents.size());
    checking->limit = limit;
    checking->then = std::move(then);
    check_next(call, checking);
}

}   // namespace glasshive::door::couch
