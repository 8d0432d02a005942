#include "swarm/agent/files.h"

#include <algorithm>

#include "swarm/events.h"

namespace glasshive::swarm::agent {

void Files::assign(const std::vector<FileAssignment>& files, bool complete) {
    std::vector<Held> named;
    for (const FileAssignment& file : files) {
        const Held held{file.name, file.kind};
        const auto at = std::lower_bound(held_.begin(), held_.end(), held);
        const bool here = at != held_.end() && *at == held;
        if (file.removed) {
            if (!here) continue;
            held_.erase(at);
            drop(held);
            continue;
        }
        named.push_back(held);
        if (here) continue;
        held_.insert(at, held);
        kernel_.emit(events::file_received, file.name,
                     {field::name(kernel_.names().intern(to_text(file.kind))), field::name(node_),
                      field::name(file.task)});
    }
    if (!complete) return;
    std::sort(named.begin(), named.end());
    const std::vector<Held> before = std::move(held_);
    held_ = std::move(named);
    for (const Held& held : before) {
        if (!std::binary_search(held_.begin(), held_.end(), held)) drop(held);
    }
}

void Files::forget_all() {
    for (const Held& held : held_) drop(held);
    held_.clear();
}

void Files::drop(const Held& held) {
    kernel_.emit(events::file_dropped, held.name,
                 {field::name(kernel_.names().intern(to_text(held.kind))), field::name(node_)});
}

}   // namespace glasshive::swarm::agent
