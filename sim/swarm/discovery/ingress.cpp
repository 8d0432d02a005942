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

std::uint32_t Ingress::open(ChannelId up, ChannelId down, LocalTask backend, bool kept,
                            Counted counted) {
    std::uint32_t slot = 0;
    if (free_.empty()) {
        slot = static_cast<std::uint32_t>(calls_.size());
        calls_.emplace_back();
    } else {
        slot = free_.back();
        free_.pop_back();
    }
    Call& call = calls_[slot];
    call = {.up = up, .down = down, .task = backend.task, .subject = backend.subject,
            .generation = call.generation, .used = true, .kept = kept, .counted = counted};
    begin(call);
    if (kept) ++kept_;
    by_channel_[up] = slot;
    if (down.valid()) by_channel_[down] = slot;
    return slot;
}

void Ingress::finish(std::uint32_t slot, bool answered) {
    Call& call = calls_[slot];
    if (!call.idle) settle(call, answered);
    by_channel_.erase(call.up);
    if (call.down.valid()) by_channel_.erase(call.down);
    if (call.kept) --kept_;
    call.used = false;
    ++call.generation;
    free_.push_back(slot);
}

/// A kept stream waits for its next request; any other is over.
void Ingress::answered(std::uint32_t slot) {
    Call& call = calls_[slot];
    if (!call.kept) {
        finish(slot, true);
        return;
    }
    settle(call, true);
    call.idle = true;
    ++call.generation;   // The next request on it has a cookie of its own.
}

void Ingress::refuse(ChannelId up, NameId subject, RefusedWhy why) {
    kernel_.send(owner_, up,
                 {.type = static_cast<std::uint16_t>(RequestMessage::refused),
                  .a = subject.value,
                  .b = static_cast<std::uint64_t>(why),
                  .size = reset_size});
}

// --- Towards the backend -------------------------------------------------------------------------

void Ingress::choose(ChannelId client, const Backend& backend) {
    kernel_.send(owner_, client,
                 {.type = static_cast<std::uint16_t>(RequestMessage::chosen),
                  .a = backend.subject.value,
                  .b = backend.daemon.value,
                  .size = Bytes{0}});
}

void Ingress::enter(const kernel::Message& message) {
    if (go_on(message)) return;
    const std::uint32_t port = port_of(message.a);
    const NameId service{service_of(message.a)};
    // Host ports first: they are the node's own, and the mesh never has the same.
    if (const auto here = local_.on_host_port(port, service); here) {
        choose(message.channel, {here->task, here->subject, HostId{}, owner_});
        const Counted own{meter_of(service) != nullptr ? service : NameId{}};
        take(message.channel, *here, (message.b & keep_open) != 0, own);
        return;
    }
    const Backend* backend = choose_published(port, service);
    if (backend == nullptr) {
        if (Meter* meter = meter_of(service); meter != nullptr) {
            meter->entered();
            meter->left(Duration{}, false);
        }
        refuse(message.channel, NameId{}, RefusedWhy::no_backend);
        return;
    }
    connect(message, *backend);
}

void Ingress::connect(const kernel::Message& message, const Backend& backend) {
    const bool kept = (message.b & keep_open) != 0;
    choose(message.channel, backend);
    const LocalTask chosen{backend.task, backend.subject};
    if (backend.daemon == owner_) {
        take(message.channel, chosen, kept, counted(backend));
        return;
    }
    const ChannelId down = kernel_.connect(owner_, backend.daemon);
    open(message.channel, down, chosen, kept, counted(backend));
    forward(down, chosen, kept, message.size);
}

/// Another request on a kept stream: to the same backend, whatever became of it.
bool Ingress::go_on(const kernel::Message& message) {
    const auto at = by_channel_.find(message.channel);
    if (at == by_channel_.end()) return false;
    Call& call = calls_[at->second];
    SIM_ASSERT(call.idle);   // One request at a time on a stream, as in HTTP/1.1.
    call.idle = false;
    begin(call);
    if (call.down.valid()) {
        forward(call.down, {call.task, call.subject}, true, message.size);
    } else {
        take(at->second);
    }
    return true;
}

void Ingress::forward(ChannelId down, LocalTask backend, bool kept, Bytes size) {
    kernel_.send(owner_, down,
                 {.type = static_cast<std::uint16_t>(RequestMessage::forward),
                  .a = static_cast<std::uint64_t>(backend.task),
                  .b = backend.subject.value | (kept ? keep_open : 0),
                  .size = size});
}

void Ingress::take(ChannelId up, LocalTask backend, bool kept, Counted counted) {
    take(open(up, ChannelId{}, backend, kept, counted));
}

void Ingress::take(std::uint32_t slot) {
    const Call call = calls_[slot];
    // Whoever fails at once has answered already.
    if (local_.accept(call.task, cookie_of(slot, call))) return;
    finish(slot);
    refuse(call.up, call.subject, RefusedWhy::not_serving);
}

// --- Towards the client --------------------------------------------------------------------------

void Ingress::answer(const kernel::Message& message) {
    const auto at = by_channel_.find(message.channel);
    if (at == by_channel_.end()) return;   // The client gave up meanwhile.
    const std::uint32_t slot = at->second;
    const Call call = calls_[slot];
    const bool response = static_cast<RequestMessage>(message.type) == RequestMessage::response;
    const bool stays = call.kept && response;
    if (stays) answered(slot);
    else finish(slot, response);
    kernel_.send(owner_, call.up,
                 {.type = message.type, .a = message.a, .b = message.b, .size = message.size});
    if (!stays) kernel_.close(owner_, call.down);
}

void Ingress::served(std::uint64_t cookie, Bytes response_size) {
    const Call* call = find(cookie);
    if (call == nullptr) return;   // The client gave up while it was computed.
    kernel_.send(owner_, call->up,
                 {.type = static_cast<std::uint16_t>(RequestMessage::response),
                  .a = call->subject.value,
                  .size = response_size});
    answered(static_cast<std::uint32_t>(cookie));
}

void Ingress::fail(std::uint64_t cookie, RefusedWhy why) {
    const Call* call = find(cookie);
    if (call == nullptr) return;
    refuse(call->up, call->subject, why);
    finish(static_cast<std::uint32_t>(cookie));
}

/// What is under way was reset before: only idle streams are left.
void Ingress::ended(TaskId task) {
    for (std::uint32_t slot = 0; kept_ > 0 && slot < calls_.size(); ++slot) {
        const Call call = calls_[slot];
        const bool here = call.used && call.idle && !call.down.valid();
        if (!here || call.task != task) continue;
        finish(slot);
        kernel_.close(owner_, call.up);
    }
}

bool Ingress::on_channel_closed(ChannelId channel) {
    const auto at = by_channel_.find(channel);
    if (at == by_channel_.end()) return false;
    const std::uint32_t slot = at->second;
    const Call call = calls_[slot];
    const std::uint64_t cookie = cookie_of(slot, calls_[slot]);
    finish(slot);
    if (channel == call.down) {
        if (call.idle) kernel_.close(owner_, call.up);
        else refuse(call.up, call.subject, RefusedWhy::reset);
    } else if (call.down.valid()) {
        kernel_.close(owner_, call.down);
    } else if (!call.idle) {
        local_.abandon(call.task, cookie);
    }
    return true;
}

void Ingress::on_message(const kernel::Message& message) {
    switch (static_cast<RequestMessage>(message.type)) {
        case RequestMessage::request: enter(message); break;
        case RequestMessage::forward:
            if (go_on(message)) break;
            take(message.channel,
                 {TaskId{message.a}, NameId{static_cast<std::uint32_t>(message.b)}},
                 (message.b & keep_open) != 0, Counted{});
            break;
        case RequestMessage::response:
        case RequestMessage::refused: answer(message); break;
        case RequestMessage::resolve: resolve(message); break;
        case RequestMessage::call:
        case RequestMessage::call_task: call(message); break;
        case RequestMessage::chosen:
        case RequestMessage::resolved:
        case RequestMessage::caller_up:
        case RequestMessage::caller_down: break;   // Words to clients.
    }
}

void Ingress::forget() {
    for (const Call& call : calls_) {
        if (call.used && !call.idle) settle(call, false);
    }
    balancers_.clear();
    ++lives_;
    calls_.clear();
    free_.clear();
    by_channel_.clear();
    kept_ = 0;
}

}   // namespace glasshive::swarm::discovery
