#include "door/http/client.h"

#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include <boost/asio/connect.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

namespace glasshive::door::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;
using tcp = asio::ip::tcp;

namespace {

/// In the words of Erlang's inet and of ibrowse.
std::string problem_of(const error_code& error) {
    if (error == asio::error::connection_refused) return "econnrefused";
    if (error == asio::error::host_unreachable) return "ehostunreach";
    if (error == asio::error::network_unreachable) return "enetunreach";
    if (error == asio::error::timed_out) return "etimedout";
    if (error == beast::http::error::body_limit) return "response_too_large";
    if (error == beast::http::error::header_limit) return "response_too_large";
    const bool cut = error == asio::error::eof || error == asio::error::connection_reset ||
                     error == asio::error::broken_pipe ||
                     error == beast::http::error::end_of_stream ||
                     error == beast::http::error::partial_message;
    if (cut) return "connection_closed";
    return error.category() == asio::error::get_system_category() ? "connection_closed"
                                                                  : "bad_response";
}

}   // namespace

/// One exchange, on the I/O thread, until it has told what came of it.
class Attempt : public std::enable_shared_from_this<Attempt> {
  public:
    using Done = std::function<void(Heard)>;
    Attempt(asio::io_context& context, const ClientLimits& limits, Exchange exchange, Done done)
        : limits_(limits),
          resolver_(context),
          socket_(context),
          silence_(context),
          host_(std::move(exchange.host)),
          port_(std::move(exchange.port)),
          done_(std::move(done)) {
        const bool digits_with_colons = host_.find(':') != std::string::npos;
        const std::string named = digits_with_colons ? "[" + host_ + "]" : host_;
        request_.method_string(exchange.method);
        request_.target(exchange.target);
        request_.version(11);
        request_.set(beast::http::field::host, named + ":" + port_);
        request_.set(beast::http::field::user_agent, "CouchDB-Replicator/3.5.0");
        request_.set(beast::http::field::connection, "close");
        for (const Header& each : exchange.headers) request_.insert(each.name, each.value);
        request_.body() = std::move(exchange.body);
        if (exchange.method != "GET") request_.content_length(request_.body().size());
        parser_.body_limit(limits.body_bytes);
        parser_.header_limit(static_cast<std::uint32_t>(limits.header_bytes));
    }

    void start() {
        watch();
        resolver_.async_resolve(host_, port_, [self = shared_from_this()](auto error, auto found) {
            if (error) return self->end({.problem = "nxdomain"});
            self->watch();
            asio::async_connect(self->socket_, found, [self](error_code failed, const auto&) {
                if (failed) return self->fail(failed);
                self->write();
            });
        });
    }
    void cut() {
        done_ = nullptr;
        close();
    }

  private:
    void write() {
        watch();
        beast::http::async_write_some(socket_, serializer_,
                                      [self = shared_from_this()](error_code error, std::size_t) {
                                          // Whoever refuses a body may have said why.
                                          if (error || self->serializer_.is_done())
                                              return self->read();
                                          self->write();
                                      });
    }
    void read() {
        watch();
        beast::http::async_read_some(
            socket_, buffer_, parser_, [self = shared_from_this()](error_code error, std::size_t) {
                if (error) return self->fail(error);
                if (!self->parser_.is_done()) return self->read();
                auto& answer = self->parser_.get();
                const auto type = answer[beast::http::field::content_type];
                self->end({static_cast<int>(answer.result_int()),
                           std::string(type),
                           std::move(answer.body()),
                           {}});
            });
    }
    void watch() {
        silence_.expires_after(limits_.silence);
        silence_.async_wait([self = shared_from_this()](error_code error) {
            if (!error) self->end({.problem = "req_timedout"});
        });
    }
    void fail(const error_code& error) { end({.problem = problem_of(error)}); }
    void end(Heard heard) {
        const Done done = std::exchange(done_, nullptr);
        close();
        if (done) done(std::move(heard));
    }
    void close() {
        error_code ignored;
        silence_.cancel();
        resolver_.cancel();
        socket_.close(ignored);
    }

    const ClientLimits& limits_;
    tcp::resolver resolver_;
    tcp::socket socket_;
    asio::steady_timer silence_;
    std::string host_, port_;
    beast::http::request<beast::http::string_body> request_;
    beast::http::request_serializer<beast::http::string_body> serializer_{request_};
    beast::http::response_parser<beast::http::string_body> parser_;
    beast::flat_buffer buffer_;
    Done done_;
};

struct Client::Impl {
    struct Waiting {
        std::uint64_t number = 0;
        Exchange exchange;
    };
    struct Running {
        std::shared_ptr<Attempt> attempt;
        bool waits = false;
    };

    Impl(const ClientLimits& given, std::function<void()> told)
        : limits(given),
          arrived(std::move(told)),
          work(asio::make_work_guard(context)),
          thread([this] { context.run(); }) {}
    ~Impl() {
        asio::post(context, [this] {
            for (auto& [number, each] : running) each.attempt->cut();
            running.clear();
            waiting.clear();
            work.reset();
        });
        thread.join();
    }

    // On the I/O thread.
    void take(std::uint64_t number, Exchange exchange) {
        if (!exchange.waits && answers >= limits.connections) {
            return waiting.push_back({number, std::move(exchange)});
        }
        begin(number, std::move(exchange));
    }
    void begin(std::uint64_t number, Exchange exchange) {
        const bool waits = exchange.waits;
        if (!waits) ++answers;
        auto attempt = std::make_shared<Attempt>(
            context, limits, std::move(exchange), [this, number](Heard heard) {
                {
                    const std::lock_guard<std::mutex> guard(mutex);
                    results.push_back({number, std::move(heard)});
                }
                gone(number);
                arrived();
            });
        running[number] = {attempt, waits};
        attempt->start();
    }
    void gone(std::uint64_t number) {
        const auto at = running.find(number);
        if (at == running.end()) return;
        if (!at->second.waits) --answers;
        running.erase(at);
        if (waiting.empty() || answers >= limits.connections) return;
        Waiting next = std::move(waiting.front());
        waiting.pop_front();
        begin(next.number, std::move(next.exchange));
    }
    void cut(std::uint64_t number) {
        std::erase_if(waiting, [number](const Waiting& each) { return each.number == number; });
        const auto at = running.find(number);
        if (at == running.end()) return;
        at->second.attempt->cut();
        gone(number);
    }

    ClientLimits limits;
    std::function<void()> arrived;
    std::mutex mutex;
    std::deque<Told> results;   // Behind the mutex; all below is the I/O thread's.
    asio::io_context context;
    asio::executor_work_guard<asio::io_context::executor_type> work;
    std::map<std::uint64_t, Running> running;
    std::deque<Waiting> waiting;
    std::size_t answers = 0;   // Of the running, those that wait for no news.
    std::thread thread;
};

Client::Client(const ClientLimits& limits, std::function<void()> arrived)
    : impl_(std::make_unique<Impl>(limits, std::move(arrived))) {}
Client::~Client() = default;

void Client::send(std::uint64_t number, Exchange exchange) {
    Impl& all = *impl_;
    asio::post(all.context, [&all, number, exchange = std::move(exchange)]() mutable {
        all.take(number, std::move(exchange));
    });
}

void Client::forget(std::uint64_t number) {
    Impl& all = *impl_;
    asio::post(all.context, [&all, number] { all.cut(number); });
}

std::optional<Client::Told> Client::next() {
    const std::lock_guard<std::mutex> guard(impl_->mutex);
    if (impl_->results.empty()) return std::nullopt;
    Told told = std::move(impl_->results.front());
    impl_->results.pop_front();
    return told;
}

}   // namespace glasshive::door::http
