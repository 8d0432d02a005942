// A service's volumes (docker/cli loader/volume.go ParseVolume; convert/volume.go).
#include <set>

#include "scenario/compose/loader.h"
#include "words/grammar/volume_spec.h"
#include "yaml/reader.h"
#include "yaml/units.h"

namespace glasshive::compose {

namespace {

using swarm::Mount;
using swarm::MountType;

std::string expand_home(Loader& loader, const Item& item, const std::string& source) {
    if (source.empty() || source[0] != '~') return source;
    const auto home = loader.options.environment.find("HOME");
    if (home != loader.options.environment.end()) return home->second + source.substr(1);
    loader.warning(item, "cannot expand '~', because the environment lacks HOME");
    return source;
}

/// A volume's name in the swarm; reports one that is not declared.
void resolve_volume(Loader& loader, const Item& item, Mount& mount) {
    if (mount.type == MountType::bind) mount.source = expand_home(loader, item, mount.source);
    if (mount.type != MountType::volume || mount.source.empty()) return;
    auto* volume = loader.volumes.find(mount.source);
    if (!volume) {
        const std::string near = nearest(mount.source, loader.volumes.keys());
        loader.error(item, "undefined volume " + yaml::quoted(mount.source),
                     near.empty() ? "declare it under the top-level key volumes"
                                  : "did you mean " + near + "?");
        return;
    }
    volume->used = true;
    mount.source = volume->spec.name;
}

void short_mount(Loader& loader, const Item& item, std::vector<Mount>& mounts) {
    words::VolumeSpecText parsed = words::parse_volume_spec(item.text);
    if (!parsed.problem.empty()) {
        return loader.error(item, parsed.problem, "write SOURCE:TARGET or SOURCE:TARGET:ro");
    }
    if (parsed.mount.no_copy && parsed.mount.type == MountType::bind) {
        return loader.error(item, "volume options are incompatible with type bind");
    }
    resolve_volume(loader, item, parsed.mount);
    mounts.push_back(std::move(parsed.mount));
}

/// The option maps of the long form; docker refuses those of another type than the mount's.
void mount_options(Fields& fields, const std::string& type, Mount& mount) {
    Loader& loader = fields.loader();
    for (const char* kind : {"bind", "volume", "tmpfs", "cluster"}) {
        const Item* item = fields.get(kind, static_cast<Types>(Type::map));
        if (!item) continue;
        if (type != kind) {
            loader.error(*item, std::string(kind) + " options are incompatible with type " + type);
        }
        const Item* no_copy = item->find("nocopy");
        const Item* size = item->find("size");
        const bool is_volume = std::string_view(kind) == "volume";
        if (is_volume && no_copy && expect(loader, *no_copy, static_cast<Types>(Type::boolean))) {
            mount.no_copy = no_copy->boolean;
        }
        const bool is_tmpfs = std::string_view(kind) == "tmpfs";
        if (is_tmpfs && size && expect(loader, *size, static_cast<Types>(Type::integer))) {
            if (size->integer < 0) loader.error(*size, "Must be greater than or equal to 0");
            mount.tmpfs_size = Bytes{size->integer};
        }
    }
}

void long_mount(Loader& loader, const Item& item, std::vector<Mount>& mounts) {
    Fields fields(loader, item);
    Mount mount;
    std::string type = fields.text("type");
    mount.source = fields.text("source");
    mount.target = fields.text("target");
    mount.read_only = fields.flag("read_only").value_or(false);
    fields.text("consistency");
    if (!item.find("type"))
        loader.error(item, "type is required", "write type: volume or type: bind");
    if (type.empty()) type = "volume";
    mount_options(fields, type, mount);
    const auto empty_source = [&] {
        loader.error(item, "invalid " + type + " source, source cannot be empty");
    };
    if (type == "bind" || type == "npipe") {
        mount.type = type == "bind" ? MountType::bind : MountType::npipe;
        if (mount.source.empty()) empty_source();
    } else if (type == "tmpfs") {
        mount.type = MountType::tmpfs;
        if (!mount.source.empty()) loader.error(item, "invalid tmpfs source, source must be empty");
    } else if (type == "cluster") {
        loader.error(*item.find("type"), "cluster volumes are not simulated", "use type: volume");
    } else if (type != "volume") {
        loader.error(*item.find("type"),
                     "volume type must be volume, bind, tmpfs, npipe, or cluster");
        return;
    }
    if (mount.target.empty()) {
        loader.error(item, "invalid mount config for type \"" + type +
                               "\": field Target must not be empty");
    }
    resolve_volume(loader, item, mount);
    mounts.push_back(mount);
}

}   // namespace

void load_mounts(Fields& service, std::vector<Mount>& mounts) {
    const Item* list = service.get("volumes", static_cast<Types>(Type::list));
    if (!list) return;
    Loader& loader = service.loader();
    for (const Item& item : list->items) {
        if (!expect(loader, item, Type::text | Type::map)) continue;
        if (item.type == Type::text) {
            short_mount(loader, item, mounts);
        } else {
            long_mount(loader, item, mounts);
        }
    }
    std::set<std::string> targets;
    for (std::size_t i = 0; i < mounts.size(); ++i) {
        if (targets.insert(mounts[i].target).second) continue;
        loader.error(*list,
                     "ContainerSpec: duplicate mount point: " + mounts[i].target);   // SwarmKit
    }
}

}   // namespace glasshive::compose
