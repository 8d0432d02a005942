// Goal: whatever is sent over HTTP, each request is answered once, with JSON where JSON is said,
// and the copies hold together. Method: libFuzzer under the sanitizers. Bytes are read as requests
// one behind the other (Boost.Beast's parser, as the server's); they go to the two nodes of a
// simulated cluster in turn, as the admin unless they say otherwise.
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/assert.h"
#include "door/couch/front.h"
#include "kernel/support.h"
#include "store/db/database.h"

namespace {

using namespace glasshive;
using namespace std::chrono_literals;
namespace http = door::http;
namespace couch = door::couch;

/// What one request came to.
struct Heard final : couch::Reply {
    int heads = 0, ends = 0, drops = 0;
    http::Head head;
    std::string body;
    void answer(http::Head told, std::string all) override {
        begin(std::move(told));
        body = std::move(all);
        end();
    }
    void begin(http::Head told) override {
        SIM_ASSERT(heads == 0 && ends == 0);
        ++heads;
        head = std::move(told);
        SIM_ASSERT(head.status >= 200 && head.status <= 599);
    }
    void write(std::string piece) override {
        SIM_ASSERT(heads == 1 && ends == 0);
        body += piece;
    }
    void end() override {
        SIM_ASSERT(heads == 1);
        ++ends;
    }
    void drop() override { ++drops; }
};

struct Cluster {
    explicit Cluster(const couch::Front* first)
        : stream(names),
          topology(2),
          kernel(stream, topology, 1),
          driver(kernel),
          front(kernel, spec(), places(), first) {
        front.start();
        driver.run_for(3s);
        SIM_ASSERT(front.ready());
    }
    static store::ClusterSpec spec() {
        store::ClusterSpec spec;
        spec.hosts = {"h0", "h1"};
        spec.node_name = "{}@127.0.0.1";
        spec.admins = {{"adm", "pass"}};
        spec.iterations = 1;
        spec.databases = {{.name = "db"}, {.name = "part", .q = 1, .partitioned = true}};
        return spec;
    }
    std::vector<store::NodePlace> places() {
        std::vector<store::NodePlace> places;
        for (std::uint32_t i = 0; i < 2; ++i) {
            places.push_back({.name = "h" + std::to_string(i) + "@127.0.0.1",
                              .host = HostId{i},
                              .cpu = kernel.add_queue(HostId{i}, 4, 1),
                              .disk = kernel.add_queue(HostId{i}, 200e6, 0)});
        }
        return places;
    }

    Names names;
    EventStream stream;
    test::FlatTopology topology;
    kernel::Kernel kernel;
    kernel::BareDriver driver;
    couch::Front front;
};

std::vector<http::Request> requests_in(const std::uint8_t* data, std::size_t size) {
    namespace beast = boost::beast;
    std::vector<http::Request> requests;
    beast::flat_buffer buffer;
    const auto room = buffer.prepare(size);
    std::copy(data, data + size, static_cast<std::uint8_t*>(room.data()));
    buffer.commit(size);
    while (buffer.size() > 0 && requests.size() < 8) {
        beast::http::request_parser<beast::http::string_body> parser;
        parser.eager(true);
        parser.body_limit(1 << 16);
        beast::error_code error;
        while (buffer.size() > 0 && !parser.is_done() && !error) {
            const std::size_t used = parser.put(buffer.data(), error);
            buffer.consume(used);
            if (used == 0) break;
        }
        if (error || !parser.is_done()) break;
        auto message = parser.release();
        http::Request request;
        request.id = requests.size() + 1;
        request.method = std::string(message.method_string());
        request.target = std::string(message.target());
        for (const auto& field : message) {
            request.headers.push_back(
                {std::string(field.name_string()), std::string(field.value())});
        }
        if (!request.header("Authorization") && !request.header("Cookie")) {
            request.headers.push_back({"Authorization", "Basic YWRtOnBhc3M="});
        }
        request.body = std::move(message.body());
        request.client = "127.0.0.1";
        requests.push_back(std::move(request));
    }
    return requests;
}

void check(const http::Request& request, const Heard& heard) {
    SIM_ASSERT(heard.drops <= 1);
    if (heard.drops > 0 || couch::waits_for_news(request)) return;
    SIM_ASSERT(heard.ends == 1);
    const auto type = http::find_header(heard.head.headers, "Content-Type");
    if (!type || *type != "application/json" || request.method == "HEAD") return;
    // A show function says what it likes.
    if (request.target.find("_design/") != std::string::npos) return;
    SIM_ASSERT(heard.body.empty() || nlohmann::json::accept(heard.body));
}

}   // namespace

/// The engine lives as long as the program, in memory that the leak checker does not look through.
extern "C" const char* __lsan_default_suppressions() { return "leak:libmozjs"; }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto* const first = new Cluster(nullptr);   // One JavaScript engine for all.
    std::vector<http::Request> requests = requests_in(data, size);
    if (requests.empty()) return 0;
    Cluster cluster(&first->front);
    std::vector<std::shared_ptr<Heard>> replies;
    for (const http::Request& request : requests) {
        replies.push_back(std::make_shared<Heard>());
        cluster.front.clients().send(replies.size() % 2, request, 1'700'000'000, replies.back(),
                                     request.id);
        cluster.driver.run_for(200ms);
    }
    cluster.driver.run_for(130s);   // Two times a request's time-out.
    for (std::size_t i = 0; i < requests.size(); ++i) check(requests[i], *replies[i]);
    for (const http::Request& request : requests) cluster.front.clients().gone(request.id);
    cluster.driver.run_for(1s);
    for (std::size_t node = 0; node < cluster.front.cluster().size(); ++node) {
        for (const auto& [name, copy] : cluster.front.cluster().node(node).files().copies) {
            SIM_ASSERT(store::violations(copy).empty());
        }
    }
    return 0;
}
