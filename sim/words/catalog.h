#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

/// docker's commands and flags as one table. Usage, help, completion, documentation and parsing all
/// read it; nothing else in the program knows a flag's name but the function that gives it meaning.
/// Source: docker/cli 28.2.2 (build e6534b4), its own --help against a Linux engine of API 1.50.
namespace glasshive::words {

/// Every command that can be carried out in a simulated cluster.
enum class Verb {
    service_create, service_update, service_scale, service_rollback, service_rm, service_ls,
    service_ps, service_inspect, service_logs,
    node_ls, node_ps, node_inspect, node_update, node_promote, node_demote, node_rm,
    stack_deploy, stack_ls, stack_ps, stack_services, stack_rm,
    swarm_init, swarm_join, swarm_leave, swarm_join_token, swarm_update, swarm_unlock,
    swarm_unlock_key, swarm_ca,
    secret_create, secret_ls, secret_inspect, secret_rm,
    config_create, config_ls, config_inspect, config_rm,
    network_create, network_ls, network_inspect, network_rm, network_connect, network_disconnect,
    network_prune,
    volume_create, volume_ls, volume_inspect, volume_rm, volume_prune,
    container_run, container_ls, container_stop, container_start, container_restart,
    container_kill, container_rm, container_logs, container_exec, container_inspect,
    container_prune,
    image_pull, image_push, image_ls, image_tag, image_rm, image_build, image_inspect, image_prune,
    system_df, system_prune, system_info, system_events,
    inspect, version,
};

/// What a flag's value is, and so what docker says when it is something else (values.h).
enum class Kind {
    toggle, text, list, strings, integer, uint, uint16, uint32, real, decimal, bytes, swap,
    duration, positive_duration, command, map, filter,
    env, label, ip_address, domain, host_ip, generic,
    port, mount, network, config, secret, pref, ulimit, credential_spec, gpu_request,
    node_addr, ip_nets, external_ca, pem_file,
};

/// The word --help prints for the value: "duration"; "" for a toggle.
std::string_view value_name(Kind kind);
/// True when every use of the flag counts; else the last one wins.
bool is_repeatable(Kind kind);

struct FlagInfo {
    std::string_view name;            ///< Without dashes: "replicas".
    char shorthand = 0;               ///< 'd', or 0.
    Kind kind = Kind::text;
    std::string_view usage;           ///< May hold newlines.
    std::string_view shown_default;   ///< As --help shows it ("\"vip\"", "5s"); "" shows none.
    bool hidden = false;              ///< Understood, but not in --help: an older name.
};

enum class Arity { any, none, exactly, at_least, at_most, range };

/// How many arguments a command takes (docker/cli cli/required.go).
struct Arguments {
    Arity arity = Arity::any;
    int least = 0;
    int most = 0;
};

struct CommandInfo {
    Verb verb;
    std::string_view path;      ///< Without "docker": "service create".
    std::string_view usage;     ///< What follows the path: "[OPTIONS] IMAGE [COMMAND] [ARG...]".
    std::string_view summary;
    std::string_view aliases;   ///< "container ls, container list, container ps, ps"; may be empty.
    Arguments arguments;
    std::span<const FlagInfo> flags;   ///< By name.
};

/// Every command of docker, those that are not simulated and the groups included: what --help of
/// the level above lists.
struct ListedCommand {
    std::string_view group;     ///< "service"; "" for the top level.
    std::string_view section;   ///< "Commands", "Swarm Commands"…
    std::string_view name;
    std::string_view summary;
};

/// All commands that can be carried out, group by group.
std::vector<const CommandInfo*> all_commands();
const CommandInfo& command_info(Verb verb);
/// The command that docker runs for this path ("ps", "service list"), or null.
const CommandInfo* find_command(std::string_view path);
/// True when docker has the group ("service", "trust key").
bool is_group(std::string_view path);
/// docker's own order.
std::span<const ListedCommand> listed_commands();

/// Parts of the table, one file each.
/// @{
std::span<const CommandInfo> services_catalog();
std::span<const CommandInfo> swarm_catalog();
std::span<const CommandInfo> objects_catalog();
std::span<const CommandInfo> containers_catalog();
std::span<const CommandInfo> images_catalog();
/// @}

/// Flags that come before the command: -H, --context…
std::span<const FlagInfo> global_flags();

}   // namespace glasshive::words
