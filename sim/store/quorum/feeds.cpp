#include "store/quorum/feeds.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace glasshive::store {

std::uint64_t Feeds::open(std::string_view database, FeedOptions options, Tell tell) {
    const std::uint64_t number = next_++;
    options.timeout = std::min<Duration>(options.timeout, std::chrono::seconds{60});
    State state{std::string(database), std::move(options), std::move(tell)};
    const bool waits = state.options.feed != Feed::normal;
    feeds_.emplace(number, std::move(state));
    if (waits) listen(number);   // Before it asks, so that no change falls between.
    ask(number);
    return number;
}

void Feeds::close(std::uint64_t feed) {
    const auto at = feeds_.find(feed);
    if (at == feeds_.end()) return;
    kernel_.cancel(at->second.timer);
    feeds_.erase(at);
}

void Feeds::ask(std::uint64_t number) {
    State& state = feeds_.at(number);
    state.asking = true;
    state.changed = false;
    gatherer_.changes(state.database, state.options.changes,
                      [this, number](const ChangesAnswer& answer) { heard(number, answer); });
}

void Feeds::heard(std::uint64_t number, const ChangesAnswer& answer) {
    if (feeds_.count(number) == 0) return;   // Closed meanwhile.
    if (answer.status != 200) return end(number, feed::Refused{answer.status, answer.reason});
    for (const ChangesAnswer::Row& row : answer.rows) {
        const Tell tell = feeds_.at(number).tell;   // Who is told may close the feed.
        tell(feed::Row{row});
        if (feeds_.count(number) == 0) return;
    }
    State& state = feeds_.at(number);
    state.asking = false;
    state.last_seq = answer.last_seq;
    state.pending = answer.pending;
    ChangesOptions& next = state.options.changes;
    next.since = answer.last_seq;
    next.limit -= std::min(next.limit, answer.rows.size());
    const Feed feed = state.options.feed;
    const bool one_answer =
        feed == Feed::normal || (feed == Feed::longpoll && !answer.rows.empty());
    if (one_answer || (next.limit == 0 && feed != Feed::longpoll)) {
        return end(number, feed::End{answer.last_seq, answer.pending});
    }
    if (!std::exchange(state.told_waiting, true)) {
        const Tell tell = state.tell;
        tell(feed::Waiting{});
        if (feeds_.count(number) == 0) return;
    }
    wait(number);
}

void Feeds::wait(std::uint64_t number) {
    State& state = feeds_.at(number);
    if (state.changed) return ask(number);
    const bool lost = std::any_of(channels_.begin(), channels_.end(), [this](ChannelId channel) {
        return !channel.valid() || !kernel_.is_open(channel);
    });
    if (lost) listen(number);   // A node that was away has forgotten us.
    kernel_.cancel(state.timer);
    const Duration patience = state.options.heartbeat.value_or(state.options.timeout);
    state.timer = kernel_.after(id(), patience, 0, number);
}

/// Asks all nodes to say when the database changes; again is the same as once.
void Feeds::listen(std::uint64_t number) {
    channels_.resize(members_.size());
    auto request = std::make_shared<ShardRequest>();
    request->database = feeds_.at(number).database;
    const std::shared_ptr<const ShardRequest> shared = std::move(request);
    for (std::size_t member = 0; member < members_.size(); ++member) {
        ChannelId& channel = channels_[member];
        if (!channel.valid() || !kernel_.is_open(channel)) {
            channel = kernel_.connect(id(), members_[member].replica);
        }
        kernel_.send(id(), channel,
                     {.type = static_cast<std::uint16_t>(QuorumMessage::listen),
                      .a = number,
                      .body = shared,
                      .size = request_bytes});
    }
}

void Feeds::on_message(const kernel::Message& message) {
    const auto at = feeds_.find(message.a);
    if (at == feeds_.end()) {   // It tells a feed that is closed: one word is enough to stop it.
        kernel_.send(id(), message.channel,
                     {.type = static_cast<std::uint16_t>(QuorumMessage::ignore), .a = message.a});
        return;
    }
    at->second.changed = true;
    if (at->second.asking) return;
    kernel_.cancel(at->second.timer);
    ask(message.a);
}

void Feeds::on_channel_closed(ChannelId channel, kernel::CloseReason) {
    const auto found = std::find(channels_.begin(), channels_.end(), channel);
    if (found != channels_.end()) *found = ChannelId{};   // The next round listens again.
}

void Feeds::on_timer(std::uint32_t, std::uint64_t number) {
    State& state = feeds_.at(number);
    SIM_ASSERT(!state.asking);
    if (!state.options.heartbeat) return end(number, feed::End{state.last_seq, state.pending});
    const Tell tell = state.tell;
    tell(feed::Heartbeat{});
    if (feeds_.count(number) == 0) return;
    ask(number);
}

void Feeds::end(std::uint64_t number, const FeedEvent& event) {
    const Tell tell = std::move(feeds_.at(number).tell);
    close(number);
    tell(event);
}

void Feeds::on_stop() {
    feeds_.clear();
    channels_.clear();
}

}   // namespace glasshive::store
