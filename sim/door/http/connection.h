#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "door/http/server.h"

namespace glasshive::door::http {

class Connection;

/// What connections tell, on the I/O thread.
class Hall {
  public:
    virtual ~Hall() = default;
    virtual const Options& options() const = 0;
    virtual std::uint64_t next_id() = 0;
    /// Takes a request. False: there is no room now; resume() of the connection follows when there
    /// is.
    virtual bool take(Request& request, const std::shared_ptr<Connection>& from) = 0;
    /// The client of an unanswered request went.
    virtual void lost(std::uint64_t request) = 0;
    /// A request was answered to its end.
    virtual void done(std::uint64_t request) = 0;
    virtual void closed() = 0;
    /// So many more (or fewer) bytes of bodies are held that are not whole. False: too many.
    virtual bool holds(std::ptrdiff_t bytes) = 0;
    /// So many more (or fewer) bytes of answers are to be sent. Too many: some clients are let go,
    /// later.
    virtual void owes(std::ptrdiff_t bytes) = 0;
};

/// One client. Everything happens on the I/O thread.
class Connection : public std::enable_shared_from_this<Connection> {
  public:
    Connection(boost::asio::ip::tcp::socket socket, Hall& hall, std::size_t listener);
    ~Connection();

    void start();
    /// Offers the request that found no room again.
    void resume();
    void answer(std::uint64_t request, const Head& head, std::string body);
    void begin(std::uint64_t request, const Head& head);
    void write(std::uint64_t request, std::string piece);
    void end(std::uint64_t request);
    void close();
    /// Too many of us: says so and goes.
    void turn_away();
    /// Bytes it was not sent yet, and since when nothing of them left.
    std::size_t unsent_bytes() const { return unsent_bytes_; }
    boost::asio::steady_timer::time_point moved_at() const { return moved_at_; }

  private:
    using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

    void read_request();
    void on_header(boost::system::error_code error);
    void read_body();
    void begin_unread();
    void on_body(boost::system::error_code error);
    void offer();
    /// Looks whether the client goes while it waits.
    void watch();
    void refuse(int status, const char* error, const std::string& reason);
    void fail(boost::system::error_code error);
    void send(std::string text);
    void send_next();
    void on_sent(boost::system::error_code error);
    void finish();
    /// Reads on for a moment: a socket closed with bytes unread takes back what it sent.
    void linger();
    void discard();
    /// Tells the hall how much of a body is here; false when it is too much.
    bool count_body(std::size_t bytes);
    void arm(std::chrono::milliseconds time);
    void on_timer(boost::system::error_code error, std::uint64_t round);
    std::string head_text(const Head& head, const std::string& framing) const;

    boost::asio::ip::tcp::socket socket_;
    boost::asio::steady_timer timer_;
    Hall& hall_;
    std::size_t listener_;
    boost::beast::flat_buffer buffer_;
    std::optional<Parser> parser_;
    enum class Phase { header, body, offering, answering, closed } phase_ = Phase::header;
    Request request_;              // While it finds no room.
    std::size_t body_bytes_ = 0;   // Of the body that is being read, as the hall knows.
    std::size_t discarded_ = 0;    // Since it was refused.
    std::size_t armed_at_ = 0;     // Bytes of the body when its time began anew.
    std::uint64_t current_ = 0;    // The request being answered; 0: none.
    bool head_only_ = false, keep_alive_ = true, chunked_ = true, old_ = false;
    bool ending_ = false;    // Its answer is whole, as soon as all is sent.
    bool closing_ = false;   // Close when all is sent.
    // Of a body that the owner does not read: as long as none of it came; once it was given up.
    enum class Unread { no, awaited, given_up } unread_ = Unread::no;
    std::deque<std::string> unsent_;
    std::size_t sent_ = 0;   // Of the first of them.
    std::size_t unsent_bytes_ = 0;
    boost::asio::steady_timer::time_point moved_at_{};
    bool sending_ = false;
    std::uint64_t round_ = 0;   // Of the timer.
};

}   // namespace glasshive::door::http
