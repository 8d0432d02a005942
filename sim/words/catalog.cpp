#include "words/catalog.h"

#include "base/assert.h"

namespace glasshive::words {

namespace {

/// True when `path` is one of "a b, c, d".
bool names(std::string_view aliases, std::string_view path) {
    while (!aliases.empty()) {
        const std::size_t comma = aliases.find(", ");
        if (aliases.substr(0, comma) == path) return true;
        if (comma == std::string_view::npos) break;
        aliases.remove_prefix(comma + 2);
    }
    return false;
}

}   // namespace

std::vector<const CommandInfo*> all_commands() {
    std::vector<const CommandInfo*> result;
    for (const auto& part : {services_catalog(), swarm_catalog(), objects_catalog(),
                             containers_catalog(), images_catalog()}) {
        for (const CommandInfo& command : part) result.push_back(&command);
    }
    return result;
}

const CommandInfo& command_info(Verb verb) {
    for (const CommandInfo* command : all_commands()) {
        if (command->verb == verb) return *command;
    }
    SIM_ASSERT(false && "every verb has a row");
    return *all_commands().front();
}

const CommandInfo* find_command(std::string_view path) {
    for (const CommandInfo* command : all_commands()) {
        if (command->path == path || names(command->aliases, path)) return command;
    }
    return nullptr;
}

bool is_group(std::string_view path) {
    for (const ListedCommand& listed : listed_commands()) {
        if (listed.group == path) return true;
    }
    return false;
}

}   // namespace glasshive::words
