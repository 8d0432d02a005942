#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

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
        write,    ///< A member may.
        design,   ///< A database's admin may: to write a design document.
        create,   ///< A server's admin may: to make the database.
    };
    /// {401, unauthorized, …} or {403, forbidden, …}; nothing: it may.
    virtual std::optional<PeerError> refuses(const PeerCredentials& who,
                                             const std::string& database, Verb verb) = 0;
    /// Why a document is too large to be stored, {413, …}; nothing: it is not.
    virtual std::optional<PeerError> too_large(const ReplicatedEdit&) { return {}; }
    /// `userCtx` for the database's validation functions; nothing: a server's admin.
    virtual json::Value user(const PeerCredentials&, const std::string&) { return {}; }
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
    PeerGate* gate = nullptr;   ///< Null: everybody may do everything, and there are no scripts.
};

/// The process of a node that answers replicators of other hosts and of its own: it stands for the
/// node's HTTP port where the network is simulated.
class PeerServer final : public kernel::Process {
  public:
    PeerServer(kernel::Kernel& kernel, const PeerNode& node) : kernel_(kernel), node_(node) {}

    void on_message(const kernel::Message& message) override;
    void on_channel_closed(ChannelId channel, kernel::CloseReason reason) override;
    void on_stop() override { calls_.clear(); }

  private:
    using Key = std::pair<ChannelId, std::uint64_t>;   // The connection, and its client's number.
    using Request = std::shared_ptr<const PeerRequest>;
    struct Call {
        Request request;
        std::uint64_t feed = 0;
        PeerPage page{};   // What the feed has told so far.
    };
    void answer(const Key& key, PeerTold told);
    /// Answers for itself when nobody waits any more.
    std::function<void(PeerTold)> answering(const Key& key);
    std::optional<PeerError> refused(const PeerRequest& request) const;
    void forget(const Key& key);

    void serve(const Key& key, const PeerRequest& request, const ask::Info&);
    void serve(const Key& key, const PeerRequest& request, const ask::Create& what);
    void serve(const Key& key, const PeerRequest& request, const ask::Open& what);
    void serve(const Key& key, const PeerRequest& request, const ask::OpenLocal& what);
    void serve(const Key& key, const PeerRequest& request, const ask::WriteLocal& what);
    void serve(const Key& key, const PeerRequest& request, const ask::Changes& what);
    void serve(const Key& key, const PeerRequest& request, const ask::RevsDiff& what);
    void serve(const Key& key, const PeerRequest& request, const ask::Fetch& what);
    void serve(const Key& key, const PeerRequest& request, const ask::Write& what);
    void serve(const Key& key, const PeerRequest& request, const ask::Commit&);
    void find_filter(const std::string& database, const ChangesFilter& filter,
                     PeerThen<std::shared_ptr<const ChangeFilter>> then);
    void list_changes(const Key& key, const std::string& database, const PeerChanges& question,
                      std::shared_ptr<const ChangeFilter> filter);
    void hear(const Key& key, const FeedEvent& event);
    std::string start_time(const std::string& database) const;

    kernel::Kernel& kernel_;
    PeerNode node_;
    std::map<Key, Call> calls_;
};

}   // namespace glasshive::store::replicate
