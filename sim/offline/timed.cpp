#include "offline/timed.h"

#include <algorithm>
#include <vector>

#include "base/assert.h"
#include "offline/bound.h"
#include "offline/pins.h"
#include "offline/preemption.h"
#include "offline/queue.h"

namespace glasshive::offline {

using workload::trace::Task;
using workload::trace::TaskSource;

namespace {

/// All that machines have.
struct Capacity {
    double cpus = 0, memory = 0, gpus = 0;
};

Capacity capacity_of(const Cluster& cluster) {
    Capacity all;
    for (const swarm::NodeInfo& node : cluster.nodes()) {
        all.cpus += static_cast<double>(node.config->cpus.count) / 1e9;
        all.memory += static_cast<double>(node.config->memory.count);
        all.gpus += node.gpus.count;
    }
    return all;
}

class Timed {
  public:
    Timed(Cluster& cluster, TaskSource& source, const TimedOptions& options)
        : cluster_(cluster),
          source_(source),
          options_(options),
          all_(capacity_of(cluster)),
          empty_(cluster.nodes()),
          running_(cluster.nodes().size(), options.preemption || options.breakdowns.any()),
          pins_(options.pins),
          breakdowns_(options.breakdowns, cluster.machines()),
          usage_(cluster.machines()),
          bound_(all_.cpus, all_.memory, all_.gpus * swarm::whole_gpu) {}

    TimedResult run() {
        Task task;
        bool more = source_.next(task);
        while (more || to_end_ > 0 || (!queue_.empty() && breakdowns_.returning() > 0)) {
            const bool idle = !more && to_end_ == 0;
            if (step_back_while(idle)) continue;
            now_ = more ? task.submit : time_never;
            if (!ends_.empty()) now_ = std::min(now_, ends_.front().at);
            if (const auto change = breakdowns_.next()) now_ = std::min(now_, change->at);
            usage_.advance(now_);
            bool freed = false;
            while (!ends_.empty() && ends_.front().at == now_) freed |= end_first();
            freed |= break_down();
            if (freed) serve();
            while (more && task.submit == now_) {
                arrive(task);
                more = source_.next(task);
            }
            result_.running_most = std::max<std::uint64_t>(result_.running_most, running_.count());
        }
        finish();
        return std::move(result_);
    }

  private:
    static constexpr std::size_t cache_line = 64;
    /// When a start comes to its end, unless it was interrupted.
    struct End {
        Time at;
        std::uint32_t number;   // Of the start: equals end in that order.
        Slot slot;
    };
    struct Later {
        bool operator()(const End& a, const End& b) const {
            return a.at != b.at ? a.at > b.at : a.number > b.number;
        }
    };

    /// Machines that fail by chance do so only while something runs or arrives: else a task that
    /// the policy does not want anywhere would keep the run going for ever.
    bool step_back_while(bool idle) {
        const auto change = breakdowns_.next();
        if (!idle || !change || !change->fails || !change->drawn) return false;
        breakdowns_.skip();
        return true;
    }

    bool end_first() {
        std::pop_heap(ends_.begin(), ends_.end(), Later{});
        const End end = ends_.back();
        ends_.pop_back();
        if (!ends_.empty()) running_.prefetch(ends_.front().slot);
        if (!running_.runs(end.slot, end.number)) return false;
        const Running& task = stop(end.slot);
        look_ahead();
        last_end_ = now_;
        ++result_.ended;
        --to_end_;
        const double run = seconds_of(task.task.run);
        const double whole = seconds_of(now_ - task.task.submit);
        result_.slowdown.add(std::max(1.0, whole / std::max(run, 10.0)));
        return true;
    }

    /// The machine of the next end, whose row was asked for before: with ten thousand machines
    /// each is far from the last one in memory, and waiting for them is most of a run's time.
    void look_ahead() const {
        if (ends_.empty()) return;
        const Running& next = running_[ends_.front().slot];
        if (next.places.empty()) return;
        const std::size_t node = next.places.front().node.index();
        const char* const info = reinterpret_cast<const char*>(&cluster_.nodes()[node]);
        for (std::size_t at = 0; at < sizeof(swarm::NodeInfo); at += cache_line) {
            __builtin_prefetch(info + at);
        }
        usage_.prefetch(node);
    }

    /// Takes it off its machines.
    const Running& stop(Slot slot) {
        const Running& task = running_.stop(slot);
        for (const Placement& place : task.places) {
            cluster_.remove(task.task.shape, place);
            usage_.changed(cluster_.nodes()[place.node.index()]);
        }
        use(task.task, seconds_of(now_ - task.since));
        return task;
    }

    /// Machines that come back and fail now. True when one came back or lost a task's other pieces.
    bool break_down() {
        bool freed = false;
        for (auto change = breakdowns_.next(); change && change->at == now_;
             change = breakdowns_.next()) {
            const swarm::NodeId node = cluster_.nodes()[change->machine].id;
            const bool up = breakdowns_.pop();
            const bool was_up = cluster_.nodes()[node.index()].available;
            if (up != was_up) cluster_.set_up(node, up);
            if (change->fails) {
                ++result_.failures;
                const std::vector<Slot> there = running_.on(node);
                for (const Slot slot : there) {
                    if (running_[slot].places.empty()) continue;   // Another piece of one seen.
                    ++result_.lost;
                    interrupt(slot);
                }
            }
            usage_.changed(cluster_.nodes()[node.index()]);
            freed = true;
        }
        return freed;
    }

    /// It begins anew, or is given up.
    void interrupt(Slot slot) {
        const Running& stopped = stop(slot);
        Waiter task = stopped.task;
        result_.lost_cpu_seconds += cpu_seconds(task, seconds_of(now_ - stopped.since));
        task.before = stopped.places.front().node;
        if (!task.stays) --to_end_;
        ++task.interrupted;
        if (options_.waiting == Waiting::drop || task.interrupted > interruptions_most) {
            ++result_.dropped;
            return;
        }
        queue_.add(task);
    }

    void arrive(const Task& task) {
        Waiter waiter;
        waiter.who = result_.submitted++;
        waiter.shape = cluster_.shape_of(task);
        waiter.gang = task.gang;
        waiter.priority = task.priority;
        waiter.submit = task.submit;
        waiter.run = task.run.value_or(Duration{});
        waiter.stays = !task.run.has_value();
        pins_.apply(cluster_, task.name, waiter.who);
        const bool must_wait = options_.waiting == Waiting::fifo && !queue_.empty() &&
                               queue_.heads().begin()->first < WaitingQueue::order_of(waiter);
        if (!must_wait && place(waiter)) {
            if (task.run) bound_.add(task);
            if (sent_away_) serve();
            return;
        }
        if (options_.waiting == Waiting::drop) {
            ++result_.dropped;
            return;
        }
        if (is_hopeless(waiter)) {
            ++hopeless_;
            return;
        }
        if (task.run) bound_.add(task);
        queue_.add(waiter);
    }

    /// Whether even the empty cluster has no room for all of its pieces. Looked at once per kind.
    bool is_hopeless(const Waiter& task) {
        if (const auto pin = cluster_.pin_of(task.who)) {
            return !cluster_.fits(task.shape, empty_[pin->index()]);
        }
        const auto [known, added] = hopeless_kinds_.try_emplace({task.shape, task.gang}, false);
        if (!added) return known->second;
        std::int32_t pieces = 0;
        for (const swarm::NodeInfo& empty : empty_) {
            if (!cluster_.fits(task.shape, empty)) continue;
            if (++pieces >= task.gang) return false;
            swarm::NodeInfo node = empty;
            const swarm::Needs& needs = cluster_.needs_of(task.shape);
            for (;;) {
                cluster_.move(node, task.shape, node.gpus.first(needs.gpus), +1);
                if (!cluster_.fits(task.shape, node)) break;
                if (++pieces >= task.gang) return false;
            }
        }
        known->second = true;
        return true;
    }

    /// Starts all of its pieces, or none; less important ones may be sent away for it.
    bool place(const Waiter& task) {
        sent_away_ = false;
        std::vector<Placement>& places = places_;
        places.clear();
        for (std::int32_t piece = 0; piece < task.gang; ++piece) {
            const auto where = cluster_.place(task.shape, task.who);
            if (!where) break;
            places.push_back(*where);
        }
        if (places.size() < static_cast<std::size_t>(task.gang)) {
            for (const Placement& where : places) cluster_.remove(task.shape, where);
            if (!options_.preemption || task.gang > 1 || !may_preempt(task)) return false;
        }
        start(task);
        return true;
    }

    bool may_preempt(const Waiter& task) {
        if (priorities_.empty() || priorities_.begin()->first >= task.priority) return false;
        const auto found = preemptor_.find(task);
        if (!found) return false;
        for (const Slot slot : found->victims) {
            ++result_.preempted;
            interrupt(slot);
        }
        sent_away_ = true;
        places_ = {cluster_.place_at(task.shape, found->node)};
        return true;
    }

    void start(const Waiter& task) {
        ++result_.placed;
        if (task.interrupted == 0) {
            result_.waited += now_ > task.submit ? 1 : 0;
            result_.wait.add(seconds_of(now_ - task.submit));
        } else if (task.before != places_.front().node) {
            ++result_.moves;
        }
        const Slot slot = running_.start(task, places_, now_);
        for (const Placement& place : places_) {
            usage_.changed(cluster_.nodes()[place.node.index()]);
        }
        if (options_.preemption) ++priorities_[task.priority];
        if (task.stays) return;
        ++to_end_;
        ends_.push_back({saturating_add(now_, task.run), running_[slot].number, slot});
        std::push_heap(ends_.begin(), ends_.end(), Later{});
    }

    double cpu_seconds(const Waiter& task, double seconds) const {
        const swarm::Needs& needs = cluster_.needs_of(task.shape);
        return static_cast<double>(needs.cpus.count) / 1e9 * task.gang * seconds;
    }

    /// A task ran that long, and is off its machines.
    void use(const Waiter& task, double seconds) {
        const swarm::Needs& needs = cluster_.needs_of(task.shape);
        result_.cpu_seconds += cpu_seconds(task, seconds);
        gpu_seconds_ +=
            static_cast<double>(needs.gpus.total()) / swarm::whole_gpu * task.gang * seconds;
        if (!options_.preemption) return;
        const auto alike = priorities_.find(task.priority);
        SIM_ASSERT(alike != priorities_.end());
        if (--alike->second == 0) priorities_.erase(alike);
    }

    /// Something was freed: who waits may run. O(kinds), however many wait.
    void serve() {
        for (auto at = queue_.heads().begin(); at != queue_.heads().end();) {
            const Waiter task = queue_.at(at);
            if (!place(task)) {
                if (options_.waiting == Waiting::fifo) return;
                ++at;
                continue;
            }
            // Whom it sent away is less important, so met further on.
            at = queue_.take(at);
        }
    }

    void finish() {
        result_.waiting = queue_.count() + hopeless_;
        result_.last_end = last_end_;
        result_.pins_met = pins_.met();
        usage_.advance(last_end_);
        result_.usage = usage_.totals();
        if (options_.waiting != Waiting::drop) result_.bound = bound_.seconds();
        now_ = std::max(now_, last_end_);
        for (const Running& left : running_.slots()) {
            if (left.places.empty()) continue;
            use(left.task, std::max(0.0, seconds_of(last_end_ - left.since)));
        }
        const double span = seconds_of(last_end_);
        if (span <= 0) return;
        result_.utilisation = all_.cpus > 0 ? result_.cpu_seconds / (all_.cpus * span) : 0;
        result_.gpu_utilisation = all_.gpus > 0 ? gpu_seconds_ / (all_.gpus * span) : 0;
    }

    Cluster& cluster_;
    TaskSource& source_;
    const TimedOptions& options_;
    const Capacity all_;
    const std::vector<swarm::NodeInfo> empty_;   // The machines without tasks.
    Time now_{}, last_end_{};
    std::vector<End> ends_;   // A heap; some are void.
    RunningSet running_;
    Preemptor preemptor_{cluster_, running_};
    WaitingQueue queue_;
    Pins pins_;
    Breakdowns breakdowns_;
    Usage usage_;
    MakespanBound bound_;
    std::map<std::pair<Shape, std::int32_t>, bool> hopeless_kinds_;
    std::map<std::int64_t, std::uint64_t> priorities_;   // Of those that run; for preemption.
    std::vector<Placement> places_;
    std::uint64_t to_end_ = 0;   // Run and will end.
    std::uint64_t hopeless_ = 0;
    bool sent_away_ = false;   // By the last place().
    double gpu_seconds_ = 0;
    TimedResult result_;
};

}   // namespace

TimedResult run_timed(Cluster& cluster, TaskSource& source, const TimedOptions& options) {
    return Timed(cluster, source, options).run();
}

}   // namespace glasshive::offline
