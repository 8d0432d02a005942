#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "kernel/kernel.h"
#include "store/replicate/alarms.h"
#include "store/replicate/peer.h"
#include "store/replicate/peer_messages.h"

namespace glasshive::store::replicate {

/// How long a client of a peer waits and how often it asks again.
/// Source: default.ini [replicator]; couch_replicator_httpc.erl (250 ms, doubled each time).
struct PeerPatience {
    Duration timeout = std::chrono::seconds{30};   ///< connection_timeout, of one attempt.
    std::uint32_t retries = 5;                     ///< retries_per_request
    Duration first_wait = std::chrono::milliseconds{250};
    Duration most_wait = std::chrono::minutes{5};
};

/// A database of a simulated cluster, as one of its nodes shows it.
struct ClusterDatabase {
    ProcessId server{};   ///< That node's PeerServer.
    std::string name{};   ///< Of the database.
    std::string uri{};    ///< What texts call it; without password.
    PeerCredentials who{};
};

/// The process of a node from which its replications reach databases of clusters, its own among
/// them. Each request is a message to the node that shows the database, with its size in bytes. A
/// node that dies or is cut off is a failed connection: the request is sent again, after longer and
/// longer waits, and fails at last.
class PeerClient final : public kernel::Process {
  public:
    explicit PeerClient(kernel::Kernel& kernel)
        : kernel_(kernel),
          alarms_(kernel) {}

    /// The peer must not outlive the client. When the client's process dies, nothing it asked is
    /// answered.
    std::unique_ptr<Peer> open(ClusterDatabase database, const PeerPatience& patience = {});

    void on_start() override { alarms_.set_owner(id()); }
    void on_message(const kernel::Message& message) override;
    void on_channel_closed(ChannelId channel, kernel::CloseReason reason) override;
    void on_timer(std::uint32_t tag, std::uint64_t argument) override;
    void on_stop() override;

  private:
    friend class ClusterPeer;
    /// A request until it is answered, through all its attempts.
    struct Call {
        const void* peer = nullptr;   ///< Whose; it takes its calls along when it goes.
        ClusterDatabase database{};
        PeerPatience patience{};
        std::shared_ptr<const PeerRequest> request{};
        Bytes size{};
        std::uint32_t attempts = 0;
        ChannelId channel{};   ///< Invalid while it waits to be sent again.
        std::uint64_t alarm = 0;
        std::function<void(const PeerReply&)> then{};
    };
    void call(Call call);
    void send(std::uint64_t number);
    void attempt_failed(std::uint64_t number, const std::string& why);
    void answer(std::uint64_t number, const PeerReply& reply);
    void forget(const void* peer);

    kernel::Kernel& kernel_;
    Alarms alarms_;
    std::map<ProcessId, ChannelId> channels_;   // By server.
    std::map<std::uint64_t, Call> calls_;
    std::uint64_t next_ = 1;
};

}   // namespace glasshive::store::replicate
