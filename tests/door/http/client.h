#pragma once

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include <catch2/catch.hpp>

namespace glasshive::test {

/// A client that sends what it is told, byte for byte.
class Client {
  public:
    explicit Client(std::uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    }
    ~Client() { close(); }
    Client(Client&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Client(const Client&) = delete;

    void close() {
        if (fd_ >= 0) ::close(fd_);
        fd_ = -1;
    }
    /// False when the server has closed.
    bool send(const std::string& text) const {
        std::size_t sent = 0;
        while (sent < text.size()) {
            const ssize_t n = ::send(fd_, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
            if (n <= 0) return false;
            sent += static_cast<std::size_t>(n);
        }
        return true;
    }
    /// What comes until `end` stands in it, the server closes, or five seconds are over.
    std::string read_to(const std::string& end) {
        std::string text;
        while (text.find(end) == std::string::npos && wait()) {
            char part[65536];
            const ssize_t n = recv(fd_, part, sizeof part, 0);
            if (n <= 0) break;
            text.append(part, static_cast<std::size_t>(n));
        }
        return text;
    }
    std::string read_all() { return read_to("\n\n\nnever"); }

  private:
    bool wait() const {
        pollfd one{fd_, POLLIN, 0};
        return poll(&one, 1, 5000) == 1;
    }
    int fd_;
};

}   // namespace glasshive::test
