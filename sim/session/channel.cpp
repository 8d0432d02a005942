#include "session/channel.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace glasshive::session {

namespace {

constexpr const char* busy =
    "{\"ok\":false,\"error\":\"another client drives this session; come back when it has gone\"}\n";

bool send_all(int fd, const std::string& text) {
    std::size_t sent = 0;
    while (sent < text.size()) {
        const ssize_t n = ::send(fd, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        sent += static_cast<std::size_t>(n);
    }
    return true;
}

bool tell(const std::string& path, const std::string& what) {
    std::fprintf(stderr, "glasshive: %s: %s\n", path.c_str(), what.c_str());
    return false;
}

/// Whether somebody accepts connections at this address.
bool answers(const sockaddr_un& address) {
    Socket probe;
    probe.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (probe.fd < 0) return false;
    const auto* any = reinterpret_cast<const sockaddr*>(&address);
    return connect(probe.fd, any, sizeof address) == 0 || errno == EAGAIN;
}

}   // namespace

void Socket::reset(int next) {
    if (fd >= 0) close(fd);
    fd = next;
}

LineChannel::~LineChannel() {
    if (listening_.fd >= 0) unlink(path_.c_str());
}

bool LineChannel::listen() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path_.empty()) return tell("--socket", "the path is empty");
    if (path_.size() >= sizeof address.sun_path) {
        return tell(path_, "a socket's path has at most " +
                               std::to_string(sizeof address.sun_path - 1) + " characters");
    }
    std::memcpy(address.sun_path, path_.c_str(), path_.size() + 1);
    struct stat info {};
    if (lstat(path_.c_str(), &info) == 0) {
        if (!S_ISSOCK(info.st_mode)) return tell(path_, "is there already and is no socket");
        if (answers(address)) return tell(path_, "another session listens there");
        unlink(path_.c_str());
    }
    Socket made;
    made.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const mode_t before = umask(0077);   // Only its owner may drive the run.
    const bool bound = made.fd >= 0 &&
                       bind(made.fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
                       ::listen(made.fd, 4) == 0;
    const int why = errno;
    umask(before);
    if (!bound) return tell(path_, std::string("cannot listen there: ") + std::strerror(why));
    listening_.reset(made.fd);
    made.fd = -1;
    return true;
}

LineChannel::Got LineChannel::next(std::string& line, int wait_ms) {
    if (const Got got = take_line(line); got != Got::nothing) return got;
    pollfd watched[2] = {{listening_.fd, POLLIN, 0}, {client_.fd, POLLIN, 0}};
    if (poll(watched, client_.fd >= 0 ? 2 : 1, wait_ms) <= 0) return Got::nothing;
    // First the client we have: if it has gone, the next one may come.
    if (client_.fd >= 0 && watched[1].revents != 0) read_client();
    if ((watched[0].revents & POLLIN) != 0) accept_client();
    return take_line(line);
}

LineChannel::Got LineChannel::take_line(std::string& line) {
    const std::size_t end = buffer_.find('\n');
    if (skipping_) {
        buffer_.erase(0, end == std::string::npos ? end : end + 1);
        skipping_ = end == std::string::npos;
        return skipping_ ? Got::nothing : take_line(line);
    }
    if (std::min(end, buffer_.size()) > line_max) {
        skipping_ = true;
        return Got::too_long;
    }
    if (end == std::string::npos) return Got::nothing;
    line = buffer_.substr(0, end);
    buffer_.erase(0, end + 1);
    return Got::line;
}

void LineChannel::read_client() {
    char chunk[4096];
    const ssize_t n = read(client_.fd, chunk, sizeof chunk);
    if (n < 0 && errno == EINTR) return;
    if (n > 0) {
        buffer_.append(chunk, static_cast<std::size_t>(n));
        return;
    }
    client_.reset();
    buffer_.clear();   // A command without its end was not given.
    skipping_ = false;
}

void LineChannel::accept_client() {
    Socket coming;
    coming.fd = accept4(listening_.fd, nullptr, nullptr, SOCK_CLOEXEC);
    if (coming.fd < 0) return;
    const timeval patience{.tv_sec = 5, .tv_usec = 0};
    setsockopt(coming.fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (client_.fd >= 0) {
        send_all(coming.fd, busy);
        return;
    }
    client_.reset(coming.fd);
    coming.fd = -1;
    buffer_.clear();
    skipping_ = false;
}

void LineChannel::send(const std::string& line) {
    if (client_.fd >= 0 && !send_all(client_.fd, line + "\n")) {
        client_.reset();
        buffer_.clear();
        skipping_ = false;
    }
}

}   // namespace glasshive::session
