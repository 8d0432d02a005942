#include "raft/chaos.h"

#include <algorithm>
#include <set>

#include "base/assert.h"
#include "kernel/rng.h"
#include "raft/cluster.h"
#include "raft/describe.h"

namespace glasshive::test {

namespace {

constexpr std::int64_t recovery_max_ms = 300'000;
constexpr std::size_t members_max = 7;

/// One run of a schedule.
class Chaos {
  public:
    explicit Chaos(const Schedule& schedule)
        : schedule_(schedule), random_(schedule.seed, "raft/setting"),
          network_(schedule.seed, "raft/network"), timeouts_(schedule.seed, "raft/timeouts"),
          cluster_(options()) {
        set_replay_info({schedule.seed, nullptr,
                         "RAFT_SEED=" + std::to_string(schedule.seed) +
                             " build/test_raft '[.replay]'"});
        steer();
        for (std::uint32_t i = 1; i <= first_; ++i) voters_.push_back(member(i));
        for (const MemberId id : voters_) join(id);
    }

    Outcome run() {
        for (const Action& action : schedule_.actions) {
            if (action.at > cluster_.now()) cluster_.run(action.at - cluster_.now());
            take(action);
            bury();
            if (!cluster_.invariants().violations().empty()) break;
        }
        if (cluster_.invariants().violations().empty()) recover();
        outcome_.problems.insert(outcome_.problems.begin(),
                                 cluster_.invariants().violations().begin(),
                                 cluster_.invariants().violations().end());
        outcome_.steps = cluster_.steps();
        outcome_.leaders = cluster_.invariants().leaders_seen();
        outcome_.committed = cluster_.invariants().committed();
        return outcome_;
    }

  private:
    Options options() {
        const std::uint32_t sizes[] = {3, 3, 5, 5, 4, 2, 1, 7};
        first_ = sizes[random_.below(8)];
        Options options;
        options.snapshot_interval = 3 + random_.below(20);
        options.keep_for_slow_followers = random_.below(6);
        options.inflight_max = 1 + random_.below(8);
        options.append_max = Bytes{random_.between(1, 200)};
        options.send_while_writing = random_.below(2) == 0;
        return options;
    }

    void steer() {
        cluster_.draw = [this](std::uint64_t bound) { return timeouts_.below(bound); };
        cluster_.first_tick = [this](MemberId) { return timeouts_.between(1, 1000); };
        cluster_.reports_loss = [this](const Message&) { return network_.below(2) == 0; };
        cluster_.network = [this](const Message&) {
            std::vector<std::int64_t> copies;
            if (network_.chance_ppm(loss_ppm_)) return copies;
            copies.push_back(latency());
            if (network_.chance_ppm(duplicate_ppm_)) copies.push_back(latency());
            return copies;
        };
        cluster_.on_output = [this](MemberId id, const Output& output) { watch(id, output); };
    }

    /// Mostly in order; now and then so late that others overtake it.
    std::int64_t latency() {
        return network_.chance_ppm(late_ppm_) ? network_.between(10, 4000) : network_.between(1, 5);
    }

    void watch(MemberId id, const Output& output) {
        if (std::holds_alternative<WasRemoved>(output)) to_bury_.insert(id);
        if (const auto* order = std::get_if<Persist>(&output)) {
            // One's own snapshot is of what was applied; a leader's is of more.
            for (const Snapshot& snapshot : order->snapshot) {
                outcome_.snapshots += snapshot.at.index > cluster_.raft(id).applied() ? 1 : 0;
            }
        }
        const auto* apply = std::get_if<Apply>(&output);
        if (apply == nullptr) return;
        for (const Entry& entry : apply->entries) {
            if (entry.kind == Entry::Kind::change) ++outcome_.changes;
            // The leader that took the proposal tells the client when it applies it.
            const bool own = cluster_.running(id) && cluster_.raft(id).role() == Role::leader &&
                             cluster_.raft(id).term() == entry.at.term;
            if (own && entry.kind == Entry::Kind::data) {
                promised_.insert(dynamic_cast<const Command&>(*entry.payload).text());
            }
        }
    }

    void join(MemberId id) {
        cluster_.add(id, Saved::genesis(voters_));
        cluster_.set_disk(id, random_.between(0, 5));
        cluster_.start(id);
        next_ = std::max(next_, id.value + 1);
    }

    /// A member that was told it is removed is switched off for good, as its host would.
    void bury() {
        for (const MemberId id : to_bury_) {
            if (cluster_.running(id)) cluster_.crash(id);
            buried_.insert(id);
        }
        to_bury_.clear();
    }

    MemberId pick(std::uint64_t number) const {
        const std::vector<MemberId> ids = cluster_.ids();
        return ids[number % ids.size()];
    }
    bool usable(MemberId id) const { return cluster_.running(id) && to_bury_.count(id) == 0; }
    /// Mostly the leader, sometimes one who only believes it is or does not.
    MemberId addressee(const Action& action) const {
        return action.b % 4 > 0 && cluster_.leader().valid() ? cluster_.leader() : pick(action.b);
    }

    /// A burst, so that windows fill and appends overtake one another.
    void propose(const Action& action) {
        for (std::uint64_t i = 0; i <= action.a % 5; ++i) propose(addressee(action));
    }
    void propose(MemberId to) {
        const std::string text = "x" + std::to_string(++proposed_);
        if (usable(to)) {
            cluster_.step(to, Propose{proposed_, std::make_shared<const Command>(text)});
        }
    }

    void take(const Action& action) {
        using Kind = Action::Kind;
        switch (action.kind) {
            case Kind::propose: return propose(action);
            case Kind::crash: return crash(action);
            case Kind::restart: return restart(pick(action.a));
            case Kind::partition: return partition(action.a);
            case Kind::cut: return cluster_.cut(pick(action.a), pick(action.b));
            case Kind::heal: return cluster_.heal();
            case Kind::network: return set_network(action);
            case Kind::disk: return set_disk(action);
            case Kind::add: return add(action);
            case Kind::remove: return change(action, {Change::Kind::remove, pick(action.a)});
            case Kind::transfer:
                if (usable(addressee(action))) {
                    cluster_.step(addressee(action), Transfer{0, pick(action.a)});
                }
                return;
            case Kind::campaign:
                if (usable(pick(action.a))) cluster_.step(pick(action.a), Campaign{});
                return;
            case Kind::force_new_cluster: return force(pick(action.a));
        }
    }

    void crash(const Action& action) {
        if (cluster_.running(pick(action.a))) cluster_.crash(pick(action.a), action.b % 4);
    }
    void restart(MemberId id) {
        if (!cluster_.running(id) && buried_.count(id) == 0) cluster_.start(id);
    }
    void partition(std::uint64_t sides) {
        std::vector<std::vector<MemberId>> groups(2);
        for (const MemberId id : cluster_.ids()) {
            groups[(sides >> (id.value % 16)) & 1].push_back(id);
        }
        cluster_.partition(groups);
    }
    void set_network(const Action& action) {
        loss_ppm_ = static_cast<std::uint32_t>(action.a % 4 * 100'000);
        duplicate_ppm_ = static_cast<std::uint32_t>(action.b % 3 * 150'000);
        late_ppm_ = static_cast<std::uint32_t>(action.a / 4 % 3 * 100'000);
    }
    void set_disk(const Action& action) {
        const std::int64_t speeds[] = {0, 2, 20, 400, 3000, -1};
        cluster_.set_disk(pick(action.a), speeds[action.b % 6]);
    }
    void add(const Action& action) {
        if (cluster_.ids().size() - buried_.size() >= members_max) return;
        const MemberId id = member(next_);
        join(id);
        change(action, {Change::Kind::add, id});
    }
    void change(const Action& action, Change change) {
        const MemberId to = addressee(action);
        if (!usable(to)) return;
        // Removing one of two is safe but may be the end, in etcd/raft too (its README, about two
        // members): if the one who stays loses the commit in a crash it asks the other for a vote,
        // who is off or has more in its log.
        if (change.kind == Change::Kind::remove) {
            may_end_ = may_end_ || cluster_.raft(to).membership().voters().size() == 2;
        }
        cluster_.step(to, ProposeChange{0, change});
    }
    void force(MemberId survivor) {
        if (buried_.count(survivor) > 0) return;
        const Saved& disk = cluster_.disk(survivor);
        if (disk.membership_at(disk.hard.commit).was_removed(survivor)) return;   // No manager.
        for (const MemberId id : cluster_.ids()) {
            if (id == survivor) continue;
            cluster_.forget(id);
            buried_.erase(id);
        }
        to_bury_.clear();
        may_end_ = false;
        promised_.clear();   // What the survivor had not heard of is lost, and that is allowed.
        cluster_.force_new_cluster(survivor);
    }

    /// Nothing is wrong any more: the cluster must come to a leader, a commit and agreement.
    void recover() {
        cluster_.heal();
        loss_ppm_ = duplicate_ppm_ = late_ppm_ = 0;
        for (const MemberId id : cluster_.ids()) {
            cluster_.set_disk(id, 1);
            restart(id);
        }
        const std::int64_t began = cluster_.now();
        while (cluster_.now() < began + recovery_max_ms) {
            cluster_.run(5000);
            bury();
            if (!cluster_.invariants().violations().empty()) return;
            if (settled()) {
                outcome_.recovery_ms = cluster_.now() - began;
                return keep_promises();
            }
            const MemberId leader = cluster_.leader();
            if (leader.valid()) {
                last_ = "x" + std::to_string(proposed_ + 1);
                propose(leader);
            }
        }
        if (may_end_) return;
        outcome_.problems.push_back("no agreement " + std::to_string(recovery_max_ms / 1000) +
                                    " s after everything was healed");
        for (const MemberId id : cluster_.ids()) outcome_.problems.push_back(cluster_.line(id));
    }

    bool settled() const {
        const MemberId leader = cluster_.leader();
        if (!leader.valid() || last_.empty()) return false;
        const std::vector<std::string>& state = cluster_.state(leader);
        if (std::find(state.begin(), state.end(), last_) == state.end()) return false;
        for (const MemberId voter : cluster_.raft(leader).membership().voters()) {
            if (!cluster_.running(voter) || cluster_.state(voter) != state) return false;
        }
        return true;
    }

    void keep_promises() {
        const std::vector<std::string>& state = cluster_.state(cluster_.leader());
        std::multiset<std::string> have(state.begin(), state.end());
        for (const std::string& text : promised_) {
            if (have.count(text) == 0) {
                outcome_.problems.push_back(text + " was committed and is lost");
            }
        }
        for (const std::string& text : have) {
            if (have.count(text) > 1) outcome_.problems.push_back(text + " was applied twice");
        }
    }

    const Schedule& schedule_;
    kernel::Rng random_;
    kernel::Rng network_;
    kernel::Rng timeouts_;
    std::uint32_t first_ = 0;
    Cluster cluster_;
    std::vector<MemberId> voters_;
    std::uint32_t next_ = 1;
    std::uint64_t proposed_ = 0;
    std::string last_;
    std::uint32_t loss_ppm_ = 0, duplicate_ppm_ = 0, late_ppm_ = 0;
    bool may_end_ = false;
    std::set<MemberId> to_bury_;
    std::set<MemberId> buried_;
    std::set<std::string> promised_;
    Outcome outcome_;
};

const char* name_of(Action::Kind kind) {
    using Kind = Action::Kind;
    switch (kind) {
        case Kind::propose: return "propose";
        case Kind::crash: return "crash";
        case Kind::restart: return "restart";
        case Kind::partition: return "partition";
        case Kind::cut: return "cut";
        case Kind::heal: return "heal";
        case Kind::network: return "network";
        case Kind::disk: return "disk";
        case Kind::add: return "add";
        case Kind::remove: return "remove";
        case Kind::transfer: return "transfer";
        case Kind::campaign: return "campaign";
        case Kind::force_new_cluster: return "force new cluster";
    }
    return "";
}

Action::Kind draw_kind(kernel::Rng& random) {
    using Kind = Action::Kind;
    // In a hundred.
    const std::pair<Kind, std::uint64_t> shares[] = {
        {Kind::propose, 38}, {Kind::crash, 8},   {Kind::restart, 10},  {Kind::partition, 6},
        {Kind::cut, 4},      {Kind::heal, 8},    {Kind::network, 5},   {Kind::disk, 7},
        {Kind::add, 4},      {Kind::remove, 4},  {Kind::transfer, 3},  {Kind::campaign, 3},
    };
    std::uint64_t at = random.below(100);
    for (const auto& [kind, share] : shares) {
        if (at < share) return kind;
        at -= share;
    }
    return Kind::propose;
}

}   // namespace

std::string to_text(const Action& action) {
    return std::to_string(action.at) + " ms " + name_of(action.kind) + " " +
           std::to_string(action.a % 1000) + " " + std::to_string(action.b % 1000);
}

Schedule draw_schedule(std::uint64_t seed) {
    kernel::Rng random(seed, "raft/schedule");
    Schedule schedule{seed, {}};
    const auto count = 40 + random.below(160);
    std::int64_t at = 20'000;   // Mostly there is a leader by then.
    for (std::uint64_t i = 0; i < count; ++i) {
        // Bursts within an instant, and pauses long enough for elections.
        at += random.below(3) == 0 ? random.between(500, 8000) : random.between(0, 300);
        schedule.actions.push_back({at, draw_kind(random), random.below(1'000'000),
                                    random.below(1'000'000)});
    }
    if (random.below(10) == 0) {
        schedule.actions[random.below(count)].kind = Action::Kind::force_new_cluster;
    }
    return schedule;
}

Outcome play(const Schedule& schedule) { return Chaos(schedule).run(); }

Schedule shortened(Schedule schedule) {
    for (std::size_t piece = schedule.actions.size() / 2; piece > 0; piece /= 2) {
        for (std::size_t from = 0; from < schedule.actions.size();) {
            Schedule fewer = schedule;
            const auto first = fewer.actions.begin() + static_cast<std::ptrdiff_t>(from);
            const std::size_t count = std::min(piece, fewer.actions.size() - from);
            fewer.actions.erase(first, first + static_cast<std::ptrdiff_t>(count));
            if (play(fewer).problems.empty()) {
                from += piece;
            } else {
                schedule = std::move(fewer);
            }
        }
    }
    return schedule;
}

std::string story(const Schedule& schedule, const Outcome& outcome) {
    std::string text = "seed " + std::to_string(schedule.seed) + "; replay with RAFT_SEED=" +
                       std::to_string(schedule.seed) + " build/test_raft '[.replay]'\n";
    for (const std::string& problem : outcome.problems) text += "  " + problem + "\n";
    const Schedule least = shortened(schedule);
    text += "  still fails with " + std::to_string(least.actions.size()) + " of " +
            std::to_string(schedule.actions.size()) + " actions:\n";
    for (const Action& action : least.actions) text += "    " + to_text(action) + "\n";
    return text;
}

}   // namespace glasshive::test
