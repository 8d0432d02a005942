#include "swarm/security/files_in_use.h"

namespace glasshive::swarm {

std::vector<FileId> FilesInUse::release(NodeId node, TaskId task) {
    std::vector<FileId> unused;
    const auto held = files_of_task_.find(task);
    if (held == files_of_task_.end()) return unused;
    std::map<FileId, std::uint32_t>& here = users_[node];
    for (const FileId file : held->second) {
        const auto counted = here.find(file);
        if (--counted->second > 0) continue;
        here.erase(counted);
        unused.push_back(file);
    }
    if (here.empty()) users_.erase(node);
    files_of_task_.erase(held);
    return unused;
}

std::vector<FileId> FilesInUse::of(NodeId node) const {
    std::vector<FileId> files;
    const auto here = users_.find(node);
    if (here == users_.end()) return files;
    for (const auto& [file, users] : here->second) files.push_back(file);
    return files;
}

}   // namespace glasshive::swarm
