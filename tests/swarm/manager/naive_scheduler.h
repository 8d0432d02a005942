#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "swarm/manager/store_bench.h"

namespace glasshive::test {

/// SwarmKit's scheduler written down again as it stands there, from the store alone, with every
/// node looked at every time: slow and obvious. Shares no code with sim/swarm/scheduler but
/// explain().
class NaiveScheduler {
  public:
    struct Failure { NodeId node; ServiceId service; std::uint32_t version; Time at; };
    struct View {
        const Node* node = nullptr;
        std::int64_t cpus = 0, memory = 0;
        std::uint32_t total = 0;
        std::map<ServiceId, std::uint32_t> by_service;
        std::set<std::uint32_t> ports;
        std::uint64_t tie = 0;
    };

    NaiveScheduler(const Store& store, std::uint64_t seed)
        : store_(store), ties_(seed, "swarm/scheduler") {}

    std::vector<Failure> failures;          ///< The test says what failed where.
    std::map<TaskId, NodeId> placed;        ///< Results of the last schedule().
    std::map<TaskId, std::string> refused;

    void schedule() {
        placed.clear();
        refused.clear();
        views_.clear();
        for (const Node& node : store_.nodes()) views_.push_back(view(node));
        std::map<std::pair<ServiceId, std::uint32_t>, std::vector<const Task*>> groups;
        store_.for_each_task([&](const Task& task) {
            if (task.observed == TaskState::pending && !task.node.valid() &&
                task.desired <= TaskState::complete) {
                groups[{task.service, task.spec_version}].push_back(&task);
            }
        });
        for (const auto& [key, tasks] : groups) schedule_group(tasks);
    }

  private:
    View view(const Node& node) const {
        View view;
        view.node = &node;
        view.cpus = node.config->cpus.count;
        view.memory = node.config->memory.count;
        store_.for_each(node.tasks, Store::By::node, [&](const Task& task) {
            if (task.observed >= TaskState::assigned && task.observed <= TaskState::running) {
                add(view, task);
            }
        });
        return view;
    }
    static void add(View& view, const Task& task) {
        view.cpus -= task.spec->task.reservations.cpus.count;
        view.memory -= task.spec->task.reservations.memory.count;
        for (const PortConfig& port : task.spec->ports) {
            if (port.mode == PublishMode::host && port.published > 0) {
                view.ports.insert(port.published);
            }
        }
        if (task.desired > TaskState::complete) return;
        ++view.total;
        ++view.by_service[task.service];
    }
    bool process(const Task& task, const View& view) {
        const int verdict = check(task, view);
        if (verdict < 0) {
            counters_.clear();
            return true;
        }
        ++counters_[verdict];
        return false;
    }
    static int check(const Task& task, const View& view) {
        const Node& node = *view.node;
        const TaskSpec& spec = task.spec->task;
        if (node.state != NodeState::ready || node.availability != Availability::active) return 0;
        if (spec.reservations.cpus.count > 0 && spec.reservations.cpus.count > view.cpus) return 1;
        if (spec.reservations.memory.count > 0 && spec.reservations.memory.count > view.memory) {
            return 1;
        }
        for (const std::string& constraint : spec.placement.constraints) {
            // The test writes constraints in one form only: node.labels.zone==x.
            const auto label = node.config->labels.find("zone");
            const std::string zone = label == node.config->labels.end() ? "" : label->second;
            if ("node.labels.zone==" + zone != constraint) return 3;
        }
        for (const PortConfig& port : task.spec->ports) {
            if (port.mode == PublishMode::host && view.ports.count(port.published) > 0) return 5;
        }
        const auto own = view.by_service.find(task.service);
        const std::uint32_t mine = own == view.by_service.end() ? 0 : own->second;
        if (spec.placement.max_replicas > 0 && mine >= spec.placement.max_replicas) return 6;
        return -1;
    }
    std::uint32_t recent(const Task& task, const View& view) const {
        std::uint32_t count = 0;
        for (const Failure& f : failures) {
            count += f.node == view.node->id && f.service == task.service &&
                     f.version == task.spec_version &&
                     store_.kernel().now() - f.at <= std::chrono::minutes{5};
        }
        return count;
    }
    bool less(const Task& task, const View& a, const View& b) const {
        const std::uint32_t fa = recent(task, a), fb = recent(task, b);
        if (fa >= 5 || fb >= 5) {
            if (fa > fb) return false;
            if (fb > fa) return true;
        }
        const auto count = [&](const View& v) {
            const auto found = v.by_service.find(task.service);
            return found == v.by_service.end() ? 0U : found->second;
        };
        if (count(a) != count(b)) return count(a) < count(b);
        return a.total < b.total;
    }
    void schedule_group(std::vector<const Task*> tasks) {
        counters_.clear();
        const Task& t = *tasks[0];
        std::vector<View*> nodes;
        for (View& view : views_) {
            if (!process(t, view)) continue;
            view.tie = ties_.next();
            nodes.push_back(&view);
        }
        std::sort(nodes.begin(), nodes.end(), [&](const View* a, const View* b) {
            if (less(t, *a, *b)) return true;
            if (less(t, *b, *a)) return false;
            return a->tie < b->tie;
        });
        if (nodes.size() > tasks.size()) nodes.resize(tasks.size());
        const std::size_t done = nodes.empty() ? 0 : fill(tasks, nodes);
        std::vector<std::pair<int, int>> parts;   // (-count, filter)
        for (const auto& [filter, count] : counters_) parts.push_back({-count, filter});
        std::sort(parts.begin(), parts.end());
        std::string text;
        for (const auto& [count, filter] : parts) {
            text += (text.empty() ? "" : "; ") +
                    explain(static_cast<Verdict>(filter), static_cast<std::uint32_t>(-count));
        }
        for (std::size_t i = done; i < tasks.size(); ++i) {
            refused[tasks[i]->id] = "no suitable node (" + text + ")";
        }
    }
    std::size_t fill(const std::vector<const Task*>& tasks, std::vector<View*>& nodes) {
        std::map<std::size_t, bool> failed;
        std::size_t iter = 0, scheduled = 0;
        for (const Task* task : tasks) {
            View& node = *nodes[iter % nodes.size()];
            placed[task->id] = node.node->id;
            add(node, *task);
            if (++scheduled == tasks.size()) return scheduled;
            if (iter + 1 < nodes.size()) {
                if (less(*task, *nodes[iter + 1], node)) ++iter;
            } else {
                ++iter;
            }
            const std::size_t first = iter;
            while (failed[iter % nodes.size()] || !process(*task, *nodes[iter % nodes.size()])) {
                failed[iter % nodes.size()] = true;
                if (++iter - first == nodes.size()) return scheduled;
            }
        }
        return scheduled;
    }

    const Store& store_;
    kernel::Rng ties_;
    std::vector<View> views_;
    std::map<int, int> counters_;
};

}   // namespace glasshive::test
