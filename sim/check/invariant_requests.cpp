#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "check/invariants.h"
#include "check/name_map.h"
#include "runtime/events.h"
#include "workload/events.h"

namespace glasshive::check {

namespace {

class RequestsEndOnce final : public Invariant {
  public:
    RequestsEndOnce(const Names& names, const std::vector<swarm::ServiceSpec>& services)
        : Invariant("requests end once", names) {
        for (const swarm::ServiceSpec& service : services) {
            for (const swarm::PortConfig& port : service.ports) {
                if (port.mode != swarm::PublishMode::host) continue;
                on_port_[port.published].insert(service.name);
            }
        }
    }

    void on_event(const Event& event, std::string_view) override {
        switch (event.kind) {
            case runtime::events::container_started.id:
                containers_[event.subject] = {.service = name_of(event.fields[1].integer)};
                break;
            case runtime::events::container_ended.id:
                containers_[event.subject].ended = event.time;
                break;
            case workload::events::request_ok.id:
                ended(event);
                answered(event);
                break;
            case workload::events::request_failed.id: ended(event); break;
            default: break;
        }
    }

  private:
    struct Container {
        NameId service;            // Invalid: it never started.
        Time ended = time_never;
    };

    void ended(const Event& event) {
        std::vector<bool>& over = over_[event.subject];
        const auto number = static_cast<std::size_t>(event.fields[5].integer);
        if (over.size() <= number) over.resize(number + 1);
        if (over[number]) {
            broken(event, "request " + std::to_string(number) + " of " + text(event.subject) +
                              " ends a second time");
        }
        over[number] = true;
    }

    void answered(const Event& event) {
        const NameId backend = name_of(event.fields[2].integer);
        const Container& container = containers_.at(backend);
        const NameId called = name_of(event.fields[0].integer);
        if (container.service != called && !share_a_port(container.service, called)) {
            broken(event, text(backend) + " answers for " +
                              text(name_of(event.fields[0].integer)) + " and " +
                              (container.service.valid() ? "is none of its tasks" : "never ran"));
        } else if (container.ended < event.time - Duration{event.fields[1].integer}) {
            broken(event, text(backend) + " answers a request that began after its end");
        }
    }

    bool share_a_port(NameId a, NameId b) const {
        if (!a.valid()) return false;
        return std::any_of(on_port_.begin(), on_port_.end(), [&](const auto& each) {
            return each.second.count(text(a)) > 0 && each.second.count(text(b)) > 0;
        });
    }

    NameMap<Container> containers_;
    NameMap<std::vector<bool>> over_;   // By client and number.
    std::map<std::uint32_t, std::set<std::string>> on_port_;   // Host ports' services.
};

}   // namespace

std::unique_ptr<Invariant> make_requests_end_once(
    const Names& names, const std::vector<swarm::ServiceSpec>& services) {
    return std::make_unique<RequestsEndOnce>(names, services);
}

}   // namespace glasshive::check
