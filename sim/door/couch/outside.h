#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <utility>

#include "door/http/message.h"
#include "kernel/kernel.h"
#include "store/replicate/peer_messages.h"

namespace glasshive::door::couch {

/// The wall's side of Outside: who really sends. It never blocks; what came of an exchange is told
/// to the run as a word of the session, once, unless it was forgotten before.
class Network {
  public:
    virtual ~Network() = default;
    virtual void send(std::uint64_t number, http::Exchange exchange) = 0;
    virtual void forget(std::uint64_t number) = 0;
};

/// Stands in the run for every server outside it, as a PeerServer stands for a node: replications
/// ask, the question goes out as an HTTP request, the answer comes back whenever it does. What was
/// heard is input of the run, so a replay needs no network and asks nobody.
///
/// Replicators wait in virtual time. As long as the wall is at work on a question, it is told that
/// there are signs of life; silence is measured by the wall's clock alone.
class Outside final : public kernel::Process {
  public:
    /// Adds itself to the kernel and starts.
    explicit Outside(kernel::Kernel& kernel);
    /// Null, at first: nobody sends, everything waits for heard().
    void connect(Network* network) { network_ = network; }
    /// What came of an exchange. One that nobody waits for: nothing happens.
    void heard(std::uint64_t number, const http::Heard& heard);
    /// Somebody waits for an answer of the wall, and not for news.
    bool busy() const { return answers_ > 0; }

    void on_message(const kernel::Message& message) override;
    void on_channel_closed(ChannelId channel, kernel::CloseReason reason) override;
    void on_timer(std::uint32_t tag, std::uint64_t argument) override;

  private:
    using Key = std::pair<ChannelId, std::uint64_t>;   // Connection and its number of the request.
    struct Open {
        std::shared_ptr<const store::replicate::PeerRequest> request{};
        std::uint64_t number = 0;
        bool waits = false;
    };
    void forget(const Key& key);
    void drop(std::map<Key, Open>::iterator open);

    kernel::Kernel& kernel_;
    Network* network_ = nullptr;
    std::map<Key, Open> open_;
    std::map<std::uint64_t, Key> numbers_;
    std::uint64_t next_ = 1;
    std::size_t answers_ = 0;   // Open ones that wait for no news.
    bool beats_ = false;
};

}   // namespace glasshive::door::couch
