#pragma once

#include <cstdint>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/engine.h"
#include "engine/network.h"

namespace glasshive::engine {

/// Every running flow, and those SimGrid has finished but the kernel has not heard of.
///
/// A flow that takes no link (inside one host) never meets SimGrid: it ends after bytes / cap, or
/// at once. Everything else is one SimGrid Comm.
class FlowTable {
  public:
    FlowTable(const kernel::Kernel& kernel, Network& network);
    ~FlowTable();
    FlowTable(const FlowTable&) = delete;
    FlowTable& operator=(const FlowTable&) = delete;

    void start(kernel::FlowId flow, HostId from, HostId to, double bytes, double rate_cap);
    double stop(kernel::FlowId flow);
    void refresh_links();

    /// When the next flow without links ends.
    Time next_local() const;
    /// Moves flows without links that end at `at` to the finished ones.
    void finish_local(Time at);
    bool any_finished() const { return !finished_.empty(); }
    /// The instant of all finished flows. Requires any_finished().
    Time finished_at() const { return finished_at_; }
    /// Takes the finished flow that started first. Requires any_finished().
    kernel::FlowId take_finished();
    /// Lets go of Comms that are over. Never from within SimGrid's own callbacks.
    void release_ended() { ended_.clear(); }

    EngineCounts& counts() { return counts_; }

  private:
    struct Flow {
        kernel::FlowId id{};
        HostId from, to;
        std::uint64_t order = 0;               // Of the first start at this engine: ties go by it.
        double rate_cap = 0;
        simgrid::s4u::CommPtr comm;            // Null: takes no link.
        Time local_start{}, local_finish{};
        double local_bytes = 0;
    };
    using Order = std::set<std::pair<std::pair<Time, std::uint64_t>, std::uint32_t>>;

    std::uint32_t take_slot();
    void begin(std::uint32_t slot, double bytes);
    double take_out(std::uint32_t slot);
    void on_completion(const simgrid::s4u::Activity& activity);
    void note_finished(std::uint32_t slot, Time at);
    void release(std::uint32_t slot);

    const kernel::Kernel& kernel_;
    Network& network_;
    std::vector<Flow> flows_;
    std::vector<std::uint32_t> free_;
    std::unordered_map<std::uint32_t, std::uint32_t> slots_;   // By flow id; looked up only.
    std::uint64_t order_ = 0;
    Order local_;                                              // By finish, then order.
    std::set<std::pair<std::uint64_t, std::uint32_t>> finished_;   // By order.
    Time finished_at_{};
    std::vector<simgrid::s4u::CommPtr> ended_;
    EngineCounts counts_;
};

}   // namespace glasshive::engine
