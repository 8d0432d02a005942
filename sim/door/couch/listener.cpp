#include "door/couch/listener.h"

#include <algorithm>
#include <utility>

namespace glasshive::door::couch {

namespace {

Bytes size_of(const http::Request& request) {
    std::size_t size = request.method.size() + request.target.size() + request.body.size() + 16;
    for (const http::Header& each : request.headers) size += each.name.size() + each.value.size();
    return Bytes{static_cast<std::int64_t>(size)};
}

}   // namespace

bool waits_for_news(const http::Request& request) {
    try {
        const Target target = read_target(request.target);
        const auto is_feed = [](const std::string& part) {
            return part == "_changes" || part == "_db_updates";
        };
        if (std::none_of(target.parts.begin(), target.parts.end(), is_feed)) return false;
        // As the handler reads it: keys in any case.
        return std::any_of(target.query.begin(), target.query.end(), [](const auto& each) {
            std::string key = each.first;
            std::transform(key.begin(), key.end(), key.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
            return key == "feed" && each.second != "normal";
        });
    } catch (const Problem&) {
        return false;   // It will be refused.
    }
}

/// An answer on its way back; silent once the node is dead.
class Listener::Answering final : public Reply {
  public:
    Answering(Listener& listener, ChannelId channel, std::uint64_t number)
        : listener_(&listener),
          channel_(channel),
          number_(number) {}

    void answer(http::Head head, std::string body) override {
        send(WireMessage::answer, std::move(head), std::move(body));
        close();
    }
    void begin(http::Head head) override { send(WireMessage::begin, std::move(head), {}); }
    void write(std::string piece) override { send(WireMessage::piece, {}, std::move(piece)); }
    void end() override {
        send(WireMessage::end, {}, {});
        close();
    }
    void drop() override {
        send(WireMessage::drop, {}, {});
        close();
    }
    void die() { listener_ = nullptr; }

  private:
    void send(WireMessage type, http::Head head, std::string body) {
        if (listener_ == nullptr) return;
        auto message = std::make_shared<WireAnswer>();
        const Bytes size{static_cast<std::int64_t>(body.size() + 128)};
        message->head = std::move(head);
        message->body = std::move(body);
        listener_->kernel_.send(listener_->id(), channel_,
                                {.type = static_cast<std::uint16_t>(type),
                                 .a = number_,
                                 .body = std::move(message),
                                 .size = size});
    }
    void close() {
        if (listener_ != nullptr) listener_->open_.erase({channel_, number_});
    }

    Listener* listener_;
    ChannelId channel_;
    std::uint64_t number_;
};

void Listener::on_message(const kernel::Message& message) {
    if (static_cast<WireMessage>(message.type) == WireMessage::gone) {
        const auto found = open_.find({message.channel, message.a});
        if (found == open_.end()) return;
        const Open open = std::move(found->second);
        open_.erase(found);
        open.reply->die();
        open.call->gone();
        return;
    }
    const auto& wire = static_cast<const WireRequest&>(*message.body);
    auto reply = std::make_shared<Answering>(*this, message.channel, message.a);
    // It may be answered before handle() returns, and is then no longer open.
    const std::pair number{message.channel, message.a};
    open_[number] = {nullptr, reply};
    CallPtr call = service_.handle(member_, wire.request, wire.wall, reply);
    const auto found = open_.find(number);
    if (found != open_.end()) found->second.call = std::move(call);
}

void Listener::on_channel_closed(ChannelId channel, kernel::CloseReason) {
    std::vector<Open> lost;   // Their client has gone.
    const auto first = open_.lower_bound({channel, 0});
    auto last = first;
    for (; last != open_.end() && last->first.first == channel; ++last) {
        lost.push_back(std::move(last->second));
    }
    open_.erase(first, last);
    for (const Open& open : lost) {
        open.reply->die();
        if (open.call) open.call->gone();
    }
}

void Listener::on_stop() {
    for (auto& [number, open] : open_) open.reply->die();
    open_.clear();
}

// --- Outside -------------------------------------------------------------------------------------

Clients::Clients(kernel::Kernel& kernel, std::vector<ProcessId> listeners)
    : kernel_(kernel),
      listeners_(std::move(listeners)),
      channels_(listeners_.size()),
      asked_(listeners_.size()) {
    kernel_.add_process(HostId{}, *this);
    kernel_.start(id());
}

void Clients::send(std::size_t member, http::Request request, std::int64_t wall,
                   std::shared_ptr<Reply> reply, std::uint64_t number) {
    ChannelId& channel = channels_[member];
    if (!channel.valid() || !kernel_.is_open(channel)) {
        drop_open(member);   // Those of a connection that is no more.
        channel = kernel_.connect(id(), listeners_[member]);
    }
    const bool waits = waits_for_news(request);
    open_[number] = {member, waits, std::move(reply)};
    if (!waits) ++asked_[member];
    auto wire = std::make_shared<WireRequest>();
    const Bytes size = size_of(request);
    wire->request = std::move(request);
    wire->wall = wall;
    kernel_.send(id(), channel,
                 {.type = static_cast<std::uint16_t>(WireMessage::request),
                  .a = number,
                  .body = std::move(wire),
                  .size = size});
}

void Clients::gone(std::uint64_t number) {
    const auto found = open_.find(number);
    if (found == open_.end()) return;
    const ChannelId channel = channels_[found->second.member];
    forget(found);
    if (!channel.valid() || !kernel_.is_open(channel)) return;
    kernel_.send(id(), channel,
                 {.type = static_cast<std::uint16_t>(WireMessage::gone), .a = number});
}

std::size_t Clients::asked() const {
    std::size_t all = 0;
    for (std::size_t member = 0; member < asked_.size(); ++member) {
        const HostId host = kernel_.host_of(listeners_[member]);
        if (kernel_.is_on(host) && !kernel_.is_paused(host)) all += asked_[member];
    }
    return all;
}

Clients::Opens::iterator Clients::forget(Opens::iterator open) {
    if (!open->second.waits) --asked_[open->second.member];
    return open_.erase(open);
}

void Clients::on_message(const kernel::Message& message) {
    const auto found = open_.find(message.a);
    if (found == open_.end()) return;   // Its client has gone.
    const auto* answer = static_cast<const WireAnswer*>(message.body.get());
    const std::shared_ptr<Reply> reply = found->second.reply;
    switch (static_cast<WireMessage>(message.type)) {
        case WireMessage::answer: forget(found); return reply->answer(answer->head, answer->body);
        case WireMessage::begin: return reply->begin(answer->head);
        case WireMessage::piece: return reply->write(answer->body);
        case WireMessage::end: forget(found); return reply->end();
        default: forget(found); return reply->drop();
    }
}

void Clients::on_channel_closed(ChannelId channel, kernel::CloseReason) {
    const auto at = std::find(channels_.begin(), channels_.end(), channel);
    if (at == channels_.end()) return;
    const auto member = static_cast<std::size_t>(at - channels_.begin());
    *at = ChannelId{};
    drop_open(member);
}

void Clients::drop_open(std::size_t member) {
    std::vector<std::shared_ptr<Reply>> lost;
    for (auto each = open_.begin(); each != open_.end();) {
        if (each->second.member != member) {
            ++each;
            continue;
        }
        lost.push_back(std::move(each->second.reply));
        each = forget(each);
    }
    for (const auto& reply : lost) reply->drop();
}

}   // namespace glasshive::door::couch
