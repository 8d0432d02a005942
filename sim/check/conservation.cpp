#include "check/conservation.h"

#include "kernel/events.h"

namespace glasshive::check {

void BytesConserved::on_event(const Event& event, std::string_view) {
    last_ = event;
    if (event.kind == kernel::events::flow_started.id) {
        Flow& flow = flows_[event.subject];
        if (flow.size >= 0) broken(event, text(event.subject) + " starts twice");
        flow.size = event.fields[2].integer;
        by_flows_.sent += flow.size;
        by_flows_.in_flight += flow.size;
    } else if (event.kind == kernel::events::flow_ended.id) {
        Flow& flow = flows_[event.subject];
        const std::int64_t moved = event.fields[1].integer;
        if (flow.size < 0) {
            broken(event, text(event.subject) + " ends without having started");
            return;
        }
        const bool done = text(name_of(event.fields[0].integer)) == "done";
        if (moved < 0 || moved > flow.size || (done && moved != flow.size)) {
            broken(event, text(event.subject) + " moved " + std::to_string(moved) + " of " +
                              std::to_string(flow.size) + " bytes" +
                              (done ? " and calls that done" : ""));
        }
        by_flows_.in_flight -= flow.size;
        by_flows_.received += moved;
        by_flows_.lost += flow.size - moved;
        flow.size = -1;
    }
}

void BytesConserved::say(std::string text) { broken(last_, std::move(text)); }

void BytesConserved::compare(const char* what, std::int64_t found, std::int64_t expected) {
    if (found == expected) return;
    say(std::string(what) + ": " + std::to_string(found) + " bytes in total, " +
        std::to_string(expected) + " by hosts and flows");
}

/// What is sent, received or lost stays so, and nothing is in flight a negative number of times.
void BytesConserved::only_grows(const std::string& whose, const Totals& before,
                                const Totals& now) {
    const bool shrank = now.sent < before.sent || now.received < before.received ||
                        now.lost < before.lost;
    if (shrank) say("the counters of " + whose + " went back");
    if (now.in_flight < 0) {
        say(std::to_string(now.in_flight) + " bytes of " + whose + " are in flight");
    }
    if (now.lost + now.in_flight > now.sent) {
        say(whose + " lost or has in flight more than it sent: " + std::to_string(now.lost) +
            " and " + std::to_string(now.in_flight) + " of " + std::to_string(now.sent));
    }
}

void BytesConserved::look(Time now, const Totals& total, const std::vector<Totals>& hosts) {
    last_.time = now;
    if (total.sent != total.received + total.lost + total.in_flight) {
        say(std::to_string(total.sent) + " bytes sent, but " + std::to_string(total.received) +
            " received, " + std::to_string(total.lost) + " lost and " +
            std::to_string(total.in_flight) + " in flight");
    }
    Totals sum = by_flows_;
    hosts_before_.resize(hosts.size());
    for (std::size_t h = 0; h < hosts.size(); ++h) {
        const bool outside = h + 1 == hosts.size();
        only_grows(outside ? "the outside" : "host " + std::to_string(h), hosts_before_[h],
                   hosts[h]);
        sum.sent += hosts[h].sent;
        sum.received += hosts[h].received;
        sum.lost += hosts[h].lost;
        sum.in_flight += hosts[h].in_flight;
    }
    compare("sent", total.sent, sum.sent);
    compare("received", total.received, sum.received);
    compare("lost", total.lost, sum.lost);
    compare("in flight", total.in_flight, sum.in_flight);
    only_grows("the whole cluster", total_before_, total);
    total_before_ = total;
    hosts_before_ = hosts;
}

std::vector<kernel::TrafficTotals> traffic_by_host(const kernel::Kernel& kernel) {
    std::vector<kernel::TrafficTotals> hosts;
    for (std::uint32_t h = 0; h < kernel.topology().host_count(); ++h) {
        hosts.push_back(kernel.traffic(HostId{h}));
    }
    hosts.push_back(kernel.traffic(HostId{}));
    return hosts;
}

}   // namespace glasshive::check
