#include "store/replicate/request.h"

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "store/json/print.h"
#include "store/mango/selector.h"
#include "store/replicate/text.h"

namespace glasshive::store::replicate {

namespace {

using json::Type;
using json::View;
using Problem = std::optional<Refusal>;

Refusal bad_request(std::string reason) { return {"bad_request", std::move(reason)}; }

Problem read_flag(View value, std::string_view name, bool& into) {
    if (!value.is(Type::boolean)) {
        return bad_request("parameter `" + std::string(name) + "` must be a boolean");
    }
    into = value.boolean();
    return {};
}

/// couch_util:to_integer/1: a number or a text of digits.
std::optional<std::int64_t> integer_of(View value) {
    if (value.is(Type::integer)) return value.integer();
    if (!value.is(Type::text)) return {};
    return whole_number<std::int64_t>(value.text());
}

/// Not an empty text, which says nothing of a proxy.
bool is_given(const std::optional<View>& value) {
    return value && !(value->is(Type::text) && value->text().empty());
}

/// At least 1; what is beyond all use counts as `most`.
template <class Set>
Problem read_number(View value, std::int64_t most, Set set) {
    const auto number = integer_of(value);
    if (!number || *number < 1) return Refusal{"error", "badarg"};
    set(std::min(*number, most));
    return {};
}

/// Percent-encoded, as the first replicator took them; in order and once each.
Problem read_doc_ids(View value, ReplicationOptions& options) {
    if (value.is(Type::null)) return {};
    if (!value.is(Type::array)) return bad_request("parameter `doc_ids` must be an array");
    std::vector<std::string> ids;
    for (const View id : value.elements()) {
        if (!id.is(Type::text)) return Refusal{"error", "function_clause"};
        ids.push_back(unquoted(id.text()));
    }
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    options.filter.doc_ids = std::move(ids);
    return {};
}

Problem read_create_params(View value, ReplicationOptions& options) {
    if (!value.is(Type::object)) {
        return bad_request("parameter `create_target_params` must be a JSON object");
    }
    const auto given = [&](std::string_view key, std::int64_t& into) {
        const auto number = value.find(key);
        if (!number) return;
        into = integer_of(*number).value_or(-1);
        if (into < 1) into = -1;
    };
    given("q", options.create_target_params.q);
    given("n", options.create_target_params.n);
    if (const auto flag = value.find("partitioned")) {
        options.create_target_params.partitioned =
            flag->is(Type::text) ? std::string(flag->text()) : json::to_text(*flag);
    }
    return {};
}

/// couch_replicator_parse:convert_options/1, one of them; unknown ones are left out.
Problem read_switch(const json::Member& member, ReplicationRequest& request) {
    const auto& [key, value] = member;
    ReplicationOptions& options = request.options;
    if (key == "cancel") return read_flag(value, key, request.cancel);
    if (key == "create_target") return read_flag(value, key, options.create_target);
    if (key == "winning_revs_only") return read_flag(value, key, options.winning_revs_only);
    if (key == "continuous") return read_flag(value, key, options.continuous);
    if (key == "use_bulk_get") return read_flag(value, key, options.use_bulk_get);
    if (key == "use_checkpoints") {   // Whatever is not false.
        options.use_checkpoints = !value.is(Type::boolean) || value.boolean();
    }
    if (key == "create_target_params") return read_create_params(value, options);
    if (key == "doc_ids") return read_doc_ids(value, options);
    if (key == "since_seq") {
        options.since_seq = value.is(Type::text) ? std::string(value.text()) : json::to_text(value);
    }
    if ((key == "_local_id" || key == "replication_id" || key == "id") && value.is(Type::text)) {
        request.id = value.text();
        std::replace(request.id.begin(), request.id.end(), ' ', '+');   // Unquoted by mistake.
    }
    return {};
}

Problem read_measure(const json::Member& member, ReplicationOptions& options) {
    const auto& [key, value] = member;
    using Milliseconds = std::chrono::milliseconds;
    constexpr std::int64_t day = 86'400'000;
    if (key == "worker_processes") {
        return read_number(value, 64, [&](std::int64_t number) {
            options.worker_processes = static_cast<std::size_t>(number);
        });
    }
    if (key == "http_connections") return read_number(value, day, [](std::int64_t) {});
    if (key == "worker_batch_size") {
        return read_number(value, 10'000, [&](std::int64_t number) {
            options.worker_batch_size = static_cast<std::size_t>(number);
        });
    }
    if (key == "checkpoint_interval") {
        return read_number(value, day, [&](std::int64_t number) {
            options.checkpoint_interval = Milliseconds{number};
        });
    }
    if (key == "connection_timeout") {
        return read_number(value, day, [&](std::int64_t number) {
            options.connection_timeout = Milliseconds{number};
        });
    }
    if (key == "retries_per_request") {
        return read_number(value, 1'000, [&](std::int64_t number) {
            options.retries_per_request = static_cast<std::uint32_t>(number);
        });
    }
    return {};
}

Problem read_filter(View body, ChangesFilter& filter) {
    if (const auto params = body.find("query_params")) {
        if (!params->is(Type::object)) {
            return bad_request("parameter `query_params` must be an object");
        }
        filter.params = json::Value::copy_of(params->bytes());
    }
    if (const auto selector = body.find("selector")) {
        if (!selector->is(Type::object)) {
            return bad_request("parameter `selector` must be a JSON object");
        }
        const auto parsed = mango::Selector::parse(*selector);
        if (const auto* refusal = std::get_if<Refusal>(&parsed)) return *refusal;
        filter.selector = json::Value::copy_of(selector->bytes());
    }
    const auto name = body.find("filter");
    if (name && name->is(Type::text)) filter.name = name->text();
    const int kinds = (filter.doc_ids ? 1 : 0) + (name ? 1 : 0) + (filter.selector ? 1 : 0);
    if (kinds > 1) {
        return bad_request("`doc_ids`,`filter`,`selector` are mutually exclusive");
    }
    if (filter.name == "_view") {
        const auto view = filter.params ? filter.params.view().find("view") : std::nullopt;
        const std::string_view text = view && view->is(Type::text) ? view->text() : "";
        if (std::count(text.begin(), text.end(), '/') != 1) {
            return bad_request("Invalid `view` parameter.");
        }
    }
    if (name && !filter.name.starts_with('_') && filter.name.find('/') == std::string::npos) {
        return Refusal{"error", "Invalid filter. Must match `ddocname/filtername`."};
    }
    return {};
}

}   // namespace

std::variant<ReplicationRequest, Refusal> read_request(json::View body,
                                                       const ReplicationOptions& usual) {
    if (!body.is(Type::object)) return bad_request("Request body must be a JSON object");
    for (const char* const end : {"source_proxy", "target_proxy"}) {
        if (!is_given(body.find("proxy")) || !is_given(body.find(end))) continue;
        return bad_request("`proxy` is mutually exclusive with `" + std::string(end) + "`");
    }
    ReplicationRequest request{.options = usual};
    for (const json::Member& member : body.members()) {
        Problem problem = read_switch(member, request);
        if (!problem) problem = read_measure(member, request.options);
        if (problem) return *problem;
    }
    if (request.cancel && !request.id.empty()) return request;   // Named by its id alone.
    for (const bool is_source : {true, false}) {
        auto endpoint = read_endpoint(body.find(is_source ? "source" : "target"));
        if (const auto* refusal = std::get_if<Refusal>(&endpoint)) return *refusal;
        (is_source ? request.source : request.target) = std::get<Endpoint>(std::move(endpoint));
    }
    if (const Problem problem = read_filter(body, request.options.filter)) return *problem;
    if (const auto context = body.find("user_ctx")) {
        const auto name = context->find("name");
        if (name && name->is(Type::text)) request.user = name->text();
    }
    return request;
}

}   // namespace glasshive::store::replicate
