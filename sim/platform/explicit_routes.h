#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace glasshive::platform {

/// Shortest paths by latency over links written one by one; ties go to fewer links, then to the
/// switch whose name sorts first. Hosts do not relay.
///
/// Switches and hosts are kept apart: one Dijkstra per *switch* a host hangs on, over switches
/// only, run when first asked for. So ten thousand hosts under forty switches need forty small
/// trees. The trees are a cache: beyond `cache_bytes_max` all are dropped and computed again on
/// demand.
class ExplicitRoutes {
  public:
    /// One link as Dijkstra sees it. Ends below the host count are hosts.
    struct Edge {
        std::uint32_t a;
        std::uint32_t b;
        std::int64_t latency_ns;
    };

    ExplicitRoutes() = default;
    /// `switch_names` order ties; the links' numbers are their places in `edges`.
    ExplicitRoutes(std::uint32_t hosts, const std::vector<std::string>& switch_names,
                   const std::vector<Edge>& edges);

    template <class Visit>
    bool walk(std::uint32_t from, std::uint32_t to, Visit&& visit) const {
        const Choice choice = choose(from, to);
        if (choice.first_link == none) return false;
        visit(choice.first_link);
        if (choice.last_link == none) return true;   // A cable of their own.
        const Tree& tree = tree_to(choice.last_switch);
        for (std::uint32_t at = choice.first_switch; at != choice.last_switch;) {
            const std::uint32_t link = tree.next_link[at];
            visit(link);
            at = other_end(link, at);
        }
        visit(choice.last_link);
        return true;
    }

    static constexpr std::size_t cache_bytes_max = std::size_t{256} << 20;

  private:
    static constexpr std::uint32_t none = UINT32_MAX;
    struct Port {
        std::uint32_t node;   // Host, or host count + switch.
        std::uint32_t link;
    };
    /// The way from every switch to one of them.
    struct Tree {
        std::vector<std::uint32_t> next_link;   // none: no way, or there already.
        std::vector<std::int64_t> distance_ns;  // -1: no way.
        std::vector<std::uint32_t> hops;
    };
    struct Choice {
        std::uint32_t first_link = none, last_link = none;
        std::uint32_t first_switch = none, last_switch = none;
    };

    Choice choose(std::uint32_t from, std::uint32_t to) const;
    const Tree& tree_to(std::uint32_t root) const;
    Tree dijkstra(std::uint32_t root) const;
    std::uint32_t other_end(std::uint32_t link, std::uint32_t switch_index) const {
        const Edge& edge = edges_[link];
        return (edge.a == hosts_ + switch_index ? edge.b : edge.a) - hosts_;
    }

    std::uint32_t hosts_ = 0;
    std::uint32_t switches_ = 0;
    std::vector<Edge> edges_;
    std::vector<std::uint32_t> first_port_;   // Of each node; its ports end where the next's begin.
    std::vector<Port> ports_;                 // Sorted by the rank of the far end.
    std::vector<std::uint32_t> rank_;         // Of each switch by name.
    mutable std::vector<std::unique_ptr<const Tree>> trees_;   // By root; null: not computed.
    mutable std::size_t trees_kept_ = 0;
};

}   // namespace glasshive::platform
