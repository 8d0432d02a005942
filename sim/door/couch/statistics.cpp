#include "door/couch/statistics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "door/couch/call.h"
#include "kernel/math.h"
#include "store/json/print.h"

namespace glasshive::door::couch {

namespace {

constexpr std::string_view all_requests = "couchdb.httpd.requests";
constexpr std::string_view methods = "couchdb.httpd_request_methods.";
constexpr std::string_view fast_hashes = "couchdb.password_hashing_fast";
constexpr std::string_view slow_hashes = "couchdb.password_hashing_slow";
constexpr std::string_view statuses = "couchdb.httpd_status_codes.";
/// Whose values are times, not counts.
constexpr std::string_view request_time = "couchdb.request_time";

std::string real_text(double value) {
    store::json::Builder out;
    out.real(value);
    return store::json::to_text(out.take().view());
}

/// How many of the last answers tell of times.
constexpr std::size_t times_kept = 1'000;

std::string leaf_text(std::string_view name, std::int64_t value) {
    ObjectText out;
    out.number("value", value).text("type", "counter");
    if (name.starts_with(methods)) return out.text("desc", "requests with this method").take();
    if (name == fast_hashes) return out.text("desc", "number of fast password hashes").take();
    if (name == slow_hashes) return out.text("desc", "number of slow password hashes").take();
    if (name.starts_with(statuses)) return out.text("desc", "answers with this status").take();
    return out.text("desc", "HTTP requests").take();
}

}   // namespace

Statistics::Statistics() {
    counters_[std::string(all_requests)] = 0;
    counters_[std::string(request_time)] = 0;
    counters_[std::string(fast_hashes)] = 0;
    counters_[std::string(slow_hashes)] = 0;
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

void Statistics::count_password(bool slow, bool right) {
    if (slow) ++counters_.find(slow_hashes)->second;
    if (right) ++counters_.find(fast_hashes)->second;
}

void Statistics::count_answer(int status, double took) {
    ++counters_.find(request_time)->second;
    times_.push_back(took);
    if (times_.size() > times_kept) times_.pop_front();
    const auto found = counters_.find(std::string(statuses) + std::to_string(status));
    if (found != counters_.end()) ++found->second;
}

/// The numbers of bear, CouchDB's histograms, over the last answers.
std::string Statistics::times_text() const {
    std::vector<double> sorted(times_.begin(), times_.end());
    std::sort(sorted.begin(), sorted.end());
    const double n = static_cast<double>(std::max<std::size_t>(sorted.size(), 1));
    double sum = 0, logs = 0, inverses = 0;
    for (const double each : sorted) {
        sum += each;
        logs += kernel::portable_log(std::max(each, 1e-9));
        inverses += 1 / std::max(each, 1e-9);
    }
    const double mean = sum / n;
    std::array<double, 3> moments{};   // The second to the fourth.
    for (const double each : sorted) {
        double power = each - mean;
        for (double& moment : moments) moment += (power *= each - mean) / n;
    }
    const auto rank = [&sorted](double part) {
        if (sorted.empty()) return 0.0;
        const auto at = static_cast<std::size_t>(part * static_cast<double>(sorted.size()));
        return sorted[std::min(at, sorted.size() - 1)];
    };
    const double spread = std::sqrt(moments[0]);
    const bool varied = spread > 0;
    ObjectText out;
    const auto real = [&out](const char* key, double value) { out.raw(key, real_text(value)); };
    real("min", rank(0));
    real("max", rank(1));
    real("arithmetic_mean", mean);
    real("geometric_mean", sorted.empty() ? 0 : kernel::portable_exp(logs / n));
    real("harmonic_mean", sorted.empty() ? 0 : n / inverses);
    real("median", rank(0.5));
    real("variance", moments[0]);
    real("standard_deviation", spread);
    real("skewness", varied ? moments[1] / (spread * moments[0]) : 0);
    real("kurtosis", varied ? moments[2] / (moments[0] * moments[0]) - 3 : 0);
    std::string ranks = "[";
    for (const auto& [name, part] :
         {std::pair{50, 0.5}, std::pair{75, 0.75}, std::pair{90, 0.9}, std::pair{95, 0.95},
          std::pair{99, 0.99}, std::pair{999, 0.999}}) {
        ranks += (ranks.size() > 1 ? ",[" : "[") + std::to_string(name) + "," +
                 real_text(rank(part)) + "]";
    }
    out.raw("percentile", ranks + "]").raw("histogram", "[[0,0]]");
    return out.number("n", static_cast<std::int64_t>(sorted.size())).take();
}

std::string Statistics::text(std::span<const std::string> names) const {
    std::string prefix;
    for (const std::string& name : names) prefix += (prefix.empty() ? "" : ".") + name;
    const auto leaf = counters_.find(prefix);
    if (prefix == request_time) {
        ObjectText out;
        out.raw("value", times_text()).text("type", "histogram");
        return out.text("desc", "length of a request").take();
    }
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
