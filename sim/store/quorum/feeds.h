#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "kernel/kernel.h"
#include "store/quorum/gatherer.h"

namespace glasshive::store {

/// How `_changes` goes on when it has told what there is.
enum class Feed : std::uint8_t {
    normal,        ///< Ends.
    longpoll,      ///< Ends too, but waits for the first row when there is none.
    continuous,    ///< Goes on until its limit or its timeout.
    eventsource,   ///< As continuous.
};

struct FeedOptions {
    Feed feed = Feed::normal;
    ChangesOptions changes{};
    /// A sign of life so often while it waits; then there is no timeout.
    std::optional<Duration> heartbeat{};
    /// Without change. Default and most: [chttpd] changes_timeout.
    Duration timeout = std::chrono::seconds{60};
};

/// What a client of a feed is told, in order; `End` or `Refused` is the last.
namespace feed {
struct Row {
    ChangesAnswer::Row row;
};
struct Waiting {};   ///< There is no more for now: told once, when it begins to wait.
struct Heartbeat {};
struct End {
    std::string last_seq;
    std::uint64_t pending = 0;
};
struct Refused {
    int status = 500;
    std::string reason;
};
}   // namespace feed
using FeedEvent = std::variant<feed::Row, feed::Waiting, feed::Heartbeat, feed::End, feed::Refused>;

/// The process of a node that keeps clients' feeds open: it asks for changes, and again when a node
/// that holds a copy says that the database changed.
/// Source: fabric_view_changes:keep_sending_changes/8, fabric_db_update_listener.erl,
/// couch_changes:get_changes_timeout/2.
class Feeds final : public kernel::Process {
  public:
    using Tell = std::function<void(const FeedEvent&)>;

    /// `gatherer` of the same node; it and `members` outlive this.
    Feeds(kernel::Kernel& kernel, Gatherer& gatherer, const std::vector<QuorumMember>& members)
        : kernel_(kernel),
          gatherer_(gatherer),
          members_(members) {}

    /// The feed's number, for close().
    std::uint64_t open(std::string_view database, FeedOptions options, Tell tell);
    /// The client went away: nothing more is told.
    void close(std::uint64_t feed);
    std::size_t size() const { return feeds_.size(); }

    void on_message(const kernel::Message& message) override;
    void on_channel_closed(ChannelId channel, kernel::CloseReason reason) override;
    void on_timer(std::uint32_t tag, std::uint64_t argument) override;
    void on_stop() override;

  private:
    struct State {
        std::string database;
        FeedOptions options;
        Tell tell;
        bool asking = false;
        bool told_waiting = false;
        bool changed = false;   // Told while asking.
        std::string last_seq{};
        std::uint64_t pending = 0;
        kernel::TimerId timer{};
    };
    void ask(std::uint64_t number);
    void heard(std::uint64_t number, const ChangesAnswer& answer);
    void wait(std::uint64_t number);
    void listen(std::uint64_t number);
    void end(std::uint64_t number, const FeedEvent& event);

    kernel::Kernel& kernel_;
    Gatherer& gatherer_;
    const std::vector<QuorumMember>& members_;
    std::vector<ChannelId> channels_;   // By member.
    std::map<std::uint64_t, State> feeds_;
    std::uint64_t next_ = 1;
};

}   // namespace glasshive::store
