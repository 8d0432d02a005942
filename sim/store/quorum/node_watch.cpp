#include "store/quorum/node_watch.h"

#include <algorithm>

namespace glasshive::store {

namespace {

constexpr Duration setup_time = std::chrono::seconds{7};   // Erlang's net_setuptime.

}   // namespace

void NodeWatch::on_start() {
    states_.assign(peers_.size(), {});
    for (std::size_t member = 0; member < peers_.size(); ++member) {
        if (looks_for(member)) tick(member);
    }
    kernel_.after(id(), tick_time_ / 4, 0);
}

void NodeWatch::tick(std::size_t member) {
    State& state = states_[member];
    if (!state.channel.valid() || !kernel_.is_open(state.channel)) {
        state.channel = kernel_.connect(id(), peers_[member]);
        state.opened = kernel_.now();
    }
    kernel_.send(id(), state.channel, {.size = Bytes{4}});
}

void NodeWatch::on_timer(std::uint32_t, std::uint64_t) {
    for (std::size_t member = 0; member < peers_.size(); ++member) {
        if (!looks_for(member)) continue;
        State& state = states_[member];
        if (state.up && kernel_.now() - state.heard >= tick_time_) {
            kernel_.close(id(), state.channel);
            state.channel = ChannelId{};
            set(member, false);
        } else if (!state.up && state.channel.valid() &&
                   kernel_.now() - state.opened >= setup_time) {
            kernel_.close(id(), state.channel);
            state.channel = ChannelId{};
        }
        tick(member);
    }
    kernel_.after(id(), tick_time_ / 4, 0);
}

void NodeWatch::on_message(const kernel::Message& message) {
    const auto peer = std::find(peers_.begin(), peers_.end(), message.from);
    if (peer == peers_.end()) return;
    const auto member = static_cast<std::size_t>(peer - peers_.begin());
    states_[member].heard = kernel_.now();
    const bool back = !states_[member].up;
    set(member, true);
    if (back) tick(member);   // So that both see each other at once.
}

void NodeWatch::on_channel_closed(ChannelId channel, kernel::CloseReason) {
    for (std::size_t member = 0; member < states_.size(); ++member) {
        if (states_[member].channel != channel) continue;
        states_[member].channel = ChannelId{};
        set(member, false);
        return;
    }
}

void NodeWatch::set(std::size_t member, bool up) {
    if (states_[member].up == up) return;
    states_[member].up = up;
    change_(member, up);
}

}   // namespace glasshive::store
