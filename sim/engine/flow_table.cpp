#include "engine/flow_table.h"

#include <algorithm>
#include <cmath>

#include "base/assert.h"
#include "engine/seam.h"

namespace glasshive::engine {

namespace {
/// SimGrid's signals cannot be disconnected; this says who listens, if anybody still does.
FlowTable* listener = nullptr;

/// A Comm carries its slot, plus one, where SimGrid keeps a user's pointer: null means "not ours
/// any more", which is how the two completions that follow a cancel() are ignored.
void tag(simgrid::s4u::Comm& comm, std::uint32_t slot) {
    comm.set_data(reinterpret_cast<void*>(static_cast<std::uintptr_t>(slot) + 1));
}
}   // namespace

FlowTable::FlowTable(const kernel::Kernel& kernel, Network& network)
    : kernel_(kernel), network_(network) {
    listener = this;
    simgrid::s4u::Activity::on_completion_cb([](const simgrid::s4u::Activity& activity) {
        if (listener != nullptr) listener->on_completion(activity);
    });
}

FlowTable::~FlowTable() {
    listener = nullptr;
    // A Comm that is dropped while it runs prints a backtrace; a cancelled one goes quietly.
    for (Flow& flow : flows_) {
        if (flow.comm) flow.comm->cancel();
    }
}

std::uint32_t FlowTable::take_slot() {
    if (free_.empty()) {
        flows_.emplace_back();
        return static_cast<std::uint32_t>(flows_.size() - 1);
    }
    const std::uint32_t slot = free_.back();
    free_.pop_back();
    return slot;
}

void FlowTable::start(kernel::FlowId flow, HostId from, HostId to, double bytes, double rate_cap) {
    const std::uint32_t slot = take_slot();
    const bool fresh = slots_.emplace(static_cast<std::uint32_t>(flow), slot).second;
    SIM_ASSERT(fresh);
    Flow& f = flows_[slot];
    f.id = flow;
    f.from = from;
    f.to = to;
    f.order = ++order_;
    f.rate_cap = rate_cap;
    begin(slot, bytes);
    ++counts_.flows_started;
}

void FlowTable::begin(std::uint32_t slot, double bytes) {
    Flow& f = flows_[slot];
    f.comm = network_.start(f.from, f.to, bytes, f.rate_cap);
    if (f.comm) {
        tag(*f.comm, slot);
        return;
    }
    f.local_start = kernel_.now();
    f.local_bytes = bytes;
    f.local_finish = f.local_start;
    if (f.rate_cap > 0) f.local_finish += from_seconds(bytes / f.rate_cap).time_since_epoch();
    local_.insert({{f.local_finish, f.order}, slot});
}

double FlowTable::take_out(std::uint32_t slot) {
    Flow& f = flows_[slot];
    if (!f.comm) {
        local_.erase({{f.local_finish, f.order}, slot});
        const double moved = f.rate_cap * seconds_of(kernel_.now() - f.local_start);
        return std::max(0.0, f.local_bytes - moved);
    }
    const double left = Network::remaining(*f.comm);
    f.comm->set_data(nullptr);
    f.comm->cancel();
    ended_.push_back(std::move(f.comm));   // SimGrid still handles the cancellation: keep it alive.
    f.comm = nullptr;
    return left;
}

double FlowTable::stop(kernel::FlowId flow) {
    const auto at = slots_.find(static_cast<std::uint32_t>(flow));
    SIM_ASSERT(at != slots_.end());
    const std::uint32_t slot = at->second;
    // All finished flows of an instant are reported before anything may stop one of them.
    SIM_ASSERT(finished_.count({flows_[slot].order, slot}) == 0);
    const double left = take_out(slot);
    release(slot);
    ++counts_.flows_stopped;
    return left;
}

void FlowTable::refresh_links() {
    network_.refresh();
    if (!network_.any_changed()) return;
    // SimGrid bounds a Comm for good by the bottleneck it met at its start, so one whose links
    // changed starts anew with what is left. Its place in the start order stays.
    for (std::uint32_t slot = 0; slot < flows_.size(); ++slot) {
        if (!flows_[slot].comm) continue;
        if (!network_.route_changed(flows_[slot].from, flows_[slot].to)) continue;
        begin(slot, take_out(slot));
    }
}

void FlowTable::on_completion(const simgrid::s4u::Activity& activity) {
    const auto tagged = reinterpret_cast<std::uintptr_t>(activity.get_data<void>());
    if (tagged == 0) return;
    const auto slot = static_cast<std::uint32_t>(tagged - 1);
    // Links and hosts are never off in SimGrid: the kernel stops a flow before its path is cut.
    SIM_ASSERT(activity.get_state() == simgrid::s4u::Activity::State::FINISHED);
    Flow& f = flows_[slot];
    SIM_ASSERT(f.comm.get() == &activity);
    f.comm->set_data(nullptr);
    ended_.push_back(std::move(f.comm));
    f.comm = nullptr;
    note_finished(slot, from_seconds(simgrid::s4u::Engine::get_clock()));
}

void FlowTable::note_finished(std::uint32_t slot, Time at) {
    const Time instant = std::max(at, kernel_.now());
    SIM_ASSERT(finished_.empty() || instant == finished_at_);
    finished_at_ = instant;
    finished_.insert({flows_[slot].order, slot});
}

Time FlowTable::next_local() const {
    return local_.empty() ? time_never : local_.begin()->first.first;
}

void FlowTable::finish_local(Time at) {
    while (next_local() <= at) {
        const std::uint32_t slot = local_.begin()->second;
        local_.erase(local_.begin());
        note_finished(slot, at);
    }
}

kernel::FlowId FlowTable::take_finished() {
    SIM_ASSERT(!finished_.empty());
    const std::uint32_t slot = finished_.begin()->second;
    finished_.erase(finished_.begin());
    const kernel::FlowId id = flows_[slot].id;
    release(slot);
    ++counts_.flows_finished;
    return id;
}

void FlowTable::release(std::uint32_t slot) {
    slots_.erase(static_cast<std::uint32_t>(flows_[slot].id));
    free_.push_back(slot);
}

}   // namespace glasshive::engine
