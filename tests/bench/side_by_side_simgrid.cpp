// Goal: what SimGrid takes for the common workload of side_by_side.py when it is used as its
// tutorials use it. Method: an actor per task, on its machine, that sleeps until its end.
#include <cstdio>
#include <exception>
#include <simgrid/s4u.hpp>

#include "side_by_side.h"

namespace {

using namespace glasshive::bench;
namespace s4u = simgrid::s4u;

/// Arrivals lie half a millisecond after the full ones, on which tasks end: at one instant tasks
/// end before others begin, and SimGrid need not be asked in which order it wakes actors.
constexpr double arrival_after_s = 0.0005;

Bare::Result simulate(const std::vector<Bare::Work>& work, std::uint32_t hosts) {
    s4u::NetZone* zone = s4u::create_empty_zone("cluster");
    std::vector<s4u::Host*> machines;
    for (std::uint32_t i = 0; i < hosts; ++i) {
        machines.push_back(
            zone->create_host("h" + std::to_string(i), 1e9)->set_core_count(Spread::cores)->seal());
    }
    s4u::Host* client = zone->create_host("client", 1e9)->seal();
    zone->seal();

    Spread spread(hosts);
    double last_s = 0;
    s4u::Actor::create("arrivals", client, [&] {
        for (const Bare::Work& each : work) {
            s4u::this_actor::sleep_until(static_cast<double>(each.at) / 1000 + arrival_after_s);
            const std::uint32_t host = spread.begin(each.cores);
            const double end_s = static_cast<double>(each.at + each.run) / 1000;
            const int cores = each.cores;
            s4u::Actor::create("task", machines[host], [&spread, &last_s, host, end_s, cores] {
                s4u::this_actor::sleep_until(end_s);
                spread.end(host, cores);
                last_s = s4u::Engine::get_clock();
            });
        }
    });
    s4u::Engine::get_instance()->run();
    return {.last = std::llround(last_s * 1000), .digest = spread.digest()};
}

}   // namespace

int main(int count, char** words) {
    s4u::Engine engine(&count, words);
    // A guard page for each of 70,000 stacks would be more mappings than Linux lets a process have;
    // without them SimGrid writes to the whole of each stack, so they are small.
    s4u::Engine::set_config("contexts/stack-size:32");
    s4u::Engine::set_config("contexts/guard-size:0");
    if (count != 3) {
        std::fputs("usage: side_by_side_simgrid TRACE HOSTS\n", stderr);
        return 2;
    }
    try {
        const auto hosts = static_cast<std::uint32_t>(std::stoul(words[2]));
        print_result(simulate(read_work(words[1]), hosts));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
    return 0;
}
