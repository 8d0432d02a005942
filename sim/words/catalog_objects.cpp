// Generated once from docker 28.2.2's own --help; from then on kept by hand.
#include "words/catalog.h"

namespace glasshive::words {

namespace {

constexpr FlagInfo secret_create_flags[] = {
    {"driver", 'd', Kind::text, "Secret driver", ""},
    {"label", 'l', Kind::label, "Secret labels", ""},
    {"template-driver", 0, Kind::text, "Template driver", ""},
};

constexpr FlagInfo secret_ls_flags[] = {
    {"filter", 'f', Kind::filter, "Filter output based on conditions provided", ""},
    {"format", 0, Kind::text,
     "Format output using a custom template:\n'table':            Print output in table format "
     "with column headers (default)\n'table TEMPLATE':   Print output in table format using the "
     "given Go template\n'json':             Print in JSON format\n'TEMPLATE':         Print "
     "output using the given Go template.\nRefer to https://docs.docker.com/go/formatting/ for "
     "more information about formatting output with templates", ""},
    {"quiet", 'q', Kind::toggle, "Only display IDs", ""},
};

constexpr FlagInfo secret_inspect_flags[] = {
    {"format", 'f', Kind::text,
     "Format output using a custom template:\n'json':             Print in JSON format\n"
     "'TEMPLATE':         Print output using the given Go template.\nRefer to "
     "https://docs.docker.com/go/formatting/ for more information about formatting output with "
     "templates", ""},
    {"pretty", 0, Kind::toggle, "Print the information in a human friendly format", ""},
};

constexpr FlagInfo config_create_flags[] = {
    {"label", 'l', Kind::label, "Config labels", ""},
    {"template-driver", 0, Kind::text, "Template driver", ""},
};

constexpr FlagInfo config_ls_flags[] = {
    {"filter", 'f', Kind::filter, "Filter output based on conditions provided", ""},
    {"format", 0, Kind::text,
     "Format output using a custom template:\n'table':            Print output in table format "
     "with column headers (default)\n'table TEMPLATE':   Print output in table format using the "
     "given Go template\n'json':             Print in JSON format\n'TEMPLATE':         Print "
     "output using the given Go template.\nRefer to https://docs.docker.com/go/formatting/ for "
     "more information about formatting output with templates", ""},
    {"quiet", 'q', Kind::toggle, "Only display IDs", ""},
};

constexpr FlagInfo config_inspect_flags[] = {
    {"format", 'f', Kind::text,
     "Format output using a custom template:\n'json':             Print in JSON format\n"
     "'TEMPLATE':         Print output using the given Go template.\nRefer to "
     "https://docs.docker.com/go/formatting/ for more information about formatting output with "
     "templates", ""},
    {"pretty", 0, Kind::toggle, "Print the information in a human friendly format", ""},
};

constexpr FlagInfo network_create_flags[] = {
    {"attachable", 0, Kind::toggle, "Enable manual container attachment", ""},
    {"aux-address", 0, Kind::map,
     "Auxiliary IPv4 or IPv6 addresses used by Network driver", "map[]"},
    {"config-from", 0, Kind::text, "The network from which to copy the configuration", ""},
    {"config-only", 0, Kind::toggle, "Create a configuration only network", ""},
    {"driver", 'd', Kind::text, "Driver to manage the Network", "\"bridge\""},
    {"gateway", 0, Kind::strings, "IPv4 or IPv6 Gateway for the master subnet", ""},
    {"ingress", 0, Kind::toggle, "Create swarm routing-mesh network", ""},
    {"internal", 0, Kind::toggle, "Restrict external access to the network", ""},
    {"ip-range", 0, Kind::strings, "Allocate container ip from a sub-range", ""},
    {"ipam-driver", 0, Kind::text, "IP Address Management Driver", "\"default\""},
    {"ipam-opt", 0, Kind::map, "Set IPAM driver specific options", "map[]"},
    {"ipv4", 0, Kind::toggle, "Enable or disable IPv4 address assignment", "true"},
    {"ipv6", 0, Kind::toggle, "Enable or disable IPv6 address assignment", ""},
    {"label", 0, Kind::label, "Set metadata on a network", ""},
    {"opt", 'o', Kind::map, "Set driver specific options", "map[]"},
    {"scope", 0, Kind::text, "Control the network's scope", ""},
    {"subnet", 0, Kind::strings, "Subnet in CIDR format that represents a network segment", ""},
};

constexpr FlagInfo network_ls_flags[] = {
    {"filter", 'f', Kind::filter, "Provide filter values (e.g. \"driver=bridge\")", ""},
    {"format", 0, Kind::text,
     "Format output using a custom template:\n'table':            Print output in table format "
     "with column headers (default)\n'table TEMPLATE':   Print output in table format using the "
     "given Go template\n'json':             Print in JSON format\n'TEMPLATE':         Print "
     "output using the given Go template.\nRefer to https://docs.docker.com/go/formatting/ for "
     "more information about formatting output with templates", ""},
    {"no-trunc", 0, Kind::toggle, "Do not truncate the output", ""},
    {"quiet", 'q', Kind::toggle, "Only display network IDs", ""},
};

constexpr FlagInfo network_inspect_flags[] = {
    {"format", 'f', Kind::text,
     "Format output using a custom template:\n'json':             Print in JSON format\n"
     "'TEMPLATE':         Print output using the given Go template.\nRefer to "
     "https://docs.docker.com/go/formatting/ for more information about formatting output with "
     "templates", ""},
    {"verbose", 'v', Kind::toggle, "Verbose output for diagnostics", ""},
};

constexpr FlagInfo network_rm_flags[] = {
    {"force", 'f', Kind::toggle, "Do not error if the network does not exist", ""},
};

constexpr FlagInfo network_connect_flags[] = {
    {"alias", 0, Kind::strings, "Add network-scoped alias for the container", ""},
    {"driver-opt", 0, Kind::strings, "driver options for the network", ""},
    {"gw-priority", 0, Kind::integer,
     "Highest gw-priority provides the default gateway. Accepts positive and negative values.", ""},
    {"ip", 0, Kind::text, "IPv4 address (e.g., \"172.30.100.104\")", ""},
    {"ip6", 0, Kind::text, "IPv6 address (e.g., \"2001:db8::33\")", ""},
    {"link", 0, Kind::list, "Add link to another container", ""},
    {"link-local-ip", 0, Kind::strings, "Add a link-local address for the container", ""},
};

constexpr FlagInfo network_disconnect_flags[] = {
    {"force", 'f', Kind::toggle, "Force the container to disconnect from a network", ""},
};

constexpr FlagInfo network_prune_flags[] = {
    {"filter", 0, Kind::filter, "Provide filter values (e.g. \"until=<timestamp>\")", ""},
    {"force", 'f', Kind::toggle, "Do not prompt for confirmation", ""},
};

constexpr FlagInfo volume_create_flags[] = {
    {"availability", 0, Kind::text,
     "Cluster Volume availability (\"active\", \"pause\", \"drain\")", "\"active\""},
    {"driver", 'd', Kind::text, "Specify volume driver name", "\"local\""},
    {"group", 0, Kind::text, "Cluster Volume group (cluster volumes)", ""},
    {"label", 0, Kind::label, "Set metadata for a volume", ""},
    {"limit-bytes", 0, Kind::bytes, "Minimum size of the Cluster Volume in bytes", ""},
    {"opt", 'o', Kind::map, "Set driver specific options", "map[]"},
    {"required-bytes", 0, Kind::bytes, "Maximum size of the Cluster Volume in bytes", ""},
    {"scope", 0, Kind::text, "Cluster Volume access scope (\"single\", \"multi\")", "\"single\""},
    {"secret", 0, Kind::map, "Cluster Volume secrets", "map[]"},
    {"sharing", 0, Kind::text,
     "Cluster Volume access sharing (\"none\", \"readonly\", \"onewriter\", \"all\")", "\"none\""},
    {"topology-preferred", 0, Kind::list,
     "A topology that the Cluster Volume would be preferred in", ""},
    {"topology-required", 0, Kind::list,
     "A topology that the Cluster Volume must be accessible from", ""},
    {"type", 0, Kind::text, "Cluster Volume access type (\"mount\", \"block\")", "\"block\""},
    {"name", 0, Kind::text, "Specify volume name", "", true},
};

constexpr FlagInfo volume_ls_flags[] = {
    {"cluster", 0, Kind::toggle,
     "Display only cluster volumes, and use cluster volume list formatting", ""},
    {"filter", 'f', Kind::filter, "Provide filter values (e.g. \"dangling=true\")", ""},
    {"format", 0, Kind::text,
     "Format output using a custom template:\n'table':            Print output in table format "
     "with column headers (default)\n'table TEMPLATE':   Print output in table format using the "
     "given Go template\n'json':             Print in JSON format\n'TEMPLATE':         Print "
     "output using the given Go template.\nRefer to https://docs.docker.com/go/formatting/ for "
     "more information about formatting output with templates", ""},
    {"quiet", 'q', Kind::toggle, "Only display volume names", ""},
};

constexpr FlagInfo volume_inspect_flags[] = {
    {"format", 'f', Kind::text,
     "Format output using a custom template:\n'json':             Print in JSON format\n"
     "'TEMPLATE':         Print output using the given Go template.\nRefer to "
     "https://docs.docker.com/go/formatting/ for more information about formatting output with "
     "templates", ""},
};

constexpr FlagInfo volume_rm_flags[] = {
    {"force", 'f', Kind::toggle, "Force the removal of one or more volumes", ""},
};

constexpr FlagInfo volume_prune_flags[] = {
    {"all", 'a', Kind::toggle, "Remove all unused volumes, not just anonymous ones", ""},
    {"filter", 0, Kind::filter, "Provide filter values (e.g. \"label=<label>\")", ""},
    {"force", 'f', Kind::toggle, "Do not prompt for confirmation", ""},
};

constexpr CommandInfo commands[] = {
    {Verb::secret_create, "secret create", "[OPTIONS] SECRET [file|-]",
     "Create a secret from a file or STDIN as content",
     "",
     {Arity::range, 1, 2}, secret_create_flags},
    {Verb::secret_ls, "secret ls", "[OPTIONS]",
     "List secrets",
     "secret ls, secret list",
     {Arity::none, 0, 0}, secret_ls_flags},
    {Verb::secret_inspect, "secret inspect", "[OPTIONS] SECRET [SECRET...]",
     "Display detailed information on one or more secrets",
     "",
     {Arity::at_least, 1, 0}, secret_inspect_flags},
    {Verb::secret_rm, "secret rm", "SECRET [SECRET...]",
     "Remove one or more secrets",
     "secret rm, secret remove",
     {Arity::at_least, 1, 0}, {}},
    {Verb::config_create, "config create", "[OPTIONS] CONFIG file|-",
     "Create a config from a file or STDIN",
     "",
     {Arity::exactly, 2, 2}, config_create_flags},
    {Verb::config_ls, "config ls", "[OPTIONS]",
     "List configs",
     "config ls, config list",
     {Arity::none, 0, 0}, config_ls_flags},
    {Verb::config_inspect, "config inspect", "[OPTIONS] CONFIG [CONFIG...]",
     "Display detailed information on one or more configs",
     "",
     {Arity::at_least, 1, 0}, config_inspect_flags},
    {Verb::config_rm, "config rm", "CONFIG [CONFIG...]",
     "Remove one or more configs",
     "config rm, config remove",
     {Arity::at_least, 1, 0}, {}},
    {Verb::network_create, "network create", "[OPTIONS] NETWORK",
     "Create a network",
     "",
     {Arity::exactly, 1, 1}, network_create_flags},
    {Verb::network_ls, "network ls", "[OPTIONS]",
     "List networks",
     "network ls, network list",
     {Arity::none, 0, 0}, network_ls_flags},
    {Verb::network_inspect, "network inspect", "[OPTIONS] NETWORK [NETWORK...]",
     "Display detailed information on one or more networks",
     "",
     {Arity::at_least, 1, 0}, network_inspect_flags},
    {Verb::network_rm, "network rm", "NETWORK [NETWORK...]",
     "Remove one or more networks",
     "network rm, network remove",
     {Arity::at_least, 1, 0}, network_rm_flags},
    {Verb::network_connect, "network connect", "[OPTIONS] NETWORK CONTAINER",
     "Connect a container to a network",
     "",
     {Arity::exactly, 2, 2}, network_connect_flags},
    {Verb::network_disconnect, "network disconnect", "[OPTIONS] NETWORK CONTAINER",
     "Disconnect a container from a network",
     "",
     {Arity::exactly, 2, 2}, network_disconnect_flags},
    {Verb::network_prune, "network prune", "[OPTIONS]",
     "Remove all unused networks",
     "",
     {Arity::none, 0, 0}, network_prune_flags},
    {Verb::volume_create, "volume create", "[OPTIONS] [VOLUME]",
     "Create a volume",
     "",
     {Arity::at_most, 0, 1}, volume_create_flags},
    {Verb::volume_ls, "volume ls", "[OPTIONS]",
     "List volumes",
     "volume ls, volume list",
     {Arity::none, 0, 0}, volume_ls_flags},
    {Verb::volume_inspect, "volume inspect", "[OPTIONS] VOLUME [VOLUME...]",
     "Display detailed information on one or more volumes",
     "",
     {Arity::at_least, 1, 0}, volume_inspect_flags},
    {Verb::volume_rm, "volume rm", "[OPTIONS] VOLUME [VOLUME...]",
     "Remove one or more volumes. You cannot remove a volume that is in use by a container.",
     "volume rm, volume remove",
     {Arity::at_least, 1, 0}, volume_rm_flags},
    {Verb::volume_prune, "volume prune", "[OPTIONS]",
     "Remove unused local volumes",
     "",
     {Arity::none, 0, 0}, volume_prune_flags},
};

}   // namespace

std::span<const CommandInfo> objects_catalog() { return commands; }

}   // namespace glasshive::words
