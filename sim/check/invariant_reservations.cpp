#include <map>
#include <set>

#include "check/invariants.h"
#include "check/name_map.h"
#include "runtime/events.h"
#include "swarm/events.h"

namespace glasshive::check {

namespace {

struct Load {
    Cpus cpus{};
    Bytes memory{};
};

class ReservationsFit final : public Invariant {
  public:
    ReservationsFit(const Names& names, const std::vector<swarm::ServiceSpec>& services,
                    const std::vector<HostCapacity>& hosts)
        : Invariant("reservations fit their node", names), names_(names) {
        for (const swarm::ServiceSpec& service : services) {
            reserved_[service.name] = {service.task.reservations.cpus,
                                       service.task.reservations.memory};
        }
        for (const HostCapacity& host : hosts) capacity_[host.host] = {host.cpus, host.memory};
    }

    void on_event(const Event& event, std::string_view) override {
        using namespace swarm::events;
        if (event.kind == runtime::events::container_started.id) {
            // Written off a moment ago, which its node does not know yet.
            if (written_off_.count(event.subject) > 0) return;
            const NameId service = name_of(event.fields[1].integer);
            const NameId node = name_of(event.fields[0].integer);
            runs_[event.subject] = {service, node};
            take(event, executing_, service, node, "containers");
        } else if (event.kind == runtime::events::container_ended.id) {
            leave(executing_, runs_[event.subject]);
        } else if (event.kind == task_assigned.id) {
            const NameId service = name_of(event.fields[0].integer);
            const NameId node = name_of(event.fields[2].integer);
            placed_[event.subject] = {service, node};
            take(event, assigned_, service, node, "tasks");
        } else if ((event.kind >= task_complete.id && event.kind <= task_orphaned.id) ||
                   event.kind == task_removed.id) {
            leave(assigned_, placed_[event.subject]);
            // What the managers themselves wrote off is no task any more, though its container may
            // go on: on a node that was cut off, until the node is back and has stopped it.
            const bool written_off = event.kind == task_removed.id ||
                                     event.kind == task_orphaned.id ||
                                     event.kind == task_rejected.id;
            if (!written_off) return;
            if (event.kind == task_rejected.id) written_off_.insert(event.subject);
            leave(executing_, runs_[event.subject]);
        }
    }

  private:
    struct Place {
        NameId service, node;
    };

    Load reservation(NameId service) const {
        const auto found = reserved_.find(names_.text(service));
        return found == reserved_.end() ? Load{} : found->second;
    }

    void take(const Event& event, NameMap<Load>& loads, NameId service, NameId node,
              const char* what) {
        const Load asked = reservation(service);
        Load& load = loads[node];
        load.cpus += asked.cpus;
        load.memory += asked.memory;
        const auto capacity = capacity_.find(names_.text(node));
        if (capacity == capacity_.end()) return;
        const Load& room = capacity->second;
        if (load.cpus <= room.cpus && load.memory <= room.memory) return;
        broken(event, std::string("the ") + what + " on " + text(node) + " reserve " +
                          to_text(load.cpus) + " CPUs and " + to_text(load.memory) + " of " +
                          to_text(room.cpus) + " and " + to_text(room.memory));
    }

    void leave(NameMap<Load>& loads, Place& place) {
        if (!place.node.valid()) return;
        const Load asked = reservation(place.service);
        loads[place.node].cpus -= asked.cpus;
        loads[place.node].memory -= asked.memory;
        place = {};
    }

    const Names& names_;
    std::map<std::string, Load, std::less<>> reserved_;
    std::map<std::string, Load, std::less<>> capacity_;
    NameMap<Load> executing_;
    NameMap<Load> assigned_;
    NameMap<Place> placed_;   // By task: assigned and not ended.
    NameMap<Place> runs_;     // By task: its container executes.
    std::set<NameId> written_off_;   // Tasks REJECTED.
};

}   // namespace

std::unique_ptr<Invariant> make_reservations_fit(const Names& names,
                                                 const std::vector<swarm::ServiceSpec>& services,
                                                 const std::vector<HostCapacity>& hosts) {
    return std::make_unique<ReservationsFit>(names, services, hosts);
}

}   // namespace glasshive::check
