#include "check/oracle_truth.h"

#include <algorithm>

#include "platform/events.h"

namespace glasshive::check {

void GroundTruth::apply(const Event& event) {
    using namespace platform::events;
    const auto& f = event.fields;
    switch (event.kind) {
        case host_added.id: hosts_.insert(event.subject); break;
        case host_off.id: off_[event.subject] = true; break;
        case host_on.id:
            off_[event.subject] = false;
            paused_[event.subject] = false;   // host.paused follows when it comes back frozen.
            break;
        case host_paused.id: paused_[event.subject] = true; break;
        case host_resumed.id: paused_[event.subject] = false; break;
        case link_added.id:
            links_[event.subject] = {name_of(f[0].integer), name_of(f[1].integer), true};
            break;
        case link_down.id:
        case link_up.id: {
            bool& up = links_[event.subject].up;
            const bool now = event.kind == link_up.id;
            if (up != now) links_down_ += now ? std::size_t(-1) : 1;   // Wraps: one fewer.
            up = now;
            break;
        }
        case fault_started.id:
            active_[event.id] = static_cast<std::size_t>(f[0].integer);
            last_change_ = event.time;
            break;
        case fault_ended.id:
            active_.erase(event.cause);
            last_change_ = event.time;
            break;
        default: break;
    }
}

const OracleNode* GroundTruth::node(NameId host) const {
    for (const OracleNode& each : input_.nodes) {
        if (each.name == names_.text(host)) return &each;
    }
    return nullptr;
}

Reach GroundTruth::reach(NameId a, NameId b) const {
    if (a == b) return Reach::yes;
    if (!cables_connect(a, b)) return Reach::no;
    if (links_down_ > 0 && !input_.one_path) return Reach::unsure;
    const Reach reach = by_partitions(a, b);
    return reach == Reach::yes && network_is_bad() ? Reach::unsure : reach;
}

/// Hosts do not relay: a way leads over switches.
bool GroundTruth::cables_connect(NameId a, NameId b) const {
    if (links_.empty()) return true;
    std::set<NameId> seen{a};
    std::vector<NameId> open{a};
    while (!open.empty()) {
        const NameId at = open.back();
        open.pop_back();
        if (at == b) return true;
        if (at != a && hosts_.count(at) > 0) continue;
        for (const auto& [name, link] : links_) {
            if (!link.up || (link.a != at && link.b != at)) continue;
            const NameId next = link.a == at ? link.b : link.a;
            if (seen.insert(next).second) open.push_back(next);
        }
    }
    return false;
}

bool GroundTruth::is_in(const std::vector<platform::TargetSpec>& group,
                        const OracleNode& node) const {
    using Of = platform::TargetSpec::Of;
    return std::any_of(group.begin(), group.end(), [&](const platform::TargetSpec& target) {
        return target.of == Of::all || (target.of == Of::host && target.name == node.name) ||
               (target.of == Of::zone && target.name == node.zone) ||
               (target.of == Of::rack && target.name == node.rack);
    });
}

/// From 1; 0: in none; -1: in several.
int GroundTruth::group_of(const platform::FaultSpec& fault, NameId host) const {
    const OracleNode* known = node(host);
    int found = 0;
    for (std::size_t g = 0; known != nullptr && g < fault.groups.size(); ++g) {
        if (is_in(fault.groups[g], *known)) found = found == 0 ? static_cast<int>(g) + 1 : -1;
    }
    return found == 0 && fault.groups.size() == 1 ? 2 : found;   // Between it and everybody else.
}

Reach GroundTruth::by_partitions(NameId a, NameId b) const {
    Reach reach = Reach::yes;
    for (const auto& [started, number] : active_) {
        if (number == 0 || number > input_.faults.size()) return Reach::unsure;
        const platform::FaultSpec& fault = input_.faults[number - 1];
        if (fault.kind != platform::FaultKind::partition) continue;
        const int in_a = group_of(fault, a), in_b = group_of(fault, b);
        if (in_a < 0 || in_b < 0) return Reach::unsure;
        if (in_a == in_b || in_a == 0 || in_b == 0) continue;
        if (!fault.one_way) return Reach::no;
        if (in_a == 1 || in_b == 1) reach = Reach::unsure;   // One direction passes.
    }
    return reach;
}

/// Beyond these sums a heartbeat may miss its answer's 5 s. A path has at most eight cables, an
/// answer passes twice; a lost packet costs 0.2 s, then twice as much.
bool GroundTruth::network_is_bad() const {
    double loss = 0;
    Duration latency{};
    for (const auto& [started, number] : active_) {
        if (number == 0 || number > input_.faults.size()) return true;
        const platform::FaultSpec& fault = input_.faults[number - 1];
        if (fault.kind == platform::FaultKind::packet_loss) loss += fault.loss;
        if (fault.kind == platform::FaultKind::added_latency) latency += fault.latency;
    }
    return loss > 0.02 || latency > std::chrono::milliseconds{100};
}

bool GroundTruth::transfers_slowed() const {
    return std::any_of(active_.begin(), active_.end(), [&](const auto& entry) {
        const std::size_t number = entry.second;
        if (number == 0 || number > input_.faults.size()) return true;
        const platform::FaultKind kind = input_.faults[number - 1].kind;
        return kind == platform::FaultKind::packet_loss ||
               kind == platform::FaultKind::added_latency ||
               kind == platform::FaultKind::reduced_bandwidth;
    });
}

}   // namespace glasshive::check
