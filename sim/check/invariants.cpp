#include "check/invariants.h"

#include <algorithm>

namespace glasshive::check {

void Invariant::broken(const Event& event, std::string text) {
    if (violations_.size() >= violations_max) return;
    violations_.push_back({.invariant = name_, .event = event.id, .time = event.time,
                           .text = std::move(text)});
}

InvariantSet::InvariantSet(const Names& names, const std::vector<swarm::ServiceSpec>& services,
                           const std::vector<HostCapacity>& hosts) {
    invariants_.push_back(make_causes_point_back(names));
    invariants_.push_back(make_time_never_goes_back(names));
    invariants_.push_back(make_task_state_never_goes_back(names));
    invariants_.push_back(make_desired_state_never_goes_back(names));
    invariants_.push_back(make_no_container_on_dead_host(names));
    invariants_.push_back(make_container_where_assigned(names));
    invariants_.push_back(make_reservations_fit(names, services, hosts));
    invariants_.push_back(make_running_means_healthy(names, services));
    invariants_.push_back(make_requests_end_once(names, services));
}

void InvariantSet::on_event(const Event& event, std::string_view text) {
    for (const auto& invariant : invariants_) invariant->on_event(event, text);
}

void InvariantSet::finish() {
    for (const auto& invariant : invariants_) invariant->finish();
}

std::vector<Violation> InvariantSet::violations() const {
    std::vector<Violation> all;
    for (const auto& invariant : invariants_) {
        all.insert(all.end(), invariant->violations().begin(), invariant->violations().end());
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const Violation& a, const Violation& b) { return a.event < b.event; });
    return all;
}

}   // namespace glasshive::check
