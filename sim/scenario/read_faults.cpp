#include "scenario/read_faults.h"

#include "scenario/inject.h"

namespace glasshive::scenario {

namespace {

using platform::FaultKind;
using platform::FaultSpec;
using platform::TargetSpec;

yaml::Choices<FaultKind> fault_kinds() {
    yaml::Choices<FaultKind> choices;
    for (const FaultKind kind :
         {FaultKind::power_off, FaultKind::pause, FaultKind::slow_cpu, FaultKind::link_down,
          FaultKind::partition, FaultKind::packet_loss, FaultKind::added_latency,
          FaultKind::reduced_bandwidth, FaultKind::slow_disk, FaultKind::full_disk}) {
        choices.emplace_back(platform::to_text(kind), kind);
    }
    return choices;
}

void add_targets(const yaml::Value& value, TargetSpec::Of of, std::vector<TargetSpec>& targets) {
    for (const auto& [name, place] : texts_of(value)) {
        const bool all = of == TargetSpec::Of::host && name == "*";
        targets.push_back({all ? TargetSpec::Of::all : of, all ? "" : name, where_of(place)});
    }
}

/// A magnitude belongs to some kinds only; on others it would be ignored without a word.
void check_magnitude(Map& map, std::string_view key, bool fits, FaultKind kind) {
    map.check(fits || !map.has(key), key,
              std::string(platform::to_text(kind)) + " has no " + std::string(key), "remove it");
}

void read_how_much(Map& map, FaultSpec& fault) {
    const FaultKind kind = fault.kind;
    const bool scaled = kind == FaultKind::slow_cpu || kind == FaultKind::reduced_bandwidth ||
                        kind == FaultKind::slow_disk;
    map.value("factor").into_fraction(fault.factor);
    check_magnitude(map, "factor", scaled, kind);
    map.value("loss").into_fraction(fault.loss);
    check_magnitude(map, "loss", kind == FaultKind::packet_loss, kind);
    map.read("latency", fault.latency);
    check_magnitude(map, "latency", kind == FaultKind::added_latency, kind);
}

platform::LawSpec read_law(const yaml::Value& value) {
    platform::LawSpec law;
    if (value.node().is_scalar()) {
        value.into(law.scale);
        return law;
    }
    Map map(Part::law, value);
    map.require("scale", law.scale);
    map.read("shape", law.shape, {0.1, 100});
    law.law = platform::LawSpec::Law::weibull;
    return law;
}

}   // namespace

TargetSpec FaultReader::bare_name(const std::string& name, const yaml::Value& place) const {
    TargetSpec target{TargetSpec::Of::host, name, where_of(place)};
    if (places.hosts.has(name)) return target;
    if (places.zones.has(name)) target.of = TargetSpec::Of::zone;
    else if (places.racks.has(name)) target.of = TargetSpec::Of::rack;
    return target;
}

void FaultReader::read_who(Map& map, FaultSpec& fault) const {
    add_targets(map.value("host"), TargetSpec::Of::host, fault.targets);
    add_targets(map.value("zone"), TargetSpec::Of::zone, fault.targets);
    add_targets(map.value("rack"), TargetSpec::Of::rack, fault.targets);
    add_targets(map.value("link"), TargetSpec::Of::link, fault.targets);
    for (const yaml::Value& item : map.value("groups").items()) {
        std::vector<TargetSpec>& group = fault.groups.emplace_back();
        if (item.node().is_map()) {
            Map group_map(Part::group, item);
            add_targets(group_map.value("host"), TargetSpec::Of::host, group);
            add_targets(group_map.value("zone"), TargetSpec::Of::zone, group);
            add_targets(group_map.value("rack"), TargetSpec::Of::rack, group);
        } else {
            for (const auto& [name, place] : texts_of(item))
                group.push_back(bare_name(name, place));
        }
    }
    map.read("one_way", fault.one_way);
}

void FaultReader::read_random(Map& map, FaultSpec& fault) const {
    const yaml::Value mtbf = map.value("mtbf");
    const yaml::Value mttr = map.value("mttr");
    map.read("together", fault.random.emplace().together);
    if (!mtbf.exists() && !mttr.exists()) {
        map.check(!map.has("together"), "together", "only random failures come together",
                  "give mtbf and mttr");
        fault.random.reset();
        return;
    }
    map.check(mtbf.exists() && mttr.exists(), mtbf.exists() ? "mtbf" : "mttr",
              "random failures need both mtbf and mttr");
    fault.random->up = read_law(mtbf.exists() ? mtbf : mttr);
    fault.random->down = read_law(mttr.exists() ? mttr : mtbf);
    map.read("times", fault.random->times, {1, 1'000'000'000});
}

void FaultReader::read_when(Map& map, FaultSpec& fault) const {
    map.read("at", fault.at);
    Duration until{}, every{}, lasts{};
    if (map.read("for", lasts)) fault.lasts = lasts;
    const bool ends = map.read("until", until);
    if (ends && fault.random) fault.until = until;
    if (ends && !fault.random) {
        map.check(until > fault.at, "until", "it ends before it begins",
                  "until is an instant; for is a span");
        map.check(!map.has("for"), "until", "for and until say the same thing in two ways",
                  "remove one of them");
        fault.lasts = until - fault.at;
    }
    const bool traced = map.has("trace");
    if (map.read("every", every)) {
        fault.repeat = platform::RepeatSpec{.every = every, .times = 0};
        map.read("times", fault.repeat->times, {1, 1'000'000'000});
    } else if (!fault.random) {
        map.check(!map.has("times"), "times", "nothing is repeated",
                  "give every, or mtbf and mttr");
    }
    map.check(!traced || !map.has("at"), "at", "the trace says when", "remove it");
    const bool timed = map.has("at") || fault.random || traced || at_is_now;
    if (map.present() && !timed) {
        map.self().error("nothing says when it strikes",
                         "write at: 60s, or mtbf and mttr, or trace");
    }
}

void FaultReader::read_trace(Map& map, FaultSpec& fault) const {
    const yaml::Value value = map.value("trace");
    if (!value.exists() || !value.into(fault.trace_file)) return;
    const std::optional<Included> file = include(value);
    if (!file) return;
    fault.trace_file = file->shown;
    Result<std::vector<platform::OutageSpec>> trace =
        platform::parse_trace(file->content, file->shown);
    if (trace.ok()) {
        fault.trace = std::move(trace.value());
        return;
    }
    problems.insert(problems.end(), trace.problems().begin(), trace.problems().end());
}

FaultSpec FaultReader::read(const yaml::Value& value) const {
    Map map(Part::fault, value);
    FaultSpec fault;
    fault.where = where_of(value);
    const bool known = map.required("do").into(fault.kind, fault_kinds());
    read_who(map, fault);
    if (known) {
        read_how_much(map, fault);
    } else {
        for (const char* key : {"factor", "loss", "latency"}) map.value(key);
    }
    read_random(map, fault);
    read_when(map, fault);
    read_trace(map, fault);
    return fault;
}

std::vector<std::string> fault_words() {
    std::vector<std::string> words;
    for (const auto& [word, kind] : fault_kinds()) words.push_back(word);
    return words;
}

}   // namespace glasshive::scenario
