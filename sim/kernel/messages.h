#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "kernel/jitter.h"
#include "kernel/kernel.h"

namespace glasshive::kernel {

/// Control messages: streams and datagrams. They cost path latency + size / bottleneck, sampled
/// once at send, and do not contend. Part of Kernel; use it through Kernel.
///
/// A stream is FIFO: delivery = max(computed, previous). Loss costs retransmission timeouts; a cut
/// or a silent peer stalls the direction, which then retries with a doubling timeout until it gets
/// through or TCP gives up. Cost per message on a quiet path: one queue entry, no allocation.
class Messages {
  public:
    explicit Messages(Kernel& kernel);

    void add_owner() { channels_of_.emplace_back(); }
    ChannelId connect(ProcessId from, ProcessId to);
    void send(ProcessId from, ChannelId channel, Outgoing&& message);
    void close(ProcessId from, ChannelId channel);
    bool is_open(ChannelId channel) const;
    void send_datagram(ProcessId from, ProcessId to, Outgoing&& message);
    /// The process is gone. `tell_peers`: its host lives and resets its connections.
    void end_all(ProcessId process, bool tell_peers);
    TrafficTotals totals() const { return totals_; }
    const TrafficTotals& totals(HostId host) const;
    /// The newest message.dropped from one process's host to another's, or 0. What no pending timer
    /// could ask for is forgotten.
    EventId last_drop(ProcessId from, ProcessId to) const;
    std::size_t drops_remembered() const { return last_drop_.size(); }

    /// Asks the processor for what a send on this channel from this host will touch.
    void prefetch(ChannelId channel, HostId host) const {
        const std::uint32_t slot = channel.value & channel_mask;
        if (!channel.valid() || slot >= channels_.size()) return;
        const auto* lines = reinterpret_cast<const char*>(&channels_[slot]);
        __builtin_prefetch(lines, 1);
        __builtin_prefetch(lines + 64, 1);
        if (host.valid()) __builtin_prefetch(&by_host_[host.index()], 1);
    }

    static Jitter& jitter_in(Kernel& kernel) { return kernel.messages_->jitter_; }
    void deliver(std::uint64_t payload);
    void retry(std::uint64_t payload);
    void deliver_close(std::uint64_t payload);

  private:
    struct InFlight {
        Message message;
        std::uint32_t epoch = 0;       // Topology::cut_epoch at sending.
        EventId cause{};
    };
    /// One way of a stream while a message on it has not got through.
    struct Stall {
        Time since{};
        Duration rto{};
        EventId cause{};                      // Of the oldest message that waits.
        std::vector<std::uint32_t> backlog;   // In-flight slots that wait, in order of sending.
        std::uint32_t arrived = 0;            // So many of them were under way already.
        std::uint32_t boots = 0;              // Of the sending host, which alone remembers them.
    };
    struct Direction {
        PathInfo path;                        // As of the channel's `path_version`.
        Time last_delivery{};
        std::uint32_t stall = 0;              // In stalls_; 0: it flows.
        std::uint32_t retry_generation = 0;
    };
    struct End {
        ProcessId process;
        std::uint32_t incarnation = 0;        // 0: not bound yet; bound by the first delivery.
        std::uint32_t list_index : 31 = 0;    // In channels_of_[process].
        std::uint32_t closed : 1 = 0;         // This end sends and hears no more.
    };
    /// Two cache lines: most messages of a large cluster find their channel cold.
    struct alignas(64) Channel {
        std::uint32_t generation = 1;
        std::uint32_t references = 0;          // Queue entries and backlog that name it.
        std::uint32_t path_version = 0;        // Topology::version of both directions' paths.
        bool used = false;
        std::array<End, 2> ends;               // 0: who connected.
        std::array<Direction, 2> directions;   // [i]: sent by end i.
    };
    static_assert(sizeof(Channel) == 128);

    static constexpr int channel_bits = 22;   // Slot; the rest of a ChannelId is its generation.
    static constexpr std::uint32_t channel_mask = (1U << channel_bits) - 1;

    Channel* find(ChannelId id);
    const Channel* find(ChannelId id) const;
    ChannelId id_of(std::uint32_t slot) const;
    std::uint32_t take_slot(Message&& message);
    Message release(std::uint32_t slot);
    PathInfo path_between(ProcessId from, ProcessId to) const;
    const PathInfo& current_path(Channel& channel, int side);
    bool silent(ProcessId process) const;
    /// Whether what side sends can get there: until the far end has been heard of, its SYN-ACK has
    /// to come back, too.
    bool passes(Channel& channel, int side);
    Stall& stall_of(const Direction& direction) { return stalls_[direction.stall]; }
    /// Queues slot for delivery over a path that is up.
    void launch(Channel& channel, int side, std::uint32_t slot);
    /// `slot` met a cut or a silent peer: when sent, or (`under_way`) when it should have arrived.
    void stall(ChannelId id, int side, std::uint32_t slot, bool under_way);
    void flow_again(Direction& direction);
    void note_stall(const Channel& channel, int side, const InFlight& flying);
    void arm_retry(ChannelId id, int side);
    void drop_backlog(ChannelId id, int side);
    void give_up(ChannelId id, int side);
    /// Tells end `side` that the stream is over, after the path's latency from the other end.
    void send_close(ChannelId id, int side, CloseReason reason, Time not_before);
    void mark_closed(ChannelId id, int side);
    void unlink(Channel& channel, int side);
    void free_if_done(ChannelId id);
    void lose(std::uint32_t slot);
    void count_sent(ProcessId from, Bytes size);
    TrafficTotals& of(ProcessId process);
    std::uint32_t boots_of(ProcessId process) const;
    void note_drop(const InFlight& lost, const char* reason);
    void forget_old_drops();
    Duration loss_delay(std::uint32_t loss_ppm);
    Duration jitter_of(ProcessId from, ProcessId to);
    bool deliver_on_channel(std::uint32_t slot, std::uint64_t payload);

    Kernel& k_;
    Rng loss_;
    Jitter jitter_;
    std::vector<InFlight> slots_;
    std::vector<std::uint32_t> free_slots_;
    std::vector<Channel> channels_;
    std::vector<std::uint32_t> free_channels_;
    std::vector<Stall> stalls_{1};             // [0] is nobody's.
    std::vector<std::uint32_t> free_stalls_;
    std::vector<std::vector<std::uint32_t>> channels_of_;   // By process: slots of open ends.
    std::map<std::pair<HostId, HostId>, EventId> last_drop_;
    std::size_t drops_most_ = 1024;            // Beyond it, old ones are forgotten.
    TrafficTotals totals_;
    std::vector<TrafficTotals> by_host_;   // The last: outside the cluster.
};

}   // namespace glasshive::kernel
