// Generated once from docker 28.2.2's own --help; from then on kept by hand.
#include "words/catalog.h"

namespace glasshive::words {

namespace {

constexpr FlagInfo image_pull_flags[] = {
    {"all-tags", 'a', Kind::toggle, "Download all tagged images in the repository", ""},
    {"disable-content-trust", 0, Kind::toggle, "Skip image verification", "true"},
    {"platform", 0, Kind::text, "Set platform if server is multi-platform capable", ""},
    {"quiet", 'q', Kind::toggle, "Suppress verbose output", ""},
};

constexpr FlagInfo image_push_flags[] = {
    {"all-tags", 'a', Kind::toggle, "Push all tags of an image to the repository", ""},
    {"disable-content-trust", 0, Kind::toggle, "Skip image signing", "true"},
    {"platform", 0, Kind::text,
     "Push a platform-specific manifest as a single-platform image to the registry.\nImage "
     "index won't be pushed, meaning that other manifests, including attestations won't be "
     "preserved.\n'os[/arch[/variant]]': Explicit platform (eg. linux/amd64)", ""},
    {"quiet", 'q', Kind::toggle, "Suppress verbose output", ""},
};

constexpr FlagInfo image_ls_flags[] = {
    {"all", 'a', Kind::toggle, "Show all images", "hides intermediate images"},
    {"digests", 0, Kind::toggle, "Show digests", ""},
    {"filter", 'f', Kind::filter, "Filter output based on conditions provided", ""},
    {"format", 0, Kind::text,
     "Format output using a custom template:\n'table':            Print output in table format "
     "with column headers (default)\n'table TEMPLATE':   Print output in table format using the "
     "given Go template\n'json':             Print in JSON format\n'TEMPLATE':         Print "
     "output using the given Go template.\nRefer to https://docs.docker.com/go/formatting/ for "
     "more information about formatting output with templates", ""},
    {"no-trunc", 0, Kind::toggle, "Don't truncate output", ""},
    {"quiet", 'q', Kind::toggle, "Only show image IDs", ""},
    {"tree", 0, Kind::toggle, "List multi-platform images as a tree (EXPERIMENTAL)", ""},
};

constexpr FlagInfo image_rm_flags[] = {
    {"force", 'f', Kind::toggle, "Force removal of the image", ""},
    {"no-prune", 0, Kind::toggle, "Do not delete untagged parents", ""},
    {"platform", 0, Kind::strings,
     "Remove only the given platform variant. Formatted as \"os[/arch[/variant]]\" (e.g., "
     "\"linux/amd64\")", ""},
};

constexpr FlagInfo image_build_flags[] = {
    {"add-host", 0, Kind::list, "Add a custom host-to-IP mapping (\"host:ip\")", ""},
    {"build-arg", 0, Kind::list, "Set build-time variables", ""},
    {"cache-from", 0, Kind::strings, "Images to consider as cache sources", ""},
    {"cgroup-parent", 0, Kind::text,
     "Set the parent cgroup for the \"RUN\" instructions during build", ""},
    {"compress", 0, Kind::toggle, "Compress the build context using gzip", ""},
    {"cpu-period", 0, Kind::integer, "Limit the CPU CFS (Completely Fair Scheduler) period", ""},
    {"cpu-quota", 0, Kind::integer, "Limit the CPU CFS (Completely Fair Scheduler) quota", ""},
    {"cpu-shares", 'c', Kind::integer, "CPU shares (relative weight)", ""},
    {"cpuset-cpus", 0, Kind::text, "CPUs in which to allow execution (0-3, 0,1)", ""},
    {"cpuset-mems", 0, Kind::text, "MEMs in which to allow execution (0-3, 0,1)", ""},
    {"disable-content-trust", 0, Kind::toggle, "Skip image verification", "true"},
    {"file", 'f', Kind::text, "Name of the Dockerfile (Default is \"PATH/Dockerfile\")", ""},
    {"force-rm", 0, Kind::toggle, "Always remove intermediate containers", ""},
    {"iidfile", 0, Kind::text, "Write the image ID to the file", ""},
    {"isolation", 0, Kind::text, "Container isolation technology", ""},
    {"label", 0, Kind::list, "Set metadata for an image", ""},
    {"memory", 'm', Kind::bytes, "Memory limit", ""},
    {"memory-swap", 0, Kind::swap,
     "Swap limit equal to memory plus swap: -1 to enable unlimited swap", ""},
    {"network", 0, Kind::text,
     "Set the networking mode for the RUN instructions during build", "\"default\""},
    {"no-cache", 0, Kind::toggle, "Do not use cache when building the image", ""},
    {"platform", 0, Kind::text, "Set platform if server is multi-platform capable", ""},
    {"pull", 0, Kind::toggle, "Always attempt to pull a newer version of the image", ""},
    {"quiet", 'q', Kind::toggle, "Suppress the build output and print image ID on success", ""},
    {"rm", 0, Kind::toggle, "Remove intermediate containers after a successful build", "true"},
    {"security-opt", 0, Kind::strings, "Security options", ""},
    {"shm-size", 0, Kind::bytes, "Size of \"/dev/shm\"", ""},
    {"tag", 't', Kind::list, "Name and optionally a tag in the \"name:tag\" format", ""},
    {"target", 0, Kind::text, "Set the target build stage to build.", ""},
    {"ulimit", 0, Kind::ulimit, "Ulimit options", "[]"},
};

constexpr FlagInfo image_inspect_flags[] = {
    {"format", 'f', Kind::text,
     "Format output using a custom template:\n'json':             Print in JSON format\n"
     "'TEMPLATE':         Print output using the given Go template.\nRefer to "
     "https://docs.docker.com/go/formatting/ for more information about formatting output with "
     "templates", ""},
    {"platform", 0, Kind::text,
     "Inspect a specific platform of the multi-platform image.\nIf the image or the server is "
     "not multi-platform capable, the command will error out if the platform does not match.\n"
     "'os[/arch[/variant]]': Explicit platform (eg. linux/amd64)", ""},
};

constexpr FlagInfo image_prune_flags[] = {
    {"all", 'a', Kind::toggle, "Remove all unused images, not just dangling ones", ""},
    {"filter", 0, Kind::filter, "Provide filter values (e.g. \"until=<timestamp>\")", ""},
    {"force", 'f', Kind::toggle, "Do not prompt for confirmation", ""},
};

constexpr FlagInfo system_df_flags[] = {
    {"format", 0, Kind::text,
     "Format output using a custom template:\n'table':            Print output in table format "
     "with column headers (default)\n'table TEMPLATE':   Print output in table format using the "
     "given Go template\n'json':             Print in JSON format\n'TEMPLATE':         Print "
     "output using the given Go template.\nRefer to https://docs.docker.com/go/formatting/ for "
     "more information about formatting output with templates", ""},
    {"verbose", 'v', Kind::toggle, "Show detailed information on space usage", ""},
};

constexpr FlagInfo system_prune_flags[] = {
    {"all", 'a', Kind::toggle, "Remove all unused images not just dangling ones", ""},
    {"filter", 0, Kind::filter, "Provide filter values (e.g. \"label=<key>=<value>\")", ""},
    {"force", 'f', Kind::toggle, "Do not prompt for confirmation", ""},
    {"volumes", 0, Kind::toggle, "Prune anonymous volumes", ""},
};

constexpr FlagInfo system_info_flags[] = {
    {"format", 'f', Kind::text,
     "Format output using a custom template:\n'json':             Print in JSON format\n"
     "'TEMPLATE':         Print output using the given Go template.\nRefer to "
     "https://docs.docker.com/go/formatting/ for more information about formatting output with "
     "templates", ""},
};

constexpr FlagInfo system_events_flags[] = {
    {"filter", 'f', Kind::filter, "Filter output based on conditions provided", ""},
    {"format", 0, Kind::text,
     "Format output using a custom template:\n'json':             Print in JSON format\n"
     "'TEMPLATE':         Print output using the given Go template.\nRefer to "
     "https://docs.docker.com/go/formatting/ for more information about formatting output with "
     "templates", ""},
    {"since", 0, Kind::text, "Show all events created since timestamp", ""},
    {"until", 0, Kind::text, "Stream events until this timestamp", ""},
};

constexpr FlagInfo inspect_flags[] = {
    {"format", 'f', Kind::text,
     "Format output using a custom template:\n'json':             Print in JSON format\n"
     "'TEMPLATE':         Print output using the given Go template.\nRefer to "
     "https://docs.docker.com/go/formatting/ for more information about formatting output with "
     "templates", ""},
    {"size", 's', Kind::toggle, "Display total file sizes if the type is container", ""},
    {"type", 0, Kind::text, "Only inspect objects of the given type", ""},
};

constexpr FlagInfo version_flags[] = {
    {"format", 'f', Kind::text,
     "Format output using a custom template:\n'json':             Print in JSON format\n"
     "'TEMPLATE':         Print output using the given Go template.\nRefer to "
     "https://docs.docker.com/go/formatting/ for more information about formatting output with "
     "templates", ""},
};

constexpr CommandInfo commands[] = {
    {Verb::image_pull, "image pull", "[OPTIONS] NAME[:TAG|@DIGEST]",
     "Download an image from a registry",
     "image pull, pull",
     {Arity::exactly, 1, 1}, image_pull_flags},
    {Verb::image_push, "image push", "[OPTIONS] NAME[:TAG]",
     "Upload an image to a registry",
     "image push, push",
     {Arity::exactly, 1, 1}, image_push_flags},
    {Verb::image_ls, "image ls", "[OPTIONS] [REPOSITORY[:TAG]]",
     "List images",
     "image ls, image list, images",
     {Arity::at_most, 0, 1}, image_ls_flags},
    {Verb::image_tag, "image tag", "SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]",
     "Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE",
     "image tag, tag",
     {Arity::exactly, 2, 2}, {}},
    {Verb::image_rm, "image rm", "[OPTIONS] IMAGE [IMAGE...]",
     "Remove one or more images",
     "image rm, image remove, rmi",
     {Arity::at_least, 1, 0}, image_rm_flags},
    {Verb::image_build, "image build", "[OPTIONS] PATH | URL | -",
     "Build an image from a Dockerfile",
     "image build, build, builder build",
     {Arity::exactly, 1, 1}, image_build_flags},
    {Verb::image_inspect, "image inspect", "[OPTIONS] IMAGE [IMAGE...]",
     "Display detailed information on one or more images",
     "",
     {Arity::at_least, 1, 0}, image_inspect_flags},
    {Verb::image_prune, "image prune", "[OPTIONS]",
     "Remove unused images",
     "",
     {Arity::none, 0, 0}, image_prune_flags},
    {Verb::system_df, "system df", "[OPTIONS]",
     "Show docker disk usage",
     "",
     {Arity::none, 0, 0}, system_df_flags},
    {Verb::system_prune, "system prune", "[OPTIONS]",
     "Remove unused data",
     "",
     {Arity::none, 0, 0}, system_prune_flags},
    {Verb::system_info, "system info", "[OPTIONS]",
     "Display system-wide information",
     "system info, info",
     {Arity::none, 0, 0}, system_info_flags},
    {Verb::system_events, "system events", "[OPTIONS]",
     "Get real time events from the server",
     "system events, events",
     {Arity::none, 0, 0}, system_events_flags},
    {Verb::inspect, "inspect", "[OPTIONS] NAME|ID [NAME|ID...]",
     "Return low-level information on Docker objects",
     "",
     {Arity::at_least, 1, 0}, inspect_flags},
    {Verb::version, "version", "[OPTIONS]",
     "Show the Docker version information",
     "",
     {Arity::none, 0, 0}, version_flags},
};

}   // namespace

std::span<const CommandInfo> images_catalog() { return commands; }

}   // namespace glasshive::words
