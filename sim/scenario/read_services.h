#pragma once

#include "runtime/spec.h"
#include "scenario/schema.h"
#include "swarm/spec.h"

namespace glasshive::scenario {

/// Reads one entry of `services:`.
swarm::ServiceSpec read_service(const yaml::Value& value);

/// Reads `behaviour:`; what is not there stays as it is.
void read_behaviour(const yaml::Value& value, swarm::Behaviour& behaviour);

/// Reads "[published:]target[/protocol]" or a map.
bool read_port(const yaml::Value& value, swarm::PortConfig& port);

/// The most replicas that a service can ask for, and what else is counted in tasks.
inline constexpr std::uint64_t replicas_max = 1'000'000;

/// A whole number from 0 to `max`.
void read_count(Map& map, std::string_view key, std::uint64_t& out,
                std::uint64_t max = replicas_max);

/// Reads `registry:` and `images:`. `present_on` and `host` are checked elsewhere.
/// In Compose's keys. Absent when there is no value.
void read_healthcheck(const yaml::Value& value, std::optional<swarm::Healthcheck>& check);
runtime::RegistrySpec read_registry(const yaml::Value& registry, const yaml::Value& images);

}   // namespace glasshive::scenario
