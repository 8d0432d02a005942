#include "serve/serve.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <unistd.h>
#include <utility>

#include "door/couch/target.h"
#include "door/http/client.h"
#include "door/http/server.h"
#include "serve/control.h"
#include "world/world.h"

namespace glasshive::serve {

namespace http = door::http;
using Wall = std::chrono::steady_clock;

std::string control_socket_of(const http::Address& address) {
    const char* const runtime = std::getenv("XDG_RUNTIME_DIR");
    const std::string folder = runtime != nullptr && *runtime != '\0' ? runtime : "/tmp";
    return folder + "/glasshive-" + std::to_string(::getuid()) + "-" +
           std::to_string(address.port) + ".sock";
}

namespace {

/// Answers on a socket.
class SocketReply final : public door::couch::Reply {
  public:
    SocketReply(http::Server& server, std::uint64_t request) : server_(server), request_(request) {}
    void answer(http::Head head, std::string body) override {
        server_.answer(request_, std::move(head), std::move(body));
    }
    void begin(http::Head head) override { server_.begin(request_, std::move(head)); }
    void write(std::string piece) override { server_.write(request_, std::move(piece)); }
    void end() override { server_.end(request_); }
    void drop() override { server_.drop(request_); }

  private:
    http::Server& server_;
    std::uint64_t request_;
};

/// Sends what the run asks of servers outside it.
class RealNetwork final : public door::couch::Network {
  public:
    explicit RealNetwork(http::Server& server) : client_({}, [&server] { server.wake(); }) {}
    void send(std::uint64_t number, http::Exchange exchange) override {
        client_.send(number, std::move(exchange));
    }
    void forget(std::uint64_t number) override { client_.forget(number); }
    http::Client& client() { return client_; }

  private:
    http::Client client_;
};

/// Keeps virtual time and the wall together.
class Pump {
  public:
    Pump(session::Session& session, http::Server& server, const Options& options)
        : session_(session),
          server_(server),
          options_(options),
          front_(session.world().store(options.store)),
          control_(session, options.store) {
        if (!options.outbound) return;
        network_ = std::make_unique<RealNetwork>(server);
        front_.outside()->connect(network_.get());
    }
    ~Pump() {
        if (network_ != nullptr) front_.outside()->connect(nullptr);
    }
    Pump(const Pump&) = delete;
    Pump& operator=(const Pump&) = delete;

    void loop(const std::atomic<bool>& stop, session::LineChannel* channel) {
        last_ = Wall::now();
        while (!stop && session_.now() < session_.end()) {
            take_requests();
            take_heard();
            if (channel != nullptr) take_control(*channel);
            if (hurries())
                run_ahead();
            else
                follow_wall();
        }
    }
    void make_ready(const std::atomic<bool>& stop) {
        while (!stop && !front_.ready() && session_.run_entries(64)) {
        }
    }

  private:
    /// A quiet cluster does little in a second: more would leave the wall far behind.
    static constexpr std::uint64_t entries_at_once = 1;
    static constexpr std::size_t requests_at_once = 16;

    /// Somebody waits for an answer that the wall has no part in.
    bool hurries() const {
        const bool wall_at_work = network_ != nullptr && front_.outside()->busy();
        return front_.clients().busy() && !wall_at_work;
    }

    void take_heard() {
        if (network_ == nullptr) return;
        for (auto told = network_->client().next(); told; told = network_->client().next()) {
            session_.give_store(
                session::StoreHeard{options_.store, told->number, std::move(told->heard)});
        }
    }

    void take_requests() {
        auto patience = std::chrono::milliseconds{hurries() ? 0 : 5};
        for (int i = 0; i < 64; ++i) {
            if (!may_take()) return;
            auto happening = server_.next(patience);
            if (!happening) return;
            patience = std::chrono::milliseconds{0};
            if (happening->what == http::Happening::What::gone) {
                session_.give_store(session::StoreGone{options_.store, happening->id});
                continue;
            }
            taken_ = Wall::now();
            http::Request& request = happening->request;
            auto reply = std::make_shared<SocketReply>(server_, request.id);
            const std::uint64_t number = request.id;
            const std::size_t node = node_for(request);
            session_.give_store(session::StoreRequest{options_.store, node, number, unix_seconds(),
                                                      std::move(request)},
                                std::move(reply));
        }
    }

    /// Many at once are as fast as few, and each may hold an answer of many MiB until it leaves.
    /// But none keeps the others out for ever.
    bool may_take() const {
        return front_.clients().asked() < requests_at_once ||
               Wall::now() - taken_ > std::chrono::seconds{1};
    }

    /// The listener's node, or else the first one that runs.
    std::size_t node_for(const http::Request& request) const {
        if (options_.node_ports) return request.listener;
        const store::Cluster& cluster = front_.cluster();
        for (std::size_t i = 0; i < cluster.size(); ++i) {
            if (cluster.is_running(i)) return i;
        }
        return 0;
    }
    static std::int64_t unix_seconds() {
        return std::chrono::duration_cast<std::chrono::seconds>(
                   std::chrono::system_clock::now().time_since_epoch())
            .count();
    }

    void take_control(session::LineChannel& channel) {
        std::string line;
        using Got = session::LineChannel::Got;
        for (Got got = channel.next(line, 0); got != Got::nothing; got = channel.next(line, 0)) {
            channel.send(got == Got::line ? control_.answer(line)
                                          : R"({"ok":false,"error":"the line is too long"})");
        }
    }

    /// Until all answers have left, or for a moment: new requests may be there.
    void run_ahead() {
        const Wall::time_point enough = Wall::now() + std::chrono::milliseconds{2};
        do {
            if (!session_.run_entries(entries_at_once)) return;
        } while (hurries() && Wall::now() < enough);
        last_ = Wall::now();
    }

    void follow_wall() {
        const Wall::time_point now = Wall::now();
        const double span = std::chrono::duration<double>(now - last_).count() * options_.speed;
        last_ = now;
        session_.run_until(session_.now() + Duration{static_cast<std::int64_t>(span * 1e9)});
    }

    session::Session& session_;
    http::Server& server_;
    const Options& options_;
    door::couch::Front& front_;
    Control control_;
    std::unique_ptr<RealNetwork> network_;
    Wall::time_point last_{};
    Wall::time_point taken_{};   // When the last request was.
};

}   // namespace

Diagnostics serve(session::Session& session, const Options& options, const std::atomic<bool>& stop,
                  const std::function<void(const std::vector<http::Address>&)>& ready) {
    http::Options sockets;
    sockets.loopback_only = options.loopback_only;
    sockets.limits.connections = options.clients;
    if (options.patience.count() > 0)
        sockets.limits.header_time = sockets.limits.progress_time = options.patience;
    sockets.server_name = "CouchDB/3.5.0 (Erlang OTP/25)";
    sockets.reads_body = door::couch::reads_body;
    const std::size_t nodes = session.world().store(options.store).cluster().size();
    for (std::size_t i = 0; i < (options.node_ports ? nodes : 1); ++i) {
        http::Address address = options.address;
        if (address.port != 0) address.port = static_cast<std::uint16_t>(address.port + i);
        sockets.addresses.push_back(address);
    }
    auto server = http::Server::start(sockets);
    if (!server.ok()) return server.problems();
    const auto& addresses = server.value()->addresses();
    const std::string path = options.control_socket.empty() ? control_socket_of(addresses.front())
                                                            : options.control_socket;
    session::LineChannel channel(path);
    if (!channel.listen()) {
        return {Diagnostic{.file = path, .message = "glasshive ctl's socket cannot be made"}};
    }
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        session.give_store(session::StoreAddress{options.store, i, addresses[i].text()});
    }
    for (const Preset& each : options.presets) {
        session.give_store(
            session::StoreSetting{options.store, each.section, each.key, each.value});
    }
    if (options.outbound) session.give_store(session::StoreOutbound{options.store});
    Pump pump(session, *server.value(), options);
    pump.make_ready(stop);
    ready(addresses);
    pump.loop(stop, &channel);
    return {};
}

}   // namespace glasshive::serve
