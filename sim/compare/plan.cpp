#include "compare/plan.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <xxhash.h>

#include "compare/execute.h"
#include "policy/placement.h"
#include "swarm/spec.h"

namespace glasshive::compare {

using Json = nlohmann::ordered_json;

namespace {

std::string hex(XXH128_hash_t hash) {
    char text[40];
    std::snprintf(text, sizeof text, "%016llx%016llx", static_cast<unsigned long long>(hash.high64),
                  static_cast<unsigned long long>(hash.low64));
    return text;
}

Json json_of(const Input& input) {
    return {{"path", input.path},
            {"shown", input.shown},
            {"xxh3", input.fingerprint},
            {"bytes", input.size}};
}

Input input_of(const Json& json) {
    return {.path = json.at("path"),
            .shown = json.at("shown"),
            .fingerprint = json.at("xxh3"),
            .size = json.at("bytes")};
}

Json json_of(const PolicySpec& policy) {
    Json json{{"name", policy.name}};
    if (!policy.pins.empty()) json["pins"] = policy.pins;
    if (!policy.script) {
        json["built_in"] = policy.built_in;
        return json;
    }
    json["file"] = policy.script->file;
    json["text"] = policy.script->text;
    for (const auto& [name, value] : policy.script->parameters) {
        std::visit([&, &key = name](const auto& v) { json["parameters"][key] = v; }, value);
    }
    return json;
}

script::Value value_of(const Json& json) {
    if (json.is_boolean()) return json.get<bool>();
    if (json.is_number_integer()) return json.get<std::int64_t>();
    if (json.is_number()) return json.get<double>();
    return json.get<std::string>();
}

PolicySpec policy_of(const Json& json) {
    PolicySpec policy;
    policy.name = json.at("name");
    policy.built_in = json.value("built_in", "");
    if (json.contains("pins")) policy.pins = json.at("pins").get<decltype(policy.pins)>();
    if (!json.contains("text")) return policy;
    script::ScriptSpec script;
    script.name = script.file = json.at("file");
    script.text = json.at("text");
    if (json.contains("parameters")) {
        for (const auto& [name, value] : json.at("parameters").items()) {
            script.parameters[name] = value_of(value);
        }
    }
    policy.script = std::move(script);
    return policy;
}

}   // namespace

const char* to_text(Kind kind) {
    switch (kind) {
        case Kind::openb: return "openb";
        case Kind::batch: return "batch";
        case Kind::tasks: return "tasks";
        case Kind::scenario: return "scenario";
    }
    return "?";
}

std::vector<RunKey> Plan::runs() const {
    std::vector<RunKey> all;
    for (std::size_t variant = 0; variant < variants.size(); ++variant) {
        for (std::size_t policy = 0; policy < policies.size(); ++policy) {
            for (const std::uint64_t seed : seeds) all.push_back({variant, policy, seed});
        }
    }
    return all;
}

Settings Plan::settings(std::size_t variant) const {
    Settings all = options;
    for (const auto& [name, value] : variants[variant]) all[name] = value;
    return all;
}

std::string Plan::variant_name(std::size_t variant) const {
    std::string text;
    for (const auto& [name, value] : variants[variant]) {
        text += (text.empty() ? "" : ", ") + name + "=" + value;
    }
    return text;
}

std::string Plan::to_json() const {
    Json json{{"glasshive", GLASSHIVE_VERSION}, {"kind", to_text(kind)}};
    for (const auto& [name, input] : files) json["files"][name] = json_of(input);
    json["options"] = options;
    json["variants"] = variants;
    for (const PolicySpec& policy : policies) json["policies"].push_back(json_of(policy));
    json["seeds"] = seeds;
    if (!metrics.empty()) json["metrics"] = metrics;
    if (!goal.empty()) json["capacity"] = goal;
    return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<Plan> Plan::from_json(const std::string& text, const std::string& file) {
    const auto wrong = [&](const std::string& message) {
        return Diagnostic{.file = file,
                          .message = message,
                          .hint =
                              "it is written by glasshive compare; begin anew in another folder"};
    };
    try {
        const Json json = Json::parse(text);
        if (json.at("glasshive") != GLASSHIVE_VERSION) {
            return wrong("was made by version " + json.at("glasshive").get<std::string>());
        }
        Plan plan;
        bool known = false;
        for (const Kind kind : {Kind::openb, Kind::batch, Kind::tasks, Kind::scenario}) {
            if (json.at("kind") != to_text(kind)) continue;
            plan.kind = kind;
            known = true;
        }
        if (!known) return wrong("is no plan");
        if (json.contains("files")) {
            for (const auto& [name, input] : json.at("files").items()) {
                plan.files[name] = input_of(input);
            }
        }
        plan.options = json.at("options").get<Settings>();
        plan.variants = json.at("variants").get<std::vector<Settings>>();
        for (const Json& policy : json.at("policies")) plan.policies.push_back(policy_of(policy));
        plan.seeds = json.at("seeds").get<std::vector<std::uint64_t>>();
        if (json.contains("metrics")) {
            plan.metrics = json.at("metrics").get<std::vector<std::string>>();
        }
        plan.goal = json.value("capacity", "");
        return plan;
    } catch (const Json::exception&) {
        return wrong("is no plan");
    }
}

std::string Plan::fingerprint() const {
    Json json = Json::parse(to_json());
    if (json.contains("files")) {
        for (auto& [name, input] : json["files"].items()) {   // Wherever they lie.
            input.erase("path");
            input.erase("shown");
        }
    }
    for (Json& policy : json["policies"]) policy.erase("file");
    const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
    return hex(XXH3_128bits(text.data(), text.size()));
}

Result<PolicySpec> read_policy(Kind kind, const std::string& word,
                               const script::Parameters& parameters) {
    if (kind == Kind::batch || !word.ends_with(".lua")) {
        const std::vector<std::string> names = policy_names(kind);
        if (std::find(names.begin(), names.end(), word) != names.end()) {
            return PolicySpec{.name = word, .built_in = word, .script = {}, .pins = {}};
        }
        std::string all;
        for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
        const std::string near = nearest(word, names);
        return Diagnostic{.file = "--policy",
                          .message = "there is no policy \"" + word + "\"",
                          .hint = (near.empty() ? "" : "did you mean " + near + "? ") +
                                  "there are " + all +
                                  (kind == Kind::batch ? "" : ", and files that end with .lua")};
    }
    std::ifstream in(word, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (!in.is_open()) {
        return Diagnostic{.file = word,
                          .message = "cannot be read",
                          .hint = "a policy in Lua; see docs/chapters/write-a-policy.md"};
    }
    script::ScriptSpec script;
    script.name = script.file = word;
    script.text = text;
    script.parameters = parameters;
    const auto loaded = policy::ScriptedPlacement::load(script, 1);
    if (!loaded.ok()) return loaded.problems();
    return PolicySpec{
        .name = loaded.value()->name(), .built_in = "", .script = std::move(script), .pins = {}};
}

PolicySpec pinned(PolicySpec policy, const std::map<std::string, std::string>& pins) {
    for (const auto& [task, machine] : pins) policy.name += ", " + task + "=" + machine;
    policy.pins = pins;
    return policy;
}

Result<Input> read_input(const std::string& path) {
    if (path == "-") {
        return Input{.path = "-", .shown = "standard input", .fingerprint = "not known"};
    }
    std::error_code error;
    const bool folder = std::filesystem::is_directory(path, error);
    std::ifstream in(path, std::ios::binary);
    if (folder || !in) {
        return Diagnostic{.file = path,
                          .message = folder ? "is a folder" : "cannot be read",
                          .hint = "name a file, plain or packed by gzip or zstd"};
    }
    XXH3_state_t* const state = XXH3_createState();
    XXH3_128bits_reset(state);
    std::uint64_t size = 0;
    std::array<char, 1 << 16> buffer{};
    while (in.read(buffer.data(), buffer.size()), in.gcount() > 0) {
        XXH3_128bits_update(state, buffer.data(), static_cast<std::size_t>(in.gcount()));
        size += static_cast<std::uint64_t>(in.gcount());
    }
    const std::string fingerprint = hex(XXH3_128bits_digest(state));
    XXH3_freeState(state);
    return Input{.path = std::filesystem::absolute(path, error).string(),
                 .shown = path,
                 .fingerprint = fingerprint,
                 .size = size};
}

Diagnostics check_input(const Input& input) {
    const auto now = read_input(input.path);
    const bool same = now.ok() && now.value().fingerprint == input.fingerprint;
    if (same) return {};
    return {{.file = input.shown,
             .line = 0,
             .path = "",
             .message = now.ok() ? "is another file than when the plan was made"
                                 : "cannot be read any more",
             .hint = "begin anew in another folder"}};
}

}   // namespace glasshive::compare
