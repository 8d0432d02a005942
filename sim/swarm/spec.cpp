#include "swarm/spec.h"

#include <charconv>

namespace glasshive::swarm {

const char* to_text(ServiceMode mode) {
    switch (mode) {
        case ServiceMode::replicated: return "replicated";
        case ServiceMode::global: return "global";
        case ServiceMode::replicated_job: return "replicated job";
        case ServiceMode::global_job: return "global job";
    }
    return "?";
}

std::string ip_text(std::uint32_t ip) {
    std::string text;
    for (int shift = 24; shift >= 0; shift -= 8) {
        if (!text.empty()) text += '.';
        text += std::to_string(ip >> shift & 0xFFU);
    }
    return text;
}

std::string subnet_text(Subnet subnet) {
    return subnet.length == 0 ? "" : ip_text(subnet.base) + "/" + std::to_string(subnet.length);
}

std::optional<Subnet> parse_subnet(std::string_view text) {
    Subnet subnet;
    const char* at = text.data();
    const char* const end = text.data() + text.size();
    for (int part = 0; part < 5; ++part) {
        if (part > 0) {
            if (at == end || *at != (part == 4 ? '/' : '.')) return std::nullopt;
            ++at;
        }
        std::uint32_t number = 0;
        const auto read = std::from_chars(at, end, number);
        if (read.ec != std::errc{} || number > 255) return std::nullopt;
        at = read.ptr;
        if (part == 4) subnet.length = number;
        else subnet.base = subnet.base << 8 | number;
    }
    if (at != end || subnet.length < 8 || subnet.length > 29) return std::nullopt;
    const std::uint32_t hosts = (1U << (32 - subnet.length)) - 1;
    if ((subnet.base & hosts) != 0) return std::nullopt;
    return subnet;
}

}   // namespace glasshive::swarm
