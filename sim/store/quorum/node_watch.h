#pragma once

#include <functional>
#include <string>
#include <vector>

#include "kernel/kernel.h"

namespace glasshive::store {

/// Which peers a node sees: the runtime's net tick. A peer whose process ended is noticed by its
/// reset connection at once; one that is silent, hung or cut off, when nothing came from it for a
/// tick time.
///
/// Default: 60 s in four quarters, so a silence is noticed within 45 to 75 s. Whom it does not see
/// it tries to reach every quarter, each time with a connection of its own that has seven seconds
/// to get through: after a heal nobody waits for the back-off of an old one. (CouchDB tries when
/// there is something to send, and every 37 s besides: mem3_distribution.erl.)
/// Source: Erlang's kernel application, net_ticktime and net_setuptime.
class NodeWatch final : public kernel::Process {
  public:
    using Change = std::function<void(std::size_t member, bool up)>;

    /// `own`: which of the members this node is. Its watches are told with set_peers.
    NodeWatch(kernel::Kernel& kernel, std::size_t own, Change change,
              Duration tick_time = std::chrono::seconds{60})
        : kernel_(kernel),
          own_(own),
          change_(std::move(change)),
          tick_time_(tick_time) {}
    /// The members' watches, in their order. Before it starts.
    void set_peers(std::vector<ProcessId> peers) { peers_ = std::move(peers); }
    /// Whom to look for: members of the cluster, as this node knows it. Default: all. Who finds
    /// this node itself is seen, too, and who was a member stays connected.
    void set_known(std::function<bool(std::size_t member)> known) { known_ = std::move(known); }
    bool sees(std::size_t member) const { return member == own_ || states_.at(member).up; }

    void on_start() override;
    void on_timer(std::uint32_t tag, std::uint64_t argument) override;
    void on_message(const kernel::Message& message) override;
    void on_channel_closed(ChannelId channel, kernel::CloseReason reason) override;
    void on_stop() override { states_.clear(); }

  private:
    struct State {
        ChannelId channel{};
        Time opened{};
        Time heard{};
        bool up = false;
    };
    void tick(std::size_t member);
    bool looks_for(std::size_t member) const {
        return member != own_ && (states_[member].up || !known_ || known_(member));
    }
    void set(std::size_t member, bool up);

    kernel::Kernel& kernel_;
    std::size_t own_;
    Change change_;
    Duration tick_time_;
    std::vector<ProcessId> peers_;
    std::function<bool(std::size_t member)> known_;
    std::vector<State> states_;
};

}   // namespace glasshive::store
