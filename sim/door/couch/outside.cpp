#include "door/couch/outside.h"

#include <chrono>

#include "door/couch/outside_words.h"

namespace glasshive::door::couch {

namespace replicate = store::replicate;

namespace {

/// Well within [replicator] connection_timeout, 30 s, unless somebody sets a third of this.
constexpr Duration beat = std::chrono::seconds{5};

}   // namespace

Outside::Outside(kernel::Kernel& kernel) : kernel_(kernel) {
    kernel_.add_process(HostId{}, *this);
    kernel_.start(id());
}

void Outside::on_message(const kernel::Message& message) {
    const Key key{message.channel, message.a};
    if (static_cast<replicate::PeerMessage>(message.type) == replicate::PeerMessage::forget) {
        return forget(key);
    }
    const auto request = std::static_pointer_cast<const replicate::PeerRequest>(message.body);
    http::Exchange exchange = exchange_of(*request);
    const std::uint64_t number = next_++;
    open_[key] = {request, number, exchange.waits};
    numbers_[number] = key;
    if (!exchange.waits) ++answers_;
    if (network_ != nullptr) network_->send(number, std::move(exchange));
    if (beats_) return;
    beats_ = true;
    kernel_.after(id(), beat, 0, 0);
}

void Outside::heard(std::uint64_t number, const http::Heard& heard) {
    const auto at = numbers_.find(number);
    if (at == numbers_.end()) return;
    const Key key = at->second;
    const auto open = open_.find(key);
    auto reply = std::make_shared<replicate::PeerReply>();
    reply->told = told_of(*open->second.request, heard);
    drop(open);
    const Bytes size = size_of(*reply);
    kernel_.send(id(), key.first,
                 {.type = static_cast<std::uint16_t>(replicate::PeerMessage::answer),
                  .a = key.second,
                  .body = std::move(reply),
                  .size = size});
}

void Outside::drop(std::map<Key, Open>::iterator open) {
    if (!open->second.waits) --answers_;
    numbers_.erase(open->second.number);
    open_.erase(open);
}

void Outside::forget(const Key& key) {
    const auto open = open_.find(key);
    if (open == open_.end()) return;
    if (network_ != nullptr) network_->forget(open->second.number);
    drop(open);
}

void Outside::on_channel_closed(ChannelId channel, kernel::CloseReason) {
    for (auto open = open_.lower_bound({channel, 0});
         open != open_.end() && open->first.first == channel;) {
        const Key key = open->first;
        ++open;
        forget(key);
    }
}

void Outside::on_timer(std::uint32_t, std::uint64_t) {
    beats_ = !open_.empty();
    if (!beats_) return;
    for (const auto& [key, open] : open_) {
        kernel_.send(id(), key.first,
                     {.type = static_cast<std::uint16_t>(replicate::PeerMessage::heartbeat),
                      .a = key.second});
    }
    kernel_.after(id(), beat, 0, 0);
}

}   // namespace glasshive::door::couch
