#include "swarm/security/files_in_use.h"

namespace glasshive::swarm {

std::vector<FileId> FilesInUse::release(NodeId node, TaskId task) {
    std::vector<FileId> unused;
    const auto found = nodes_.find(node);
    if (found == nodes_.end()) return unused;
    OnNode& here = found->second;
    const auto held = here.files.find(task);
    if (held == here.files.end()) return unused;
    for (const FileId file : held->second) {
        const auto counted = here.users.find(file);
        if (--counted->second > 0) continue;
        here.users.erase(counted);
        unused.push_back(file);
    }
    here.files.erase(held);
    if (here.files.empty()) nodes_.erase(found);
    return unused;
}

}   // namespace glasshive::swarm
