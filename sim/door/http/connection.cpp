#include "door/http/connection.h"

#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>

#include "base/assert.h"

namespace glasshive::door::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;

namespace {

constexpr std::chrono::seconds linger_time{2};
constexpr std::size_t read_bytes = 64 * 1024;    // Beast reads no more at once.
constexpr std::size_t idle_bytes = 4096;         // Of a buffer that an idle client may keep.
constexpr std::size_t part_bytes = 256 * 1024;   // Of an answer, at once.

}   // namespace

Connection::Connection(asio::ip::tcp::socket socket, Hall& hall, std::size_t listener)
    : socket_(std::move(socket)),
      timer_(socket_.get_executor()),
      hall_(hall),
      listener_(listener),
      buffer_(hall.options().limits.header_bytes + read_bytes) {}

Connection::~Connection() {
    count_body(0);
    hall_.closed();
}

void Connection::start() {
    error_code ignored;   // A socket that cannot do it is slower, no more.
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    read_request();
}

void Connection::arm(std::chrono::milliseconds time) {
    const std::uint64_t round = ++round_;
    timer_.expires_after(time);
    timer_.async_wait(
        [self = shared_from_this(), round](error_code error) { self->on_timer(error, round); });
}

void Connection::on_timer(error_code error, std::uint64_t round) {
    if (error || round != round_ || phase_ == Phase::closed) return;
    if (phase_ == Phase::body && unread_ == Unread::awaited) {
        unread_ = Unread::given_up;
        error_code ignored;
        socket_.cancel(ignored);   // Whoever reads goes on from there.
        return;
    }
    const bool begun = buffer_.size() > 0 || phase_ == Phase::body;
    if ((phase_ == Phase::header || phase_ == Phase::body) && begun && !closing_)
        refuse(408, "timeout", "The request took too long.");
    else
        close();
}

// ---- Reading ------------------------------------------------------------------------------------

void Connection::read_request() {
    phase_ = Phase::header;
    head_only_ = false;
    unread_ = Unread::no;
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(hall_.options().limits.header_bytes));
    parser_->body_limit(hall_.options().limits.body_bytes);
    if (buffer_.size() == 0 && buffer_.capacity() > idle_bytes) buffer_.shrink_to_fit();
    if (buffer_.size() > 0) {   // The next one came with the last.
        arm(hall_.options().limits.header_time);
        beast::http::async_read_header(
            socket_, buffer_, *parser_,
            [self = shared_from_this()](error_code error, std::size_t) { self->on_header(error); });
        return;
    }
    arm(hall_.options().limits.idle_time);
    // The clock of a header starts at its first byte.
    socket_.async_wait(asio::ip::tcp::socket::wait_read,
                       [self = shared_from_this()](error_code error) {
                           if (error || self->phase_ != Phase::header) return self->fail(error);
                           self->arm(self->hall_.options().limits.header_time);
                           beast::http::async_read_header(
                               self->socket_, self->buffer_, *self->parser_,
                               [self](error_code failed, std::size_t) { self->on_header(failed); });
                       });
}

void Connection::on_header(error_code error) {
    if (error) return fail(error);
    if (phase_ != Phase::header) return;
    const auto& message = parser_->get();
    old_ = message.version() < 11;
    keep_alive_ = message.keep_alive();
    head_only_ = message.method_string() == "HEAD";
    const auto length = parser_->content_length();
    if (length && *length > hall_.options().limits.body_bytes)
        return fail(beast::http::error::body_limit);
    phase_ = Phase::body;
    // A body whose end nobody could tell: what follows would be read as another request.
    if (message.count(beast::http::field::transfer_encoding) > 0 && !parser_->chunked())
        return refuse(501, "not_implemented", "the only Transfer-Encoding is chunked");
    const auto said = message[beast::http::field::content_length];
    if (message.count(beast::http::field::content_length) > 1 ||
        said.find(',') != beast::string_view::npos)
        return refuse(400, "bad_request", "malformed HTTP: more than one Content-Length");
    const auto& reads_body = hall_.options().reads_body;
    const std::string_view method(message.method_string().data(), message.method_string().size());
    const std::string_view target(message.target().data(), message.target().size());
    const bool read = !reads_body || reads_body(method, target);
    if (!read && !parser_->is_done()) unread_ = Unread::awaited;
    if (read) arm(hall_.options().limits.progress_time);
    else arm(hall_.options().limits.unread_time);
    armed_at_ = 0;
    const auto expect = message[beast::http::field::expect];
    if (!expect.empty() && !old_) {
        if (!beast::iequals(expect, "100-continue"))
            return refuse(417, "expectation_failed", "Only 100-continue can be expected.");
        if (!parser_->is_done()) send("HTTP/1.1 100 Continue\r\n\r\n");
    }
    read_body();
}

void Connection::read_body() {
    if (parser_->is_done()) return on_body({});
    if (body_bytes_ >= armed_at_ + hall_.options().limits.progress_bytes) {
        arm(hall_.options().limits.progress_time);
        armed_at_ = body_bytes_;
    }
    beast::http::async_read_some(
        socket_, buffer_, *parser_, [self = shared_from_this()](error_code error, std::size_t) {
            if (error == asio::error::operation_aborted && self->unread_ == Unread::given_up) {
                self->keep_alive_ = false;
                return self->on_body({});
            }
            self->begin_unread();
            if (error || self->phase_ != Phase::body) return self->on_body(error);
            if (!self->count_body(self->parser_->get().body().size()))
                return self->refuse(503, "service_unavailable", "too much is being sent at once");
            self->read_body();
        });
}

/// Something of a body came that the owner does not read: it has the time of any other.
void Connection::begin_unread() {
    if (unread_ == Unread::no || phase_ != Phase::body) return;
    unread_ = Unread::no;
    arm(hall_.options().limits.progress_time);
}

bool Connection::count_body(std::size_t bytes) {
    const auto change =
        static_cast<std::ptrdiff_t>(bytes) - static_cast<std::ptrdiff_t>(body_bytes_);
    body_bytes_ = bytes;
    return hall_.holds(change);
}

void Connection::on_body(error_code error) {
    if (error) return fail(error);
    if (phase_ != Phase::body) return;
    auto message = parser_->release();
    parser_.reset();
    request_ = {};
    request_.id = hall_.next_id();
    request_.listener = listener_;
    request_.method = std::string(message.method_string());
    request_.target = std::string(message.target());
    for (const auto& field : message)
        request_.headers.push_back({std::string(field.name_string()), std::string(field.value())});
    request_.body = std::move(message.body());
    count_body(0);   // From here on it counts as waiting.
    error_code ignored;
    request_.client = socket_.remote_endpoint(ignored).address().to_string();
    offer();
}

void Connection::offer() {
    phase_ = Phase::offering;
    const std::uint64_t id = request_.id;
    ++round_;   // Whoever waits for us waits as long as it takes.
    timer_.cancel();
    if (!hall_.take(request_, shared_from_this())) return;
    request_ = {};
    current_ = id;
    phase_ = Phase::answering;
    watch();
}

void Connection::resume() {
    if (phase_ == Phase::offering) offer();
}

void Connection::watch() {
    socket_.async_wait(asio::ip::tcp::socket::wait_read,
                       [self = shared_from_this(), id = current_](error_code error) {
                           if (error || self->phase_ != Phase::answering || self->current_ != id)
                               return;
                           error_code unreadable;
                           // Something to read is the next request, which can wait; nothing is the
                           // end.
                           if (self->socket_.available(unreadable) == 0) self->close();
                       });
}

// ---- Failing ------------------------------------------------------------------------------------

void Connection::fail(error_code error) {
    if (phase_ == Phase::closed || closing_) return;
    if (error == beast::http::error::body_limit)
        return refuse(413, "too_large", "the request entity is too large");
    if (error == beast::http::error::header_limit || error == beast::http::error::buffer_overflow)
        return refuse(431, "bad_request", "the request's header is too large");
    const bool malformed =
        error.category() == beast::http::make_error_code(beast::http::error::bad_method).category();
    if (malformed && error != beast::http::error::end_of_stream &&
        error != beast::http::error::partial_message)
        return refuse(400, "bad_request", "malformed HTTP: " + error.message());
    close();
}

void Connection::refuse(int status, const char* error, const std::string& reason) {
    phase_ = Phase::answering;
    keep_alive_ = false;
    closing_ = true;
    const Head head{status, {{"Content-Type", "application/json"}}};
    const std::string body =
        std::string("{\"error\":\"") + error + "\",\"reason\":\"" + reason + "\"}\n";
    send(head_text(head, "Content-Length: " + std::to_string(body.size())) +
         (head_only_ ? "" : body));
    arm(hall_.options().limits.progress_time);
}

void Connection::turn_away() { refuse(503, "service_unavailable", "too many connections"); }

void Connection::close() {
    if (phase_ == Phase::closed) return;
    phase_ = Phase::closed;
    ++round_;
    timer_.cancel();
    error_code ignored;   // It may be closed already.
    socket_.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
    socket_.close(ignored);
    if (const std::uint64_t request = std::exchange(current_, 0); request != 0) {
        if (ending_)
            hall_.done(request);
        else
            hall_.lost(request);
    }
    hall_.owes(-static_cast<std::ptrdiff_t>(std::exchange(unsent_bytes_, 0)));
}

// ---- Answering ----------------------------------------------------------------------------------

std::string Connection::head_text(const Head& head, const std::string& framing) const {
    std::string text = "HTTP/1.1 " + std::to_string(head.status) + " ";
    text += reason_phrase(head.status);
    text += "\r\n";
    const auto line = [&](std::string_view name, std::string_view value) {
        text.append(name).append(": ");
        // A line end would begin another header.
        for (const char c : value) text += c == '\r' || c == '\n' ? ' ' : c;
        text += "\r\n";
    };
    for (const Header& header : head.headers) line(header.name, header.value);
    const std::string& server = hall_.options().server_name;
    if (!server.empty() && !find_header(head.headers, "Server")) line("Server", server);
    if (!framing.empty()) text += framing + "\r\n";
    if (!keep_alive_)
        line("Connection", "close");
    else if (old_)
        line("Connection", "keep-alive");
    return text + "\r\n";
}

void Connection::answer(std::uint64_t request, const Head& head, std::string body) {
    if (request != current_ || phase_ != Phase::answering || ending_) return;
    // A 304 says a length of 0, as mochiweb_request:respond/2 does.
    if (head.status == 204 || head.status == 304) body.clear();
    std::string text =
        head_text(head, head.status == 204 ? "" : "Content-Length: " + std::to_string(body.size()));
    if (!head_only_) text += body;
    ending_ = true;
    send(std::move(text));
}

void Connection::begin(std::uint64_t request, const Head& head) {
    if (request != current_ || phase_ != Phase::answering || ending_) return;
    chunked_ = !old_;
    if (old_) keep_alive_ = false;
    send(head_text(head, chunked_ ? "Transfer-Encoding: chunked" : ""));
}

void Connection::write(std::uint64_t request, std::string piece) {
    if (request != current_ || phase_ != Phase::answering || ending_) return;
    if (head_only_ || piece.empty()) return;
    if (!chunked_) return send(std::move(piece));
    char size[20];
    std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
    send(size + piece + "\r\n");
}

void Connection::end(std::uint64_t request) {
    if (request != current_ || phase_ != Phase::answering || ending_) return;
    ending_ = true;
    if (chunked_ && !head_only_) send("0\r\n\r\n");
    if (!sending_) finish();
}

void Connection::send(std::string text) {
    if (phase_ == Phase::closed) return;
    if (unsent_.empty()) moved_at_ = asio::steady_timer::clock_type::now();
    unsent_bytes_ += text.size();
    hall_.owes(static_cast<std::ptrdiff_t>(text.size()));
    unsent_.push_back(std::move(text));
    if (unsent_bytes_ > hall_.options().limits.unsent_bytes && unsent_.size() > 1) return close();
    if (!sending_) send_next();
}

void Connection::send_next() {
    sending_ = true;
    if (phase_ == Phase::answering) arm(hall_.options().limits.progress_time);
    // By parts, so that a client which reads slowly, but reads, is kept.
    const std::string& front = unsent_.front();
    asio::async_write(
        socket_, asio::buffer(front.data() + sent_, std::min(front.size() - sent_, part_bytes)),
        [self = shared_from_this()](error_code error, std::size_t) { self->on_sent(error); });
}

void Connection::on_sent(error_code error) {
    sending_ = false;
    if (phase_ == Phase::closed) return;
    if (error) return close();
    const std::string& front = unsent_.front();
    const std::size_t sent = std::min(front.size() - sent_, part_bytes);
    moved_at_ = asio::steady_timer::clock_type::now();
    unsent_bytes_ -= sent;
    hall_.owes(-static_cast<std::ptrdiff_t>(sent));
    sent_ += sent;
    if (sent_ == front.size()) {
        unsent_.pop_front();
        sent_ = 0;
    }
    if (!unsent_.empty()) return send_next();
    if (closing_) return linger();
    if (phase_ != Phase::answering) return;   // It was 100 Continue.
    ++round_;
    timer_.cancel();
    if (ending_) finish();
}

void Connection::linger() {
    error_code ignored;   // It is on its way out.
    socket_.cancel(ignored);
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    parser_.reset();
    count_body(0);
    buffer_.clear();
    discarded_ = 0;
    arm(linger_time);
    discard();
}

void Connection::discard() {
    socket_.async_read_some(buffer_.prepare(16 * 1024),
                            [self = shared_from_this()](error_code error, std::size_t bytes) {
                                self->discarded_ += bytes;
                                const auto& limits = self->hall_.options().limits;
                                if (error || self->discarded_ > limits.body_bytes)
                                    return self->close();
                                self->discard();
                            });
}

void Connection::finish() {
    hall_.done(std::exchange(current_, 0));
    ending_ = false;
    if (unread_ == Unread::given_up) return linger();
    if (!keep_alive_) return close();
    error_code ignored;
    socket_.cancel(ignored);   // The watch.
    read_request();
}

}   // namespace glasshive::door::http
