#include "viewer/model/wire_tree.h"

#include <algorithm>
#include <cmath>

namespace glasshive::viewer {

namespace {

constexpr int depth_max = 16;   // A stranger's links may form a circle.

std::vector<int> way_up(const WireTree& tree, int from) {
    std::vector<int> way;
    for (int at = from; at >= 0 && way.size() < depth_max;
         at = tree.places[static_cast<std::size_t>(at)].up)
        way.push_back(at);
    return way;
}

/// Children of every place, and those without a parent last.
std::vector<std::vector<int>> children_of(const WireTree& tree) {
    std::vector<std::vector<int>> children(tree.places.size() + 1);
    for (std::size_t i = 0; i < tree.places.size(); ++i) {
        const int up = tree.places[i].up;
        const bool rooted = way_up(tree, static_cast<int>(i)).size() < depth_max;
        if (!rooted) continue;
        children[up < 0 ? tree.places.size() : static_cast<std::size_t>(up)].push_back(
            static_cast<int>(i));
    }
    return children;
}

/// Gives the leaves below `at` their turn around the rim and everything else the middle of its own.
void turn(WireTree& tree, const std::vector<std::vector<int>>& children, int at, int depth,
          double& next, double step, int deepest) {
    WirePlace& place = tree.places[static_cast<std::size_t>(at)];
    const double first = next;
    const auto& below = children[static_cast<std::size_t>(at)];
    for (const int child : below) {
        turn(tree, children, child, depth + 1, next, step, deepest);
        place.hosts += tree.places[static_cast<std::size_t>(child)].hosts;
    }
    if (below.empty()) next += step;
    if (place.host) ++place.hosts;
    const double angle = (first + next) / 2 - 3.14159265358979 / 2;
    const double radius =
        place.host ? 1.0 : static_cast<double>(depth) / static_cast<double>(std::max(1, deepest));
    place.x = static_cast<float>(radius * std::cos(angle));
    place.y = static_cast<float>(radius * std::sin(angle));
}

}   // namespace

std::vector<int> WireTree::path(int from, int to) const {
    if (from < 0 || to < 0) return {};
    std::vector<int> up = way_up(*this, from);
    const std::vector<int> down = way_up(*this, to);
    for (std::size_t i = 0; i < up.size(); ++i) {
        const auto meet = std::find(down.begin(), down.end(), up[i]);
        if (meet == down.end()) continue;
        up.resize(i + 1);
        for (auto at = meet; at != down.begin();) up.push_back(*--at);
        return up;
    }
    return {};
}

WireTree tree_of(const Wires& wires, const Picture& picture) {
    WireTree tree;
    const auto add = [&](NameId name, bool host) {
        if (!name.valid() || tree.find(name) >= 0) return;
        if (name.value >= tree.of.size()) tree.of.resize(name.value + 1, -1);
        tree.of[name.value] = static_cast<int>(tree.places.size());
        tree.places.push_back({.name = name, .host = host});
    };
    for (const HostCell& host : picture.cluster.hosts) add(host.name, true);
    for (const NameId name : wires.switches) add(name, false);
    tree.of_link.assign(wires.links.size(), -1);
    for (std::size_t i = 0; i < wires.links.size(); ++i) {
        const int a = tree.find(wires.links[i].a);
        const int b = tree.find(wires.links[i].b);
        if (a < 0 || b < 0 || a == b || tree.places[static_cast<std::size_t>(a)].up >= 0) continue;
        tree.places[static_cast<std::size_t>(a)].up = b;
        tree.places[static_cast<std::size_t>(a)].link = static_cast<int>(i);
        tree.of_link[i] = a;
    }
    for (std::size_t i = 0; i < tree.places.size(); ++i) {
        if (!tree.places[i].host) tree.inner.push_back(static_cast<int>(i));
    }
    const auto children = children_of(tree);
    int deepest = 1;
    std::size_t leaves = 0;
    for (std::size_t i = 0; i < tree.places.size(); ++i) {
        leaves += children[i].empty() ? 1 : 0;
        deepest = std::max(deepest, static_cast<int>(way_up(tree, static_cast<int>(i)).size()) - 1);
    }
    const double step =
        2 * 3.14159265358979 / static_cast<double>(std::max<std::size_t>(1, leaves));
    double next = 0;
    for (const int root : children.back()) turn(tree, children, root, 0, next, step, deepest);
    return tree;
}

void count_flows(Wires& wires, const WireTree& tree) {
    for (const int link : wires.busy) {   // Of another instant: there may be fewer links now.
        if (static_cast<std::size_t>(link) < wires.links.size())
            wires.links[static_cast<std::size_t>(link)].flows = 0;
    }
    wires.busy.clear();
    for (const FlowNow& flow : wires.flows) {
        const std::vector<int> way = tree.path(tree.find(flow.from), tree.find(flow.to));
        for (std::size_t i = 0; i + 1 < way.size(); ++i) {
            const WirePlace& a = tree.places[static_cast<std::size_t>(way[i])];
            const WirePlace& b = tree.places[static_cast<std::size_t>(way[i + 1])];
            const int link = a.up == way[i + 1] ? a.link : b.link;
            if (link < 0 || static_cast<std::size_t>(link) >= wires.links.size()) continue;
            Wire& wire = wires.links[static_cast<std::size_t>(link)];
            if (wire.flows++ == 0) wires.busy.push_back(link);
        }
    }
}

}   // namespace glasshive::viewer
