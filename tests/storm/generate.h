#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "storm/dice.h"
#include "storm/draft.h"

namespace glasshive::storm {

/// A random cluster with everything a scenario can say: platform, images, services, clients,
/// commands and faults. Equal seeds, equal drafts. Nearly all trouble is over early enough for the
/// oracle to judge the end; some of it lasts.
Draft generate(std::uint64_t seed);

/// What later parts need to know of earlier ones.
struct Plan {
    Draft draft;
    std::vector<std::string> hosts, zones, racks, links, images;
    std::string manager;
    struct Service {
        std::string name;
        int published = 0;   ///< An ingress port; 0: none.
        bool on_hosts = false;    ///< Publishes one in host mode.
        bool networked = false;   ///< Attached to networks of its own.
        bool global = false;
    };
    std::vector<Service> services;
    int trouble_ends = 0;   ///< No strike, end of strike or command later, in seconds.
    bool several_paths = false;
};

void add_platform(Plan& plan, Dice dice);
/// ", healthcheck: {…}", of a service or an image.
std::string healthcheck_of(Dice& dice);
void add_services(Plan& plan, Dice dice);
void add_clients(Plan& plan, Dice dice);
void add_commands(Plan& plan, Dice dice);
void add_faults(Plan& plan, Dice dice);
/// Document stores on some of the hosts, their databases, clients and replications.
void add_stores(Plan& plan, Dice dice);

}   // namespace glasshive::storm
