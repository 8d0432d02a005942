// Generated once from docker 28.2.2's own --help; from then on kept by hand.
#include "words/catalog.h"

namespace glasshive::words {

namespace {

constexpr FlagInfo container_run_flags[] = {
    {"add-host", 0, Kind::host_ip, "Add a custom host-to-IP mapping (host:ip)", ""},
    {"annotation", 0, Kind::map,
     "Add an annotation to the container (passed through to the OCI runtime)", "map[]"},
    {"attach", 'a', Kind::list, "Attach to STDIN, STDOUT or STDERR", ""},
    {"blkio-weight", 0, Kind::uint16,
     "Block IO (relative weight), between 10 and 1000, or 0 to disable", "0"},
    {"blkio-weight-device", 0, Kind::list, "Block IO weight (relative device weight)", "[]"},
    {"cap-add", 0, Kind::list, "Add Linux capabilities", ""},
    {"cap-drop", 0, Kind::list, "Drop Linux capabilities", ""},
    {"cgroup-parent", 0, Kind::text, "Optional parent cgroup for the container", ""},
    {"cgroupns", 0, Kind::text,
     "Cgroup namespace to use (host|private)\n'host':    Run the container in the Docker host's "
     "cgroup namespace\n'private': Run the container in its own private cgroup namespace\n"
     "'':        Use the cgroup namespace as configured by the\n"
     "           default-cgroupns-mode option on the daemon (default)", ""},
    {"cidfile", 0, Kind::text, "Write the container ID to the file", ""},
    {"cpu-period", 0, Kind::integer, "Limit CPU CFS (Completely Fair Scheduler) period", ""},
    {"cpu-quota", 0, Kind::integer, "Limit CPU CFS (Completely Fair Scheduler) quota", ""},
    {"cpu-rt-period", 0, Kind::integer, "Limit CPU real-time period in microseconds", ""},
    {"cpu-rt-runtime", 0, Kind::integer, "Limit CPU real-time runtime in microseconds", ""},
    {"cpu-shares", 'c', Kind::integer, "CPU shares (relative weight)", ""},
    {"cpus", 0, Kind::decimal, "Number of CPUs", ""},
    {"cpuset-cpus", 0, Kind::text, "CPUs in which to allow execution (0-3, 0,1)", ""},
    {"cpuset-mems", 0, Kind::text, "MEMs in which to allow execution (0-3, 0,1)", ""},
    {"detach", 'd', Kind::toggle, "Run container in background and print container ID", ""},
    {"detach-keys", 0, Kind::text, "Override the key sequence for detaching a container", ""},
    {"device", 0, Kind::list, "Add a host device to the container", ""},
    {"device-cgroup-rule", 0, Kind::list, "Add a rule to the cgroup allowed devices list", ""},
    {"device-read-bps", 0, Kind::list, "Limit read rate (bytes per second) from a device", "[]"},
    {"device-read-iops", 0, Kind::list, "Limit read rate (IO per second) from a device", "[]"},
    {"device-write-bps", 0, Kind::list, "Limit write rate (bytes per second) to a device", "[]"},
    {"device-write-iops", 0, Kind::list, "Limit write rate (IO per second) to a device", "[]"},
    {"disable-content-trust", 0, Kind::toggle, "Skip image verification", "true"},
    {"dns", 0, Kind::ip_address, "Set custom DNS servers", ""},
    {"dns-option", 0, Kind::list, "Set DNS options", ""},
    {"dns-search", 0, Kind::domain, "Set custom DNS search domains", ""},
    {"domainname", 0, Kind::text, "Container NIS domain name", ""},
    {"entrypoint", 0, Kind::text, "Overwrite the default ENTRYPOINT of the image", ""},
    {"env", 'e', Kind::env, "Set environment variables", ""},
    {"env-file", 0, Kind::list, "Read in a file of environment variables", ""},
    {"expose", 0, Kind::list, "Expose a port or a range of ports", ""},
    {"gpus", 0, Kind::gpu_request,
     "GPU devices to add to the container ('all' to pass all GPUs)", ""},
    {"group-add", 0, Kind::list, "Add additional groups to join", ""},
    {"health-cmd", 0, Kind::text, "Command to run to check health", ""},
    {"health-interval", 0, Kind::duration, "Time between running the check (ms|s|m|h)", "0s"},
    {"health-retries", 0, Kind::integer, "Consecutive failures needed to report unhealthy", ""},
    {"health-start-interval", 0, Kind::duration,
     "Time between running the check during the start period (ms|s|m|h)", "0s"},
    {"health-start-period", 0, Kind::duration,
     "Start period for the container to initialize before starting health-retries countdown "
     "(ms|s|m|h)", "0s"},
    {"health-timeout", 0, Kind::duration,
     "Maximum time to allow one check to run (ms|s|m|h)", "0s"},
    {"help", 0, Kind::toggle, "Print usage", ""},
    {"hostname", 'h', Kind::text, "Container host name", ""},
    {"init", 0, Kind::toggle,
     "Run an init inside the container that forwards signals and reaps processes", ""},
    {"interactive", 'i', Kind::toggle, "Keep STDIN open even if not attached", ""},
    {"ip", 0, Kind::text, "IPv4 address (e.g., 172.30.100.104)", ""},
    {"ip6", 0, Kind::text, "IPv6 address (e.g., 2001:db8::33)", ""},
    {"ipc", 0, Kind::text, "IPC mode to use", ""},
    {"isolation", 0, Kind::text, "Container isolation technology", ""},
    {"kernel-memory", 0, Kind::bytes, "Kernel memory limit", ""},
    {"label", 'l', Kind::label, "Set meta data on a container", ""},
    {"label-file", 0, Kind::list, "Read in a line delimited file of labels", ""},
    {"link", 0, Kind::list, "Add link to another container", ""},
    {"link-local-ip", 0, Kind::list, "Container IPv4/IPv6 link-local addresses", ""},
    {"log-driver", 0, Kind::text, "Logging driver for the container", ""},
    {"log-opt", 0, Kind::list, "Log driver options", ""},
    {"mac-address", 0, Kind::text, "Container MAC address (e.g., 92:d0:c6:0a:29:33)", ""},
    {"memory", 'm', Kind::bytes, "Memory limit", ""},
    {"memory-reservation", 0, Kind::bytes, "Memory soft limit", ""},
    {"memory-swap", 0, Kind::swap,
     "Swap limit equal to memory plus swap: '-1' to enable unlimited swap", ""},
    {"memory-swappiness", 0, Kind::integer, "Tune container memory swappiness (0 to 100)", "-1"},
    {"mount", 0, Kind::mount, "Attach a filesystem mount to the container", ""},
    {"name", 0, Kind::text, "Assign a name to the container", ""},
    {"network", 0, Kind::network, "Connect a container to a network", ""},
    {"net", 0, Kind::network, "Connect a container to a network", "", true},
    {"net-alias", 0, Kind::list, "Add network-scoped alias for the container", "", true},
    {"dns-opt", 0, Kind::list, "Set DNS options", "", true},
    {"network-alias", 0, Kind::list, "Add network-scoped alias for the container", ""},
    {"no-healthcheck", 0, Kind::toggle, "Disable any container-specified HEALTHCHECK", ""},
    {"oom-kill-disable", 0, Kind::toggle, "Disable OOM Killer", ""},
    {"oom-score-adj", 0, Kind::integer, "Tune host's OOM preferences (-1000 to 1000)", ""},
    {"pid", 0, Kind::text, "PID namespace to use", ""},
    {"pids-limit", 0, Kind::integer, "Tune container pids limit (set -1 for unlimited)", ""},
    {"platform", 0, Kind::text, "Set platform if server is multi-platform capable", ""},
    {"privileged", 0, Kind::toggle, "Give extended privileges to this container", ""},
    {"publish", 'p', Kind::list, "Publish a container's port(s) to the host", ""},
    {"publish-all", 'P', Kind::toggle, "Publish all exposed ports to random ports", ""},
    {"pull", 0, Kind::text,
     "Pull image before running (\"always\", \"missing\", \"never\")", "\"missing\""},
    {"quiet", 'q', Kind::toggle, "Suppress the pull output", ""},
    {"read-only", 0, Kind::toggle, "Mount the container's root filesystem as read only", ""},
    {"restart", 0, Kind::text, "Restart policy to apply when a container exits", "\"no\""},
    {"rm", 0, Kind::toggle,
     "Automatically remove the container and its associated anonymous volumes when it exits", ""},
    {"runtime", 0, Kind::text, "Runtime to use for this container", ""},
    {"security-opt", 0, Kind::list, "Security Options", ""},
    {"shm-size", 0, Kind::bytes, "Size of /dev/shm", ""},
    {"sig-proxy", 0, Kind::toggle, "Proxy received signals to the process", "true"},
    {"stop-signal", 0, Kind::text, "Signal to stop the container", ""},
    {"stop-timeout", 0, Kind::integer, "Timeout (in seconds) to stop a container", ""},
    {"storage-opt", 0, Kind::list, "Storage driver options for the container", ""},
    {"sysctl", 0, Kind::map, "Sysctl options", "map[]"},
    {"tmpfs", 0, Kind::list, "Mount a tmpfs directory", ""},
    {"tty", 't', Kind::toggle, "Allocate a pseudo-TTY", ""},
    {"ulimit", 0, Kind::ulimit, "Ulimit options", "[]"},
    {"use-api-socket", 0, Kind::toggle, "Bind mount Docker API socket and required auth", ""},
    {"user", 'u', Kind::text, "Username or UID (format: <name|uid>[:<group|gid>])", ""},
    {"userns", 0, Kind::text, "User namespace to use", ""},
    {"uts", 0, Kind::text, "UTS namespace to use", ""},
    {"volume", 'v', Kind::list, "Bind mount a volume", ""},
    {"volume-driver", 0, Kind::text, "Optional volume driver for the container", ""},
    {"volumes-from", 0, Kind::list, "Mount volumes from the specified container(s)", ""},
    {"workdir", 'w', Kind::text, "Working directory inside the container", ""},
};

constexpr FlagInfo container_ls_flags[] = {
    {"all", 'a', Kind::toggle, "Show all containers", "shows just running"},
    {"filter", 'f', Kind::filter, "Filter output based on conditions provided", ""},
    {"format", 0, Kind::text,
     "Format output using a custom template:\n'table':            Print output in table format "
     "with column headers (default)\n'table TEMPLATE':   Print output in table format using the "
     "given Go template\n'json':             Print in JSON format\n'TEMPLATE':         Print "
     "output using the given Go template.\nRefer to https://docs.docker.com/go/formatting/ for "
     "more information about formatting output with templates", ""},
    {"last", 'n', Kind::integer, "Show n last created containers (includes all states)", "-1"},
    {"latest", 'l', Kind::toggle, "Show the latest created container (includes all states)", ""},
    {"no-trunc", 0, Kind::toggle, "Don't truncate output", ""},
    {"quiet", 'q', Kind::toggle, "Only display container IDs", ""},
    {"size", 's', Kind::toggle, "Display total file sizes", ""},
};

constexpr FlagInfo container_stop_flags[] = {
    {"signal", 's', Kind::text, "Signal to send to the container", ""},
    {"timeout", 't', Kind::integer, "Seconds to wait before killing the container", ""},
};

constexpr FlagInfo container_start_flags[] = {
    {"attach", 'a', Kind::toggle, "Attach STDOUT/STDERR and forward signals", ""},
    {"detach-keys", 0, Kind::text, "Override the key sequence for detaching a container", ""},
    {"interactive", 'i', Kind::toggle, "Attach container's STDIN", ""},
};

constexpr FlagInfo container_restart_flags[] = {
    {"signal", 's', Kind::text, "Signal to send to the container", ""},
    {"timeout", 't', Kind::integer, "Seconds to wait before killing the container", ""},
};

constexpr FlagInfo container_kill_flags[] = {
    {"signal", 's', Kind::text, "Signal to send to the container", ""},
};

constexpr FlagInfo container_rm_flags[] = {
    {"force", 'f', Kind::toggle, "Force the removal of a running container (uses SIGKILL)", ""},
    {"link", 'l', Kind::toggle, "Remove the specified link", ""},
    {"volumes", 'v', Kind::toggle, "Remove anonymous volumes associated with the container", ""},
};

constexpr FlagInfo container_logs_flags[] = {
    {"details", 0, Kind::toggle, "Show extra details provided to logs", ""},
    {"follow", 'f', Kind::toggle, "Follow log output", ""},
    {"since", 0, Kind::text,
     "Show logs since timestamp (e.g. \"2013-01-02T13:23:37Z\") or relative (e.g. \"42m\" for "
     "42 minutes)", ""},
    {"tail", 'n', Kind::text, "Number of lines to show from the end of the logs", "\"all\""},
    {"timestamps", 't', Kind::toggle, "Show timestamps", ""},
    {"until", 0, Kind::text,
     "Show logs before a timestamp (e.g. \"2013-01-02T13:23:37Z\") or relative (e.g. \"42m\" "
     "for 42 minutes)", ""},
};

constexpr FlagInfo container_exec_flags[] = {
    {"detach", 'd', Kind::toggle, "Detached mode: run command in the background", ""},
    {"detach-keys", 0, Kind::text, "Override the key sequence for detaching a container", ""},
    {"env", 'e', Kind::env, "Set environment variables", ""},
    {"env-file", 0, Kind::list, "Read in a file of environment variables", ""},
    {"interactive", 'i', Kind::toggle, "Keep STDIN open even if not attached", ""},
    {"privileged", 0, Kind::toggle, "Give extended privileges to the command", ""},
    {"tty", 't', Kind::toggle, "Allocate a pseudo-TTY", ""},
    {"user", 'u', Kind::text, "Username or UID (format: \"<name|uid>[:<group|gid>]\")", ""},
    {"workdir", 'w', Kind::text, "Working directory inside the container", ""},
};

constexpr FlagInfo container_inspect_flags[] = {
    {"format", 'f', Kind::text,
     "Format output using a custom template:\n'json':             Print in JSON format\n"
     "'TEMPLATE':         Print output using the given Go template.\nRefer to "
     "https://docs.docker.com/go/formatting/ for more information about formatting output with "
     "templates", ""},
    {"size", 's', Kind::toggle, "Display total file sizes", ""},
};

constexpr FlagInfo container_prune_flags[] = {
    {"filter", 0, Kind::filter, "Provide filter values (e.g. \"until=<timestamp>\")", ""},
    {"force", 'f', Kind::toggle, "Do not prompt for confirmation", ""},
};

constexpr CommandInfo commands[] = {
    {Verb::container_run, "container run", "[OPTIONS] IMAGE [COMMAND] [ARG...]",
     "Create and run a new container from an image",
     "container run, run",
     {Arity::at_least, 1, 0}, container_run_flags},
    {Verb::container_ls, "container ls", "[OPTIONS]",
     "List containers",
     "container ls, container list, container ps, ps",
     {Arity::none, 0, 0}, container_ls_flags},
    {Verb::container_stop, "container stop", "[OPTIONS] CONTAINER [CONTAINER...]",
     "Stop one or more running containers",
     "container stop, stop",
     {Arity::at_least, 1, 0}, container_stop_flags},
    {Verb::container_start, "container start", "[OPTIONS] CONTAINER [CONTAINER...]",
     "Start one or more stopped containers",
     "container start, start",
     {Arity::at_least, 1, 0}, container_start_flags},
    {Verb::container_restart, "container restart", "[OPTIONS] CONTAINER [CONTAINER...]",
     "Restart one or more containers",
     "container restart, restart",
     {Arity::at_least, 1, 0}, container_restart_flags},
    {Verb::container_kill, "container kill", "[OPTIONS] CONTAINER [CONTAINER...]",
     "Kill one or more running containers",
     "container kill, kill",
     {Arity::at_least, 1, 0}, container_kill_flags},
    {Verb::container_rm, "container rm", "[OPTIONS] CONTAINER [CONTAINER...]",
     "Remove one or more containers",
     "container rm, container remove, rm",
     {Arity::at_least, 1, 0}, container_rm_flags},
    {Verb::container_logs, "container logs", "[OPTIONS] CONTAINER",
     "Fetch the logs of a container",
     "container logs, logs",
     {Arity::exactly, 1, 1}, container_logs_flags},
    {Verb::container_exec, "container exec", "[OPTIONS] CONTAINER COMMAND [ARG...]",
     "Execute a command in a running container",
     "container exec, exec",
     {Arity::at_least, 2, 0}, container_exec_flags},
    {Verb::container_inspect, "container inspect", "[OPTIONS] CONTAINER [CONTAINER...]",
     "Display detailed information on one or more containers",
     "",
     {Arity::at_least, 1, 0}, container_inspect_flags},
    {Verb::container_prune, "container prune", "[OPTIONS]",
     "Remove all stopped containers",
     "",
     {Arity::none, 0, 0}, container_prune_flags},
};

}   // namespace

std::span<const CommandInfo> containers_catalog() { return commands; }

}   // namespace glasshive::words
