#include <algorithm>

#include "check/oracle_state.h"

/// Which nodes may take a task: section 1.3, "Pipeline order" and "Constraints".
namespace glasshive::check {

namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
}

std::string without_blanks(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return std::string(text);
}

/// What the node has under a constraint's key; nothing for keys unknown here.
bool value_of(const std::string& key, const OracleNode& node, std::string& value) {
    const std::string prefix = "node.labels.";
    if (key == "node.hostname") value = node.name;
    else if (key == "node.role") value = node.manager ? "manager" : "worker";
    else if (key == "node.platform.os") value = "linux";
    else if (key == "node.platform.arch") value = "x86_64";
    else if (key.starts_with(prefix)) {
        const auto label = node.labels.find(key.substr(prefix.size()));
        value = label == node.labels.end() ? "" : label->second;
    } else if (key.starts_with("engine.labels.")) {
        value.clear();   // Simulated engines have none.
    } else {
        return false;
    }
    return true;
}

}   // namespace

bool Oracle::State::matches(const swarm::ServiceSpec& spec, const OracleNode& node) const {
    return std::all_of(
        spec.task.placement.constraints.begin(), spec.task.placement.constraints.end(),
        [&](const std::string& text) {
            const std::size_t same = text.find("=="), other = text.find("!=");
            const std::size_t at = std::min(same, other);
            if (at == std::string::npos) return false;
            std::string value;
            if (!value_of(without_blanks(text.substr(0, at)), node, value)) return false;
            const bool equal = lower(value) == lower(without_blanks(text.substr(at + 2)));
            return equal == (same < other);
        });
}

std::string Oracle::State::refusal(const swarm::ServiceSpec& spec, const NodeFact& where,
                                   NameId task) {
    if (!where.ready || where.availability != OracleCommand::Do::activate) {
        return "it is not available";
    }
    if (!matches(spec, *where.spec)) return "a constraint does not hold there";
    Cpus cpus = where.spec->cpus;
    Bytes memory = where.spec->memory;
    std::map<std::string, std::int64_t> generic = where.spec->generic;
    std::uint64_t of_service = 0;
    for (const TaskFact* other : book.placed_on(where.name)) {
        const ServiceFact* owner = book.service(other->service);
        if (owner == nullptr || other->name == task) continue;
        cpus -= owner->spec->task.reservations.cpus;
        memory -= owner->spec->task.reservations.memory;
        for (const auto& [kind, taken] : owner->spec->task.reservations.generic) {
            generic[kind] -= taken;
        }
        if (owner->spec == &spec && other->wanted) ++of_service;
        for (const swarm::PortConfig& theirs : owner->spec->ports) {
            for (const swarm::PortConfig& ours : spec.ports) {
                const bool clash = ours.mode == swarm::PublishMode::host &&
                                   theirs.mode == swarm::PublishMode::host &&
                                   ours.published != 0 && ours.published == theirs.published &&
                                   ours.protocol == theirs.protocol;
                if (clash) return "its port is taken there";
            }
        }
    }
    const swarm::Resources& asked = spec.task.reservations;
    if (asked.cpus.count > 0 && asked.cpus > cpus) return "too few CPUs are free";
    if (asked.memory.count > 0 && asked.memory > memory) return "too little memory is free";
    for (const auto& [kind, pieces] : asked.generic) {
        if (pieces > generic[kind]) return "too little of " + kind + " is free";
    }
    const std::uint64_t most = spec.task.placement.max_replicas;
    if (most > 0 && of_service >= most) return "it has enough tasks of the service";
    return "";
}

}   // namespace glasshive::check
