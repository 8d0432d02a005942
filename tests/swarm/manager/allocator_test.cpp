// Goal: networks, services and tasks get addresses and ports as swarmkit's allocator gives them,
// and wait where there are none. Method: the pools alone; then a manager with fake agents, its
// store read back; after each story no address is given twice.
#include <catch2/catch.hpp>

#include <set>

#include "swarm/allocator/pools.h"
#include "swarm/manager/cluster.h"

using namespace glasshive;
using namespace glasshive::test;

namespace {

ServiceSpec on_networks(const std::string& name, std::uint64_t replicas,
                        const std::vector<std::string>& networks) {
    ServiceSpec spec = Cluster::spec(name, replicas);
    for (const std::string& network : networks) {
        spec.task.networks.push_back({.network = network, .aliases = {}});
    }
    return spec;
}

ServiceSpec published(const std::string& name, std::uint32_t port, std::uint64_t replicas = 1) {
    ServiceSpec spec = Cluster::spec(name, replicas);
    spec.ports = {{.target = 80, .published = port}};
    return spec;
}

std::string virtual_ips(const Cluster& cluster, ServiceId id) {
    const auto& endpoint = cluster.store().service(id).endpoint;
    std::string text;
    if (endpoint == nullptr) return text;
    for (const Address& each : endpoint->virtual_ips) {
        text += (text.empty() ? "" : " ") + ip_text(each.ip);
    }
    return text;
}

std::uint32_t port_of(const Cluster& cluster, ServiceId id) {
    const auto& endpoint = cluster.store().service(id).endpoint;
    return endpoint == nullptr || endpoint->ports.empty() ? 0 : endpoint->ports[0].published;
}

std::size_t in_state(const Cluster& cluster, ServiceId id, TaskState state) {
    std::size_t count = 0;
    for (const Task* task : cluster.tasks(id)) count += task->observed == state ? 1 : 0;
    return count;
}

/// Nobody alive shares an address with another, and all lie in their network's subnet.
void check_addresses(const Cluster& cluster) {
    const Store& store = cluster.store();
    std::set<std::pair<NetworkId, std::uint32_t>> used;
    const auto take = [&](const AddressList& addresses) {
        for (const Address& each : addresses) {
            const Subnet subnet = store.networks()[each.network.index()].subnet;
            REQUIRE(subnet.length > 0);
            REQUIRE(each.ip - subnet.base >= 2);
            REQUIRE(each.ip - subnet.base < (1U << (32 - subnet.length)) - 1);
            REQUIRE(used.insert({each.network, each.ip}).second);
        }
    };
    for (const Service& service : store.services()) {
        if (!service.removed && service.endpoint != nullptr) take(service.endpoint->virtual_ips);
    }
    store.for_each_task([&](const Task& task) {
        const bool dead = task.desired > TaskState::running && task.observed > TaskState::running;
        if (task.addresses != nullptr && !dead) take(*task.addresses);
    });
}

}   // namespace

// --- What there is to give -----------------------------------------------------------------------

TEST_CASE("a /24 has 253 addresses, given in turn", "[swarm][allocator]") {
    AddressPool pool(*parse_subnet("10.0.1.0/24"));
    CHECK(pool.left() == 253);
    CHECK(ip_text(*pool.take()) == "10.0.1.2");
    CHECK(ip_text(*pool.take()) == "10.0.1.3");
    pool.release(0x0A000102U);
    CHECK(ip_text(*pool.take()) == "10.0.1.4");   // The freed one comes after all others.
    while (pool.left() > 1) pool.take();
    CHECK(ip_text(*pool.take()) == "10.0.1.2");
    CHECK_FALSE(pool.take());
    pool.release(0x0A0000FFU);                    // Of another subnet, not used, or nobody's:
    pool.release(0x0A000101U + 0x1000U);          // nothing comes of it.
    CHECK_FALSE(pool.take());
    CHECK(AddressPool(*parse_subnet("10.0.0.0/29")).left() == 5);
}

TEST_CASE("subnets are the lowest free ones, and never overlap", "[swarm][allocator]") {
    SubnetPool pool;
    CHECK(subnet_text(*pool.take()) == "10.0.0.0/24");
    CHECK(pool.reserve(*parse_subnet("10.0.1.0/28")));
    CHECK_FALSE(pool.reserve(*parse_subnet("10.0.1.0/24")));   // Around one.
    CHECK_FALSE(pool.reserve(*parse_subnet("10.0.1.8/29")));   // Within one.
    CHECK_FALSE(pool.reserve(*parse_subnet("10.0.0.0/8")));
    CHECK(pool.reserve(*parse_subnet("10.0.1.16/28")));
    CHECK(subnet_text(*pool.take()) == "10.0.2.0/24");
    pool.release({0x0A000000, 24});
    CHECK(subnet_text(*pool.take()) == "10.0.0.0/24");
    CHECK(pool.reserve(*parse_subnet("192.168.0.0/16")));
}

TEST_CASE("texts that are subnets, and others", "[swarm][allocator]") {
    CHECK(parse_subnet("10.1.0.0/16") == Subnet{0x0A010000, 16});
    for (const char* text : {"", "10.0.0.0", "10.0.0.0/", "10.0.0/24", "10.0.0.0/30", "10.0.0.0/7",
                             "256.0.0.0/8", "10.0.0.1/24", "10.0.0.0/24 ", "-1.0.0.0/8",
                             "10.0.0.0/99999999999", "a.b.c.d/8"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_subnet(text));
    }
}

TEST_CASE("ports without a number come from 30000 to 32767, per protocol", "[swarm][allocator]") {
    PortPool pool;
    CHECK(pool.take(Protocol::tcp, 8080) == 8080U);
    CHECK_FALSE(pool.take(Protocol::tcp, 8080));
    CHECK(pool.take(Protocol::udp, 8080) == 8080U);
    CHECK(pool.take(Protocol::tcp, 30001) == 30001U);
    CHECK(pool.take(Protocol::tcp, 0) == 30000U);
    CHECK(pool.take(Protocol::tcp, 0) == 30002U);
    pool.release(Protocol::tcp, 30000);
    CHECK(pool.take(Protocol::tcp, 0) == 30003U);
    int more = 0;
    while (pool.take(Protocol::tcp, 0)) ++more;
    CHECK(more == 2768 - 3);
}

// --- What a swarm does with it -------------------------------------------------------------------

TEST_CASE("the mesh has 10.0.0.0/24, the first network 10.0.1.0/24, its first service .2",
          "[swarm][allocator]") {
    Cluster cluster(2);
    cluster.start();
    REQUIRE(cluster.manager.create_network({.name = "front"}));
    CHECK_FALSE(cluster.manager.create_network({.name = "front"}));   // The name is taken.
    const ServiceId web = cluster.create(on_networks("web", 2, {"front"}));
    ServiceSpec both = on_networks("api", 1, {"front"});
    both.ports = {{.target = 80, .published = 8080}};
    const ServiceId api = cluster.create(both);
    cluster.run_for(seconds{2});
    const auto& networks = cluster.store().networks();
    REQUIRE(networks.size() == 2);
    CHECK(subnet_text(networks[0].subnet) == "10.0.0.0/24");
    CHECK(subnet_text(networks[1].subnet) == "10.0.1.0/24");
    CHECK(virtual_ips(cluster, web) == "10.0.1.2");
    CHECK(virtual_ips(cluster, api) == "10.0.0.2 10.0.1.5");   // After web and its two tasks.
    for (const Task* task : cluster.tasks(web)) {
        REQUIRE(task->addresses != nullptr);
        CHECK(task->addresses->size() == 1);
    }
    CHECK(cluster.tasks(api)[0]->addresses->size() == 2);
    CHECK(in_state(cluster, web, TaskState::running) == 2);
    check_addresses(cluster);
}

TEST_CASE("with dnsrr there is no virtual address; plain services get nothing",
          "[swarm][allocator]") {
    Cluster cluster(1);
    cluster.start();
    cluster.manager.create_network({.name = "front"});
    ServiceSpec spec = on_networks("db", 1, {"front"});
    spec.endpoint_mode = EndpointMode::dnsrr;
    const ServiceId db = cluster.create(spec);
    const ServiceId plain = cluster.create("plain", 1);
    const ServiceId local = cluster.create(on_networks("local", 1, {"host"}));
    cluster.run_for(seconds{2});
    CHECK(virtual_ips(cluster, db).empty());
    CHECK(cluster.tasks(db)[0]->addresses->size() == 1);
    for (const ServiceId id : {plain, local}) {
        CHECK(cluster.store().service(id).endpoint == nullptr);
        CHECK(cluster.tasks(id)[0]->addresses == nullptr);
        CHECK(in_state(cluster, id, TaskState::running) == 1);
    }
}

TEST_CASE("a full network keeps tasks NEW until somebody leaves", "[swarm][allocator]") {
    Cluster cluster(2);
    cluster.start();
    cluster.manager.create_network({.name = "small", .subnet = "10.9.0.0/29"});
    const ServiceId web = cluster.create(on_networks("web", 6, {"small"}));
    cluster.run_for(seconds{3});
    // Five addresses: one is the service's, four are tasks'.
    CHECK(in_state(cluster, web, TaskState::running) == 4);
    CHECK(in_state(cluster, web, TaskState::new_) == 2);
    CHECK(cluster.events(events::allocation_failed).size() == 2);
    const ServiceId other = cluster.create(on_networks("other", 1, {"small"}));
    cluster.run_for(seconds{3});
    CHECK(in_state(cluster, other, TaskState::new_) == 1);   // Not even a virtual address.
    check_addresses(cluster);

    cluster.manager.scale_service(web, 3);
    cluster.run_for(seconds{20});
    CHECK(in_state(cluster, web, TaskState::running) == 3);
    CHECK(in_state(cluster, web, TaskState::new_) == 0);
    CHECK(virtual_ips(cluster, other) == "10.9.0.6");
    check_addresses(cluster);
    cluster.manager.remove_service(web);
    cluster.run_for(seconds{20});
    CHECK(in_state(cluster, other, TaskState::running) == 1);
    check_addresses(cluster);
}

TEST_CASE("a failed task's address is free again once its slot has another", "[swarm][allocator]") {
    Cluster cluster(1);
    cluster.fates["web"] = {.run = seconds{2}, .end = TaskState::failed};
    cluster.start();
    cluster.manager.create_network({.name = "small", .subnet = "10.9.0.0/29"});
    const ServiceId web = cluster.create(on_networks("web", 2, {"small"}));
    cluster.run_for(minutes{2});   // About 17 tasks per slot; five addresses do for ever.
    CHECK(in_state(cluster, web, TaskState::new_) == 0);
    CHECK(cluster.events(events::allocation_failed).size() == 0);
    check_addresses(cluster);
}

TEST_CASE("published ports: a number of one's own, kept through updates, free after removal",
          "[swarm][allocator]") {
    Cluster cluster(1);
    cluster.start();
    const ServiceId a = cluster.create(published("a", 0));
    const ServiceId b = cluster.create(published("b", 0));
    cluster.run_for(seconds{2});
    CHECK(port_of(cluster, a) == 30000);
    CHECK(port_of(cluster, b) == 30001);
    ServiceSpec changed = published("a", 0);
    changed.task.container.image = "other";
    cluster.manager.update_service(a, changed);
    cluster.run_for(seconds{30});
    CHECK(port_of(cluster, a) == 30000);

    // Nobody asked the control API, which refuses this: the second one waits.
    const ServiceId c = cluster.create(published("c", 30001));
    cluster.run_for(seconds{2});
    CHECK(port_of(cluster, c) == 0);
    CHECK(in_state(cluster, c, TaskState::new_) == 1);
    cluster.manager.remove_service(b);
    cluster.run_for(seconds{20});
    CHECK(port_of(cluster, c) == 30001);
    CHECK(in_state(cluster, c, TaskState::running) == 1);
    check_addresses(cluster);
}

TEST_CASE("a service that leaves a network gives its address back", "[swarm][allocator]") {
    Cluster cluster(2);
    cluster.start();
    cluster.manager.create_network({.name = "front"});
    cluster.manager.create_network({.name = "back"});
    const ServiceId web = cluster.create(on_networks("web", 2, {"front", "back"}));
    cluster.run_for(seconds{2});
    const std::string before = virtual_ips(cluster, web);
    cluster.manager.update_service(web, on_networks("web", 2, {"front"}));
    cluster.run_for(seconds{60});
    CHECK(before == virtual_ips(cluster, web) + " 10.0.2.2");
    CHECK(in_state(cluster, web, TaskState::running) == 2);
    check_addresses(cluster);
}

TEST_CASE("networks that overlap get no subnet, and who wants them waits", "[swarm][allocator]") {
    Cluster cluster(1);
    cluster.start();
    const auto first = cluster.manager.create_network({.name = "a", .subnet = "10.8.0.0/16"});
    cluster.manager.create_network({.name = "b", .subnet = "10.8.1.0/24"});
    const ServiceId web = cluster.create(on_networks("web", 1, {"b"}));
    cluster.run_for(seconds{2});
    CHECK(in_state(cluster, web, TaskState::new_) == 1);
    REQUIRE(first);
    cluster.manager.remove_network(*first);
    cluster.create("any", 1);
    cluster.run_for(seconds{2});
    CHECK(in_state(cluster, web, TaskState::running) == 1);
    CHECK(subnet_text(cluster.store().networks()[2].subnet) == "10.8.1.0/24");
}
