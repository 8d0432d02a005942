#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "base/result.h"
#include "swarm/spec.h"

/// Reads Compose files as `docker stack deploy` does (docker/cli v28.2.2, cli/compose).
namespace glasshive::compose {

/// Everything the reader may look at besides the text. Nothing comes from the machine by itself.
struct Options {
    std::string stack_name;   ///< Prefix of all names: "shop" makes "shop_web".
    std::string file_name;    ///< For messages and ServiceSpec::file.
    /// What ${VAR}, `environment: [VAR]` and env files may refer to.
    std::map<std::string, std::string> environment = {};
    /// Content of a file named in env_file, secrets or configs, as written there (relative to the
    /// Compose file); nothing when there is none. Null: no file exists.
    std::function<std::optional<std::string>(const std::string& name)> read_file = {};
};

/// A stack, and what docker would have warned about.
struct Loaded {
    swarm::StackSpec stack;
    Diagnostics warnings;     ///< Severity::warning only, in order of line.
};

/// The stack a Compose text describes, or every error in it at once (warnings among them).
///
/// Paths in Diagnostics are docker's: "services.web.ports.0". Names in the spec carry the prefix;
/// external objects keep their own. Networks, volumes, external secrets and configs that no service
/// uses are left out, as docker leaves them.
Result<Loaded> load(std::string text, const Options& options);

}   // namespace glasshive::compose
