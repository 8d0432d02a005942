#include "swarm/discovery/ingress.h"

#include "base/assert.h"

namespace glasshive::swarm::discovery {

namespace {
constexpr Bytes reset_size{40};   // A bare TCP RST: IP and TCP headers.
}

Ingress::Call* Ingress::find(std::uint64_t cookie) {
    const auto slot = static_cast<std::uint32_t>(cookie);
    if (slot >= calls_.size()) return nullptr;
    Call& call = calls_[slot];
    return call.used && call.generation == cookie >> 32 ? &call : nullptr;
}

std::uint32_t Ingress::open(ChannelId up, ChannelId down, TaskId task, NameId subject) {
    std::uint32_t slot = 0;
    if (free_.empty()) {
        slot = static_cast<std::uint32_t>(calls_.size());
        calls_.emplace_back();
    } else {
        slot = free_.back();
        free_.pop_back();
    }
    Call& call = calls_[slot];
    call = {.up = up, .down = down, .task = task, .subject = subject,
            .generation = call.generation, .used = true};
    by_channel_[up] = slot;
    if (down.valid()) by_channel_[down] = slot;
    return slot;
}

void Ingress::finish(std::uint32_t slot) {
    Call& call = calls_[slot];
    by_channel_.erase(call.up);
    if (call.down.valid()) by_channel_.erase(call.down);
    call.used = false;
    ++call.generation;
    free_.push_back(slot);
}

void Ingress::refuse(ChannelId up, NameId subject, RefusedWhy why) {
    kernel_.send(owner_, up,
                 {.type = static_cast<std::uint16_t>(RequestMessage::refused),
                  .a = subject.value,
                  .b = static_cast<std::uint64_t>(why),
                  .size = reset_size});
}

// --- Towards the backend -------------------------------------------------------------------------

void Ingress::enter(const kernel::Message& message) {
    const Backend* backend = backends_.choose(port_of(message.a), NameId{service_of(message.a)});
    if (backend == nullptr) {
        refuse(message.channel, NameId{}, RefusedWhy::no_backend);
        return;
    }
    kernel_.send(owner_, message.channel,
                 {.type = static_cast<std::uint16_t>(RequestMessage::chosen),
                  .a = backend->subject.value,
                  .b = backend->daemon.value,
                  .size = Bytes{0}});
    if (backend->daemon == owner_) {
        take(message.channel, backend->task, backend->subject);
        return;
    }
    const ChannelId down = kernel_.connect(owner_, backend->daemon);
    open(message.channel, down, backend->task, backend->subject);
    kernel_.send(owner_, down,
                 {.type = static_cast<std::uint16_t>(RequestMessage::forward),
                  .a = static_cast<std::uint64_t>(backend->task),
                  .b = backend->subject.value,
                  .size = message.size});
}

void Ingress::take(ChannelId up, TaskId task, NameId subject) {
    const std::uint32_t slot = open(up, ChannelId{}, task, subject);
    // Whoever fails at once has answered already.
    if (local_.accept(task, cookie_of(slot, calls_[slot]))) return;
    finish(slot);
    refuse(up, subject, RefusedWhy::not_serving);
}

// --- Towards the client --------------------------------------------------------------------------

void Ingress::answer(const kernel::Message& message) {
    const auto at = by_channel_.find(message.channel);
    if (at == by_channel_.end()) return;   // The client gave up meanwhile.
    const Call call = calls_[at->second];
    finish(at->second);
    kernel_.send(owner_, call.up,
                 {.type = message.type, .a = message.a, .b = message.b, .size = message.size});
    kernel_.close(owner_, call.down);
}

void Ingress::served(std::uint64_t cookie, Bytes response_size) {
    const Call* call = find(cookie);
    if (call == nullptr) return;   // The client gave up while it was computed.
    kernel_.send(owner_, call->up,
                 {.type = static_cast<std::uint16_t>(RequestMessage::response),
                  .a = call->subject.value,
                  .size = response_size});
    finish(static_cast<std::uint32_t>(cookie));
}

void Ingress::fail(std::uint64_t cookie, RefusedWhy why) {
    const Call* call = find(cookie);
    if (call == nullptr) return;
    refuse(call->up, call->subject, why);
    finish(static_cast<std::uint32_t>(cookie));
}

bool Ingress::on_channel_closed(ChannelId channel) {
    const auto at = by_channel_.find(channel);
    if (at == by_channel_.end()) return false;
    const std::uint32_t slot = at->second;
    const Call call = calls_[slot];
    const std::uint64_t cookie = cookie_of(slot, calls_[slot]);
    finish(slot);
    if (channel == call.down) {
        refuse(call.up, call.subject, RefusedWhy::reset);
    } else if (call.down.valid()) {
        kernel_.close(owner_, call.down);
    } else {
        local_.abandon(call.task, cookie);
    }
    return true;
}

void Ingress::on_message(const kernel::Message& message) {
    switch (static_cast<RequestMessage>(message.type)) {
        case RequestMessage::request: enter(message); break;
        case RequestMessage::forward:
            take(message.channel, TaskId{message.a},
                 NameId{static_cast<std::uint32_t>(message.b)});
            break;
        case RequestMessage::response:
        case RequestMessage::refused: answer(message); break;
        case RequestMessage::chosen: break;
    }
}

void Ingress::forget() {
    calls_.clear();
    free_.clear();
    by_channel_.clear();
}

}   // namespace glasshive::swarm::discovery
