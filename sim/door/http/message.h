#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace glasshive::door::http {

struct Header {
    std::string name, value;
    friend bool operator==(const Header&, const Header&) = default;
};

/// The first header of that name, whatever its case; empty when there is none.
std::optional<std::string_view> find_header(const std::vector<Header>& headers,
                                            std::string_view name);

/// One request, whole.
struct Request {
    std::uint64_t id = 0;          ///< Of this server; replies name it.
    std::size_t listener = 0;      ///< Which address it came to, in order of Options::addresses.
    std::string method;            ///< As sent: "GET", "COPY".
    std::string target;            ///< As sent, nothing decoded: "/db/a%2Fb?rev=1-x".
    std::vector<Header> headers;   ///< In the order in which they came.
    std::string body;              ///< Chunks put together.
    std::string client;            ///< "127.0.0.1"

    std::optional<std::string_view> header(std::string_view name) const {
        return find_header(headers, name);
    }
};

/// What goes in front of a body. Content-Length, Transfer-Encoding and Connection are the server's.
struct Head {
    int status = 200;
    std::vector<Header> headers;
};

/// A request of ours to somebody else's server.
struct Exchange {
    std::string host;   ///< A name, or digits without brackets.
    std::string port;   ///< Digits.
    std::string method;
    std::string target;
    std::vector<Header> headers;   ///< Host, Connection and Content-Length come by themselves.
    std::string body;
    /// The answer may wait for something to happen, with signs of life meanwhile: a feed.
    bool waits = false;
};

/// What came of it.
struct Heard {
    int status = 0;        ///< 0: no answer, and why is in `problem`.
    std::string type;      ///< Content-Type, as sent.
    std::string body;      ///< Whole.
    std::string problem;   ///< nxdomain, econnrefused, req_timedout, connection_closed, …
};

/// "OK", "Object Not Found", …: Erlang's httpd_util:reason_phrase/1, which mochiweb prints.
std::string_view reason_phrase(int status);

}   // namespace glasshive::door::http
