#include "door/callers/caller.h"

#include <utility>

#include "door/callers/missed.h"
#include "store/client_events.h"
#include "store/document/attachments.h"

namespace glasshive::door::callers {

namespace events = store::client::events;

namespace {

/// Who promises that each operation seems to happen at one instant: what one client read, no later
/// read of another may miss.
bool is_atomic(store::Kind kind) {
    return kind == store::Kind::two_phase || kind == store::Kind::majority;
}

Bytes size_of(const http::Request& request) {
    std::size_t size = request.method.size() + request.target.size() + request.body.size() + 16;
    for (const http::Header& each : request.headers) size += each.name.size() + each.value.size();
    return Bytes{static_cast<std::int64_t>(size)};
}

}   // namespace

Caller::Caller(kernel::Kernel& kernel, const Entrance& entrance, Ledger& ledger,
               const store::ClientSpec& spec)
    : kernel_(kernel),
      entrance_(entrance),
      ledger_(ledger),
      spec_(spec),
      channels_(entrance.listeners.size()) {}

void Caller::ask(std::size_t member, const Asked& asked, Then then) {
    const ProcessId listener = entrance_.listeners[member];
    ChannelId& channel = channels_[member];
    if (!channel.valid() || !kernel_.is_open(channel)) channel = kernel_.connect(id(), listener);
    auto wire = std::make_shared<couch::WireRequest>();
    wire->request.method = asked.method;
    wire->request.target = asked.target;
    wire->request.body = asked.body;
    wire->request.client = spec_.name;
    auto& headers = wire->request.headers;
    headers.push_back({"Host", node_name(member) + ":5984"});
    headers.push_back({"Accept", "application/json"});
    if (!store().admins.empty()) {
        const auto& [user, password] = store().admins.front();
        headers.push_back({"Authorization", "Basic " + store::base64(user + ":" + password)});
    }
    if (!asked.body.empty()) headers.push_back({"Content-Type", "application/json"});
    wire->wall = store().epoch + ns_of(kernel_.now()) / 1'000'000'000;
    const std::uint64_t number = next_++;
    const Bytes size = size_of(wire->request);
    open_[number] = {.member = member,
                     .timer = kernel_.after(id(), spec_.timeout, tag_timeout, number, listener),
                     .then = std::move(then)};
    kernel_.send(id(), channel,
                 {.type = static_cast<std::uint16_t>(couch::WireMessage::request),
                  .a = number,
                  .body = std::move(wire),
                  .size = size});
}

void Caller::close(std::uint64_t number, Answer answer) {
    const auto found = open_.find(number);
    if (found == open_.end()) return;
    const Open open = std::move(found->second);
    open_.erase(found);
    kernel_.cancel(open.timer);
    open.then(answer);
}

void Caller::on_message(const kernel::Message& message) {
    const auto found = open_.find(message.a);
    if (found == open_.end()) return;   // Given up.
    Open& open = found->second;
    const auto* answer = static_cast<const couch::WireAnswer*>(message.body.get());
    switch (static_cast<couch::WireMessage>(message.type)) {
        case couch::WireMessage::answer:
            return close(message.a, {answer->head.status, answer->body});
        case couch::WireMessage::begin: open.status = answer->head.status; return;
        case couch::WireMessage::piece: open.body += answer->body; return;
        case couch::WireMessage::end: return close(message.a, {open.status, std::move(open.body)});
        default: return close(message.a, {0, "the connection was cut"});
    }
}

void Caller::on_channel_closed(ChannelId channel, kernel::CloseReason reason) {
    for (std::size_t member = 0; member < channels_.size(); ++member) {
        if (channels_[member] != channel) continue;
        channels_[member] = {};
        std::vector<std::uint64_t> lost;
        for (const auto& [number, open] : open_) {
            if (open.member == member) lost.push_back(number);
        }
        const char* const why = reason == kernel::CloseReason::refused ? "connection refused"
                                : reason == kernel::CloseReason::reset ? "connection reset"
                                                                       : "connection timed out";
        for (const std::uint64_t number : lost) close(number, {0, why});
        return;
    }
}

void Caller::on_timer(std::uint32_t tag, std::uint64_t argument) {
    if (tag != tag_timeout) return on_own_timer(tag, argument);
    const auto found = open_.find(argument);
    if (found == open_.end()) return;
    const ChannelId channel = channels_[found->second.member];
    if (channel.valid() && kernel_.is_open(channel)) {
        kernel_.send(id(), channel,
                     {.type = static_cast<std::uint16_t>(couch::WireMessage::gone), .a = argument});
    }
    close(argument, {0, "no answer within " + to_text(spec_.timeout)});
}

void Caller::on_stop() {
    open_.clear();
    channels_.assign(channels_.size(), {});
}

std::size_t Caller::member_of(const std::string& host) const {
    for (std::size_t i = 0; i < entrance_.hosts.size(); ++i) {
        if (entrance_.hosts[i] == host) return i;
    }
    return 0;
}

std::string Caller::shown(const Aim& aim) const {
    return aim.database.empty() ? "" : store().prefix + aim.database;
}

std::string Caller::place_of(const Aim& aim) const {
    return store().name + "/" + aim.database + "/" + aim.document;
}

void Caller::note_write(const Aim& aim, const Answer& answer) {
    if (aim.document.empty() || std::string_view(aim.what) != "write" || !answer.ok()) return;
    if (const auto revision = store::Revision::parse(text_in(answer.body, "rev"))) {
        ledger_.told(place_of(aim), *revision);
    }
}

std::string Caller::newest_before(const Aim& aim) const {
    if (aim.document.empty() || std::string_view(aim.what) != "read") return "";
    const auto newest = ledger_.newest(place_of(aim));
    return newest ? newest->text() : "";
}

Caller::Known Caller::known_before(const Aim& aim) const {
    if (std::string_view(aim.what) != "query") return {};
    return ledger_.newest_below(store().name + "/" + aim.database + "/");
}

void Caller::say_stale(const Aim& aim, const std::string& document, const std::string& reader,
                       std::size_t member, const std::string& shown_revision,
                       const std::string& newest) {
    kernel_.emit(events::db_stale, name(shown(aim) + "/" + document),
                 {field::name(name(reader)), field::name(name(shown(aim))),
                  field::name(name(node_name(member))), field::name(name(shown_revision)),
                  field::name(name(newest))});
}

void Caller::note_query(const Aim& aim, const Asked& asked, const Answer& answer,
                        const Known& known, const std::string& reader, std::size_t member) {
    if (known.empty() || answer.status != 200) return;
    for (const Shown& each : shown_in(answer.body)) {
        const auto newest = known.find(each.id);
        const auto read = store::Revision::parse(each.revision);
        if (newest == known.end() || !read) continue;
        if (read->position() >= newest->second.position()) continue;
        return say_stale(aim, each.id, reader, member, each.revision, newest->second.text());
    }
    const std::string missed =
        missed_by(entrance_, {aim.database, asked.target, asked.body}, answer.body, known);
    if (!missed.empty()) say_stale(aim, missed, reader, member, "", known.at(missed).text());
}

void Caller::note_read(const Aim& aim, const Answer& answer, const std::string& newest,
                       const std::string& reader, std::size_t member) {
    const auto known = store::Revision::parse(newest);
    std::string found;
    if (answer.status == 200) {
        found = text_in(answer.body, "_rev");
        const auto read = store::Revision::parse(found);
        if (read && is_atomic(store().kind)) ledger_.told(place_of(aim), *read);
        if (!read || !known || read->position() >= known->position()) return;
    } else if (!known || answer.status != 404 || text_in(answer.body, "reason") != "missing") {
        return;
    }
    say_stale(aim, aim.document, reader, member, found, newest);
}

}   // namespace glasshive::door::callers
