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
        bool more = read(task);
        while (more || !ends_.empty()) {
            now_ = more ? task.submit : time_never;
            if (!ends_.empty()) now_ = std::min(now_, ends_.front().at);
            const bool any_ended = !ends_.empty() && ends_.front().at == now_;
            while (!ends_.empty() && ends_.front().at == now_) end_first();
            if (any_ended) serve();
            while (more && task.submit == now_) {
                arrive(task);
                more = read(task);
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
    struct Queued {
        Shape shape;
        std::int32_t gang;
        Time submit;
        Duration run;
        bool stays;
    };

    bool read(Task& task) {
        if (options_.go_on && !options_.go_on(result_.submitted)) return false;
        return source_.next(task);
    }

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
        const bool must_wait = options_.waiting == Waiting::fifo && !queue_.empty() &&
                               -queue_.begin()->first.first >= task.priority;
        if (!must_wait && place(queued)) return;
        if (options_.waiting == Waiting::drop) {
            ++result_.dropped;
            return;
        }
        queue_.emplace(std::pair{-task.priority, result_.submitted}, queued);
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
            ends_.push_back({now_ + task.run, ++pieces_, task.shape, where});
            std::push_heap(ends_.begin(), ends_.end(), Later{});
        }
        return true;
    }

    void use(Shape shape, std::int32_t gang, double seconds) {
        const swarm::Needs& needs = cluster_.needs_of(shape);
        result_.cpu_seconds += static_cast<double>(needs.cpus.count) / 1e9 * gang * seconds;
        gpu_seconds_ += static_cast<double>(needs.gpus.total()) / swarm::whole_gpu * gang * seconds;
    }

    /// Something was freed: who waits may run.
    void serve() {
        std::set<std::pair<Shape, std::int32_t>> full;   // Kinds that do not fit now.
        for (auto at = queue_.begin(); at != queue_.end();) {
            const Queued& task = at->second;
            const bool known_full = full.contains({task.shape, task.gang});
            if (!known_full && place(task)) {
                at = queue_.erase(at);
                continue;
            }
            if (options_.waiting == Waiting::fifo) return;
            full.insert({task.shape, task.gang});
            ++at;
        }
    }

    void finish() {
        result_.waiting = queue_.size();
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
    std::map<std::pair<std::int64_t, std::uint64_t>, Queued> queue_;   // By priority, arrival.
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
