#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// A scenario in pieces, each one line of YAML, so that it can be made at random, written down, and
/// taken apart again.
namespace glasshive::storm {

/// One element of a list of the scenario.
struct Entry {
    std::string text;                 ///< YAML in flow style: "{name: web, replicas: 3}".
    std::string name;                 ///< Of the host or service it declares; else empty.
    std::vector<std::string> needs;   ///< Hosts and services it speaks of.
    std::string tag;                  ///< What it covers: "fault repeats", "service: global".
    std::string of{};                 ///< The store it is part of; else empty.
};

struct Draft {
    std::uint64_t seed = 0;
    int seconds = 300;                ///< How long the run lasts.
    std::vector<std::string> tags;    ///< What the frame covers: "topology: tree".
    std::string profile = "textbook";
    std::string platform;             ///< Lines of `platform` beside `hosts`, indented by two.
    std::string managers;             ///< "[n1, n2, n3]"; empty: the first host alone.
    std::string networks;             ///< "[{name: front, subnet: 10.9.0.0/29}]"
    std::string policy = "spread";    ///< How nodes are ranked.
    std::string registry;             ///< "{missing_is_error: true}"
    std::vector<Entry> hosts, cables, images, services, clients, faults, commands;
    std::vector<Entry> stores;        ///< Their own keys, without braces; parts have lists below.
    std::vector<Entry> databases, store_clients, replications;

    /// Every list whose elements may be left out, in the order in which that pays.
    std::vector<std::vector<Entry>*> lists();
};

/// The scenario file.
std::string yaml_of(const Draft& draft);

/// The draft without one entry of one list and without everything that speaks of it.
Draft without(const Draft& draft, std::size_t list, std::size_t entry);

/// How many entries a draft has, its frame not counted.
std::size_t size_of(Draft draft);

}   // namespace glasshive::storm
