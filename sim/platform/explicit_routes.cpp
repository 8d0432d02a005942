#include "platform/explicit_routes.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <queue>
#include <tuple>

#include "base/assert.h"

namespace glasshive::platform {

ExplicitRoutes::ExplicitRoutes(std::uint32_t hosts, const std::vector<std::string>& switch_names,
                               const std::vector<Edge>& edges)
    : hosts_(hosts), switches_(static_cast<std::uint32_t>(switch_names.size())), edges_(edges) {
    std::vector<std::uint32_t> by_name(switches_);
    std::iota(by_name.begin(), by_name.end(), 0U);
    std::sort(by_name.begin(), by_name.end(), [&](std::uint32_t a, std::uint32_t b) {
        return switch_names[a] < switch_names[b];
    });
    rank_.resize(switches_);
    trees_.resize(switches_);
    for (std::uint32_t i = 0; i < switches_; ++i) rank_[by_name[i]] = i;

    const std::uint32_t nodes = hosts_ + switches_;
    first_port_.assign(nodes + 1, 0);
    for (const Edge& edge : edges_) {
        SIM_ASSERT(edge.a < nodes);
        SIM_ASSERT(edge.b < nodes);
        ++first_port_[edge.a + 1];
        ++first_port_[edge.b + 1];
    }
    std::partial_sum(first_port_.begin(), first_port_.end(), first_port_.begin());
    ports_.resize(edges_.size() * 2);
    std::vector<std::uint32_t> next(first_port_.begin(), first_port_.end() - 1);
    for (std::uint32_t link = 0; link < edges_.size(); ++link) {
        ports_[next[edges_[link].a]++] = {edges_[link].b, link};
        ports_[next[edges_[link].b]++] = {edges_[link].a, link};
    }
    // Hosts first (cables of their own), then switches by name: the order in which ties are
    // decided.
    const auto order = [this](const Port& port) {
        const bool is_switch = port.node >= hosts_;
        return std::tuple(is_switch, is_switch ? rank_[port.node - hosts_] : port.node, port.link);
    };
    for (std::uint32_t node = 0; node < nodes; ++node) {
        std::sort(ports_.begin() + first_port_[node], ports_.begin() + first_port_[node + 1],
                  [&](const Port& a, const Port& b) { return order(a) < order(b); });
    }
}

ExplicitRoutes::Choice ExplicitRoutes::choose(std::uint32_t from, std::uint32_t to) const {
    const std::uint32_t from_begin = first_port_[from], from_end = first_port_[from + 1];
    const std::uint32_t to_begin = first_port_[to], to_end = first_port_[to + 1];
    Choice best;
    // The usual case, a host with one cable on each side, needs no comparison.
    if (from_end - from_begin == 1 && to_end - to_begin == 1) {
        const Port& out = ports_[from_begin];
        const Port& in = ports_[to_begin];
        if (out.node == to) return {out.link, none, none, none};
        if (out.node < hosts_ || in.node < hosts_) return best;
        const std::uint32_t root = in.node - hosts_;
        if (tree_to(root).distance_ns[out.node - hosts_] < 0) return best;
        return {out.link, in.link, out.node - hosts_, root};
    }
    std::pair<std::int64_t, std::uint32_t> best_cost{INT64_MAX, none};
    for (std::uint32_t o = from_begin; o < from_end; ++o) {
        const Port& out = ports_[o];
        if (out.node < hosts_) {
            const std::pair cost{edges_[out.link].latency_ns, std::uint32_t{1}};
            if (out.node != to || !(cost < best_cost)) continue;
            best_cost = cost;
            best = {out.link, none, none, none};
            continue;
        }
        for (std::uint32_t i = to_begin; i < to_end; ++i) {
            const Port& in = ports_[i];
            if (in.node < hosts_) continue;
            const Tree& tree = tree_to(in.node - hosts_);
            const std::int64_t between = tree.distance_ns[out.node - hosts_];
            if (between < 0) continue;
            const std::pair cost{
                edges_[out.link].latency_ns + between + edges_[in.link].latency_ns,
                tree.hops[out.node - hosts_] + 2};
            if (!(cost < best_cost)) continue;
            best_cost = cost;
            best = {out.link, in.link, out.node - hosts_, in.node - hosts_};
        }
    }
    return best;
}

const ExplicitRoutes::Tree& ExplicitRoutes::tree_to(std::uint32_t root) const {
    if (trees_[root]) return *trees_[root];
    const std::size_t bytes_each = switches_ * (sizeof(std::int64_t) + 2 * sizeof(std::uint32_t));
    if ((trees_kept_ + 1) * bytes_each > cache_bytes_max) {
        for (auto& tree : trees_) tree.reset();
        trees_kept_ = 0;
    }
    ++trees_kept_;
    trees_[root] = std::make_unique<const Tree>(dijkstra(root));
    return *trees_[root];
}

ExplicitRoutes::Tree ExplicitRoutes::dijkstra(std::uint32_t root) const {
    Tree tree{std::vector(switches_, none), std::vector(switches_, std::int64_t{-1}),
              std::vector(switches_, std::uint32_t{0})};
    // Distance, links, rank by name, the link that led there. The smallest wins, so a switch keeps
    // the first way it is reached by.
    struct Entry {
        std::int64_t distance;
        std::uint32_t hops, parent_rank, link, node;
        bool operator>(const Entry& other) const {
            return std::tie(distance, hops, parent_rank, link, node) >
                   std::tie(other.distance, other.hops, other.parent_rank, other.link, other.node);
        }
    };
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
    queue.push({0, 0, 0, none, root});
    while (!queue.empty()) {
        const Entry entry = queue.top();
        queue.pop();
        if (tree.distance_ns[entry.node] >= 0) continue;
        tree.distance_ns[entry.node] = entry.distance;
        tree.hops[entry.node] = entry.hops;
        tree.next_link[entry.node] = entry.link;
        const std::uint32_t node = hosts_ + entry.node;
        for (std::uint32_t p = first_port_[node]; p < first_port_[node + 1]; ++p) {
            const Port& port = ports_[p];
            if (port.node < hosts_ || tree.distance_ns[port.node - hosts_] >= 0) continue;
            queue.push({entry.distance + edges_[port.link].latency_ns, entry.hops + 1,
                        rank_[entry.node], port.link, port.node - hosts_});
        }
    }
    return tree;
}

}   // namespace glasshive::platform
