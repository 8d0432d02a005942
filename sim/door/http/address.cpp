#include "door/http/address.h"

#include "base/text.h"

#include <boost/asio/ip/address.hpp>

namespace glasshive::door::http {

std::string Address::text() const {
    const bool six = host.find(':') != std::string::npos;
    return (six ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<Address> parse_address(const std::string& text) {
    const auto wrong = [&](std::string_view why) {
        return Diagnostic{.message =
                              "\"" + text + "\" is no address to listen at: " + std::string(why),
                          .hint = "write 127.0.0.1:5984, [::1]:5984 or a port alone"};
    };
    Address address{.host = "127.0.0.1"};
    const std::size_t colon = text.rfind(':');
    const std::string port = colon == std::string::npos ? text : text.substr(colon + 1);
    if (colon != std::string::npos) {
        address.host = text.substr(0, colon);
        if (address.host.size() > 2 && address.host.front() == '[' && address.host.back() == ']')
            address.host = address.host.substr(1, address.host.size() - 2);
        if (address.host == "localhost") address.host = "127.0.0.1";
    }
    boost::system::error_code error;
    boost::asio::ip::make_address(address.host, error);
    if (error) return wrong("the host is no IP address");
    const auto number = whole_number<std::uint16_t>(port);
    if (!number) return wrong("the port is no number from 0 to 65535");
    address.port = *number;
    return address;
}

bool is_loopback(const Address& address) {
    boost::system::error_code error;
    return boost::asio::ip::make_address(address.host, error).is_loopback() && !error;
}

}   // namespace glasshive::door::http
