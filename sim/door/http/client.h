#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "door/http/message.h"

namespace glasshive::door::http {

/// What servers may cost.
struct ClientLimits {
    std::size_t header_bytes = 64 * 1024;
    std::size_t body_bytes = std::size_t{64} << 20;
    /// Exchanges at once that wait for no news; others wait for their turn.
    std::size_t connections = 256;
    /// Without a byte in or out: [replicator] connection_timeout of CouchDB.
    std::chrono::seconds silence{30};
};

/// Sends requests to real servers, plain HTTP, a connection for each. One owner thread gives and
/// takes; the sockets live on a thread of the client's own. All members are for the owner's thread.
class Client {
  public:
    struct Told {
        std::uint64_t number = 0;
        Heard heard;
    };
    /// `arrived` is called from the client's thread whenever next() has something.
    Client(const ClientLimits& limits, std::function<void()> arrived);
    /// Cuts everything.
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// `number`: of the owner's, never used twice. Its answer comes by next(), once.
    void send(std::uint64_t number, Exchange exchange);
    /// Cuts it; its answer may be there already.
    void forget(std::uint64_t number);
    /// What came since; never waits.
    std::optional<Told> next();

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}   // namespace glasshive::door::http
