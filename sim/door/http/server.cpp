#include "door/http/server.h"

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "door/http/connection.h"

namespace glasshive::door::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

std::size_t cost_of(const Request& request) {
    std::size_t bytes =
        sizeof request + request.method.size() + request.target.size() + request.body.size();
    for (const Header& header : request.headers)
        bytes += sizeof header + header.name.size() + header.value.size();
    return bytes;
}

constexpr std::size_t files_kept = 64;   // For everything but clients.
constexpr std::chrono::milliseconds files_rest{100};

/// As many files as this process may have: each client is one. Says how many clients that makes.
std::size_t allow_many_files(std::size_t wanted) {
    rlimit files{};
    if (getrlimit(RLIMIT_NOFILE, &files) != 0) return wanted;
    if (files.rlim_cur < files.rlim_max) {
        const rlim_t before = std::exchange(files.rlim_cur, files.rlim_max);
        if (setrlimit(RLIMIT_NOFILE, &files) != 0) files.rlim_cur = before;
    }
    const auto all = static_cast<std::size_t>(files.rlim_cur);
    return std::min(wanted, all > 2 * files_kept ? all - files_kept : all / 2);
}

}   // namespace

struct Server::Impl final : Hall {
    explicit Impl(Options wanted) : options_(std::move(wanted)) {}
    ~Impl() override { stop(); }

    // On the I/O thread.
    const Options& options() const override { return options_; }
    std::uint64_t next_id() override { return ++ids; }
    bool take(Request& request, const std::shared_ptr<Connection>& from) override;
    void lost(std::uint64_t request) override;
    void done(std::uint64_t request) override {
        answering.erase(request);
        release(request);
    }
    void closed() override { --open; }
    bool holds(std::ptrdiff_t bytes) override {
        incoming += bytes;
        return bytes <= 0 ||
               incoming <= static_cast<std::ptrdiff_t>(options_.limits.incoming_bytes);
    }
    void owes(std::ptrdiff_t bytes) override {
        outgoing += bytes;
        if (bytes <= 0 || evicting || !owes_too_much()) return;
        evicting = true;   // Later: whoever tells us is in the middle of something.
        asio::post(io, [this] { evict(); });
    }
    bool owes_too_much() const {
        return outgoing > static_cast<std::ptrdiff_t>(options_.limits.outgoing_bytes);
    }
    void evict();
    void accept(std::size_t listener);
    void let_in();
    /// A request's bytes are no longer held, from any thread.
    void release(std::uint64_t request);

    std::optional<Diagnostic> listen();
    void stop();
    template <class Do>
    void on_connection(std::uint64_t request, Do act) {
        asio::post(io, [this, request, act = std::move(act)]() mutable {
            const auto found = answering.find(request);
            if (found == answering.end()) return;
            // Kept alive by itself: acting may end it.
            const std::shared_ptr<Connection> connection = found->second;
            act(*connection);
        });
    }

    Options options_;
    std::vector<Address> addresses;
    std::atomic<std::size_t> open{0};   // Connections say goodbye as `io` drops them.
    std::uint64_t ids = 0;
    std::ptrdiff_t incoming = 0, outgoing = 0;
    bool evicting = false;
    asio::io_context io{1};
    std::vector<std::unique_ptr<tcp::acceptor>> acceptors;
    std::map<std::uint64_t, std::shared_ptr<Connection>> answering;   // By request.
    std::deque<std::shared_ptr<Connection>> outside;   // Whose request finds no room.
    std::vector<asio::steady_timer> rests;             // Of acceptors when no files are left.
    std::thread thread;

    // Between the threads.
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<Happening> happened;
    std::size_t waiting = 0, waiting_bytes = 0;
    std::map<std::uint64_t, std::size_t> costs;   // Of the requests that are not answered.
    bool woken = false;
};

std::optional<Diagnostic> Server::Impl::listen() {
    for (const Address& address : options_.addresses) {
        if (options_.loopback_only && !is_loopback(address))
            return Diagnostic{.message = address.text() + " can be reached from other machines",
                              .hint = "listen at 127.0.0.1, or say that you want this"};
        auto acceptor = std::make_unique<tcp::acceptor>(io);
        error_code error;
        const tcp::endpoint where(asio::ip::make_address(address.host, error), address.port);
        if (!error) acceptor->open(where.protocol(), error);
        if (!error) acceptor->set_option(tcp::acceptor::reuse_address(true), error);
        if (!error) acceptor->bind(where, error);
        if (!error) acceptor->listen(asio::socket_base::max_listen_connections, error);
        if (error)
            return Diagnostic{.message =
                                  "cannot listen at " + address.text() + ": " + error.message(),
                              .hint = "choose another port; 0 takes one that is free"};
        addresses.push_back({address.host, acceptor->local_endpoint().port()});
        acceptors.push_back(std::move(acceptor));
        rests.emplace_back(io);
    }
    return std::nullopt;
}

void Server::Impl::accept(std::size_t listener) {
    acceptors[listener]->async_accept([this, listener](error_code error, tcp::socket socket) {
        if (error == asio::error::operation_aborted) return;
        if (error) {   // No files left, most likely: some will be closed.
            rests[listener].expires_after(files_rest);
            rests[listener].async_wait([this, listener](error_code) { accept(listener); });
            return;
        }
        const bool full = ++open > options_.limits.connections;
        const auto connection = std::make_shared<Connection>(std::move(socket), *this, listener);
        if (full)
            connection->turn_away();
        else
            connection->start();
        accept(listener);
    });
}

bool Server::Impl::take(Request& request, const std::shared_ptr<Connection>& from) {
    const std::size_t cost = cost_of(request);
    const std::uint64_t id = request.id;
    {
        const std::lock_guard lock(mutex);
        const Limits& limits = options_.limits;
        const bool room =
            waiting < limits.waiting_requests && (cost <= limits.small_request || costs.empty() ||
                                                  waiting_bytes + cost <= limits.waiting_bytes);
        if (!room) {
            outside.push_back(from);
            return false;
        }
        ++waiting;
        waiting_bytes += cost;
        costs.emplace(id, cost);
        happened.push_back({Happening::What::request, std::move(request), id});
    }
    answering.emplace(id, from);
    changed.notify_one();
    return true;
}

void Server::Impl::lost(std::uint64_t request) {
    answering.erase(request);   // Its bytes are held until the owner hears of it.
    {
        const std::lock_guard lock(mutex);
        happened.push_back({Happening::What::gone, {}, request});
    }
    changed.notify_one();
}

void Server::Impl::release(std::uint64_t request) {
    {
        const std::lock_guard lock(mutex);
        const auto cost = costs.find(request);
        if (cost == costs.end()) return;
        const bool was_full = waiting_bytes > options_.limits.waiting_bytes / 2;
        waiting_bytes -= cost->second;
        costs.erase(cost);
        if (!was_full) return;
    }
    asio::post(io, [this] { let_in(); });
}

/// Lets clients go until what is owed to the others is bearable: who holds much for long goes
/// first. Whoever has just been answered, or reads, is the last.
void Server::Impl::evict() {
    evicting = false;
    const auto now = asio::steady_timer::clock_type::now();
    while (owes_too_much()) {
        std::shared_ptr<Connection> worst;
        double worst_cost = -1;   // Byte seconds.
        std::size_t owed = 0;
        for (const auto& [request, connection] : answering) {
            const std::chrono::duration<double> still = now - connection->moved_at();
            const double cost = static_cast<double>(connection->unsent_bytes()) * still.count();
            owed += connection->unsent_bytes() > 0 ? 1 : 0;
            if (connection->unsent_bytes() == 0 || cost <= worst_cost) continue;
            worst = connection;
            worst_cost = cost;
        }
        if (owed < 2) return;   // One answer that is larger than all may be: nobody else waits.
        worst->close();
    }
}

/// Some room is there again: whoever waits longest tries first.
void Server::Impl::let_in() {
    std::deque<std::shared_ptr<Connection>> now;
    now.swap(outside);
    for (const auto& connection : now) connection->resume();
}

void Server::Impl::stop() {
    if (!thread.joinable()) return;
    io.stop();
    thread.join();
    acceptors.clear();
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() {
    impl_->stop();
    impl_->answering.clear();
}

Result<std::unique_ptr<Server>> Server::start(const Options& options) {
    auto impl = std::make_unique<Impl>(options);
    std::size_t& connections = impl->options_.limits.connections;
    connections = allow_many_files(connections);
    if (auto problem = impl->listen()) return *problem;
    for (std::size_t i = 0; i < impl->acceptors.size(); ++i) impl->accept(i);
    impl->thread = std::thread([raw = impl.get()] { raw->io.run(); });
    return std::unique_ptr<Server>(new Server(std::move(impl)));
}

const std::vector<Address>& Server::addresses() const { return impl_->addresses; }
std::size_t Server::connections() const { return impl_->open; }

std::optional<Happening> Server::next(std::chrono::milliseconds patience) {
    std::unique_lock lock(impl_->mutex);
    impl_->changed.wait_for(lock, patience,
                            [&] { return !impl_->happened.empty() || impl_->woken; });
    impl_->woken = false;
    if (impl_->happened.empty()) return std::nullopt;
    Happening happening = std::move(impl_->happened.front());
    impl_->happened.pop_front();
    if (happening.what == Happening::What::gone) {
        lock.unlock();
        impl_->release(happening.id);
        return happening;
    }
    const bool was_full = impl_->waiting-- >= impl_->options_.limits.waiting_requests;
    lock.unlock();
    if (was_full) asio::post(impl_->io, [impl = impl_.get()] { impl->let_in(); });
    return happening;
}

void Server::wake() {
    {
        const std::lock_guard lock(impl_->mutex);
        impl_->woken = true;
    }
    impl_->changed.notify_one();
}

void Server::answer(std::uint64_t request, Head head, std::string body) {
    impl_->on_connection(request, [request, head = std::move(head),
                                   body = std::move(body)](Connection& connection) mutable {
        connection.answer(request, head, std::move(body));
    });
}

void Server::begin(std::uint64_t request, Head head) {
    impl_->on_connection(request, [request, head = std::move(head)](Connection& connection) {
        connection.begin(request, head);
    });
}

void Server::write(std::uint64_t request, std::string piece) {
    impl_->on_connection(request,
                         [request, piece = std::move(piece)](Connection& connection) mutable {
                             connection.write(request, std::move(piece));
                         });
}

void Server::end(std::uint64_t request) {
    impl_->on_connection(request, [request](Connection& connection) { connection.end(request); });
}

void Server::drop(std::uint64_t request) {
    impl_->on_connection(request, [](Connection& connection) { connection.close(); });
}

}   // namespace glasshive::door::http
