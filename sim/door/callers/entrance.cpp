#include "door/callers/entrance.h"

namespace glasshive::door::callers {

Entrance entrance_of(const couch::Front& front) {
    Entrance out{.spec = &front.spec(), .front = &front};
    out.ready = [&front] { return front.ready(); };
    for (std::size_t i = 0; i < front.cluster().size(); ++i) {
        out.listeners.push_back(front.listener(i));
        out.hosts.push_back(front.host_name(i));
        out.nodes.push_back(front.cluster().node(i).name());
    }
    return out;
}

Entrance entrance_of(const contrast::Front& front) {
    Entrance out{.spec = &front.spec()};
    out.ready = [] { return true; };
    for (std::size_t i = 0; i < front.store().size(); ++i) {
        out.listeners.push_back(front.listener(i));
        out.hosts.push_back(front.spec().hosts[i]);
        out.nodes.push_back(front.store().node(i).name());
    }
    return out;
}

}   // namespace glasshive::door::callers
