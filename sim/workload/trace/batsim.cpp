#include "workload/trace/batsim.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "workload/trace/table.h"

namespace glasshive::workload::trace {

namespace {

using Json = nlohmann::json;

constexpr double seconds_most = 4e9;   // 126 years: twice that is a Time.
constexpr std::int64_t machines_most = 100'000'000;
constexpr std::size_t bytes_most = std::size_t{1} << 30, nesting_most = 100;

/// How deep lists and objects stand in each other. The library copies by recursion: what is nested
/// without end must not get there.
std::size_t nesting_of(const std::string& text) {
    std::size_t depth = 0, most = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '"') quoted = !quoted;
        if (quoted && c == '\\') ++i;   // What it escapes may be a quote.
        if (quoted) continue;
        if (c == '[' || c == '{') most = std::max(most, ++depth);
        if ((c == ']' || c == '}') && depth > 0) --depth;
    }
    return most;
}

/// A problem with one job or profile; JSON has no lines to tell.
struct Wrong {
    std::string path, message;
};

Duration seconds_of_field(const Json& object, const char* key, const std::string& path) {
    if (!object.contains(key) || !object[key].is_number())
        throw Wrong{path + "." + key, "is no number"};
    const double value = object[key].get<double>();
    if (!(value >= 0 && value <= seconds_most))
        throw Wrong{path + "." + key, "is no length of time"};
    return Duration{static_cast<std::int64_t>(value * 1e9 + 0.5)};
}

Task job_of(const Json& object, const Json& profiles, const std::string& path) {
    if (!object.is_object()) throw Wrong{path, "is no object"};
    Task job;
    const Json& id = object.contains("id") ? object["id"] : Json();
    job.name = id.is_string() ? id.get<std::string>() : id.dump();
    job.cpus = one_cpu;
    job.submit = Time{seconds_of_field(object, "subtime", path)};
    if (!object.contains("res") || !object["res"].is_number_integer() ||
        object["res"].get<std::int64_t>() < 1 ||
        object["res"].get<std::int64_t>() > machines_most) {
        throw Wrong{path + ".res", "is no number of machines"};
    }
    job.gang = object["res"].get<std::int32_t>();
    if (object.contains("walltime") && object["walltime"] != -1) {
        job.estimate = seconds_of_field(object, "walltime", path);
    }
    if (!object.contains("profile") || !object["profile"].is_string()) {
        throw Wrong{path + ".profile", "is no name of a profile"};
    }
    const auto name = object["profile"].get<std::string>();
    if (!profiles.contains(name))
        throw Wrong{path + ".profile", "there is no profile \"" + name + "\""};
    const Json& profile = profiles[name];
    if (!profile.is_object() || profile.value("type", Json()) != "delay") {
        throw Wrong{"profiles." + name + ".type", "is not delay, the only type that is read"};
    }
    job.run = seconds_of_field(profile, "delay", "profiles." + name);
    return job;
}

}   // namespace

Result<std::vector<Task>> read_batsim(Lines lines) {
    std::string text, line;
    const std::string file = lines.file();
    const auto fail = [&](const std::string& path, const std::string& message) {
        return Diagnostic{.file = file,
                          .path = path,
                          .message = message,
                          .hint = "a workload of Batsim: {\"jobs\": […], \"profiles\": {…}}"};
    };
    while (lines.next(line)) {
        if (text.size() + line.size() > bytes_most) return fail("", "more than 1 GiB");
        text += line;
        text += '\n';
    }
    if (lines.problem() != nullptr) return *lines.problem();
    if (nesting_of(text) > nesting_most) return fail("", "is nested too deeply");
    const Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded() || !json.is_object()) return fail("", "is no JSON object");
    if (!json.contains("jobs") || !json["jobs"].is_array()) return fail("jobs", "is no list");
    const Json profiles = json.value("profiles", Json::object());
    if (!profiles.is_object()) return fail("profiles", "is no object");
    std::vector<Task> jobs;
    Diagnostics problems;
    for (std::size_t i = 0; i < json["jobs"].size() && problems.size() < problems_most; ++i) {
        try {
            jobs.push_back(job_of(json["jobs"][i], profiles, "jobs[" + std::to_string(i) + "]"));
        } catch (const Wrong& wrong) {
            problems.push_back(fail(wrong.path, wrong.message));
        }
    }
    if (!problems.empty()) return problems;
    if (jobs.empty()) return fail("jobs", "is empty");
    std::stable_sort(jobs.begin(), jobs.end(),
                     [](const Task& a, const Task& b) { return a.submit < b.submit; });
    return jobs;
}

}   // namespace glasshive::workload::trace
