#include "store/replicate/job_error.h"

#include <utility>

namespace glasshive::store::replicate {

JobError job_error(std::string error, std::string reason) {
    std::string shown = error + ": " + reason;
    return {std::move(error), std::move(reason), std::move(shown)};
}

JobError job_error_term(std::string term) { return {"error", term, term}; }

JobError request_failed(std::string_view verb, std::string_view uri, const PeerError& why) {
    std::string term = "{http_request_failed,\"";
    term += verb;
    term += "\",\"";
    term += uri;
    term += "\",";
    if (why.status != 0) {
        term += "{error,{code," + std::to_string(why.status) + "}}";
    } else if (why.error == "conn_failed") {
        term += "{error,{error,{conn_failed,{error," + why.reason + "}}}}";
    } else {
        term += "{error,{error," + why.error + "}}";
    }
    return job_error_term(term + "}");
}

JobError start_failed(std::string_view uri, const PeerError& why) {
    const std::string name(uri);
    if (why.status == 401) {
        return job_error("unauthorized", "unauthorized to access or create database " + name);
    }
    if (why.status == 403) {
        return job_error("forbidden", "forbidden to access or create database " + name);
    }
    if (why.status == 0 && why.error == "nxdomain") {
        return job_error("nxdomain", "could not resolve " + name);
    }
    if (why.status >= 500) {
        return job_error_term("{http_error_code," + std::to_string(why.status) + ",<<\"GET " +
                              name + "\">>}");
    }
    if (why.status == 0) return request_failed("GET", uri, why);
    return job_error("db_not_found", "could not open " + name);
}

}   // namespace glasshive::store::replicate
