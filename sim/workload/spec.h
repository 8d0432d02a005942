#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/units.h"

/// Plain input data of request clients.
namespace glasshive::workload {

enum class ArrivalProcess { poisson, fixed };

/// How clients inside the cluster address a service.
enum class Addressing {
    name,      ///< They resolve its name: the virtual address, or with dnsrr those of its tasks.
    tasks,     ///< They resolve tasks.NAME: always those of its tasks.
    address,   ///< They know its virtual address and ask no resolver.
};

/// Clients that call one published port of one service.
struct ClientSpec {
    std::string name;                                      ///< Unique; shown in events.
    std::string service;                                   ///< The service that is meant to answer.
    std::uint32_t port = 0;   ///< Published port; 0: the service's first.
    std::string enter;        ///< Host whose port is called; empty: each
                              ///< host in turn, in platform order.
    std::string from;         ///< Host they run on; empty: outside the
                              ///< cluster, beyond every link.
    std::string from_service; ///< Instead: its tasks, in turn, are the
                              ///< clients; they call over a network.
    Addressing by = Addressing::name;                      ///< With from_service.
    Duration dns_cache = std::chrono::seconds{600};        ///< How long they believe an answer;
                                                           ///< default: its TTL (moby resolver.go).
    ArrivalProcess arrivals = ArrivalProcess::poisson;
    double rate = 10;                                      ///< Requests per second, > 0.
    std::vector<Duration> trace;                           ///< Not empty: instead of a rate, one
                                                           ///< request each, after start. Sorted.
    std::uint32_t users = 0;  ///< Not 0: a closed loop. Each user waits
                              ///< for its answer, thinks, asks again.
    Duration think_time = std::chrono::seconds{1};         ///< Mean, > 0. For users only.
    bool keep_alive = false;                               ///< Connections serve many requests.
    Duration start{};                                      ///< First request not before.
    Duration stop = Duration::max();                       ///< No request after.
    Duration timeout = std::chrono::seconds{1};            ///< Per attempt.
    std::uint32_t retries = 0;                             ///< Further attempts after a failed one.
    Duration retry_delay{};                                ///< Before each further attempt.
    Bytes request_size{512};
    std::string file;                                      ///< Where declared, for diagnostics.
    int line = 0;
};

}   // namespace glasshive::workload
