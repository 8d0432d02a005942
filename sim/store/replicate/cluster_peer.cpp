#include "store/replicate/cluster_peer.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace glasshive::store::replicate {

/// The requests of one job to one database.
class ClusterPeer final : public Peer {
  public:
    ClusterPeer(PeerClient& client, std::uint64_t line, std::string uri)
        : client_(client),
          line_(line),
          uri_(std::move(uri)) {}
    ~ClusterPeer() override { client_.hang_up(line_); }
    ClusterPeer(const ClusterPeer&) = delete;
    ClusterPeer& operator=(const ClusterPeer&) = delete;

    std::string uri() const override { return uri_; }
    void info(PeerThen<PeerInfo> then) override { ask(ask::Info{}, std::move(then)); }
    void create(const PeerCreate& options, PeerThen<PeerDone> then) override {
        ask(ask::Create{options}, std::move(then));
    }
    void open(const std::string& id, PeerThen<json::Value> then) override {
        ask(ask::Open{id}, std::move(then));
    }
    void open_local(const std::string& id, PeerThen<LocalDocument> then) override {
        ask(ask::OpenLocal{id}, std::move(then));
    }
    void write_local(const LocalEdit& edit, PeerThen<Revision> then) override {
        ask(ask::WriteLocal{edit}, std::move(then));
    }
    void changes(const PeerChanges& question, PeerThen<PeerPage> then) override {
        ask(ask::Changes{question}, std::move(then));
    }
    void revs_diff(const query::RevsDiff& wanted,
                   PeerThen<std::vector<found::Missing::One>> then) override {
        ask(ask::RevsDiff{wanted}, std::move(then));
    }
    void fetch(const std::vector<PeerWanted>& wanted, bool attachments,
               PeerThen<std::vector<PeerFetched>> then) override {
        ask(ask::Fetch{wanted, attachments}, std::move(then));
    }
    void write(const std::vector<ReplicatedEdit>& edits,
               PeerThen<std::vector<PeerRefused>> then) override {
        ask(ask::Write{edits}, std::move(then));
    }
    void ensure_full_commit(PeerThen<std::string> then) override {
        ask(ask::Commit{}, std::move(then));
    }

  private:
    template <class T>
    void ask(PeerQuestion question, PeerThen<T> then) {
        client_.ask(line_, std::move(question), [then = std::move(then)](const PeerTold& told) {
            if (const auto* error = std::get_if<PeerError>(&told)) return then(*error);
            then(std::get<T>(told));
        });
    }

    PeerClient& client_;
    std::uint64_t line_;
    std::string uri_;
};

std::unique_ptr<Peer> PeerClient::open(ClusterDatabase database, const PeerPatience& patience) {
    const std::uint64_t line = next_line_++;
    std::string uri = database.uri;
    lines_.emplace(line, Line{std::move(database), patience});
    return std::make_unique<ClusterPeer>(*this, line, std::move(uri));
}

// --- Asking --------------------------------------------------------------------------------------

void PeerClient::ask(std::uint64_t line, PeerQuestion question,
                     std::function<void(const PeerTold&)> then) {
    const auto at = lines_.find(line);
    if (at == lines_.end()) return;   // The process has died since.
    auto request = std::make_shared<PeerRequest>();
    request->database = at->second.database.name;
    request->who = at->second.database.who;
    Duration timeout = at->second.patience.timeout;
    if (const auto* changes = std::get_if<ask::Changes>(&question)) {
        if (changes->question.wait) timeout = changes->question.silence;
    }
    request->question = std::move(question);
    const Bytes size = size_of(*request);
    const std::uint64_t number = next_call_++;
    calls_.emplace(number, Call{.line = line,
                                .request = std::move(request),
                                .size = size,
                                .timeout = timeout,
                                .then = std::move(then)});
    send(number);
}

void PeerClient::send(std::uint64_t number) {
    Call& call = calls_.at(number);
    Line& line = lines_.at(call.line);
    if (!line.channel.valid() || !kernel_.is_open(line.channel)) {
        line.channel = kernel_.connect(id(), line.database.server);
    }
    call.sent = true;
    kernel_.send(id(), line.channel,
                 {.type = static_cast<std::uint16_t>(PeerMessage::ask),
                  .a = number,
                  .body = call.request,
                  .size = call.size});
    watch(number);
}

/// Nothing heard for so long: the connection is as good as gone.
void PeerClient::watch(std::uint64_t number) {
    Call& call = calls_.at(number);
    alarms_.cancel(call.alarm);
    call.alarm = alarms_.set(call.timeout, [this, line = call.line] {
        line_failed(line, {0, "req_timedout", "req_timedout"});
    });
}

// --- Hearing -------------------------------------------------------------------------------------

void PeerClient::on_message(const kernel::Message& message) {
    const auto at = calls_.find(message.a);
    const bool known = at != calls_.end() && at->second.sent &&
                       lines_.at(at->second.line).channel == message.channel;
    if (!known) return;   // Of an attempt that was given up.
    if (static_cast<PeerMessage>(message.type) == PeerMessage::heartbeat) {
        return watch(message.a);
    }
    const PeerTold& told = static_cast<const PeerReply&>(*message.body).told;
    const auto* error = std::get_if<PeerError>(&told);
    const bool again = error != nullptr && (error->status == 0 || error->status >= 500);
    if (again) return attempt_failed(message.a, *error);
    end(message.a, told);
}

void PeerClient::on_channel_closed(ChannelId channel, kernel::CloseReason reason) {
    for (auto& [number, line] : lines_) {
        if (line.channel != channel) continue;
        line.channel = ChannelId{};
        if (reason == kernel::CloseReason::refused) {
            return line_failed(number, {0, "conn_failed", "econnrefused"});
        }
        return line_failed(number, {0, "connection_closing", "connection_closed"});
    }
}

void PeerClient::line_failed(std::uint64_t line, const PeerError& why) {
    Line& failed = lines_.at(line);
    if (failed.channel.valid()) kernel_.close(id(), failed.channel);
    failed.channel = ChannelId{};
    std::vector<std::uint64_t> lost;
    for (const auto& [number, call] : calls_) {
        if (call.line == line && call.sent) lost.push_back(number);
    }
    for (const std::uint64_t number : lost) {
        if (calls_.count(number) > 0) attempt_failed(number, why);
    }
}

void PeerClient::attempt_failed(std::uint64_t number, const PeerError& why) {
    Call& call = calls_.at(number);
    const PeerPatience& patience = lines_.at(call.line).patience;
    if (call.failures >= patience.retries) return end(number, why);
    const std::int64_t factor = std::int64_t{1} << std::min(call.failures, 20U);
    ++call.failures;
    call.sent = false;
    alarms_.cancel(call.alarm);
    call.alarm = alarms_.set(std::min(patience.most_wait, patience.first_wait * factor),
                             [this, number] { send(number); });
}

void PeerClient::end(std::uint64_t number, const PeerTold& told) {
    const auto at = calls_.find(number);
    alarms_.cancel(at->second.alarm);
    const std::function<void(const PeerTold&)> then = std::move(at->second.then);
    calls_.erase(at);
    then(told);
}

// --- Going away ----------------------------------------------------------------------------------

void PeerClient::hang_up(std::uint64_t line) {
    const auto at = lines_.find(line);
    if (at == lines_.end()) return;
    for (auto call = calls_.begin(); call != calls_.end();) {
        if (call->second.line != line) {
            ++call;
            continue;
        }
        alarms_.cancel(call->second.alarm);
        call = calls_.erase(call);
    }
    // A host that is off says nothing any more.
    const bool on = kernel_.is_on(kernel_.host_of(id()));
    if (on && at->second.channel.valid()) kernel_.close(id(), at->second.channel);
    lines_.erase(at);
}

void PeerClient::on_stop() {
    alarms_.clear();
    calls_.clear();
    lines_.clear();
}

}   // namespace glasshive::store::replicate
