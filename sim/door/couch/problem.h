#pragma once

#include <string>
#include <vector>

#include "door/http/message.h"
#include "store/refusal.h"

namespace glasshive::door::couch {

/// What is wrong with a request, as it is answered: {"error":…,"reason":…} with a status. Thrown
/// while a request is looked at and caught in one place (Call::guard), as CouchDB does it.
struct Problem {
    int status = 500;
    std::string error;
    std::string reason;
    std::vector<http::Header> headers{};
    /// The error is none of those CouchDB knows: {"ref":…} is added.
    bool unknown = false;
};

// Source of statuses and texts: chttpd:error_info/1.
Problem bad_request(std::string reason);
Problem not_found(std::string reason = "missing");
Problem no_database();
Problem conflict();
Problem unauthorized(std::string reason);
Problem forbidden(std::string reason);
/// 405 with Allow; `methods` as "GET,HEAD".
Problem method_not_allowed(const std::string& methods);
/// The store's refusals carry CouchDB's names of errors: the status that belongs to them.
Problem problem_of(const store::Refusal& refusal);
/// Of a gathered answer: 404 no such database, 500 or 503 with its reason.
Problem failed(int status, const std::string& reason);

}   // namespace glasshive::door::couch
