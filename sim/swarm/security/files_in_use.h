#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "swarm/protocol.h"
#include "swarm/state/objects.h"

namespace glasshive::swarm {

/// Which secrets and configs each node has to have: those that a task there needs which is assigned
/// to it and has not ended. Counts users, so that a file is sent with its first and taken back with
/// its last. A task without any costs nothing.
/// Source: swarmkit manager/dispatcher/assignments.go addTaskDependencies, releaseTaskDependencies.
class FilesInUse {
  public:
    /// The node has a new task. Returns the files that it lacks for it, in the order of the task's
    /// spec. Names that no longer stand for a file are left out. Repeating a task does nothing.
    template <class FindFile>   // const FileObject*(FileKind, const std::string& name)
    std::vector<FileId> use(NodeId node, TaskId task, const TaskSpec& spec, FindFile find);
    /// The task ended or left the node. Returns the files that nobody there uses any more.
    std::vector<FileId> release(NodeId node, TaskId task);
    /// The node's session is gone: its next one begins with nothing.
    void forget(NodeId node) { nodes_.erase(node); }
    void clear() { nodes_.clear(); }

  private:
    struct OnNode {
        std::map<FileId, std::uint32_t> users;
        std::map<TaskId, std::vector<FileId>> files;
    };
    std::map<NodeId, OnNode> nodes_;
};

template <class FindFile>
std::vector<FileId> FilesInUse::use(NodeId node, TaskId task, const TaskSpec& spec,
                                    FindFile find) {
    std::vector<FileId> fresh;
    const ContainerSpec& container = spec.container;
    if (container.secrets.empty() && container.configs.empty()) return fresh;
    OnNode& here = nodes_[node];
    if (here.files.contains(task)) return fresh;
    std::vector<FileId> needed;
    const auto need = [&](FileKind kind, const FileReference& reference) {
        const FileObject* file = find(kind, reference.source);
        if (file == nullptr) return;
        // One file may be mounted twice.
        for (const FileId known : needed) {
            if (known == file->id) return;
        }
        needed.push_back(file->id);
        if (++here.users[file->id] == 1) fresh.push_back(file->id);
    };
    for (const FileReference& secret : container.secrets) need(FileKind::secret, secret);
    for (const FileReference& config : container.configs) need(FileKind::config, config);
    here.files.emplace(task, std::move(needed));
    return fresh;
}

}   // namespace glasshive::swarm
