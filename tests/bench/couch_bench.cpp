// Goal: what the HTTP door serves, and how long a partition of a large database takes to heal.
// Method: `glasshive serve` in a process of its own and eight clients on loopback with Basic auth,
// each one request after the other; and, without sockets, a hundred thousand documents written at
// two of five nodes while they cannot see the others.
#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/assert.h"
#include "harness.h"
#include "kernel/bare_driver.h"
#include "store/cluster/cluster.h"
#include "store/json/parse.h"

using namespace glasshive;

namespace {

// --- The door ------------------------------------------------------------------------------------

std::string beside_this(const std::string& name) {
    std::array<char, 4096> path{};
    const ssize_t size = ::readlink("/proc/self/exe", path.data(), path.size() - 1);
    const std::string self(path.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    return self.substr(0, self.rfind('/') + 1) + name;
}

/// `glasshive serve` at a free port, until it goes.
class Served {
  public:
    Served() {
        int ends[2];
        if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
        process_ = ::fork();
        if (process_ == 0) {
            ::dup2(ends[1], 1);
            const std::string program = beside_this("glasshive");
            ::execl(program.c_str(), program.c_str(), "serve", "--couchdb", "127.0.0.1:0",
                    "--nodes", "3", "--admin", "adm:pass", static_cast<char*>(nullptr));
            ::_exit(127);
        }
        ::close(ends[1]);
        std::string said;
        char c = 0;
        while (said.find('\n') == std::string::npos && ::read(ends[0], &c, 1) == 1) said += c;
        const std::size_t colon = said.rfind(':');
        if (colon == std::string::npos) throw std::runtime_error("it does not serve: " + said);
        port_ = static_cast<std::uint16_t>(std::stoi(said.substr(colon + 1)));
        pipe_ = ends[0];
    }
    Served(const Served&) = delete;
    Served& operator=(const Served&) = delete;
    ~Served() {
        ::kill(process_, SIGTERM);
        ::waitpid(process_, nullptr, 0);
        ::close(pipe_);
    }
    std::uint16_t port() const { return port_; }

  private:
    pid_t process_ = 0;
    int pipe_ = -1;
    std::uint16_t port_ = 0;
};

/// A connection that is kept.
class Client {
  public:
    explicit Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
            throw std::runtime_error("no connection");
        }
    }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client() { ::close(socket_); }

    /// The status.
    int ask(const std::string& method, const std::string& path, const std::string& body = "") {
        const std::string text = method + " " + path +
                                 " HTTP/1.1\r\nHost: x\r\nAuthorization: Basic YWRtOnBhc3M=\r\n"
                                 "Content-Type: application/json\r\nContent-Length: " +
                                 std::to_string(body.size()) + "\r\n\r\n" + body;
        if (::send(socket_, text.data(), text.size(), MSG_NOSIGNAL) !=
            static_cast<ssize_t>(text.size())) {
            throw std::runtime_error("it hung up");
        }
        std::string got;
        std::array<char, 8192> piece{};
        while (true) {
            const std::size_t head = got.find("\r\n\r\n");
            const std::size_t length = got.find("Content-Length: ");
            if (head != std::string::npos && length < head) {
                const auto size = static_cast<std::size_t>(std::stoul(got.substr(length + 16)));
                if (got.size() >= head + 4 + size) return std::stoi(got.substr(9, 3));
            }
            const ssize_t more = ::recv(socket_, piece.data(), piece.size(), 0);
            if (more <= 0) throw std::runtime_error("it hung up");
            got.append(piece.data(), static_cast<std::size_t>(more));
        }
    }

  private:
    int socket_;
};

bench::Figures requests(const std::string& what, std::int64_t count) {
    const Served served;
    Client first(served.port());
    first.ask("PUT", "/bench");
    first.ask("PUT", "/bench/a", R"({"x":1})");
    constexpr std::int64_t clients = 8;
    std::atomic<std::int64_t> good{0};
    const bench::Stopwatch watch;
    std::vector<std::thread> threads;
    for (std::int64_t c = 0; c < clients; ++c) {
        threads.emplace_back([&, c] {
            Client client(served.port());
            for (std::int64_t i = 0; i < count / clients; ++i) {
                const std::string id = std::to_string(c) + "-" + std::to_string(i);
                const int status = what == "get" ? client.ask("GET", "/bench/a")
                                                 : client.ask("PUT", "/bench/" + id, R"({"x":1})");
                good += status == 200 || status == 201 ? 1 : 0;
            }
        });
    }
    for (std::thread& each : threads) each.join();
    const std::int64_t asked = count / clients * clients;
    if (good != asked) throw std::runtime_error("some were refused");
    return {{"seconds", watch.seconds()}, {"items", static_cast<double>(asked)}};
}

// --- A partition ---------------------------------------------------------------------------------

/// Five hosts; what is cut passes nothing.
class Halves final : public kernel::Topology {
  public:
    std::size_t host_count() const override { return 5; }
    std::size_t link_count() const override { return 0; }
    std::string_view host_name(HostId) const override { return "host"; }
    kernel::PathInfo path(HostId from, HostId to) const override {
        const bool apart = cut && (from.index() < 2) != (to.index() < 2);
        return {.latency = std::chrono::microseconds{100},
                .bottleneck = gigabits(10),
                .connected = !apart};
    }
    void route(HostId, HostId, std::vector<LinkId>&) const override {}
    Bandwidth link_bandwidth(LinkId) const override { return gigabits(10); }
    EventId cut_since(std::uint32_t, HostId, HostId) const override { return scenario_cause; }
    bool cut = false;
};

/// All see each other, and nothing is left to be pushed.
bool idle(store::Cluster& cluster) {
    for (std::size_t i = 0; i < cluster.size(); ++i) {
        for (std::size_t k = 0; k < cluster.size(); ++k) {
            if (!cluster.node(i).watch().sees(k)) return false;
        }
        if (!cluster.node(i).internal().idle()) return false;
    }
    return true;
}

bench::Figures heal(std::int64_t count) {
    Names names;
    EventStream stream{names};
    Halves topology;
    kernel::Kernel kernel{stream, topology, 1};
    kernel::BareDriver driver{kernel};
    std::vector<store::NodePlace> places;
    for (std::uint32_t i = 0; i < 5; ++i) {
        places.push_back({.name = "n" + std::to_string(i),
                          .host = HostId{i},
                          .cpu = kernel.add_queue(HostId{i}, 16, 1),
                          .disk = kernel.add_queue(HostId{i}, 2e9, 0)});
    }
    store::Cluster cluster(kernel, std::move(places));
    cluster.start();
    cluster.node(0).coordinator().create("orders", {.q = 8, .n = 3}, [](const auto&) {});
    driver.run_for(std::chrono::seconds{1});
    topology.cut = true;
    kernel.topology_changed();
    driver.run_for(std::chrono::seconds{90});   // All have noticed.
    const bench::Stopwatch watch;
    std::int64_t left = count, done = 0;
    std::function<void(std::size_t)> write = [&](std::size_t client) {
        if (left == 0) return;
        const std::string number = std::to_string(--left);
        const std::string body = "{\"note\":\"" + std::string(80, 'x') + "\",\"n\":" + number + "}";
        store::Edit edit{.id = store::json::SharedBytes::copy_of("order:" + number),
                         .content = store::ContentPtr({.body = store::json::parse(body).value})};
        cluster.node(client % 5)
            .coordinator()
            .write("orders", {std::move(edit)}, 0, [&, client](const store::WriteAnswer&) {
                ++done;
                write(client);
            });
    };
    for (std::size_t client = 0; client < 100; ++client) write(client);
    while (done < count) driver.run_for(std::chrono::seconds{1});
    topology.cut = false;
    kernel.topology_changed();
    while (!idle(cluster)) driver.run_for(std::chrono::seconds{1});
    const double seconds = watch.seconds();
    std::size_t copies = 0;
    for (std::size_t i = 0; i < cluster.size(); ++i) {
        for (const auto& [shard, copy] : cluster.node(i).files().copies) {
            copies += copy.info().documents;
        }
    }
    // Who stood with none of a document's copies could not store it.
    if (copies % 3 != 0 || copies < static_cast<std::size_t>(count)) {
        throw std::runtime_error("the copies differ");
    }
    return {{"seconds", seconds}, {"items", static_cast<double>(count)}};
}

const bool get = bench::in_child(
    "couch/http_get", [](const auto&) { return requests("get", bench::scaled(40'000, 800)); });
const bool put = bench::in_child(
    "couch/http_put", [](const auto&) { return requests("put", bench::scaled(20'000, 800)); });
const bool healed = bench::in_child("couch/heal_100000_documents",
                                    [](const auto&) { return heal(bench::scaled(100'000)); });

}   // namespace
