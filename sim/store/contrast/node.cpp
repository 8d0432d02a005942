#include "store/contrast/node.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "store/contrast/events.h"

namespace glasshive::store::contrast {

namespace {
constexpr Bytes record_overhead{4096};   // A log is written in pages.
}

Node::Node(kernel::Kernel& kernel, const std::vector<Place>& places, std::size_t member,
           const Options& options)
    : kernel_(kernel),
      places_(places),
      member_(member),
      options_(options),
      channels_(places.size()) {}

void Node::ask(const Request& request, Then then, bool own) {
    const std::uint64_t number = next_++;
    waiting_[number] = {.request = request,
                        .then = std::move(then),
                        .cause = kernel_.cause(),
                        .timer = kernel_.after(id(), options_.request_timeout, tag_request, number),
                        .own = own};
    begin(number);
}

const Node::Waiting* Node::waiting(std::uint64_t number) const {
    const auto found = waiting_.find(number);
    return found == waiting_.end() ? nullptr : &found->second;
}

void Node::finish(std::uint64_t number, const Answer& answer) {
    const auto found = waiting_.find(number);
    if (found == waiting_.end()) return;
    const Waiting waiting = std::move(found->second);
    waiting_.erase(found);
    forwarded_.erase(number);
    kernel_.cancel(waiting.timer);
    const kernel::CauseScope scope(kernel_, waiting.cause);
    const bool unknown = answer.outcome == Answer::Outcome::unknown;
    if (waiting.own && (unknown || answer.outcome == Answer::Outcome::unavailable)) {
        kernel_.emit(events::db_refused, shown(waiting.request.key),
                     {field::name(node_name(member_)),
                      field::name(named(waiting.request.writes() ? "write" : "read")),
                      field::integer(unknown ? 0 : 1), field::name(named(answer.why))});
    }
    waiting.then(answer);
}

void Node::forward(std::uint64_t number, std::size_t member) {
    const Request& request = waiting(number)->request;
    forwarded_[number] = member;
    tell(member, Forward{number, request}, size_of(request));
}

void Node::send(std::size_t member, std::shared_ptr<const Word> word, Bytes size) {
    if (member == member_) {   // No stream leads to oneself.
        kernel_.send_datagram(id(), id(),
                              {.type = contrast_message, .body = std::move(word), .size = size});
        return;
    }
    ChannelId& channel = channels_[member];
    if (!channel.valid() || !kernel_.is_open(channel)) {
        channel = kernel_.connect(id(), peers_[member]);
    }
    kernel_.send(id(), channel, {.type = contrast_message, .body = std::move(word), .size = size});
}

void Node::give_up_on(std::size_t member) {
    const ChannelId channel = std::exchange(channels_[member], ChannelId{});
    if (channel.valid() && kernel_.is_open(channel)) kernel_.close(id(), channel);
}

void Node::force(Bytes bytes, std::function<void()> then) {
    const std::uint64_t number = next_++;
    writes_[number] = std::move(then);
    const Place& place = places_[member_];
    const double amount = place.disk_unit * static_cast<double>((bytes + record_overhead).count);
    kernel_.work(id(), place.disk, {.amount = amount, .tag = 0, .argument = number});
}

void Node::on_work_done(std::uint32_t /*tag*/, std::uint64_t argument) {
    const auto found = writes_.find(argument);
    SIM_ASSERT(found != writes_.end());
    const std::function<void()> then = std::move(found->second);
    writes_.erase(found);
    then();
}

void Node::on_message(const kernel::Message& message) {
    const auto from = std::find(peers_.begin(), peers_.end(), message.from);
    if (message.type != contrast_message || from == peers_.end()) return;
    const auto member = static_cast<std::size_t>(from - peers_.begin());
    const Word& word = static_cast<const Word&>(*message.body);
    if (const auto* asked = std::get_if<Forward>(&word.body)) {
        ask(
            asked->request,
            [this, member, number = asked->number](const Answer& answer) {
                tell(member, Reply{number, answer}, size_of(answer.record));
            },
            false);
    } else if (const auto* reply = std::get_if<Reply>(&word.body)) {
        finish(reply->number, reply->answer);
    } else {
        receive(member, word);
    }
}

void Node::on_channel_closed(ChannelId channel, kernel::CloseReason /*reason*/) {
    const auto found = std::find(channels_.begin(), channels_.end(), channel);
    if (found == channels_.end()) return;   // The other's own, to here.
    *found = ChannelId{};
    const auto member = static_cast<std::size_t>(found - channels_.begin());
    std::vector<std::uint64_t> gone;
    for (const auto& [number, to] : forwarded_) {
        if (to == member) gone.push_back(number);
    }
    for (const std::uint64_t number : gone) {
        const bool writes = waiting(number)->request.writes();
        say_silent(number, member, "not there");
        finish(number, {.outcome = writes ? Answer::Outcome::unknown : Answer::Outcome::unavailable,
                        .why = places_[member].name + " went away with the request"});
    }
    lost(member);
}

void Node::on_timer(std::uint32_t tag, std::uint64_t argument) {
    if (tag != tag_request) return on_own_timer(tag, argument);
    if (waiting_.count(argument) == 0) return;
    const auto to = forwarded_.find(argument);
    if (to == forwarded_.end()) return expired(argument);
    const std::size_t member = to->second;
    const bool writes = waiting(argument)->request.writes();
    say_silent(argument, member, "timeout");
    give_up_on(member);
    finish(argument, {.outcome = writes ? Answer::Outcome::unknown : Answer::Outcome::unavailable,
                      .why = places_[member].name + " says nothing"});
}

void Node::on_stop() {
    waiting_.clear();
    forwarded_.clear();
    writes_.clear();
    channels_.assign(channels_.size(), {});
    forget();
}

void Node::say_silent(std::uint64_t number, std::size_t member, const char* why) {
    const Waiting* of = waiting(number);
    if (of == nullptr) return;
    const kernel::CauseScope scope(kernel_, of->cause);
    kernel_.emit(
        events::db_silent, shown(of->request.key),
        {field::name(node_name(member_)), field::name(node_name(member)), field::name(named(why))});
}

void Node::changed(const std::string& key) {
    if (watch_ != nullptr) watch_->changed(key);
}

}   // namespace glasshive::store::contrast
