// Generated once from docker 28.2.2's own --help; from then on kept by hand.
#include "words/catalog.h"

namespace glasshive::words {

namespace {

constexpr FlagInfo node_ls_flags[] = {
    {"filter", 'f', Kind::filter, "Filter output based on conditions provided", ""},
    {"format", 0, Kind::text,
     "Format output using a custom template:\n'table':            Print output in table format "
     "with column headers (default)\n'table TEMPLATE':   Print output in table format using the "
     "given Go template\n'json':             Print in JSON format\n'TEMPLATE':         Print "
     "output using the given Go template.\nRefer to https://docs.docker.com/go/formatting/ for "
     "more information about formatting output with templates", ""},
    {"quiet", 'q', Kind::toggle, "Only display IDs", ""},
};

constexpr FlagInfo node_ps_flags[] = {
    {"filter", 'f', Kind::filter, "Filter output based on conditions provided", ""},
    {"format", 0, Kind::text, "Pretty-print tasks using a Go template", ""},
    {"no-resolve", 0, Kind::toggle, "Do not map IDs to Names", ""},
    {"no-trunc", 0, Kind::toggle, "Do not truncate output", ""},
    {"quiet", 'q', Kind::toggle, "Only display task IDs", ""},
};

constexpr FlagInfo node_inspect_flags[] = {
    {"format", 'f', Kind::text,
     "Format output using a custom template:\n'json':             Print in JSON format\n"
     "'TEMPLATE':         Print output using the given Go template.\nRefer to "
     "https://docs.docker.com/go/formatting/ for more information about formatting output with "
     "templates", ""},
    {"pretty", 0, Kind::toggle, "Print the information in a human friendly format", ""},
};

constexpr FlagInfo node_update_flags[] = {
    {"availability", 0, Kind::text,
     "Availability of the node (\"active\", \"pause\", \"drain\")", ""},
    {"label-add", 0, Kind::list, "Add or update a node label (\"key=value\")", ""},
    {"label-rm", 0, Kind::list, "Remove a node label if exists", ""},
    {"role", 0, Kind::text, "Role of the node (\"worker\", \"manager\")", ""},
};

constexpr FlagInfo node_rm_flags[] = {
    {"force", 'f', Kind::toggle, "Force remove a node from the swarm", ""},
};

constexpr FlagInfo stack_deploy_flags[] = {
    {"compose-file", 'c', Kind::strings, "Path to a Compose file, or \"-\" to read from stdin", ""},
    {"detach", 'd', Kind::toggle,
     "Exit immediately instead of waiting for the stack services to converge", "true"},
    {"prune", 0, Kind::toggle, "Prune services that are no longer referenced", ""},
    {"quiet", 'q', Kind::toggle, "Suppress progress output", ""},
    {"resolve-image", 0, Kind::text,
     "Query the registry to resolve image digest and supported platforms (\"always\", "
     "\"changed\", \"never\")", "\"always\""},
    {"with-registry-auth", 0, Kind::toggle,
     "Send registry authentication details to Swarm agents", ""},
};

constexpr FlagInfo stack_ls_flags[] = {
    {"format", 0, Kind::text,
     "Format output using a custom template:\n'table':            Print output in table format "
     "with column headers (default)\n'table TEMPLATE':   Print output in table format using the "
     "given Go template\n'json':             Print in JSON format\n'TEMPLATE':         Print "
     "output using the given Go template.\nRefer to https://docs.docker.com/go/formatting/ for "
     "more information about formatting output with templates", ""},
};

constexpr FlagInfo stack_ps_flags[] = {
    {"filter", 'f', Kind::filter, "Filter output based on conditions provided", ""},
    {"format", 0, Kind::text,
     "Format output using a custom template:\n'table':            Print output in table format "
     "with column headers (default)\n'table TEMPLATE':   Print output in table format using the "
     "given Go template\n'json':             Print in JSON format\n'TEMPLATE':         Print "
     "output using the given Go template.\nRefer to https://docs.docker.com/go/formatting/ for "
     "more information about formatting output with templates", ""},
    {"no-resolve", 0, Kind::toggle, "Do not map IDs to Names", ""},
    {"no-trunc", 0, Kind::toggle, "Do not truncate output", ""},
    {"quiet", 'q', Kind::toggle, "Only display task IDs", ""},
};

constexpr FlagInfo stack_services_flags[] = {
    {"filter", 'f', Kind::filter, "Filter output based on conditions provided", ""},
    {"format", 0, Kind::text,
     "Format output using a custom template:\n'table':            Print output in table format "
     "with column headers (default)\n'table TEMPLATE':   Print output in table format using the "
     "given Go template\n'json':             Print in JSON format\n'TEMPLATE':         Print "
     "output using the given Go template.\nRefer to https://docs.docker.com/go/formatting/ for "
     "more information about formatting output with templates", ""},
    {"quiet", 'q', Kind::toggle, "Only display IDs", ""},
};

constexpr FlagInfo stack_rm_flags[] = {
    {"detach", 'd', Kind::toggle, "Do not wait for stack removal", "true"},
};

constexpr FlagInfo swarm_init_flags[] = {
    {"advertise-addr", 0, Kind::text, "Advertised address (format: \"<ip|interface>[:port]\")", ""},
    {"autolock", 0, Kind::toggle,
     "Enable manager autolocking (requiring an unlock key to start a stopped manager)", ""},
    {"availability", 0, Kind::text,
     "Availability of the node (\"active\", \"pause\", \"drain\")", "\"active\""},
    {"cert-expiry", 0, Kind::duration,
     "Validity period for node certificates (ns|us|ms|s|m|h)", "2160h0m0s"},
    {"data-path-addr", 0, Kind::text,
     "Address or interface to use for data path traffic (format: \"<ip|interface>\")", ""},
    {"data-path-port", 0, Kind::uint32,
     "Port number to use for data path traffic (1024 - 49151). If no value is set or is set to "
     "0, the default port (4789) is used.", ""},
    {"default-addr-pool", 0, Kind::ip_nets, "default address pool in CIDR format", "[]"},
    {"default-addr-pool-mask-length", 0, Kind::uint32,
     "default address pool subnet mask length", "24"},
    {"dispatcher-heartbeat", 0, Kind::duration,
     "Dispatcher heartbeat period (ns|us|ms|s|m|h)", "5s"},
    {"external-ca", 0, Kind::external_ca,
     "Specifications of one or more certificate signing endpoints", ""},
    {"force-new-cluster", 0, Kind::toggle, "Force create a new cluster from current state", ""},
    {"listen-addr", 0, Kind::node_addr,
     "Listen address (format: \"<ip|interface>[:port]\")", "0.0.0.0:2377"},
    {"max-snapshots", 0, Kind::uint, "Number of additional Raft snapshots to retain", ""},
    {"snapshot-interval", 0, Kind::uint, "Number of log entries between Raft snapshots", "10000"},
    {"task-history-limit", 0, Kind::integer, "Task history retention limit", "5"},
};

constexpr FlagInfo swarm_join_flags[] = {
    {"advertise-addr", 0, Kind::text, "Advertised address (format: \"<ip|interface>[:port]\")", ""},
    {"availability", 0, Kind::text,
     "Availability of the node (\"active\", \"pause\", \"drain\")", "\"active\""},
    {"data-path-addr", 0, Kind::text,
     "Address or interface to use for data path traffic (format: \"<ip|interface>\")", ""},
    {"listen-addr", 0, Kind::node_addr,
     "Listen address (format: \"<ip|interface>[:port]\")", "0.0.0.0:2377"},
    {"token", 0, Kind::text, "Token for entry into the swarm", ""},
};

constexpr FlagInfo swarm_leave_flags[] = {
    {"force", 'f', Kind::toggle, "Force this node to leave the swarm, ignoring warnings", ""},
};

constexpr FlagInfo swarm_join_token_flags[] = {
    {"quiet", 'q', Kind::toggle, "Only display token", ""},
    {"rotate", 0, Kind::toggle, "Rotate join token", ""},
};

constexpr FlagInfo swarm_update_flags[] = {
    {"autolock", 0, Kind::toggle, "Change manager autolocking setting (true|false)", ""},
    {"cert-expiry", 0, Kind::duration,
     "Validity period for node certificates (ns|us|ms|s|m|h)", "2160h0m0s"},
    {"dispatcher-heartbeat", 0, Kind::duration,
     "Dispatcher heartbeat period (ns|us|ms|s|m|h)", "5s"},
    {"external-ca", 0, Kind::external_ca,
     "Specifications of one or more certificate signing endpoints", ""},
    {"max-snapshots", 0, Kind::uint, "Number of additional Raft snapshots to retain", ""},
    {"snapshot-interval", 0, Kind::uint, "Number of log entries between Raft snapshots", "10000"},
    {"task-history-limit", 0, Kind::integer, "Task history retention limit", "5"},
};

constexpr FlagInfo swarm_unlock_key_flags[] = {
    {"quiet", 'q', Kind::toggle, "Only display token", ""},
    {"rotate", 0, Kind::toggle, "Rotate unlock key", ""},
};

constexpr FlagInfo swarm_ca_flags[] = {
    {"ca-cert", 0, Kind::pem_file,
     "Path to the PEM-formatted root CA certificate to use for the new cluster", ""},
    {"ca-key", 0, Kind::pem_file,
     "Path to the PEM-formatted root CA key to use for the new cluster", ""},
    {"cert-expiry", 0, Kind::duration,
     "Validity period for node certificates (ns|us|ms|s|m|h)", "2160h0m0s"},
    {"detach", 'd', Kind::toggle,
     "Exit immediately instead of waiting for the root rotation to converge", ""},
    {"external-ca", 0, Kind::external_ca,
     "Specifications of one or more certificate signing endpoints", ""},
    {"quiet", 'q', Kind::toggle, "Suppress progress output", ""},
    {"rotate", 0, Kind::toggle,
     "Rotate the swarm CA - if no certificate or key are provided, new ones will be generated", ""},
};

constexpr CommandInfo commands[] = {
    {Verb::node_ls, "node ls", "[OPTIONS]",
     "List nodes in the swarm",
     "node ls, node list",
     {Arity::none, 0, 0}, node_ls_flags},
    {Verb::node_ps, "node ps", "[OPTIONS] [NODE...]",
     "List tasks running on one or more nodes, defaults to current node",
     "",
     {Arity::any, 0, 99}, node_ps_flags},
    {Verb::node_inspect, "node inspect", "[OPTIONS] self|NODE [NODE...]",
     "Display detailed information on one or more nodes",
     "",
     {Arity::at_least, 1, 0}, node_inspect_flags},
    {Verb::node_update, "node update", "[OPTIONS] NODE",
     "Update a node",
     "",
     {Arity::exactly, 1, 1}, node_update_flags},
    {Verb::node_promote, "node promote", "NODE [NODE...]",
     "Promote one or more nodes to manager in the swarm",
     "",
     {Arity::at_least, 1, 0}, {}},
    {Verb::node_demote, "node demote", "NODE [NODE...]",
     "Demote one or more nodes from manager in the swarm",
     "",
     {Arity::at_least, 1, 0}, {}},
    {Verb::node_rm, "node rm", "[OPTIONS] NODE [NODE...]",
     "Remove one or more nodes from the swarm",
     "node rm, node remove",
     {Arity::at_least, 1, 0}, node_rm_flags},
    {Verb::stack_deploy, "stack deploy", "[OPTIONS] STACK",
     "Deploy a new stack or update an existing stack",
     "stack deploy, stack up",
     {Arity::exactly, 1, 1}, stack_deploy_flags},
    {Verb::stack_ls, "stack ls", "[OPTIONS]",
     "List stacks",
     "stack ls, stack list",
     {Arity::none, 0, 0}, stack_ls_flags},
    {Verb::stack_ps, "stack ps", "[OPTIONS] STACK",
     "List the tasks in the stack",
     "",
     {Arity::exactly, 1, 1}, stack_ps_flags},
    {Verb::stack_services, "stack services", "[OPTIONS] STACK",
     "List the services in the stack",
     "",
     {Arity::exactly, 1, 1}, stack_services_flags},
    {Verb::stack_rm, "stack rm", "[OPTIONS] STACK [STACK...]",
     "Remove one or more stacks",
     "stack rm, stack remove, stack down",
     {Arity::at_least, 1, 0}, stack_rm_flags},
    {Verb::swarm_init, "swarm init", "[OPTIONS]",
     "Initialize a swarm",
     "",
     {Arity::none, 0, 0}, swarm_init_flags},
    {Verb::swarm_join, "swarm join", "[OPTIONS] HOST:PORT",
     "Join a swarm as a node and/or manager",
     "",
     {Arity::exactly, 1, 1}, swarm_join_flags},
    {Verb::swarm_leave, "swarm leave", "[OPTIONS]",
     "Leave the swarm",
     "",
     {Arity::none, 0, 0}, swarm_leave_flags},
    {Verb::swarm_join_token, "swarm join-token", "[OPTIONS] (worker|manager)",
     "Manage join tokens",
     "",
     {Arity::exactly, 1, 1}, swarm_join_token_flags},
    {Verb::swarm_update, "swarm update", "[OPTIONS]",
     "Update the swarm",
     "",
     {Arity::none, 0, 0}, swarm_update_flags},
    {Verb::swarm_unlock, "swarm unlock", "",
     "Unlock swarm",
     "",
     {Arity::none, 0, 0}, {}},
    {Verb::swarm_unlock_key, "swarm unlock-key", "[OPTIONS]",
     "Manage the unlock key",
     "",
     {Arity::none, 0, 0}, swarm_unlock_key_flags},
    {Verb::swarm_ca, "swarm ca", "[OPTIONS]",
     "Display and rotate the root CA",
     "",
     {Arity::none, 0, 0}, swarm_ca_flags},
};

}   // namespace

std::span<const CommandInfo> swarm_catalog() { return commands; }

}   // namespace glasshive::words
