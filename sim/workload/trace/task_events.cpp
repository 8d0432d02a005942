#include "workload/trace/task_events.h"

#include <string>

namespace glasshive::workload::trace {

void TaskEvents::hand_over(const Open& open, std::optional<std::int64_t> ended) {
    const TaskEvent& submitted = open.submitted;
    Task task;
    task.name = std::to_string(submitted.job) + "/" + std::to_string(submitted.index);
    task.line = submitted.line;
    task.submit = Time{std::chrono::microseconds{submitted.micro}};
    if (ended) task.run = std::chrono::microseconds{*ended - *open.scheduled};
    task.cpus = submitted.cpus;
    task.memory = submitted.memory;
    task.priority = submitted.priority;
    sink_(task);
}

void TaskEvents::take(const TaskEvent& event) {
    using What = TaskEvent::What;
    if (event.what == What::other || event.micro == after_trace) return;
    const Key key{event.job, event.index};
    auto open = open_.find(key);
    if (event.what == What::end) {
        if (open == open_.end()) {
            ++left_out_;
            return;
        }
        if (open->second.scheduled)
            hand_over(open->second, event.micro);
        else
            ++left_out_;
        open_.erase(open);
        return;
    }
    if (open == open_.end()) open = open_.emplace(key, Open{event, std::nullopt}).first;
    if (event.what == What::schedule) open->second.scheduled = event.micro;
}

void TaskEvents::end() {
    for (const auto& [key, open] : open_) hand_over(open, std::nullopt);
    open_.clear();
}

}   // namespace glasshive::workload::trace
