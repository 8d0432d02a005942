#include "offline/timed.h"

#include <algorithm>
#include <map>
#include <queue>
#include <set>

#include "base/assert.h"

namespace glasshive::offline {

using workload::trace::Task;
using workload::trace::TaskSource;

namespace {

class Timed {
  public:
    Timed(Cluster& cluster, TaskSource& source, const TimedOptions& options)
        : cluster_(cluster),
          source_(source),
          options_(options) {
        for (const swarm::NodeInfo& node : cluster.nodes()) {
            cpus_ += static_cast<double>(node.config->cpus.count) / 1e9;
            gpus_ += node.gpus.count;
        }
    }

    TimedResult run() {
        Task task;
        bool more = source_.next(task);
        while (more || !ends_.empty()) {
            now_ = more ? task.submit : time_never;
            if (!ends_.empty()) now_ = std::min(now_, ends_.front().at);
            const bool any_ended = !ends_.empty() && ends_.front().at == now_;
            while (!ends_.empty() && ends_.front().at == now_) end_first();
            if (any_ended) serve();
            while (more && task.submit == now_) {
                arrive(task);
                more = source_.next(task);
            }
            result_.running_most = std::max<std::uint64_t>(result_.running_most, ends_.size());
        }
        finish();
        return std::move(result_);
    }

  private:
    /// A piece of a running task, 32 bytes.
    struct End {
        Time at;
        std::uint32_t task;   // Counted as they are placed: equals end in that order.
        Shape shape;
        Placement where;
    };
    struct Later {
        bool operator()(const End& a, const End& b) const {
            return a.at != b.at ? a.at > b.at : a.task > b.task;
        }
    };
    using Order = std::pair<std::int64_t, std::uint64_t>;   // Priority, the highest first; arrival.
    using Alike = std::pair<Shape, std::int32_t>;           // And how many pieces.
    struct Queued {
        Shape shape;
        std::int32_t gang;
        Time submit;
        Duration run;
        bool stays;
    };

    void end_first() {
        std::pop_heap(ends_.begin(), ends_.end(), Later{});
        const End& end = ends_.back();
        cluster_.remove(end.shape, end.where);
        last_end_ = now_;
        ends_.pop_back();
    }

    void arrive(const Task& task) {
        ++result_.submitted;
        const Queued queued{cluster_.shape_of(task), task.gang, task.submit,
                            task.run.value_or(Duration{}), !task.run.has_value()};
        const bool must_wait = options_.waiting == Waiting::fifo && !heads_.empty() &&
                               -heads_.begin()->first.first >= task.priority;
        if (!must_wait && place(queued)) return;
        if (options_.waiting == Waiting::drop) {
            ++result_.dropped;
            return;
        }
        const Order order{-task.priority, result_.submitted};
        const Alike kind{queued.shape, queued.gang};
        std::map<Order, Queued>& alike = queue_[kind];
        if (alike.empty() || order < alike.begin()->first) {
            if (!alike.empty()) heads_.erase({alike.begin()->first, kind});
            heads_.insert({order, kind});
        }
        alike.emplace(order, queued);
        ++waiting_;
    }

    /// All of its pieces, or none.
    bool place(const Queued& task) {
        std::vector<Placement>& places = places_;
        places.clear();
        for (std::int32_t piece = 0; piece < task.gang; ++piece) {
            const auto where = cluster_.place(task.shape);
            if (!where) break;
            places.push_back(*where);
        }
        if (places.size() < static_cast<std::size_t>(task.gang)) {
            for (const Placement& where : places) cluster_.remove(task.shape, where);
            return false;
        }
        ++result_.placed;
        const double wait = seconds_of(now_ - task.submit);
        result_.waited += now_ > task.submit ? 1 : 0;
        result_.wait.add(wait);
        if (task.stays) {
            stays_.push_back({now_, task.shape, task.gang});
            return true;
        }
        const double run = seconds_of(task.run);
        result_.slowdown.add(std::max(1.0, (wait + run) / std::max(run, 10.0)));
        use(task.shape, task.gang, run);
        ++result_.ended;
        for (const Placement& where : places) {
            ends_.push_back({saturating_add(now_, task.run), ++pieces_, task.shape, where});
            std::push_heap(ends_.begin(), ends_.end(), Later{});
        }
        return true;
    }

    void use(Shape shape, std::int32_t gang, double seconds) {
        const swarm::Needs& needs = cluster_.needs_of(shape);
        result_.cpu_seconds += static_cast<double>(needs.cpus.count) / 1e9 * gang * seconds;
        gpu_seconds_ += static_cast<double>(needs.gpus.total()) / swarm::whole_gpu * gang * seconds;
    }

    /// Something was freed: who waits may run. Of those that ask alike the first speaks for all:
    /// O(kinds), however many wait.
    void serve() {
        for (auto at = heads_.begin(); at != heads_.end();) {
            const auto alike = queue_.find(at->second);
            if (!place(alike->second.begin()->second)) {
                if (options_.waiting == Waiting::fifo) return;
                ++at;
                continue;
            }
            alike->second.erase(alike->second.begin());
            --waiting_;
            // The next one of these comes later in order, so that it is met further on.
            if (!alike->second.empty()) {
                heads_.insert({alike->second.begin()->first, alike->first});
            } else {
                queue_.erase(alike);
            }
            at = heads_.erase(at);
        }
    }

    void finish() {
        result_.waiting = waiting_;
        result_.last_end = last_end_;
        for (const auto& [since, shape, gang] : stays_) {
            use(shape, gang, std::max(0.0, seconds_of(last_end_ - since)));
        }
        const double span = seconds_of(last_end_);
        if (span <= 0) return;
        result_.utilisation = cpus_ > 0 ? result_.cpu_seconds / (cpus_ * span) : 0;
        result_.gpu_utilisation = gpus_ > 0 ? gpu_seconds_ / (gpus_ * span) : 0;
    }

    struct Stay {
        Time since;
        Shape shape;
        std::int32_t gang;
    };
    Cluster& cluster_;
    TaskSource& source_;
    const TimedOptions& options_;
    Time now_{}, last_end_{};
    std::vector<End> ends_;                                            // A heap.
    std::map<Alike, std::map<Order, Queued>> queue_;                   // None is empty.
    std::set<std::pair<Order, Alike>> heads_;                          // The first of each.
    std::uint64_t waiting_ = 0;
    std::vector<Stay> stays_;
    std::vector<Placement> places_;
    std::uint32_t pieces_ = 0;
    double cpus_ = 0, gpus_ = 0, gpu_seconds_ = 0;
    TimedResult result_;
};

}   // namespace

TimedResult run_timed(Cluster& cluster, TaskSource& source, const TimedOptions& options) {
    return Timed(cluster, source, options).run();
}

}   // namespace glasshive::offline
