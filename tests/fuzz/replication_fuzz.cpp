// Goal: no request for a replication and no checkpoint, however hostile, makes the replicator
// throw, crash or contradict itself. Method: libFuzzer under the sanitizers. A text is read as a
// request, named and shown; and as both sides' checkpoints.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/assert.h"
#include "store/json/parse.h"
#include "store/json/print.h"
#include "store/replicate/checkpoint.h"
#include "store/replicate/document_watch.h"
#include "store/replicate/plain_filters.h"
#include "store/replicate/replication_id.h"
#include "store/replicate/scheduler_rows.h"

namespace {

using namespace glasshive;
using namespace glasshive::store;
using namespace glasshive::store::replicate;

void check_request(const ReplicationRequest& request) {
    const std::optional<std::string> code =
        needs_filter_code(request) ? std::optional<std::string>("x") : std::nullopt;
    const std::string id = replication_id("uuid", request, code);
    SIM_ASSERT(id.size() == 32);
    SIM_ASSERT(id == replication_id("uuid", request, code));
    plain_filter(request.options.filter);
    for (const Endpoint* endpoint : {&request.source, &request.target}) {
        if (endpoint->bare) continue;
        json::Builder shown;   // What is shown reads as the same place.
        shown.text(endpoint->shown());
        const json::Value text = shown.take();
        const auto again = read_endpoint(text.view());
        const auto* read = std::get_if<Endpoint>(&again);
        SIM_ASSERT(read != nullptr);
        SIM_ASSERT(read->host == endpoint->host);
        SIM_ASSERT(read->database() == endpoint->database());
        SIM_ASSERT(!read->has_credentials());
    }
}

}   // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const json::Parsed parsed = json::parse(text, {.bytes_max = 4096, .depth_max = 60});
    if (!parsed.ok()) return 0;
    const auto read = read_request(parsed.value.view());
    if (const auto* refusal = std::get_if<Refusal>(&read)) {
        SIM_ASSERT(!refusal->reason.empty());
    } else if (!std::get<ReplicationRequest>(read).cancel) {
        check_request(std::get<ReplicationRequest>(read));
    }
    if (!parsed.value.view().is(json::Type::object)) return 0;
    const LocalDocument log{parsed.value, 1};
    const StartingPoint same = starting_point(&log, &log);
    checkpoint_body({.id = "x", .through_seq = same.since}, same.history);
    starting_point(&log, nullptr);
    ended_row("_replicator", "x", parsed.value.view());
    const StateMembers ended{{"_replication_state", parsed.value}, {"_replication_stats", {}}};
    if (const auto body = with_state(parsed.value.view(), ended, "now")) {
        SIM_ASSERT(!with_state(body->view(), ended, "later"));
    }
    return 0;
}
