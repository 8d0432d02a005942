#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"

/// Plain input data of the orchestrator: what a user declares. No behaviour.
/// Field names are SwarmKit's (api/specs.proto); defaults are the engine's
/// (api/defaults/service.go).
namespace glasshive::swarm {

/// A job runs to its end instead of for ever: `replicas` tasks must complete, or one on every node.
enum class ServiceMode { replicated, global, replicated_job, global_job };
/// As `docker service ls` prints it: "replicated", "global", "replicated job", "global job".
/// Source: docker/cli cli/command/service/formatter.go Mode.
const char* to_text(ServiceMode mode);
constexpr bool is_job(ServiceMode mode) {
    return mode == ServiceMode::replicated_job || mode == ServiceMode::global_job;
}
/// One task on every node that matches, instead of a number of slots.
constexpr bool is_per_node(ServiceMode mode) {
    return mode == ServiceMode::global || mode == ServiceMode::global_job;
}
enum class RestartCondition { none, on_failure, any };
enum class UpdateOrder { stop_first, start_first };
enum class FailureAction { pause, continue_, rollback };
enum class EndpointMode { vip, dnsrr };
/// How the scheduler ranks nodes that could run a task. Swarm mode itself only spreads.
enum class PlacementPolicy {
    spread, binpack, random, first_fit, best_fit, dot_product, worst_fit, least_loaded, most_loaded,
    balanced, tetris, gpu_packing, gpu_clustering, fgd, power_of_two,
};
/// As scenarios and the command line write them.
inline constexpr std::pair<const char*, PlacementPolicy> placement_policies[] = {
    {"spread", PlacementPolicy::spread},
    {"binpack", PlacementPolicy::binpack},
    {"random", PlacementPolicy::random},
    {"power-of-two", PlacementPolicy::power_of_two},
    {"first-fit", PlacementPolicy::first_fit},
    {"best-fit", PlacementPolicy::best_fit},
    {"worst-fit", PlacementPolicy::worst_fit},
    {"least-loaded", PlacementPolicy::least_loaded},
    {"most-loaded", PlacementPolicy::most_loaded},
    {"balanced", PlacementPolicy::balanced},
    {"dot-product", PlacementPolicy::dot_product},
    {"tetris", PlacementPolicy::tetris},
    {"gpu-packing", PlacementPolicy::gpu_packing},
    {"gpu-clustering", PlacementPolicy::gpu_clustering},
    {"fgd", PlacementPolicy::fgd},
};
enum class PublishMode { ingress, host };
enum class Protocol { tcp, udp, sctp };

/// CPU and memory; zero means "none asked".
struct Resources {
    Cpus cpus{};
    Bytes memory{};
    std::int64_t pids = 0;                          ///< Limits only.
    std::map<std::string, std::int64_t> generic;    ///< Reservations only, e.g. {"gpu": 2}.
    friend bool operator==(const Resources&, const Resources&) = default;
};

struct RestartPolicy {
    RestartCondition condition = RestartCondition::any;
    Duration delay = std::chrono::seconds{5};       ///< api/defaults/service.go
    std::uint64_t max_attempts = 0;                 ///< 0: unlimited.
    Duration window{};                              ///< 0: the whole life of the spec version.
    friend bool operator==(const RestartPolicy&, const RestartPolicy&) = default;
};

struct UpdateConfig {
    std::uint64_t parallelism = 1;                  ///< 0: all slots at once.
    Duration delay{};
    FailureAction failure_action = FailureAction::pause;
    Duration monitor = std::chrono::seconds{5};
    double max_failure_ratio = 0;
    UpdateOrder order = UpdateOrder::stop_first;
    friend bool operator==(const UpdateConfig&, const UpdateConfig&) = default;
};

struct Placement {
    std::vector<std::string> constraints;           ///< "node.role == worker"; as written.
    std::vector<std::string> preferences;           ///< Spread descriptors, outermost first.
    std::uint64_t max_replicas = 0;                 ///< Per node; 0: unlimited.
    friend bool operator==(const Placement&, const Placement&) = default;
};

/// A container's health probe. Zero durations mean "the engine's default".
/// Source: moby daemon/health.go (30 s, 30 s, 3 retries, 0 s, 5 s).
struct Healthcheck {
    std::vector<std::string> test;                  ///< {"NONE"} disables what the image declares.
    Duration interval{};
    Duration timeout{};
    Duration start_period{};
    Duration start_interval{};
    std::uint64_t retries = 0;
    friend bool operator==(const Healthcheck&, const Healthcheck&) = default;
};

struct PortConfig {
    std::uint32_t target = 0;
    std::uint32_t published = 0;                    ///< 0: the swarm picks one (30000-32767).
    Protocol protocol = Protocol::tcp;
    PublishMode mode = PublishMode::ingress;
    friend bool operator==(const PortConfig&, const PortConfig&) = default;
};

enum class MountType { volume, bind, tmpfs, npipe };
struct Mount {
    MountType type = MountType::volume;
    std::string source;                             ///< Volume name or host path; empty: anonymous.
    std::string target;
    bool read_only = false;
    bool no_copy = false;
    Bytes tmpfs_size{};
    friend bool operator==(const Mount&, const Mount&) = default;
};

/// A secret or config as a task sees it.
struct FileReference {
    std::string source;                             ///< The swarm object's name.
    std::string target;                             ///< File name inside the container.
    std::string uid = "0", gid = "0";
    std::uint32_t mode = 0444;
    friend bool operator==(const FileReference&, const FileReference&) = default;
};

struct NetworkAttachment {
    std::string network;                            ///< The swarm network's name.
    std::vector<std::string> aliases;
    friend bool operator==(const NetworkAttachment&, const NetworkAttachment&) = default;
};

/// How the simulated application behaves: the one part no real spec has. All defaults are "a well
/// behaved server that runs for ever".
struct Behaviour {
    Duration start_time{};                          ///< From process start until it serves.
    Duration run_time{};                            ///< Ends by itself after this; 0: never.
    int exit_code = 0;                              ///< When it ends by itself.
    Duration stop_time{};                           ///< From SIGTERM to exit.
    int stop_exit_code = 0;                         ///< On SIGTERM; most servers exit 0.
    double failure_ppm_per_second = 0;   ///< Chance to crash (exit 1) in any second, ppm.
    Duration service_time = std::chrono::milliseconds{1};   ///< CPU time per request (one core).
    Bytes response_size{2048};
    Bytes memory{};                                 ///< In use once it serves; 0: nobody knows.
    Duration hangs_after{};                         ///< From its start; then it answers nothing.
    Duration fails_after{};                         ///< From its start; then it answers errors.
    Duration recovers_after{};                      ///< From then until all is well again.
    bool ignores_sigterm = false;                   ///< Only SIGKILL ends it: 137.
    Duration probe_time = std::chrono::milliseconds{5};   ///< CPU time of one health probe.
    friend bool operator==(const Behaviour&, const Behaviour&) = default;
};

/// What an image brings along: how its application behaves, and its HEALTHCHECK.
struct Application {
    std::optional<Behaviour> behaviour;             ///< Absent: as the service says.
    std::optional<Healthcheck> healthcheck;         ///< Where the service sets nothing.
};

/// What runs in each task.
struct ContainerSpec {
    std::string image;
    std::map<std::string, std::string> labels;      ///< Of the container.
    std::vector<std::string> command;               ///< Replaces the entrypoint.
    std::vector<std::string> args;                  ///< Replaces the command.
    std::vector<std::string> env;                   ///< "KEY=value", sorted by key.
    std::string hostname, dir, user;
    std::vector<std::string> groups;
    std::string stop_signal;
    std::optional<Duration> stop_grace_period;      ///< Engine: 10 s.
    std::optional<Healthcheck> healthcheck;
    std::vector<Mount> mounts;
    std::vector<FileReference> secrets, configs;
    std::vector<std::string> hosts, dns, dns_search, dns_options, cap_add, cap_drop;
    std::map<std::string, std::string> sysctls;
    std::optional<bool> init;
    bool tty = false, open_stdin = false, read_only = false;
    std::string isolation;
    Behaviour behaviour;
    friend bool operator==(const ContainerSpec&, const ContainerSpec&) = default;
};

/// What makes a task: a change here replaces every task of the service (SwarmKit IsTaskDirty).
struct TaskSpec {
    ContainerSpec container;
    Resources limits, reservations;
    std::optional<RestartPolicy> restart;           ///< Absent: the defaults of RestartPolicy.
    Placement placement;
    std::vector<NetworkAttachment> networks;
    std::string log_driver;
    std::map<std::string, std::string> log_options;
    std::uint64_t force_update = 0;
    friend bool operator==(const TaskSpec&, const TaskSpec&) = default;
};

struct ServiceSpec {
    std::string name;
    std::map<std::string, std::string> labels;
    TaskSpec task;
    ServiceMode mode = ServiceMode::replicated;
    /// Ignored for global services; of a replicated job, how many tasks must complete.
    std::uint64_t replicas = 1;
    std::uint64_t max_concurrent = 1;               ///< Of a replicated job: tasks at a time.
    std::optional<UpdateConfig> update, rollback;
    EndpointMode endpoint_mode = EndpointMode::vip;
    std::vector<PortConfig> ports;
    std::string file;                               ///< Where it was declared, for diagnostics.
    int line = 0;
};

/// IPv4 in host order: 10.0.1.0/24 is {0x0A000100, 24}. A length of 0: none.
struct Subnet {
    std::uint32_t base = 0;
    std::uint32_t length = 0;
    friend auto operator<=>(const Subnet&, const Subnet&) = default;
};

/// "10.0.1.2" of 0x0A000102.
std::string ip_text(std::uint32_t ip);
/// "10.0.1.0/24"; "" of none.
std::string subnet_text(Subnet subnet);
/// Nothing when the text is no subnet, or one of other than 8 to 29 bits: no room for a host, or
/// for everybody else.
std::optional<Subnet> parse_subnet(std::string_view text);

struct NetworkSpec {
    std::string name;
    std::string driver = "overlay";
    bool external = false, attachable = false, internal = false;
    std::map<std::string, std::string> labels, driver_options;
    std::string subnet;
};

struct VolumeSpec {
    std::string name;
    std::string driver = "local";
    bool external = false;
    std::map<std::string, std::string> labels, driver_options;
};

/// A secret or a config: a name and its content.
struct FileObjectSpec {
    std::string name;
    bool external = false;
    std::string data;
    std::map<std::string, std::string> labels;
};

/// What `docker stack deploy` would create, in file order.
struct StackSpec {
    std::string name;                               ///< The prefix: "shop" makes "shop_web".
    std::vector<ServiceSpec> services;
    std::vector<NetworkSpec> networks;
    std::vector<VolumeSpec> volumes;
    std::vector<FileObjectSpec> secrets, configs;
};

}   // namespace glasshive::swarm
