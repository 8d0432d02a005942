#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "swarm/scheduler/scheduler.h"

/// The scheduler's reasons as JSON. Written by hand: it is built once per placement.
namespace glasshive::swarm {

namespace {

void append(std::string& text, std::uint64_t number) {
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    text.append(digits.data(), end);
}

/// Host names have no characters that JSON escapes; whatever a user invents is made harmless here.
void append_name(std::string& text, std::string_view name) {
    text += '"';
    for (const char c : name) {
        text += c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    }
    text += '"';
}

}   // namespace

/// Spreading needs none: the two counts are its score.
void Scheduler::append_score(const Candidate& candidate) {
    if (swarms_own_) return;
    detail_ += ",\"score\":";
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(),
                                   candidate.rank.score.value).ptr;
    detail_.append(digits.data(), end);
}

void Scheduler::describe_placement(const Fill& fill, const SpreadTree& tree, ServiceId service) {
    constexpr std::size_t runners_up_max = 3;
    const auto& candidates = fill.candidates();
    detail_ = "{\"runners_up\":[";
    const std::size_t at = fill.index();
    const std::size_t last = std::min(candidates.size() - 1, runners_up_max);
    for (std::size_t i = 1; i <= last; ++i) {
        const Candidate& other = candidates[(at + i) % candidates.size()];
        detail_ += i > 1 ? ",{\"node\":" : "{\"node\":";
        append_name(detail_, kernel_.names().text(other.node->hostname));
        detail_ += ",\"service_tasks\":";
        append(detail_, other.node->active_of(service));
        detail_ += ",\"total_tasks\":";
        append(detail_, other.node->active);
        append_score(other);
        if (other.rank.failures > 0) {
            detail_ += ",\"failures\":";
            append(detail_, other.rank.failures);
        }
        detail_ += '}';
    }
    detail_ += "],\"ties\":";
    append(detail_, fill.ties());
    if (!swarms_own_) {
        detail_ += ",\"policy\":";
        append_name(detail_, policy_.name());
        append_score(*fill.current());
    }
    const char* before = ",\"spread\":[{\"by\":";
    for (const SpreadTree::Step& step : tree.way()) {
        detail_ += before;
        append_name(detail_, step.label);
        detail_ += ",\"value\":";
        append_name(detail_, step.value);
        detail_ += ",\"tasks\":";
        append(detail_, step.tasks);
        detail_ += '}';
        before = ",{\"by\":";
    }
    if (!tree.way().empty()) detail_ += ']';
    detail_ += ",\"refusals\":";
    detail_ += refusals_;
    detail_ += '}';
}

std::string Scheduler::describe_refusals(const Needs& needs, std::uint32_t& refused) {
    constexpr std::size_t names_max = 3;
    std::array<std::uint32_t, filter_count> count{};
    std::array<std::array<NameId, names_max>, filter_count> names{};
    refused = 0;
    const auto take = [&](Verdict verdict, NameId hostname) {
        const auto filter = static_cast<std::size_t>(verdict);
        if (count[filter] < names_max) names[filter][count[filter]] = hostname;
        ++count[filter];
    };
    if (const GroupIndex* index = index_of(needs); index != nullptr) {
        for (std::size_t filter = 0; filter < filter_count; ++filter) {
            const auto& nodes = index->refused(static_cast<Verdict>(filter));
            auto node = nodes.begin();
            for (std::size_t i = 0; i < std::min(names_max, nodes.size()); ++i, ++node) {
                take(static_cast<Verdict>(filter), nodes_.nodes()[*node].hostname);
            }
            count[filter] = static_cast<std::uint32_t>(nodes.size());
        }
    } else {
        for (const NodeInfo& node : nodes_.nodes()) {
            if (node.removed) continue;
            const Verdict verdict = judge(needs, node);
            if (verdict != Verdict::passes) take(verdict, node.hostname);
        }
    }
    for (const std::uint32_t nodes : count) refused += nodes;
    std::string text = "{";
    for (std::size_t filter = 0; filter < filter_count; ++filter) {
        if (count[filter] == 0) continue;
        if (text.size() > 1) text += ',';
        append_name(text, to_text(static_cast<Verdict>(filter)));
        text += ":{\"count\":";
        append(text, count[filter]);
        text += ",\"nodes\":[";
        for (std::size_t i = 0; i < std::min<std::size_t>(count[filter], names_max); ++i) {
            if (i > 0) text += ',';
            append_name(text, kernel_.names().text(names[filter][i]));
        }
        text += "]}";
    }
    return text + "}";
}

}   // namespace glasshive::swarm
