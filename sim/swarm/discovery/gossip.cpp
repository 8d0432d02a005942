#include "swarm/discovery/gossip.h"

#include <algorithm>
#include <string>

#include "base/assert.h"
#include "swarm/discovery/tags.h"
#include "swarm/events.h"

namespace glasshive::swarm::discovery {

namespace {

/// A compound gossip packet's header, and one encoded table event (moby networkdb.proto TableEvent
/// with an EndpointRecord of a service with one port).
constexpr Bytes packet_size{48};
constexpr Bytes record_size{160};
/// Watchers a rebooted one asks before it turns to everybody.
constexpr int asks_max = 5;

Bytes size_of(const HostRecords& records) {
    return packet_size + record_size * static_cast<std::int64_t>(records.records.size());
}

bool newer(const HostRecords& a, const HostRecords& b) {
    if (a.incarnation != b.incarnation) return a.incarnation > b.incarnation;
    return a.sequence > b.sequence;
}

const Record* find(const HostRecords* records, TaskId task) {
    if (records == nullptr) return nullptr;
    const auto at = std::lower_bound(records->records.begin(), records->records.end(), task,
                                     [](const Record& r, TaskId t) { return r.task < t; });
    return at != records->records.end() && at->task == task ? &*at : nullptr;
}

std::uint64_t mix(std::uint64_t z) {   // SplitMix64's finaliser.
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}

}   // namespace

Gossip::Gossip(kernel::Kernel& kernel, const Group& group, const Place& place,
               std::uint32_t tag_first, Backends& backends)
    : kernel_(kernel), group_(group), place_(place), tag_first_(tag_first),
      watcher_(watches(group, place.host)), backends_(backends),
      rng_(kernel.rng("swarm/gossip/" + std::string(kernel.names().text(place.name)))) {
    auto own = std::make_shared<HostRecords>();
    own->host = place.host;
    own->daemon = place.owner;
    own->incarnation = 1;
    own_ = std::move(own);
}

bool Gossip::watches(const Group& group, HostId host) {
    return std::binary_search(group.watchers.begin(), group.watchers.end(), host);
}

kernel::TimerId Gossip::after(Duration delay, std::uint32_t tag, std::uint64_t argument,
                              ProcessId awaits) {
    return kernel_.after(place_.owner, delay, tag_first_ + tag, argument, awaits);
}

void Gossip::datagram(ProcessId to, GossipMessage type, std::uint64_t a, std::uint64_t b,
                      Bytes size) {
    kernel_.send_datagram(place_.owner, to,
                          {.type = static_cast<std::uint16_t>(type), .a = a, .b = b, .size = size});
}

// --- Announcing ----------------------------------------------------------------------------------

void Gossip::announce(Record record) {
    auto next = std::make_shared<HostRecords>(*own_);
    const auto at = std::lower_bound(next->records.begin(), next->records.end(), record.task,
                                     [](const Record& r, TaskId t) { return r.task < t; });
    SIM_ASSERT(at == next->records.end() || at->task != record.task);
    next->records.insert(at, std::move(record));
    ++next->sequence;
    own_ = std::move(next);
    changed();
}

void Gossip::withdraw(TaskId task) {
    if (find(own_.get(), task) == nullptr) return;
    auto next = std::make_shared<HostRecords>(*own_);
    std::erase_if(next->records, [&](const Record& r) { return r.task == task; });
    ++next->sequence;
    own_ = std::move(next);
    changed();
}

void Gossip::changed() {
    announced_ = true;
    if (watcher_) apply(own_);
    if (!syncing_ && !group_.watchers.empty()) {
        syncing_ = true;
        after(rng_.between(Duration{0}, sync_interval), tags::sync);
    }
    // Round r of a rumour with fan-out 3 has reached 4^r - 1 of the other nodes: each watcher is a
    // random one of them.
    Rumour rumour;
    rumour.due.resize(group_.watchers.size());
    const std::uint64_t others = std::max<std::size_t>(group_.daemons.size(), 2) - 1;
    for (std::size_t i = 0; i < rumour.due.size(); ++i) {
        const std::uint64_t place = rng_.below(others);
        std::uint64_t reached = gossip_nodes;
        std::uint8_t round = 1;
        for (; reached <= place; reached = reached * (gossip_nodes + 1) + gossip_nodes) ++round;
        rumour.due[i] = round;
        if (group_.watchers[i] == place_.host) rumour.due[i] = 0;   // Knows already.
        else rumour.last = std::max<std::uint8_t>(rumour.last, round);
    }
    if (rumour.last == 0) return;
    rumour.last = static_cast<std::uint8_t>(rumour.last + announcement_copies - 1);
    rumours_.push_back(std::move(rumour));
    if (rumours_.size() == 1) after(rng_.between(Duration{0}, gossip_interval), tags::spread);
}

void Gossip::spread() {
    // Whatever started it, a packet carries the newest list; a watcher due for two rumours gets
    // one.
    std::vector<bool> told(group_.watchers.size(), false);
    for (Rumour& rumour : rumours_) {
        ++rumour.round;
        for (std::size_t i = 0; i < rumour.due.size(); ++i) {
            const int due = rumour.due[i];
            if (due == 0 || rumour.round < due || rumour.round >= due + announcement_copies)
                continue;
            if (!told[i]) send_records(daemon_of(group_.watchers[i]));
            told[i] = true;
        }
    }
    std::erase_if(rumours_, [](const Rumour& r) { return r.round >= r.last; });
    if (!rumours_.empty()) after(gossip_interval, tags::spread);
}

void Gossip::send_records(ProcessId to) {
    kernel_.send_datagram(place_.owner, to,
                          {.type = static_cast<std::uint16_t>(GossipMessage::records),
                           .body = own_,
                           .size = size_of(*own_)});
}

// --- The watcher's table -------------------------------------------------------------------------

void Gossip::apply(const std::shared_ptr<const HostRecords>& news) {
    Peer& peer = peers_[news->host];
    const HostRecords* before = peer.records.get();
    if (before != nullptr && !newer(*news, *before)) return;
    const bool reborn = before != nullptr && news->incarnation > before->incarnation;
    // "Dead" stands until the node itself says otherwise, in a newer incarnation.
    if (peer.state == State::failed && !reborn) return;
    const bool was_failed = peer.state == State::failed;
    const bool was_probed = is_probed(news->host, peer);
    if (reborn) {
        kernel_.cancel(peer.suspicion);
        peer.state = State::alive;
    }
    const std::shared_ptr<const HostRecords> old = std::move(peer.records);
    peer.records = news;
    replace_backends(was_failed ? nullptr : old.get(), news.get(), "left");
    count_probed(was_probed, is_probed(news->host, peer));
    if (was_failed) reconnect(true);   // What keeps one away often kept others away.
}

void Gossip::replace_backends(const HostRecords* before, const HostRecords* after,
                              const char* why) {
    if (before != nullptr) {
        for (const Record& record : before->records) {
            if (find(after, record.task) == nullptr) say_removed(record, why);
        }
    }
    if (after == nullptr) return;
    for (const Record& record : after->records) {
        if (find(before, record.task) != nullptr) continue;
        const std::size_t known = backends_.add(record, after->host, after->daemon);
        kernel_.emit(events::discovery_added, place_.name,
                     {field::name(record.service), field::name(record.subject),
                      field::integer(static_cast<std::int64_t>(known))});
    }
}

void Gossip::say_removed(const Record& record, const char* why) {
    const std::size_t known = backends_.remove(record.service, record.task);
    kernel_.emit(events::discovery_removed, place_.name,
                 {field::name(record.service), field::name(record.subject),
                  field::integer(static_cast<std::int64_t>(known)),
                  field::name(kernel_.names().intern(why))});
}

// --- Bulk sync -----------------------------------------------------------------------------------

std::uint64_t Gossip::digest() const {
    std::uint64_t sum = 0;
    for (const auto& [host, peer] : peers_) {
        const std::uint64_t version =
            static_cast<std::uint64_t>(peer.records->incarnation) << 32 | peer.records->sequence;
        const std::uint64_t failed = peer.state == State::failed ? 1 : 0;
        sum += mix(version ^ mix((static_cast<std::uint64_t>(host.value) + 1) << 1 | failed));
    }
    return sum;
}

/// Every sync_interval a member exchanges with one random other: watchers their tables, when they
/// differ; others have only their own list to give.
void Gossip::sync() {
    after(sync_interval, tags::sync);
    const auto& watchers = group_.watchers;
    const std::size_t others = watchers.size() - (watcher_ ? 1 : 0);
    if (others == 0) return;
    std::size_t drawn = rng_.below(others);
    if (watcher_ && watchers[drawn] >= place_.host) ++drawn;
    const ProcessId partner = daemon_of(watchers[drawn]);
    if (watcher_) datagram(partner, GossipMessage::sync, digest(), 0, packet_size);
    else send_records(partner);
}

void Gossip::send_table(ProcessId to, bool answer) {
    auto table = std::make_shared<Table>();
    Bytes size = packet_size;
    for (const auto& [host, peer] : peers_) {
        table->rows.push_back({peer.records, peer.state == State::failed});
        size += size_of(*peer.records);
    }
    table->digest = digest();
    kernel_.send_datagram(place_.owner, to,
                          {.type = static_cast<std::uint16_t>(GossipMessage::table),
                           .a = answer ? 1U : 0U,
                           .body = std::move(table),
                           .size = size});
}

void Gossip::merge(const Table& table, ProcessId from, bool answer) {
    has_table_ = true;
    for (const Table::Row& row : table.rows) {
        if (row.records->host == place_.host) {
            if (row.failed) refute(row.records->incarnation);
            continue;
        }
        apply(row.records);
        Peer& peer = peers_[row.records->host];
        // Hearsay of a death is a suspicion: memberlist mergeState.
        const bool dead = row.failed && row.records->incarnation >= peer.records->incarnation;
        if (dead && peer.state == State::alive) {
            suspect(row.records->host, peer, false);
            datagram(daemon_of(row.records->host), GossipMessage::suspect, row.records->host.value,
                     peer.records->incarnation, packet_size);
        }
    }
    if (!answer && digest() != table.digest) send_table(from, true);
}

/// After a reboot the table is empty: ask another watcher, again each second until one answers. The
/// only watcher, or one that found no other awake, asks every node what it serves.
void Gossip::ask_for_table() {
    if (has_table_) return;
    const auto& watchers = group_.watchers;
    if (watchers.size() == 1 || asked_++ == asks_max) {
        has_table_ = true;
        for (std::uint32_t h = 0; h < group_.daemons.size(); ++h) {
            if (HostId{h} != place_.host) {
                datagram(daemon_of(HostId{h}), GossipMessage::join, h, 0, packet_size);
            }
        }
        return;
    }
    std::size_t drawn = rng_.below(watchers.size() - 1);
    if (watchers[drawn] >= place_.host) ++drawn;
    datagram(daemon_of(watchers[drawn]), GossipMessage::sync, digest(), 1, packet_size);
    after(reconnect_interval, tags::ask);
}

void Gossip::on_reboot() {
    rumours_.clear();
    peers_.clear();
    probe_order_.clear();
    probe_timer_ = reconnect_timer_ = kernel::TimerId::none;
    backends_.clear();
    syncing_ = false;
    probed_ = 0;
    asked_ = 0;
    auto own = std::make_shared<HostRecords>();
    own->host = place_.host;
    own->daemon = place_.owner;
    own->incarnation = own_->incarnation + 1;
    own_ = std::move(own);
    if (watcher_) {
        has_table_ = false;
        ask_for_table();
    }
    if (announced_ || watcher_) changed();   // Peers that still hold the old records drop them.
}

void Gossip::on_message(const kernel::Message& message) {
    switch (static_cast<GossipMessage>(message.type)) {
        case GossipMessage::records:
            if (watcher_) apply(std::static_pointer_cast<const HostRecords>(message.body));
            break;
        case GossipMessage::ack: on_ack(message); break;
        case GossipMessage::suspect:
        case GossipMessage::dead: on_accused(message); break;
        case GossipMessage::join: on_join(message); break;
        case GossipMessage::sync:
            if (!watcher_ || !has_table_) break;
            if (message.a != digest() || message.b != 0) send_table(message.from, false);
            break;
        case GossipMessage::table:
            if (watcher_)
                merge(static_cast<const Table&>(*message.body), message.from, message.a != 0);
            break;
        default: break;
    }
}

void Gossip::on_timer(std::uint32_t tag, std::uint64_t argument) {
    const HostId host{static_cast<std::uint32_t>(argument)};
    switch (tag - tag_first_) {
        case tags::spread: spread(); break;
        case tags::sync: sync(); break;
        case tags::ask: ask_for_table(); break;
        case tags::probe: probe_next(); break;
        case tags::probe_late: probe_late(host, static_cast<std::uint32_t>(argument >> 32)); break;
        case tags::suspicion: fail(host, peers_.at(host), true); break;
        case tags::reconnect:
            reconnect_timer_ = kernel::TimerId::none;
            reconnect(false);
            break;
        default: SIM_ASSERT(false);
    }
}

}   // namespace glasshive::swarm::discovery
