#include "storm/draft.h"

#include <algorithm>

namespace glasshive::storm {

std::vector<std::vector<Entry>*> Draft::lists() {
    return {&faults,        &services,  &stores, &commands, &clients, &replications,
            &store_clients, &databases, &hosts,  &images,   &cables};
}

namespace {

void write(std::string& out, const char* key, const std::vector<Entry>& entries,
           const std::string& indent = "") {
    if (entries.empty()) return;
    out += indent + key + ":\n";
    for (const Entry& entry : entries) out += indent + "  - " + entry.text + "\n";
}

void write_stores(std::string& out, const Draft& draft) {
    if (!draft.stores.empty()) out += "stores:\n";
    for (const Entry& store : draft.stores) {
        out += "  - {name: " + store.name + ", " + store.text;
        for (const auto& [key, entries] :
             {std::pair("databases", &draft.databases), std::pair("clients", &draft.store_clients),
              std::pair("replications", &draft.replications)}) {
            std::string list;
            for (const Entry& entry : *entries) {
                if (entry.of != store.name) continue;
                list += (list.empty() ? "\n      " : ",\n      ") + entry.text;
            }
            if (!list.empty()) out += std::string(",\n    ") + key + ": [" + list + "]";
        }
        out += "}\n";
    }
}

}   // namespace

std::string yaml_of(const Draft& draft) {
    std::string out = "schema: 1\nseed: " + std::to_string(draft.seed) +
                      "\nduration: " + std::to_string(draft.seconds) +
                      "s\nprofile: " + draft.profile + "\nplatform:\n" + draft.platform;
    write(out, "hosts", draft.hosts, "  ");
    write(out, "links", draft.cables, "  ");
    if (!draft.networks.empty()) out += "networks: " + draft.networks + "\n";
    if (!draft.managers.empty()) out += "managers: " + draft.managers + "\n";
    if (draft.policy != "spread") out += "scheduler: {policy: " + draft.policy + "}\n";
    if (!draft.registry.empty()) out += "registry: " + draft.registry + "\n";
    if (!draft.images.empty()) out += "images:\n";
    for (const Entry& image : draft.images) out += "  " + image.text + "\n";
    write(out, "services", draft.services);
    write_stores(out, draft);
    if (!draft.clients.empty()) out += "workload:\n";
    write(out, "clients", draft.clients, "  ");
    write(out, "faults", draft.faults);
    write(out, "commands", draft.commands);
    return out;
}

Draft without(const Draft& draft, std::size_t list, std::size_t entry) {
    Draft smaller = draft;
    std::vector<Entry>& chosen = *smaller.lists()[list];
    const std::string name = chosen[entry].name;
    chosen.erase(chosen.begin() + static_cast<std::ptrdiff_t>(entry));
    if (name.empty()) return smaller;
    for (std::vector<Entry>* each : smaller.lists()) {
        std::erase_if(*each, [&](const Entry& other) {
            return std::find(other.needs.begin(), other.needs.end(), name) != other.needs.end();
        });
    }
    return smaller;
}

std::size_t size_of(Draft draft) {
    std::size_t size = 0;
    for (const std::vector<Entry>* list : draft.lists()) size += list->size();
    return size;
}

}   // namespace glasshive::storm
