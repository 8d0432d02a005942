#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "kernel/kernel.h"
#include "store/shard/ranges.h"

namespace glasshive::store {

/// A process that asks copies on several nodes and waits for as many as it needs: what requests of
/// a coordinator have in common beside the hot path's. Questions and answers are anybody's
/// messages: `a` carries the request's number, `b` which of its workers is asked, both ways.
/// Source: fabric_util:recv/4, fabric_ring.erl, rexi_utils.erl.
class Scatter : public kernel::Process {
  public:
    /// The net tick found it silent: whoever waits for it need not.
    void node_down(std::size_t member);
    /// As Coordinator::set_connected.
    void set_connected(std::size_t member, bool connected);

    void on_message(const kernel::Message& message) override;
    void on_channel_closed(ChannelId channel, kernel::CloseReason reason) override;
    void on_timer(std::uint32_t tag, std::uint64_t argument) override;
    void on_stop() override;

  protected:
    using Body = std::shared_ptr<const kernel::MessageBody>;
    /// One question to one process of a member.
    struct Worker {
        std::size_t member = 0;
        Range range{};
        std::uint16_t type = 0;
        Body request{};
        Bytes size{};
        enum class State : std::uint8_t { waiting, answered, lost } state = State::waiting;
        Body reply{};
    };
    struct Job {
        std::vector<Worker> workers{};
        std::vector<std::size_t> arrived{};   ///< Workers, in order of their answers.
        std::size_t waiting = 0;
        bool timed_out = false;
        bool patient = false;   ///< No timeout ([fabric] view_timeout is infinity).
        bool blind = false;     ///< Nobody tells it of nodes that are down (no rexi_monitor).
        kernel::TimerId timer{};
        std::function<bool(const Job&)> enough{};
        std::function<void(const Job&)> then{};
        /// Who is asked instead of a lost worker.
        std::function<std::vector<Worker>(const Worker&)> instead{};
    };

    /// `failed`: the message with which a worker says that it has no such copy.
    Scatter(kernel::Kernel& kernel, std::uint16_t failed, Duration request_timeout)
        : kernel_(kernel),
          failed_(failed),
          request_timeout_(request_timeout) {}

    /// Asks all workers of a job; its `then` is called when it has enough or at its timeout.
    void gather(Job job);
    /// Whom to ask on a member, and how many members there are.
    virtual ProcessId process_of(std::size_t member) const = 0;
    virtual std::size_t member_count() const = 0;

    /// Of the workers that answered those that make a ring, the first answers preferred; or none.
    static std::vector<std::size_t> answered_ring(const Job& job);
    /// A ring has answered, or none can any more (fabric_ring:is_progress_possible/1).
    static bool ring_decided(const Job& job);

    kernel::Kernel& kernel_;

  private:
    enum Tag : std::uint32_t { tag_timeout, tag_away };
    using Jobs = std::map<std::uint64_t, Job>;
    void ask(std::uint64_t number, std::size_t worker);
    void lose(std::uint64_t number, std::size_t worker);
    void look(Jobs::iterator at);

    std::uint16_t failed_;
    Duration request_timeout_;
    std::vector<ChannelId> channels_;   // By member.
    std::vector<bool> away_;            // By member: not connected.
    Jobs jobs_;
    std::uint64_t next_job_ = 1;
};

}   // namespace glasshive::store
