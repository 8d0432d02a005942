#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "kernel/kernel.h"
#include "store/replicate/alarms.h"
#include "store/replicate/peer.h"
#include "store/replicate/peer_messages.h"

namespace glasshive::store::replicate {

/// A database of a simulated cluster, as one of its nodes shows it.
struct ClusterDatabase {
    ProcessId server{};   ///< That node's PeerServer.
    std::string name{};   ///< Of the database.
    std::string uri{};    ///< What texts call it; without password.
    PeerCredentials who{};
};

/// The process of a node from which its replications reach databases of clusters, its own among
/// them. Each request is a message to the node that shows the database, with its size in bytes. A
/// node that dies, is cut off or answers with 5xx is asked again after longer and longer waits;
/// then the request fails.
class PeerClient final : public kernel::Process {
  public:
    explicit PeerClient(kernel::Kernel& kernel) : kernel_(kernel), alarms_(kernel) {}

    /// Requires a running process. The peer must not outlive the client; when the client's process
    /// dies, nothing is answered any more.
    std::unique_ptr<Peer> open(ClusterDatabase database, const PeerPatience& patience = {});
    /// Requests under way.
    std::size_t size() const { return calls_.size(); }

    void on_start() override { alarms_.set_owner(id()); }
    void on_message(const kernel::Message& message) override;
    void on_channel_closed(ChannelId channel, kernel::CloseReason reason) override;
    void on_timer(std::uint32_t, std::uint64_t argument) override { alarms_.ring(argument); }
    void on_stop() override;

  private:
    friend class ClusterPeer;
    struct Line {   // One peer's connection.
        ClusterDatabase database{};
        PeerPatience patience{};
        ChannelId channel{};
    };
    struct Call {   // A request until it is answered, through all its attempts.
        std::uint64_t line = 0;
        std::shared_ptr<const PeerRequest> request{};
        Bytes size{};
        Duration timeout{};
        std::uint32_t failures = 0;
        bool sent = false;   // False while it waits to be sent again.
        std::uint64_t alarm = 0;
        std::function<void(const PeerTold&)> then{};
    };
    void ask(std::uint64_t line, PeerQuestion question, std::function<void(const PeerTold&)> then);
    void send(std::uint64_t number);
    void watch(std::uint64_t number);
    /// Another attempt later, or the end.
    void attempt_failed(std::uint64_t number, const PeerError& why);
    void line_failed(std::uint64_t line, const PeerError& why);
    void end(std::uint64_t number, const PeerTold& told);
    void hang_up(std::uint64_t line);

    kernel::Kernel& kernel_;
    Alarms alarms_;
    std::map<std::uint64_t, Line> lines_;
    std::map<std::uint64_t, Call> calls_;
    std::uint64_t next_line_ = 1;
    std::uint64_t next_call_ = 1;
};

}   // namespace glasshive::store::replicate
