#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "kernel/kernel.h"
#include "store/quorum/coordinator.h"
#include "store/quorum/feeds.h"
#include "store/quorum/gatherer.h"
#include "store/replicate/peer.h"
#include "store/replicate/peer_messages.h"

namespace glasshive::store::replicate {

/// What a node's HTTP door asks beside the store: its owner knows users and scripts.
class PeerGate {
  public:
    virtual ~PeerGate() = default;
    enum class Verb : std::uint8_t {
        read,     ///< A member may.
        write,    ///< A member may, documents but not design documents.
        create,   ///< A server admin may.
    };
    /// {401, unauthorized, …} or {403, forbidden, …}; nothing: it may.
    virtual std::optional<PeerError> refuses(const PeerCredentials& who,
                                             const std::string& database, Verb verb) = 0;
    /// A filter in a design document's script, or the view of one. `doc_ids`, `_design` and
    /// selectors need no gate.
    virtual void script_filter(const std::string& database, const ChangesFilter& filter,
                               PeerThen<std::shared_ptr<const ChangeFilter>> then) = 0;
};

/// What a node lends its server; all of the same node, all outlive it.
struct PeerNode {
    NodeFiles& files;
    Coordinator& coordinator;
    Gatherer& gatherer;
    Feeds& feeds;
    PeerGate* gate = nullptr;   ///< Null: everybody may do everything, no scripts.
};

/// The process of a node that answers replicators of other hosts and of its own: it stands for the
/// node's HTTP port where the network is simulated.
class PeerServer final : public kernel::Process {
  public:
    PeerServer(kernel::Kernel& kernel, const PeerNode& node)
        : kernel_(kernel),
          node_(node) {}

    void on_message(const kernel::Message& message) override;
    void on_channel_closed(ChannelId channel, kernel::CloseReason reason) override;
    void on_timer(std::uint32_t tag, std::uint64_t argument) override;
    void on_stop() override;

  private:
    struct Call;

    kernel::Kernel& kernel_;
    PeerNode node_;
};

}   // namespace glasshive::store::replicate
