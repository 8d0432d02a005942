#include "door/couch/problem.h"

#include <array>
#include <utility>

namespace glasshive::door::couch {

Problem bad_request(std::string reason) { return {400, "bad_request", std::move(reason)}; }
Problem not_found(std::string reason) { return {404, "not_found", std::move(reason)}; }
Problem no_database() { return not_found("Database does not exist."); }
Problem conflict() { return {409, "conflict", "Document update conflict."}; }
Problem unauthorized(std::string reason) { return {401, "unauthorized", std::move(reason)}; }
Problem forbidden(std::string reason) { return {403, "forbidden", std::move(reason)}; }

Problem method_not_allowed(const std::string& methods) {
    return {405, "method_not_allowed", "Only " + methods + " allowed", {{"Allow", methods}}};
}

Problem problem_of(const store::Refusal& refusal) {
    static constexpr std::array<std::pair<const char*, int>, 26> statuses{{
        {"bad_request", 400},
        {"query_parse_error", 400},
        {"illegal_docid", 400},
        {"illegal_partition", 400},
        {"illegal_database_name", 400},
        {"doc_validation", 400},
        {"invalid_design_doc", 400},
        {"compilation_error", 400},
        {"content_md5_mismatch", 400},
        {"invalid_operator", 400},
        {"bad_arg", 400},
        {"invalid_key", 400},
        {"no_usable_index", 400},
        {"unauthorized", 401},
        {"forbidden", 403},
        {"partition_overflow", 403},
        {"not_found", 404},
        {"conflict", 409},
        {"file_exists", 412},
        {"missing_stub", 412},
        {"nodedown", 412},
        {"document_too_large", 413},
        {"attachment_too_large", 413},
        {"too_large", 413},
        {"bad_content_type", 415},
        {"not_implemented", 501},
    }};
    for (const auto& [error, status] : statuses) {
        if (refusal.error == error) return {status, refusal.error, refusal.reason};
    }
    return {500, refusal.error, refusal.reason, {}, true};
}

Problem failed(int status, const std::string& reason) {
    if (status == 404) return no_database();
    if (status == 503) {
        return {503, "service unavailable",
                "Nodes are unable to service this request due to overloading or maintenance "
                "mode."};
    }
    if (status == 400) return bad_request(reason);
    if (status == 412) return {412, "nodedown", reason};
    if (reason == "timeout") {
        return {500, "timeout",
                "The request could not be processed in a reasonable amount of time."};
    }
    if (reason == "progress not possible") return {500, "nodedown", reason};
    return {500, "error", reason};
}

}   // namespace glasshive::door::couch
