#include "door/couch/statistics.h"

#include "door/couch/call.h"

namespace glasshive::door::couch {

namespace {

constexpr std::string_view all_requests = "couchdb.httpd.requests";
constexpr std::string_view methods = "couchdb.httpd_request_methods.";
constexpr std::string_view statuses = "couchdb.httpd_status_codes.";
/// Whose values are times, not counts. How long a request took is told by the recording instead.
constexpr std::string_view request_time = "couchdb.request_time";

std::string leaf_text(std::string_view name, std::int64_t value) {
    ObjectText out;
    if (name == request_time) {
        ObjectText times;
        for (const char* const key : {"min", "max", "arithmetic_mean", "median", "variance"}) {
            times.number(key, 0);
        }
        out.raw("value", times.number("n", value).raw("percentile", "[]").take());
        return out.text("type", "histogram").text("desc", "length of a request").take();
    }
    out.number("value", value).text("type", "counter");
    if (name.starts_with(methods)) return out.text("desc", "requests with this method").take();
    if (name.starts_with(statuses)) return out.text("desc", "answers with this status").take();
    return out.text("desc", "HTTP requests").take();
}

}   // namespace

Statistics::Statistics() {
    counters_[std::string(all_requests)] = 0;
    counters_[std::string(request_time)] = 0;
    for (const char* const method : {"COPY", "DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"}) {
        counters_[std::string(methods) + method] = 0;
    }
    for (const int status : {200, 201, 202, 204, 206, 301, 302, 304, 400, 401, 403, 404,
                             405, 406, 409, 412, 413, 414, 415, 416, 417, 500, 501, 503}) {
        counters_[std::string(statuses) + std::to_string(status)] = 0;
    }
}

void Statistics::count_request(std::string_view method) {
    ++counters_.find(all_requests)->second;
    const auto found = counters_.find(std::string(methods) + std::string(method));
    if (found != counters_.end()) ++found->second;
}

void Statistics::count_answer(int status) {
    ++counters_.find(request_time)->second;
    const auto found = counters_.find(std::string(statuses) + std::to_string(status));
    if (found != counters_.end()) ++found->second;
}

std::string Statistics::text(std::span<const std::string> names) const {
    std::string prefix;
    for (const std::string& name : names) prefix += (prefix.empty() ? "" : ".") + name;
    const auto leaf = counters_.find(prefix);
    if (leaf != counters_.end()) return leaf_text(prefix, leaf->second);
    if (!prefix.empty()) prefix += '.';
    ObjectText out;
    std::string last;
    for (auto at = counters_.lower_bound(prefix); at != counters_.end(); ++at) {
        if (!at->first.starts_with(prefix)) break;
        const std::string_view rest = std::string_view(at->first).substr(prefix.size());
        const std::string name(rest.substr(0, rest.find('.')));
        if (name == last) continue;
        last = name;
        std::vector<std::string> below(names.begin(), names.end());
        below.push_back(name);
        out.raw(name, text(below));
    }
    return last.empty() ? "" : out.take();
}

}   // namespace glasshive::door::couch
