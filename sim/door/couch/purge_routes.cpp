// What is forgotten of documents for good; chttpd_db.erl.
#include <algorithm>
#include <cstdint>
#include <utility>

#include "door/couch/access.h"
#include "door/couch/documents.h"
#include "door/couch/routes.h"
#include "door/couch/service.h"
#include "store/json/builder.h"

namespace glasshive::door::couch {

namespace json = store::json;

void purged_infos_limit(const CallPtr& call) {
    call->only("GET,PUT");
    if (call->is("GET")) {
        return call->node().gatherer().info(
            call->database(), call->then([call](const store::InfoAnswer& info) {
                if (info.status != 200) throw failed(info.status, info.reason);
                call->json_text(200, std::to_string(info.purged_infos_limit));
            }));
    }
    const json::Value body = call->body_json();
    const auto limit = body.view().is(json::Type::integer) ? body.view().integer() : std::nullopt;
    if (!limit || *limit < 1 || *limit > UINT32_MAX) {
        throw bad_request("`purged_infos_limit` must be positive integer");
    }
    call->node().gatherer().limit_purges(call->database(), static_cast<std::uint32_t>(*limit),
                                         call->then([call](const store::StatusAnswer& answer) {
                                             // chttpd_db.erl throws what fabric said.
                                             if (answer.status == 500)
                                                 throw Problem{500, "error", answer.reason};
                                             if (answer.status != 200)
                                                 throw failed(answer.status, answer.reason);
                                             call->ok();
                                         }));
}

namespace {

json::Value texts(const std::vector<store::Revision>& revisions) {
    json::Builder list;
    list.begin_array();
    for (const store::Revision& each : revisions) list.text(each.text());
    list.end_array();
    return list.take();
}

std::vector<store::PurgeRequest> purge_requests(Call& call) {
    const json::Value body = call.body_object();
    const auto& maps = call.node().files().maps;
    const auto map = maps.find(call.database());
    if (map == maps.end()) throw no_database();
    const bool partitioned = map->second.partitioned();
    std::vector<store::PurgeRequest> requests;
    std::size_t count = 0;
    for (const json::Member& member : body.view().members()) {
        if (partitioned) {
            if (const auto refusal = store::check_partitioned_id(member.key)) {
                throw problem_of(*refusal);
            }
        }
        store::PurgeRequest request{.uuid = {}, .id = std::string(member.key), .revisions = {}};
        request.revisions = revisions_of(member.value);
        count += request.revisions.size();
        requests.push_back(std::move(request));
    }
    const Config& config = call.service().config(call.member());
    const auto exceeds = [&](std::size_t number, const char* key) {
        return static_cast<std::int64_t>(number) > config.number("purge", key, INT64_MAX);
    };
    if (exceeds(requests.size(), "max_document_id_number")) {
        throw bad_request("Exceeded maximum number of documents.");
    }
    if (exceeds(count, "max_revisions_number")) {
        throw bad_request("Exceeded maximum number of revisions.");
    }
    return requests;
}

}   // namespace

void purge(const CallPtr& call) {
    call->only("POST");
    call->require_type("application/json");
    auto requests = purge_requests(*call);
    std::vector<std::string> ids;
    for (const store::PurgeRequest& request : requests) ids.push_back(request.id);
    call->node().gatherer().purge(call->database(), std::move(requests), call->quorum("w"),
                                  call->then([call, ids](const store::PurgeAnswer& answer) {
                                      if (answer.status != 201 && answer.status != 202)
                                          throw failed(answer.status, "error");
                                      ObjectText purged, out;
                                      for (std::size_t i = 0; i < ids.size(); ++i) {
                                          purged.value(ids[i], texts(answer.purged[i]).view());
                                      }
                                      out.null("purge_seq").raw("purged", purged.take());
                                      call->json_text(answer.status, out.take());
                                  }));
}

void purged_infos(const CallPtr& call) {
    call->only("GET");
    call->node().gatherer().purged_infos(
        call->database(), call->then([call](const store::PurgesAnswer& answer) {
            if (answer.status != 200) throw failed(answer.status, answer.reason);
            std::string list = "[";
            for (const auto& [id, revisions] : answer.purges) {
                if (list.size() > 1) list += ',';
                list += ObjectText().text("id", id).value("revs", texts(revisions).view()).take();
            }
            call->json_text(200, ObjectText().raw("purged_infos", list + "]").take());
        }));
}

}   // namespace glasshive::door::couch
