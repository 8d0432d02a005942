#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "door/couch/service.h"
#include "kernel/kernel.h"

namespace glasshive::door::couch {

/// Between clients outside the cluster and a node's listener. `a` is the request's number.
enum class WireMessage : std::uint16_t {
    request = 460,   ///< WireRequest.
    gone,            ///< The client went away.
    answer,          ///< WireAnswer, whole.
    begin,           ///< WireAnswer: a head.
    piece,           ///< WireAnswer: bytes.
    end,
    drop,   ///< The connection is cut.
};

struct WireRequest final : kernel::MessageBody {
    http::Request request;
    std::int64_t wall = 0;
};
struct WireAnswer final : kernel::MessageBody {
    http::Head head;
    std::string body;
};

/// The process of a node that hears clients: requests come to it as messages and its answers leave
/// as messages, so a node that hangs says nothing, and one that dies cuts its connections.
class Listener final : public kernel::Process {
  public:
    /// `member`: whose listener it is. All outlive it.
    Listener(kernel::Kernel& kernel, Service& service, std::size_t member)
        : kernel_(kernel),
          service_(service),
          member_(member) {}

    void on_message(const kernel::Message& message) override;
    void on_channel_closed(ChannelId channel, kernel::CloseReason reason) override;
    void on_stop() override;

  private:
    class Answering;
    struct Open {
        CallPtr call;
        std::shared_ptr<Answering> reply;
    };
    kernel::Kernel& kernel_;
    Service& service_;
    std::size_t member_;
    std::map<std::pair<ChannelId, std::uint64_t>, Open> open_;   // By connection and number.
};

/// The process outside the cluster from which clients speak to nodes: one connection to each node
/// carries the requests of all of them.
class Clients final : public kernel::Process {
  public:
    /// `listeners` by member. Adds itself to the kernel and starts.
    Clients(kernel::Kernel& kernel, std::vector<ProcessId> listeners);

    /// Sends a request to a node; the reply hears the answer, or `drop` when the node is not there.
    void send(std::size_t member, http::Request request, std::int64_t wall,
              std::shared_ptr<Reply> reply, std::uint64_t number);
    void gone(std::uint64_t number);
    /// Somebody waits for an answer that will come without anything else happening: not a feed, and
    /// not from a node that hangs.
    bool busy() const { return asked() > 0; }
    /// How many requests somebody waits for so.
    std::size_t asked() const;
    std::size_t open() const { return open_.size(); }

    void on_message(const kernel::Message& message) override;
    void on_channel_closed(ChannelId channel, kernel::CloseReason reason) override;

  private:
    struct Open {
        std::size_t member = 0;
        bool waits = false;
        std::shared_ptr<Reply> reply;
    };
    using Opens = std::map<std::uint64_t, Open>;
    void drop_open(std::size_t member);
    /// Its answer is whole, or nobody wants it.
    Opens::iterator forget(Opens::iterator open);

    kernel::Kernel& kernel_;
    std::vector<ProcessId> listeners_;
    std::vector<ChannelId> channels_;   // By member.
    Opens open_;
    std::vector<std::size_t> asked_;   // By member: open ones that are no feeds.
};

/// Whether a request's answer may wait for something to happen: feeds of changes.
bool waits_for_news(const http::Request& request);

}   // namespace glasshive::door::couch
