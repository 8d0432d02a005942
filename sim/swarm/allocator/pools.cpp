#include "swarm/allocator/pools.h"

#include "base/assert.h"

namespace glasshive::swarm {

AddressPool::AddressPool(Subnet subnet) : base_(subnet.base) {
    SIM_ASSERT(subnet.length >= 8 && subnet.length <= 29);
    used_.resize(std::size_t{1} << (32 - subnet.length));
    used_[0] = used_[1] = used_.back() = true;
    left_ = static_cast<std::uint32_t>(used_.size()) - 3;
}

std::optional<std::uint32_t> AddressPool::take() {
    if (left_ == 0) return std::nullopt;
    const auto size = static_cast<std::uint32_t>(used_.size());
    while (used_[next_]) next_ = (next_ + 1) % size;
    const std::uint32_t ip = base_ + next_;
    reserve(ip);
    return ip;
}

/// What comes next follows what was given last, also after a new leader took over.
void AddressPool::reserve(std::uint32_t ip) {
    if (!has(ip) || used_[ip - base_]) return;
    used_[ip - base_] = true;
    --left_;
    next_ = (ip - base_ + 1) % static_cast<std::uint32_t>(used_.size());
}

void AddressPool::release(std::uint32_t ip) {
    if (!has(ip) || !used_[ip - base_]) return;
    used_[ip - base_] = false;
    ++left_;
}

bool SubnetPool::overlaps(Subnet subnet) const {
    const auto last = [](Subnet each) { return each.base + ((1U << (32 - each.length)) - 1); };
    // Those in use do not overlap one another, so only its neighbours can.
    auto at = used_.lower_bound(Subnet{subnet.base, 0});
    if (at != used_.end() && at->base <= last(subnet)) return true;
    return at != used_.begin() && last(*--at) >= subnet.base;
}

bool SubnetPool::reserve(Subnet subnet) {
    if (overlaps(subnet)) return false;
    used_.insert(subnet);
    return true;
}

std::optional<Subnet> SubnetPool::take() {
    constexpr std::uint32_t first = 10U << 24, end = 11U << 24, step = 256;
    for (std::uint32_t base = first; base < end; base += step) {
        if (reserve({base, 24})) return Subnet{base, 24};
    }
    return std::nullopt;
}

std::optional<std::uint32_t> PortPool::take(Protocol protocol, std::uint32_t number) {
    if (number != 0) {
        if (!used_.insert({protocol, number}).second) return std::nullopt;
        return number;
    }
    std::uint32_t& next = next_.emplace(protocol, dynamic_port_first).first->second;
    for (std::uint32_t tried = dynamic_port_first; tried <= dynamic_port_last; ++tried) {
        const std::uint32_t at = next;
        next = next == dynamic_port_last ? dynamic_port_first : next + 1;
        if (used_.insert({protocol, at}).second) return at;
    }
    return std::nullopt;
}

}   // namespace glasshive::swarm
