#pragma once

#include <cstddef>
#include <string>

namespace glasshive::session {

/// A file descriptor that is closed whatever happens.
struct Socket {
    int fd = -1;
    Socket() = default;
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket() { reset(); }
    void reset(int next = -1);
};

/// Lines of text to and from one client at a time, over a Unix-domain socket that only its owner
/// may open. Clients are not trusted: whatever they send, or fail to read, costs bounded memory and
/// at most five seconds.
class LineChannel {
  public:
    /// Bytes of a line, its end left out.
    static constexpr std::size_t line_max = 64 * 1024;
    enum class Got {
        nothing,    ///< The time was up, or somebody came or went.
        line,
        too_long,   ///< A line over line_max; what follows up to its end is thrown away.
    };

    explicit LineChannel(std::string path) : path_(std::move(path)) {}
    /// Removes the socket's file.
    ~LineChannel();

    /// Makes the socket. False with a message on stderr when it cannot be, or when another session
    /// listens there; the socket of a session that died is replaced.
    bool listen();
    /// Waits for one line, `wait_ms` at most (negative: for ever).
    Got next(std::string& line, int wait_ms);
    /// Sends a line to the client. A client that does not read for five seconds is let go.
    void send(const std::string& line);

  private:
    Got take_line(std::string& line);
    void read_client();
    void accept_client();

    std::string path_;
    Socket listening_, client_;
    std::string buffer_;
    bool skipping_ = false;   // Inside a line that was too long.
};

}   // namespace glasshive::session
