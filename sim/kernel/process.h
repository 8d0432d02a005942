#pragma once

#include <cstdint>
#include <memory>

#include "base/ids.h"
#include "base/units.h"

namespace glasshive::kernel {

class Kernel;

/// A timer that was set; 0 is none. Cancelling one that has fired does nothing.
enum class TimerId : std::uint64_t { none = 0 };
/// A bulk transfer; 0 is none.
enum class FlowId : std::uint32_t { none = 0 };
/// A piece of work on a CPU or disk queue; 0 is none.
enum class WorkId : std::uint64_t { none = 0 };
/// A processor-sharing queue, e.g. one host's CPU.
enum class QueueId : std::uint32_t { none = 0xFFFFFFFF };

/// Base of the structured part of a message; most messages fit in `a` and `b` and have none.
struct MessageBody {
    virtual ~MessageBody() = default;
};

/// What a process is handed when a message arrives.
struct Message {
    ProcessId from;
    ProcessId to;
    ChannelId channel;                          ///< Invalid for datagrams.
    std::uint16_t type = 0;                     ///< The protocol's own enum.
    std::uint64_t a = 0;
    std::uint64_t b = 0;
    std::shared_ptr<const MessageBody>
        body;   ///< Immutable and shared: senders never touch it again.
    Bytes size{};                               ///< On the wire.
};

/// What a sender gives; the kernel adds the rest.
struct Outgoing {
    std::uint16_t type = 0;
    std::uint64_t a = 0;
    std::uint64_t b = 0;
    std::shared_ptr<const MessageBody> body{};
    Bytes size{64};
};

/// Why a stream ended, as the side that still lives sees it.
enum class CloseReason : std::uint8_t {
    refused,     ///< Nobody listens: the process is not running there.
    reset,       ///< The peer closed, died on a living host, or came back as a new incarnation.
    timed_out,   ///< TCP gave up retransmitting (tcp_gives_up).
};

/// How a flow ended.
enum class FlowEnd : std::uint8_t {
    done,        ///< All bytes arrived.
    timed_out,   ///< The caller's timeout, or TCP's own while stalled.
    reset,       ///< The peer rebooted while the flow was stalled.
};

/// A state machine on a host. It receives, never blocks, and says what it did by emitting events.
///
/// The kernel delivers nothing to a process that is down, and holds everything while it is paused;
/// no process tests whether it is alive. Each start is a new incarnation: timers, flows and work of
/// an earlier one never arrive.
class Process {
  public:
    virtual ~Process() = default;

    virtual void on_start() {}
    virtual void on_timer(std::uint32_t /*tag*/, std::uint64_t /*argument*/) {}
    virtual void on_message(const Message& /*message*/) {}
    virtual void on_channel_closed(ChannelId /*channel*/, CloseReason /*reason*/) {}
    virtual void on_flow_end(FlowId /*flow*/, FlowEnd /*end*/, std::uint64_t /*argument*/) {}
    virtual void on_work_done(std::uint32_t /*tag*/, std::uint64_t /*argument*/) {}
    /// The incarnation is over: forget what lived in memory. Nothing may be sent or set from here.
    virtual void on_stop() {}

    ProcessId id() const { return id_; }

  protected:
    /// The stream it is likely to send on next, so that memory can be asked for it in time. A hint:
    /// nothing but speed depends on it.
    ChannelId likely_channel_;

  private:
    friend class Kernel;
    ProcessId id_;
};

}   // namespace glasshive::kernel
