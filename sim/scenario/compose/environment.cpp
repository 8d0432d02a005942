// environment and env_file (docker/cli loader.go resolveEnvironment; opts/file.go ParseEnvFile).
#include <set>

#include "scenario/compose/loader.h"
#include "yaml/units.h"

namespace glasshive::compose {

namespace {

using Variables = std::map<std::string, std::optional<std::string>>;

/// What the caller's environment knows wins over a variable without a value, and over an empty one.
void update(Variables& environment, const std::string& name, std::optional<std::string> value,
            const std::map<std::string, std::string>& known) {
    if (!value || value->empty()) {
        const auto found = known.find(name);
        if (found != known.end()) value = found->second;
    }
    environment[name] = std::move(value);
}

/// One line of an env file, without the spaces before it.
void read_line(Loader& loader, const Item& file, std::string_view line, Variables& variables) {
    const std::size_t equals = line.find('=');
    const std::string name(line.substr(0, equals));
    if (name.find_first_of(" \t") != std::string::npos) {
        loader.error(file, "variable '" + name + "' contains whitespaces (in " + file.text + ")");
    } else if (name.empty()) {
        loader.error(file,
                     "no variable name on line '" + std::string(line) + "' (in " + file.text + ")");
    } else if (equals != std::string_view::npos) {
        variables[name] = std::string(line.substr(equals + 1));
    } else {
        const auto found = loader.options.environment.find(name);
        if (found != loader.options.environment.end()) variables[name] = found->second;
    }
}

void read_env_file(Loader& loader, const Item& file, Variables& variables) {
    std::optional<std::string> content;
    if (loader.options.read_file) content = loader.options.read_file(file.text);
    if (!content) {
        loader.error(file, "open " + file.text + ": no such file or directory",
                     "paths are relative to the Compose file");
        return;
    }
    std::string_view rest = *content;
    if (rest.substr(0, 3) == "\xEF\xBB\xBF") rest.remove_prefix(3);
    while (!rest.empty()) {
        std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        const std::size_t start = line.find_first_not_of(" \t");
        if (start == std::string_view::npos || line[start] == '#') continue;
        read_line(loader, file, line.substr(start), variables);
    }
}

}   // namespace

void load_environment(Fields& service, swarm::ContainerSpec& spec) {
    Loader& loader = service.loader();
    Variables from_files;
    if (const Item* files = service.get("env_file", Type::text | Type::list)) {
        if (files->type == Type::text) read_env_file(loader, *files, from_files);
        for (const Item& file : files->items) {
            if (expect(loader, file, static_cast<Types>(Type::text))) {
                read_env_file(loader, file, from_files);
            }
        }
        expect_unique(loader, *files);
    }
    Variables environment;
    for (auto& [name, value] : from_files) {
        update(environment, name, std::move(value), loader.options.environment);
    }
    for (auto& [name, value] : service.mapping("environment")) {
        update(environment, name, value, loader.options.environment);
    }
    for (const auto& [name, value] : environment) {
        spec.env.push_back(value ? name + "=" + *value : name);
    }
}

}   // namespace glasshive::compose
