// Goal: requests arrive whole and as they were sent, answers leave as they were given, no client
// costs more than its bounds. Method: sockets that send bytes as people, programs and enemies do;
// the test is the owner and the client in turn.
#include <thread>

#include <catch2/catch.hpp>

#include "client.h"
#include "door/http/server.h"

namespace glasshive::test {

using namespace door::http;

namespace {

struct Desk {
    std::unique_ptr<Server> server;

    explicit Desk(Limits limits = {}, decltype(Options::reads_body) reads_body = nullptr) {
        auto started = Server::start({.addresses = {{"127.0.0.1", 0}},
                                      .limits = limits,
                                      .loopback_only = true,
                                      .server_name = "Glasshive",
                                      .reads_body = std::move(reads_body)});
        REQUIRE(started.ok());
        server = std::move(started.value());
    }
    Client client() const { return Client(server->addresses().front().port); }
    Request next() {
        auto happened = server->next(std::chrono::seconds(5));
        REQUIRE(happened);
        REQUIRE(happened->what == Happening::What::request);
        return std::move(happened->request);
    }
    bool quiet(int ms = 50) { return !server->next(std::chrono::milliseconds(ms)); }
};

const std::string get = "GET /db/a%2Fb?rev=1-x HTTP/1.1\r\nHost: here\r\n\r\n";

}   // namespace

TEST_CASE("a request arrives as it was sent, its answer as it was given", "[door]") {
    Desk desk;
    Client client = desk.client();
    REQUIRE(client.send("COPY /db/caf%C3%A9?x=%20 HTTP/1.1\r\nHost: a\r\nDestination: b\r\n"
                        "X-Two: 1\r\nX-Two: 2\r\n\r\n"));
    const Request request = desk.next();
    CHECK(request.method == "COPY");
    CHECK(request.target == "/db/caf%C3%A9?x=%20");
    CHECK(request.header("destination") == "b");
    CHECK(request.headers.size() == 4);
    CHECK(request.client == "127.0.0.1");
    desk.server->answer(request.id, {404, {{"Content-Type", "application/json"}}}, "{}\n");
    CHECK(client.read_to("{}\n") == "HTTP/1.1 404 Object Not Found\r\n"
                                    "Content-Type: application/json\r\nServer: Glasshive\r\n"
                                    "Content-Length: 3\r\n\r\n{}\n");
}

TEST_CASE("bodies come by length and in chunks, in as many pieces as they like", "[door]") {
    Desk desk;
    Client client = desk.client();
    const std::string text = "POST / HTTP/1.1\r\nContent-Length: 11\r\n\r\nhello world";
    for (const char c : text) REQUIRE(client.send(std::string(1, c)));
    const Request first = desk.next();
    CHECK(first.body == "hello world");
    desk.server->answer(first.id, {}, "");
    client.read_to("\r\n\r\n");
    REQUIRE(client.send("PUT /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                        "5;note=1\r\nhello\r\n1\r\n \r\n5\r\nworld\r\n0\r\nX-Trailer: t\r\n\r\n"));
    CHECK(desk.next().body == "hello world");
}

TEST_CASE("one after the other on one connection, even when they come together", "[door]") {
    Desk desk;
    Client client = desk.client();
    REQUIRE(client.send(get + get + get));
    for (int i = 0; i < 3; ++i) {
        const Request request = desk.next();
        CHECK(desk.quiet(20));   // The next waits for the answer.
        desk.server->answer(request.id, {}, std::to_string(i));
        CHECK_THAT(client.read_to("\r\n\r\n" + std::to_string(i)), Catch::Contains("200 OK"));
    }
    CHECK(desk.server->connections() == 1);
}

TEST_CASE("HEAD gets the length and no body; HTTP/1.0 is closed behind its answer", "[door]") {
    Desk desk;
    Client client = desk.client();
    REQUIRE(client.send("HEAD / HTTP/1.1\r\n\r\n"));
    desk.server->answer(desk.next().id, {}, "12345");
    CHECK_THAT(client.read_to("\r\n\r\n"),
               Catch::Contains("Content-Length: 5\r\n\r\n") && !Catch::Contains("12345"));
    Client old = desk.client();
    REQUIRE(old.send("GET / HTTP/1.0\r\n\r\n"));
    const Request request = desk.next();
    desk.server->begin(request.id, {});
    desk.server->write(request.id, "a");
    desk.server->write(request.id, "b");
    desk.server->end(request.id);
    const std::string all = old.read_all();
    CHECK_THAT(all, Catch::EndsWith("Connection: close\r\n\r\nab"));
    CHECK_THAT(all, !Catch::Contains("chunked"));
}

TEST_CASE("an answer comes piece by piece, as long as its client stays", "[door]") {
    Desk desk;
    Client client = desk.client();
    REQUIRE(client.send(get));
    const Request request = desk.next();
    desk.server->begin(request.id, {200, {{"Content-Type", "text/plain"}}});
    desk.server->write(request.id, "hello");
    CHECK_THAT(client.read_to("hello\r\n"),
               Catch::Contains("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"));
    desk.server->write(request.id, std::string(300'000, 'x'));
    desk.server->end(request.id);
    CHECK_THAT(client.read_to("\r\n0\r\n\r\n"), Catch::StartsWith("493e0\r\nxxx"));
    REQUIRE(client.send(get));   // The connection is as new.
    const Request second = desk.next();
    client.close();
    const auto gone = desk.server->next(std::chrono::seconds(5));
    REQUIRE(gone);
    CHECK(gone->what == Happening::What::gone);
    CHECK(gone->id == second.id);
    desk.server->answer(second.id, {}, "to nobody");
}

TEST_CASE("who expects 100 gets it, or a refusal before he sends a gigabyte", "[door]") {
    Limits limits;
    limits.body_bytes = 1000;
    Desk desk(limits);
    Client client = desk.client();
    REQUIRE(client.send("PUT / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"));
    CHECK(client.read_to("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    REQUIRE(client.send("abc"));
    CHECK(desk.next().body == "abc");
    Client greedy = desk.client();
    REQUIRE(greedy.send(
        "PUT / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1073741824\r\n\r\n"));
    CHECK_THAT(greedy.read_all(), Catch::StartsWith("HTTP/1.1 413 Request Entity Too Large"));
    Client sly = desk.client();   // Says nothing of its length.
    REQUIRE(sly.send("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n"));
    sly.send(std::string(1000, 'x') + "\r\n3e8\r\n" + std::string(1000, 'x') + "\r\n0\r\n\r\n");
    CHECK_THAT(sly.read_all(), Catch::StartsWith("HTTP/1.1 413 "));
    CHECK(desk.quiet());
}

TEST_CASE("whoever is refused while he sends can still read why", "[door]") {
    Limits limits;
    limits.body_bytes = 1000;
    Desk desk(limits);
    for (int i = 0; i < 20; ++i) {
        Client client = desk.client();
        client.send("PUT / HTTP/1.1\r\nContent-Length: 4000000\r\n\r\n" +
                    std::string(4'000'000, 'x'));
        CHECK_THAT(client.read_all(), Catch::StartsWith("HTTP/1.1 413 "));
    }
}

TEST_CASE("many half-sent bodies together are bounded, too", "[door]") {
    Limits limits;
    limits.incoming_bytes = 1'000'000;
    Desk desk(limits);
    const std::string head = "PUT / HTTP/1.1\r\nContent-Length: 600000\r\n\r\n";
    Client first = desk.client();
    REQUIRE(first.send(head + std::string(500'000, 'x')));
    CHECK(desk.quiet(300));
    Client second = desk.client();
    second.send(head + std::string(599'999, 'x'));
    CHECK_THAT(second.read_all(), Catch::StartsWith("HTTP/1.1 503 "));
    REQUIRE(first.send(std::string(100'000, 'x')));
    CHECK(desk.next().body.size() == 600'000);
    Client third = desk.client();   // There is room again.
    REQUIRE(third.send(head + std::string(600'000, 'x')));
    CHECK(desk.next().body.size() == 600'000);
}

TEST_CASE("what is no HTTP is told so", "[door]") {
    Limits limits;
    limits.header_bytes = 2000;
    Desk desk(limits);
    const auto told = [&](const std::string& text) {
        Client client = desk.client();
        client.send(text);
        return client.read_all();
    };
    for (const char* text : {"hello\r\n\r\n", "GET / HTTP/3.7\r\n\r\n", "GET  / HTTP/1.1\r\n\r\n",
                             "GET / HTTP/1.1\r\nno colon\r\n\r\n", "\x16\x03\x01\x02\r\n\r\n",
                             "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                             "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                             "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                             "POST / HTTP/1.1\r\nContent-Length: 1, 1\r\n\r\nx",
                             "GET / HTTP/1.1\r\nExpect: a miracle\r\n\r\n"}) {
        CAPTURE(text);
        CHECK_THAT(told(text), Catch::StartsWith("HTTP/1.1 4") && Catch::Contains("\"error\":"));
    }
    CHECK_THAT(told("POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n" + get),
               Catch::StartsWith("HTTP/1.1 501 "));
    CHECK_THAT(told("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;" +
                    std::string(200'000, 'x')),
               Catch::StartsWith("HTTP/1.1 431 "));
    CHECK_THAT(told("GET / HTTP/1.1\r\nX: " + std::string(5000, 'a') + "\r\n\r\n"),
               Catch::StartsWith("HTTP/1.1 431 "));
    CHECK(desk.quiet());
    Client fine = desk.client();
    REQUIRE(fine.send(get));
    desk.next();
}

TEST_CASE("a header value cannot bring headers of its own", "[door]") {
    Desk desk;
    Client client = desk.client();
    REQUIRE(client.send(get));
    desk.server->answer(desk.next().id, {200, {{"X", "a\r\nSet-Cookie: b"}}}, "");
    CHECK_THAT(client.read_to("\r\n\r\n"), Catch::Contains("X: a  Set-Cookie: b\r\n"));
}

TEST_CASE("a body that nobody reads is not waited for, if it does not come", "[door]") {
    // mochiweb_request:should_close/1: CouchDB answers such a client, and closes.
    Desk desk({}, [](std::string_view method, std::string_view) { return method == "POST"; });
    Client silent = desk.client();
    REQUIRE(silent.send("PUT /db HTTP/1.1\r\nContent-Length: 13\r\n\r\n"));
    const Request first = desk.next();
    CHECK(first.body.empty());
    desk.server->answer(first.id, {201, {}}, "made");
    CHECK(silent.read_to("nothing").ends_with("\r\nConnection: close\r\n\r\nmade"));   // The end.

    Client late = desk.client();
    REQUIRE(late.send("PUT /db HTTP/1.1\r\nContent-Length: 2\r\n\r\na"));
    CHECK(desk.quiet(1500));   // What has begun is waited for.
    REQUIRE(late.send("b" + get));
    const Request second = desk.next();
    CHECK(second.body == "ab");
    desk.server->answer(second.id, {201, {}}, "made");
    CHECK(desk.next().method == "GET");

    Client read = desk.client();
    REQUIRE(read.send("POST /db HTTP/1.1\r\nContent-Length: 2\r\n\r\n"));
    CHECK(desk.quiet(1500));
    REQUIRE(read.send("{}"));
    CHECK(desk.next().body == "{}");
}

TEST_CASE("slow clients are let go: in a header, in a body, in reading", "[door]") {
    Limits limits;
    limits.header_time = limits.progress_time = std::chrono::seconds(1);
    limits.idle_time = std::chrono::seconds(2);
    Desk desk(limits);
    Client slow = desk.client();
    REQUIRE(slow.send("GET / HTT"));
    Client stuck = desk.client();
    REQUIRE(stuck.send("POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc"));
    Client idle = desk.client();
    Client deaf = desk.client();
    REQUIRE(deaf.send(get));
    desk.server->answer(desk.next().id, {}, std::string(32 << 20, 'x'));
    CHECK_THAT(slow.read_all(), Catch::StartsWith("HTTP/1.1 408 "));
    CHECK_THAT(stuck.read_all(), Catch::StartsWith("HTTP/1.1 408 "));
    CHECK(idle.read_all().empty());
    for (int i = 0; i < 100 && desk.server->connections() > 0; ++i) desk.quiet(50);
    CHECK(desk.server->connections() == 0);
    // But whoever is made to wait by the owner waits as long as it takes.
    Client patient = desk.client();
    REQUIRE(patient.send(get));
    const Request request = desk.next();
    CHECK(desk.quiet(2500));
    desk.server->answer(request.id, {}, "at last");
    CHECK_THAT(patient.read_to("at last"), Catch::EndsWith("at last"));
}

TEST_CASE("when too much waits for the owner, nothing more is read, and nothing is lost",
          "[door]") {
    Limits limits;
    limits.waiting_requests = 4;
    Desk desk(limits);
    std::vector<Client> clients;
    for (int i = 0; i < 20; ++i) {
        clients.push_back(desk.client());
        REQUIRE(clients.back().send("GET /" + std::to_string(i) + " HTTP/1.1\r\n\r\n"));
    }
    std::vector<std::string> seen;
    for (int i = 0; i < 20; ++i) {
        const Request request = desk.next();
        seen.push_back(request.target);
        desk.server->answer(request.id, {}, "ok");
    }
    std::sort(seen.begin(), seen.end());
    CHECK(std::unique(seen.begin(), seen.end()) == seen.end());
    for (Client& client : clients) CHECK_THAT(client.read_to("ok"), Catch::EndsWith("ok"));
}

TEST_CASE("what is held of requests counts until they are answered, and small ones pass",
          "[door]") {
    Limits limits;
    limits.waiting_bytes = 50'000;
    limits.small_request = 1000;
    Desk desk(limits);
    const std::string large =
        "POST /large HTTP/1.1\r\nContent-Length: 40000\r\n\r\n" + std::string(40'000, 'x');
    Client first = desk.client(), second = desk.client(), third = desk.client();
    REQUIRE(first.send(large));
    const Request held = desk.next();
    REQUIRE(second.send(large));
    CHECK(desk.quiet());   // There is no room for two of them, though the first was taken.
    REQUIRE(third.send(get));
    desk.server->answer(desk.next().id, {}, "small");
    CHECK_THAT(third.read_to("small"), Catch::EndsWith("small"));
    desk.server->answer(held.id, {}, "one");
    CHECK_THAT(first.read_to("one"), Catch::EndsWith("one"));
    const Request next = desk.next();
    CHECK(next.target == "/large");
    // Its client goes: what it held is free once the owner knows.
    second.close();
    REQUIRE(desk.server->next(std::chrono::seconds(5))->what == Happening::What::gone);
    REQUIRE(first.send(large));
    CHECK(desk.next().target == "/large");
}

TEST_CASE("one answer may be larger than all that may wait, if nobody else waits", "[door]") {
    Limits limits;
    limits.outgoing_bytes = 4 << 20;
    Desk desk(limits);
    Client reader = desk.client();
    REQUIRE(reader.send(get));
    desk.server->answer(desk.next().id, {}, std::string(30 << 20, 'x'));
    std::size_t got = 0;
    for (std::string piece = "x"; got < (30 << 20) && !piece.empty(); got += piece.size())
        piece = reader.read_to("x");
    CHECK(got >= (30 << 20));
}

TEST_CASE("when too much waits to be fetched, deaf clients go and others stay", "[door]") {
    Limits limits;
    limits.outgoing_bytes = 64 << 20;
    Desk desk(limits);
    std::vector<Client> deaf;
    const auto ask = [&](Client& client, std::size_t bytes) {
        REQUIRE(client.send(get));
        desk.server->answer(desk.next().id, {}, std::string(bytes, 'x'));
    };
    for (int i = 0; i < 2; ++i) {
        deaf.push_back(desk.client());
        ask(deaf.back(), 30 << 20);
    }
    CHECK(desk.server->connections() == 2);
    std::this_thread::sleep_for(std::chrono::milliseconds(1200));
    Client reader = desk.client();
    ask(reader, 30 << 20);   // As much as the others have, but it reads.
    std::size_t got = 0;
    for (std::string piece = "x"; got < (30 << 20) && !piece.empty(); got += piece.size())
        piece = reader.read_to("x");
    CHECK(got >= (30 << 20));
    for (int i = 0; i < 100 && desk.server->connections() > 2; ++i) desk.quiet(20);
    CHECK(desk.server->connections() == 2);
}

TEST_CASE("too many connections are turned away; the rest is served", "[door]") {
    Limits limits;
    limits.connections = 50;
    Desk desk(limits);
    std::vector<Client> clients;
    for (int i = 0; i < 50; ++i) clients.push_back(desk.client());
    for (int i = 0; i < 100 && desk.server->connections() < 50; ++i) desk.quiet(20);
    Client late = desk.client();
    CHECK_THAT(late.read_all(), Catch::StartsWith("HTTP/1.1 503 "));
    REQUIRE(clients[17].send(get));
    desk.server->answer(desk.next().id, {}, "");
    CHECK_THAT(clients[17].read_to("\r\n\r\n"), Catch::StartsWith("HTTP/1.1 200"));
}

TEST_CASE("addresses are loopback unless one says otherwise, and mistakes are told", "[door]") {
    CHECK(parse_address("[::1]:80").value() == Address{"::1", 80});
    CHECK(parse_address("5984").value() == Address{"127.0.0.1", 5984});
    CHECK(parse_address("localhost:0").value() == Address{"127.0.0.1", 0});
    for (const char* text : {"", "x:1", "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:-1", "1.2.3:1"})
        CHECK_FALSE(parse_address(text).ok());
    CHECK_FALSE(Server::start({.addresses = {{"0.0.0.0", 0}}}).ok());
    Desk desk;
    const auto taken = Server::start({.addresses = desk.server->addresses()});
    REQUIRE_FALSE(taken.ok());
    CHECK_THAT(taken.problems().front().message, Catch::Contains("cannot listen at 127.0.0.1:"));
}

TEST_CASE("a server that ends cuts everybody off and waits for nobody", "[door]") {
    Desk desk;
    Client waits = desk.client();
    REQUIRE(waits.send(get));
    const Request request = desk.next();
    desk.server->begin(request.id, {});
    desk.server->write(request.id, std::string(10 << 20, 'x'));
    Client idle = desk.client();
    desk.server.reset();
    CHECK(idle.read_all().empty());
}

}   // namespace glasshive::test
