// What builders share: values, and commands of the usual shapes.
#include "base/assert.h"
#include "words/builders.h"
#include "words/grammar/gotext.h"
#include "yaml/units.h"

namespace glasshive::words {

Duration duration_of(std::string_view text) {
    const auto parsed = yaml::parse_go_duration(text);
    SIM_ASSERT(parsed.value.has_value());
    return *parsed.value;
}

Bytes bytes_of(std::string_view text) {
    const auto parsed = yaml::parse_docker_bytes(text);
    SIM_ASSERT(parsed.value.has_value());
    return *parsed.value;
}

Cpus cpus_of(std::string_view text) {
    const auto parsed = yaml::parse_docker_cpus(text);
    SIM_ASSERT(parsed.value.has_value());
    return *parsed.value;
}

std::uint64_t uint_of(std::string_view text) {
    const auto parsed = go_uint(text);
    SIM_ASSERT(parsed.value.has_value());
    return *parsed.value;
}

std::int64_t int_of(std::string_view text) {
    const auto parsed = go_int(text);
    SIM_ASSERT(parsed.value.has_value());
    return *parsed.value;
}

double real_of(std::string_view text) {
    const auto parsed = go_float(text);
    SIM_ASSERT(parsed.value.has_value());
    return *parsed.value;
}

std::map<std::string, std::string> map_of(Pairs pairs) {
    std::map<std::string, std::string> result;
    for (auto& [key, value] : pairs) result[std::move(key)] = std::move(value);
    return result;
}

Pairs filters_of(const Flags& flags) {
    Pairs result;
    for (auto& [key, value] : flags.pairs("filter")) {
        if (key.empty() && value.empty()) continue;
        result.emplace_back(lower(trimmed(key)), std::string(trimmed(value)));
    }
    return result;
}

Command look(Verb verb, const Flags& flags) {
    Look what;
    what.names = flags.arguments;
    what.filters = filters_of(flags);
    what.format = flags.text("format");
    what.quiet = flags.toggle("quiet");
    what.all = flags.toggle("all");
    what.no_trunc = flags.toggle("no-trunc");
    what.no_resolve = flags.toggle("no-resolve");
    what.pretty = flags.toggle("pretty");
    what.size = flags.toggle("size");
    what.latest = flags.toggle("latest");
    what.verbose = flags.toggle("verbose");
    if (const auto last = flags.last("last")) what.last = int_of(*last);
    what.type = flags.text("type");
    return {verb, std::move(what), "", "", {}};
}

Command names(Verb verb, const Flags& flags) {
    Names what;
    what.names = flags.arguments;
    what.filters = filters_of(flags);
    what.force = flags.toggle("force");
    what.all = flags.toggle("all") || flags.toggle("all-tags");
    what.volumes = flags.toggle("volumes");
    what.signal = flags.text("signal");
    for (const char* name : {"time", "timeout"}) {
        if (const auto seconds = flags.last(name)) what.timeout_seconds = int_of(*seconds);
    }
    return {verb, std::move(what), "", "", {}};
}

Command logs(Verb verb, const Flags& flags) {
    Logs what;
    if (!flags.arguments.empty()) what.name = flags.arguments[0];
    what.follow = flags.toggle("follow");
    what.timestamps = flags.toggle("timestamps");
    what.details = flags.toggle("details");
    what.raw = flags.toggle("raw");
    what.no_resolve = flags.toggle("no-resolve");
    what.no_trunc = flags.toggle("no-trunc");
    what.no_task_ids = flags.toggle("no-task-ids");
    what.since = flags.text("since");
    what.until = flags.text("until");
    what.tail = flags.last("tail").value_or("all");
    what.format = flags.text("format");
    what.filters = filters_of(flags);
    return {verb, std::move(what), "", "", {}};
}

namespace {

std::string from_engine(const std::string& text) { return "Error response from daemon: " + text; }

}   // namespace

std::string set_condition(swarm::RestartPolicy& policy, const std::string& word) {
    if (word == "none") {
        policy.condition = swarm::RestartCondition::none;
    } else if (word == "on-failure") {
        policy.condition = swarm::RestartCondition::on_failure;
    } else if (word == "any" || word.empty()) {
        policy.condition = swarm::RestartCondition::any;
    } else {
        return from_engine("invalid RestartCondition: " + go_quoted(word));
    }
    return "";
}

std::string set_failure_action(swarm::UpdateConfig& update, const std::string& word) {
    if (word == "pause" || word.empty()) {
        update.failure_action = swarm::FailureAction::pause;
    } else if (word == "continue") {
        update.failure_action = swarm::FailureAction::continue_;
    } else if (word == "rollback") {
        update.failure_action = swarm::FailureAction::rollback;
    } else {
        return from_engine("unrecognized update failure action " + word);
    }
    return "";
}

std::string set_order(swarm::UpdateConfig& update, const std::string& word) {
    if (word == "stop-first" || word.empty()) {
        update.order = swarm::UpdateOrder::stop_first;
    } else if (word == "start-first") {
        update.order = swarm::UpdateOrder::start_first;
    } else {
        return from_engine("unrecognized update order " + word);
    }
    return "";
}

std::string set_endpoint_mode(swarm::ServiceSpec& spec, const std::string& word) {
    if (word == "vip" || word.empty()) {
        spec.endpoint_mode = swarm::EndpointMode::vip;
    } else if (word == "dnsrr") {
        spec.endpoint_mode = swarm::EndpointMode::dnsrr;
    } else {
        return from_engine("invalid resolution mode: " + go_quoted(word));
    }
    return "";
}

std::string with_tag(const std::string& image) {
    const std::size_t slash = image.rfind('/');
    const std::string last = image.substr(slash == std::string::npos ? 0 : slash + 1);
    const bool plain = !last.empty() && last.find_first_of(":@") == std::string::npos;
    const bool lower_case = lower(image) == image;   // A repository's name has no capitals.
    return plain && lower_case ? image + ":latest" : image;
}

}   // namespace glasshive::words
