#pragma once

#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "raft/cluster.h"

namespace glasshive::test {

/// A cluster driven by words, and what happened in sentences. Numbers name members; virtual time
/// starts at 0 and passes in `run` only; a member's first tick comes 1 s after its start. Member k
/// waits 9 + k ticks for a leader unless `timeout` says otherwise; messages take 1 ms.
///
///     option snapshot=5 keep=2 window=4 append=100 early    before `cluster`
///     cluster N [stopped]         N members that vote; started, unless `stopped`
///     cluster N leader=K          and K stands and wins before anything else happens
///     log K: 1 1 4                the disk of a stopped member: the terms of its entries
///     hard K term=4 vote=2 commit=1
///     start K... / start all      also after `crash`
///     crash K... [keeping N]      N orders to the disk were carried out unnoticed
///     timeout K TICKS             from its next draw on
///     propose K TEXT              as one entry
///     add K via L / remove K via L / transfer L to K / campaign K
///     force_new_cluster K
///     partition 1 2 | 3 / cut 1 > 2 / heal
///     hold on / hold off          messages wait in transit, or fly again
///     transit                     what waits
///     deliver 1 > 2 / deliver all / drop 1 > 2 / drop all
///     disk K 3s / disk K hangs    how long a write takes that somebody waits for
///     run 12s / run 50ms
///     watch WHAT / ignore WHAT    roles votes changes snapshots (told unless ignored)
///                                 applies messages disk (told if watched)
///     show / show logs / show entries / show progress / show states
class Script {
  public:
    /// Carries out one line and returns what it has to say, lines ending in newlines.
    std::string command(const std::string& line);
    const std::vector<std::string>& violations() const {
        return cluster().invariants().violations();
    }

  private:
    using Words = std::istringstream;

    bool set_up(const std::string& verb, Words& words);
    bool act(const std::string& verb, Words& words);
    bool disturb(const std::string& verb, Words& words);
    bool watch(const std::string& verb, Words& words);
    void options(Words& words);
    void begin(Words& words);
    void write_log(Words& words);
    void write_hard(Words& words);
    void crash(Words& words);
    void propose(Words& words);
    void change(const std::string& verb, Words& words);
    void partition(Words& words);
    void move(const std::string& verb, Words& words);
    void show(Words& words);
    void show_logs();
    void show_entries();
    void show_progress();
    void heard(MemberId id, const Output& output);
    void say(MemberId id, const std::string& text);
    std::string text_of(const Entry& entry) const;
    MemberId read_member(Words& words);
    std::vector<MemberId> read_members(Words& words);
    static std::int64_t read_time(Words& words);
    Cluster& cluster() const { return *cluster_; }

    Options options_;
    std::unique_ptr<Cluster> cluster_;
    std::vector<MemberId> first_;
    std::map<Position, PayloadPtr> written_;   // Entries that `log` made: the same for everybody.
    std::map<std::string, bool> told_{{"roles", true}, {"votes", true}, {"changes", true},
                                      {"snapshots", true}};
    std::uint64_t requests_ = 0;
    std::string out_;
};

}   // namespace glasshive::test
