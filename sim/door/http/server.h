#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "door/http/address.h"
#include "door/http/message.h"

namespace glasshive::door::http {

/// What clients may cost.
struct Limits {
    std::size_t header_bytes = 64 * 1024;
    std::size_t body_bytes = std::size_t{64} << 20;
    /// At most what the process may have files for, some kept back.
    std::size_t connections = 12'000;
    /// Requests that wait for the owner. Beyond, nothing more is read.
    std::size_t waiting_requests = 1'000;
    /// Bytes of requests that are not answered yet. Beyond, all but small ones wait outside: what
    /// large feeds hold for hours must not keep a GET out.
    std::size_t waiting_bytes = std::size_t{256} << 20;
    std::size_t small_request = 64 * 1024;
    /// Bytes of all bodies that are still being sent to us; then the greediest are refused.
    std::size_t incoming_bytes = std::size_t{512} << 20;
    /// Of an answer that its client does not fetch; then the client is let go.
    std::size_t unsent_bytes = std::size_t{64} << 20;
    /// Bytes of all answers that are not fetched yet; then those go that hold most for longest. One
    /// client alone keeps its answer, however large that is.
    std::size_t outgoing_bytes = std::size_t{256} << 20;
    std::chrono::seconds header_time{20};     ///< From its first byte to its last.
    /// Without `progress_bytes` of a body coming in, or a part of an answer going out.
    std::chrono::seconds progress_time{60};
    std::size_t progress_bytes = 4096;
    std::chrono::seconds idle_time{300};      ///< Between requests (mochiweb's is 300 s).
    /// For the first byte of a body that nobody will read, see Options::reads_body.
    std::chrono::milliseconds unread_time{100};
};

struct Options {
    std::vector<Address> addresses;
    Limits limits;
    bool loopback_only = true;   ///< Other addresses are refused.
    std::string server_name;     ///< The Server header; "": none.
    /// Whether the owner reads the body of such a request; null: of all. Where it does not, an
    /// announced body that does not come is not waited for: the request goes without, and its
    /// connection closes after the answer.
    std::function<bool(std::string_view method, std::string_view target)> reads_body;
};

/// What an owner is told.
struct Happening {
    enum class What { request, gone } what = What::request;
    Request request;        ///< Of `request`.
    std::uint64_t id = 0;   ///< Of the request that is told of.
};

/// Serves until it dies. One owner thread takes requests and answers them; the sockets live on a
/// thread of the server's own. All members are for the owner's thread.
class Server {
  public:
    /// Listens. Diagnostics for addresses that cannot be had, all at once.
    static Result<std::unique_ptr<Server>> start(const Options& options);
    /// Closes everything; answers that are on their way are cut.
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Where it listens, with the ports it was given.
    const std::vector<Address>& addresses() const;

    /// The next request, or that the client of one went before its answer was whole; waits so long
    /// for one.
    std::optional<Happening> next(std::chrono::milliseconds patience);
    /// Ends the wait of next() from any thread.
    void wake();

    /// Answers whole. To HEAD the body's length goes out, and no body.
    void answer(std::uint64_t request, Head head, std::string body);
    /// Answers piece by piece, in chunks (to HTTP/1.0: until the connection closes).
    void begin(std::uint64_t request, Head head);
    void write(std::uint64_t request, std::string piece);
    void end(std::uint64_t request);
    /// Cuts the connection: what a server does that dies while it answers.
    void drop(std::uint64_t request);

    /// Connections that are open now.
    std::size_t connections() const;

  private:
    struct Impl;
    explicit Server(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}   // namespace glasshive::door::http
