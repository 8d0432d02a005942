#include "raft/cluster.h"

#include <algorithm>

#include "base/assert.h"
#include "raft/describe.h"

namespace glasshive::test {

namespace {
constexpr std::int64_t tick_ms = 1000;
constexpr std::int64_t send_timeout_ms = 2000;   // swarmkit raft.go, sendTimeout.
}   // namespace

Cluster::Cluster(Options options)
    : options_(options), invariants_([this](MemberId id) -> const Saved* {
          const auto found = members_.find(id);
          return found == members_.end() ? nullptr : &found->second.disk;
      }) {
    network = [](const Message&) { return std::vector<std::int64_t>{1}; };
    draw = [](std::uint64_t) { return std::uint64_t{0}; };
    first_tick = [](MemberId) { return tick_ms; };
    reports_loss = [](const Message&) { return true; };
}

// --- Members -------------------------------------------------------------------------------------

void Cluster::add(MemberId id, Saved saved) {
    SIM_ASSERT(!exists(id));
    members_[id].disk = std::move(saved);
    if (forced_.valid()) invariants_.joins(id, forced_);
}

bool Cluster::running(MemberId id) const {
    const auto found = members_.find(id);
    return found != members_.end() && found->second.raft != nullptr;
}

bool Cluster::alive(MemberId id, std::uint64_t life) const {
    return running(id) && members_.at(id).life == life;
}

std::vector<MemberId> Cluster::ids() const {
    std::vector<MemberId> ids;
    for (const auto& [id, unused] : members_) ids.push_back(id);
    return ids;
}

MemberId Cluster::leader() const {
    MemberId found;
    for (const auto& [id, one] : members_) {
        if (one.raft == nullptr || one.raft->role() != Role::leader) continue;
        if (!found.valid() || raft(found).term() < one.raft->term()) found = id;
    }
    return found;
}

std::string Cluster::line(MemberId id) const {
    std::string text = raft::to_text(id) + " ";
    const auto column = [&](const char* name, std::uint64_t value) {
        text += std::string("  ") + name + " " + std::to_string(value);
    };
    if (!running(id)) {
        const Saved& saved = disk(id);
        text += "off      ";
        column("term", saved.hard.term);
        column("log", saved.last().index);
        column("commit", saved.hard.commit);
        return text;
    }
    const Raft& one = raft(id);
    std::string role = raft::to_text(one.role());
    role.resize(9, ' ');
    text += role;
    column("term", one.term());
    column("log", one.log().last().index);
    column("commit", one.commit());
    if (one.applied() != one.commit()) column("applied", one.applied());
    text += "  voters";
    for (const MemberId voter : one.membership().voters()) text += " " + raft::to_text(voter);
    if (one.role() != Role::leader || one.commit() == one.log().last().index) return text;
    std::size_t have = 0;
    for (const auto& [unused, progress] : one.progress()) {
        have += progress.match == one.log().last().index ? 1 : 0;
    }
    return text + "  (index " + std::to_string(one.log().last().index) + " is on " +
           std::to_string(have) + ", needs " + std::to_string(one.membership().majority()) + ")";
}

void Cluster::start(MemberId id) {
    Member& starting = members_.at(id);
    SIM_ASSERT(starting.raft == nullptr);
    const std::uint64_t life = ++starting.life;
    const auto choose = [this, id](std::uint64_t bound) -> std::uint64_t {
        const auto fixed = timeouts.find(id);
        return fixed == timeouts.end() ? draw(bound) : fixed->second - options_.election_ticks;
    };
    starting.raft = std::make_unique<Raft>(id, starting.disk, options_, choose);
    starting.state.clear();
    const Outputs outputs = starting.raft->start();
    invariants_.check(*starting.raft, outputs, true);
    handle(id, outputs);
    after(first_tick(id), [this, id, life] { tick(id, life); });
}

void Cluster::crash(MemberId id, std::size_t kept) {
    Member& dying = members_.at(id);
    SIM_ASSERT(dying.raft != nullptr);
    dying.raft.reset();
    ++dying.life;
    for (std::size_t i = 0; i < std::min(kept, dying.orders.size()); ++i) {
        dying.disk.write(dying.orders[i]);
    }
    dying.orders.clear();
    dying.writing = false;
    dying.state.clear();
    dying.taken.reset();
}

void Cluster::forget(MemberId id) {
    if (running(id)) crash(id);
    members_.erase(id);
}

void Cluster::force_new_cluster(MemberId id) {
    if (running(id)) crash(id);
    Member& survivor = members_.at(id);
    invariants_.forked(id, survivor.disk);
    forced_ = id;
    survivor.disk = raft::force_new_cluster(std::move(survivor.disk), id);
    start(id);
    // The only member asks nobody (swarmkit raft.go, campaignWhenAble).
    step(id, Campaign{});
}

// --- Time ----------------------------------------------------------------------------------------

void Cluster::after(std::int64_t ms, Due due) {
    due_.emplace(std::make_pair(now_ + ms, arranged_++), std::move(due));
}

void Cluster::run(std::int64_t ms) {
    const std::int64_t until = now_ + ms;
    while (!due_.empty() && due_.begin()->first.first <= until) {
        now_ = due_.begin()->first.first;
        const Due due = std::move(due_.begin()->second);
        due_.erase(due_.begin());
        due();
    }
    now_ = until;
}

void Cluster::tick(MemberId id, std::uint64_t life) {
    if (!alive(id, life)) return;
    after(tick_ms, [this, id, life] { tick(id, life); });
    step(id, Tick{});
}

void Cluster::step(MemberId id, const Input& input) {
    Member& stepping = members_.at(id);
    ++steps_;
    const Outputs outputs = stepping.raft->step(input);
    invariants_.check(*stepping.raft, outputs);
    handle(id, outputs);
}

// --- Outputs -------------------------------------------------------------------------------------

void Cluster::handle(MemberId id, const Outputs& outputs) {
    for (const Output& output : outputs) {
        if (on_output) on_output(id, output);
        carry_out(id, output);
    }
    Member& handled = members_.at(id);
    if (handled.taken) {
        const SnapshotTaken taken{*handled.taken};
        handled.taken.reset();
        step(id, taken);
    }
}

void Cluster::carry_out(MemberId id, const Output& output) {
    Member& one = members_.at(id);
    if (const auto* send = std::get_if<Send>(&output)) {
        post(send->message);
    } else if (const auto* order = std::get_if<Persist>(&output)) {
        one.orders.push_back(*order);
        write_next(id);
    } else if (const auto* applied = std::get_if<Apply>(&output)) {
        apply(one, *applied);
    } else if (const auto* restore = std::get_if<Restore>(&output)) {
        const auto* history = dynamic_cast<const History*>(restore->snapshot.state.get());
        one.state = history == nullptr ? std::vector<std::string>{} : history->texts();
    } else if (const auto* wanted = std::get_if<SnapshotWanted>(&output)) {
        one.taken =
            Snapshot{wanted->at, wanted->membership, std::make_shared<const History>(one.state)};
    }
}

void Cluster::apply(Member& to, const Apply& apply) {
    for (const Entry& entry : apply.entries) {
        if (entry.kind != Entry::Kind::data) continue;
        to.state.push_back(dynamic_cast<const Command&>(*entry.payload).text());
    }
}

// --- Network -------------------------------------------------------------------------------------

void Cluster::partition(const std::vector<std::vector<MemberId>>& groups) {
    cuts_.clear();
    for (const auto& group : groups) {
        for (const auto& other : groups) {
            if (&group == &other) continue;
            for (const MemberId from : group) {
                for (const MemberId to : other) cut(from, to);
            }
        }
    }
}

void Cluster::post(const Message& message) {
    if (hold_) {
        transit_.push_back(message);
        return;
    }
    const std::vector<std::int64_t> copies = network(message);
    if (copies.empty() || is_cut(message.from, message.to)) return lost(message);
    for (const std::int64_t ms : copies) {
        after(ms, [this, message] { arrive(message); });
    }
}

void Cluster::arrive(const Message& message) {
    if (!running(message.to) || is_cut(message.from, message.to)) return lost(message);
    const bool snapshot = std::holds_alternative<InstallSnapshot>(message.body);
    step(message.to, message);
    if (snapshot && running(message.from)) step(message.from, SnapshotSent{message.to});
}

/// The sender hears of it when its call times out; a snapshot's sender always does.
void Cluster::lost(const Message& message) {
    if (!running(message.from)) return;
    const bool snapshot = std::holds_alternative<InstallSnapshot>(message.body);
    if (!snapshot && !reports_loss(message)) return;
    const MemberId from = message.from, to = message.to;
    const std::uint64_t life = members_.at(from).life;
    after(send_timeout_ms, [this, from, to, life, snapshot] {
        if (alive(from, life)) step(from, SendFailed{to, snapshot});
    });
}

void Cluster::deliver(std::size_t place) {
    const Message message = transit_.at(place);
    transit_.erase(transit_.begin() + static_cast<std::ptrdiff_t>(place));
    arrive(message);
}

void Cluster::drop(std::size_t place) {
    const Message message = transit_.at(place);
    transit_.erase(transit_.begin() + static_cast<std::ptrdiff_t>(place));
    lost(message);
}

// --- Disks ---------------------------------------------------------------------------------------

void Cluster::set_disk(MemberId id, std::int64_t ms) {
    members_.at(id).disk_ms = ms;
    write_next(id);
}

/// One order at a time. Orders nobody waits for take no time of their own, only their turn.
void Cluster::write_next(MemberId id) {
    Member& one = members_.at(id);
    if (one.writing || one.orders.empty()) return;
    const bool sync = one.orders.front().sync;
    if (sync && one.disk_ms < 0) return;
    one.writing = true;
    after(sync ? one.disk_ms : 0, [this, id, life = one.life] { written(id, life); });
}

void Cluster::written(MemberId id, std::uint64_t life) {
    if (!alive(id, life)) return;
    Member& one = members_.at(id);
    const Persist order = std::move(one.orders.front());
    one.orders.pop_front();
    one.writing = false;
    one.disk.write(order);
    write_next(id);
    step(id, Persisted{order.sequence});
}

}   // namespace glasshive::test
