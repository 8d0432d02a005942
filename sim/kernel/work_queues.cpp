#include "kernel/work_queues.h"

#include <limits>

#include "base/assert.h"

namespace glasshive::kernel {

WorkQueues::Queue& WorkQueues::queue(QueueId id) {
    SIM_ASSERT(static_cast<std::size_t>(id) < queues_.size());
    return queues_[static_cast<std::size_t>(id)];
}
const WorkQueues::Queue& WorkQueues::queue(QueueId id) const {
    SIM_ASSERT(static_cast<std::size_t>(id) < queues_.size());
    return queues_[static_cast<std::size_t>(id)];
}

QueueId WorkQueues::add_queue(HostId host, double capacity, double item_cap) {
    const auto index = static_cast<std::uint32_t>(queues_.size());
    SIM_ASSERT(capacity > 0);
    queues_.push_back({.load = nullptr, .capacity = capacity, .changed = k_.now_, .host = host,
                       .item_cap = item_cap});
    if (host.valid()) {
        if (queues_of_.size() <= host.index()) queues_of_.resize(host.index() + 1);
        queues_of_[host.index()].push_back(index);
        queues_[index].frozen = k_.is_paused(host);
        apply_speed(index);
    }
    return QueueId{index};
}

void WorkQueues::apply_speed(std::uint32_t index) {
    Queue& q = queues_[index];
    q.changed = k_.now_;
    if (q.load == nullptr) return;
    q.load->sharing.set_speed(k_.now_, speed_now(q));
    arm(index);
}

void WorkQueues::set_speed(QueueId id, double speed) {
    queue(id).speed = speed;
    apply_speed(static_cast<std::uint32_t>(id));
}

void WorkQueues::freeze(HostId host) {
    if (host.index() >= queues_of_.size()) return;
    for (const std::uint32_t index : queues_of_[host.index()]) {
        queues_[index].frozen = true;
        apply_speed(index);
    }
}

void WorkQueues::thaw(HostId host) {
    if (host.index() >= queues_of_.size()) return;
    for (const std::uint32_t index : queues_of_[host.index()]) {
        queues_[index].frozen = false;
        apply_speed(index);
    }
}

WorkId WorkQueues::submit(ProcessId owner, QueueId id, const WorkOptions& options) {
    Queue& q = queue(id);
    SIM_ASSERT(k_.owner(owner).running);
    SIM_ASSERT(q.host == k_.host_of(owner));   // Work dies and freezes with its host.
    if (q.load == nullptr) {
        q.load = std::make_unique<Load>(Load{ProcessorSharing(q.capacity), {}, {}});
        q.load->sharing.set_speed(q.changed, speed_now(q));
    }
    std::uint32_t slot = 0;
    if (free_.empty()) {
        slot = static_cast<std::uint32_t>(items_.size());
        items_.emplace_back();
    } else {
        slot = free_.back();
        free_.pop_back();
    }
    Item& item = items_[slot];
    item.owner = owner;
    item.incarnation = k_.owner(owner).incarnation;
    item.queue = static_cast<std::uint32_t>(id);
    item.tag = options.tag;
    item.argument = options.argument;
    item.cause = k_.cause_;
    item.used = true;
    item.live_index = static_cast<std::uint32_t>(q.load->live.size());
    q.load->live.push_back(slot);
    double cap = q.item_cap > 0 ? q.item_cap : std::numeric_limits<double>::infinity();
    if (options.cap > 0 && options.cap < cap) cap = options.cap;
    q.load->sharing.add(k_.now_, key(slot), options.amount, options.weight, cap);
    arm(item.queue);
    return WorkId{(static_cast<std::uint64_t>(item.generation) << 32) | key(slot)};
}

void WorkQueues::cancel(WorkId id) {
    const auto slot = find(id);
    if (!slot) return;   // Done already.
    const std::uint32_t index = items_[*slot].queue;
    queues_[index].load->sharing.remove(k_.now_, key(*slot));
    free_item(*slot);
    arm(index);
}

std::optional<std::uint32_t> WorkQueues::find(WorkId id) const {
    if (id == WorkId::none) return std::nullopt;
    const auto slot = static_cast<std::uint32_t>(static_cast<std::uint64_t>(id) & 0xFFFFFFFF) - 1;
    const auto generation = static_cast<std::uint32_t>(static_cast<std::uint64_t>(id) >> 32);
    SIM_ASSERT(slot < items_.size());
    const Item& item = items_[slot];
    if (!item.used || item.generation != generation) return std::nullopt;
    return slot;
}

double WorkQueues::left(WorkId id) const {
    const auto slot = find(id);
    return slot ? queues_[items_[*slot].queue].load->sharing.left(k_.now_, key(*slot)) : 0;
}

void WorkQueues::free_item(std::uint32_t slot) {
    Item& item = items_[slot];
    auto& live = queues_[item.queue].load->live;
    live[item.live_index] = live.back();
    items_[live[item.live_index]].live_index = item.live_index;
    live.pop_back();
    item.used = false;
    ++item.generation;
    free_.push_back(slot);
}

void WorkQueues::drop_owner(ProcessId owner) {
    const HostId host = k_.host_of(owner);
    if (!host.valid() || host.index() >= queues_of_.size()) return;
    for (const std::uint32_t index : queues_of_[host.index()]) {
        if (queues_[index].load == nullptr) continue;
        const std::vector<std::uint32_t> live = queues_[index].load->live;
        for (const std::uint32_t slot : live) {
            if (items_[slot].owner != owner) continue;
            queues_[index].load->sharing.remove(k_.now_, key(slot));
            free_item(slot);
        }
        arm(index);
    }
}

void WorkQueues::arm(std::uint32_t index) {
    Load* const load = queues_[index].load.get();
    if (load == nullptr) return;
    const Time next = load->sharing.next_completion();
    if (next == time_never) return;
    if (!load->looks.empty() && load->looks.back() <= next) return;
    load->looks.push_back(next);
    k_.push(next, Kernel::pack(Kernel::Entry::work, 0, index));
}

void WorkQueues::look(std::uint64_t payload) {
    const std::uint32_t index = Kernel::slot_of(payload);
    Load& load = *queues_[index].load;
    SIM_ASSERT(!load.looks.empty());
    SIM_ASSERT(load.looks.back() == k_.now_);
    load.looks.pop_back();
    while (true) {
        const std::uint64_t done = load.sharing.pop_completed(k_.now_);
        if (done == 0) break;
        const auto slot = static_cast<std::uint32_t>(done - 1);
        const Item item = items_[slot];
        free_item(slot);
        const auto& o = k_.owner(item.owner);
        if (!o.running || o.incarnation != item.incarnation) continue;
        k_.cause_ = item.cause;
        o.process->on_work_done(item.tag, item.argument);
    }
    arm(index);
}

double WorkQueues::rate_in_use(QueueId id) const {
    const Queue& q = queue(id);
    return q.load == nullptr ? 0 : q.load->sharing.rate_in_use();
}

std::size_t WorkQueues::length(QueueId id) const {
    const Queue& q = queue(id);
    return q.load == nullptr ? 0 : q.load->sharing.size();
}

}   // namespace glasshive::kernel
