#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "kernel/kernel.h"
#include "swarm/discovery/backends.h"
#include "swarm/discovery/messages.h"

namespace glasshive::swarm::discovery {

/// Every daemon of the swarm, and which of them watch: the nodes through whose ports clients enter.
/// Shared and read-only once the run has started.
struct Group {
    std::vector<ProcessId> daemons;    ///< By host.
    std::vector<HostId> watchers;      ///< Sorted.
};

/// hashicorp/memberlist config.go DefaultLANConfig, which libnetwork's NetworkDB uses unchanged
/// (moby libnetwork/networkdb/cluster.go clusterInit).
inline constexpr Duration gossip_interval = std::chrono::milliseconds{200};
inline constexpr Duration probe_interval = std::chrono::seconds{1};
inline constexpr Duration probe_timeout = std::chrono::milliseconds{500};
inline constexpr int indirect_checks = 3;
inline constexpr int gossip_nodes = 3;
inline constexpr int suspicion_mult = 4;
/// PushPullInterval; NetworkDB's bulkSyncTables runs on the same period.
inline constexpr Duration sync_interval = std::chrono::seconds{30};
/// NetworkDB reconnectNode: one failed node, drawn at random, each retryInterval.
inline constexpr Duration reconnect_interval = std::chrono::seconds{1};
/// Copies of one announcement that reach a member through different peers before the first of them
/// stops relaying (RetransmitMult 4 times gossip_nodes, of which a member meets a few).
inline constexpr int announcement_copies = 3;

/// suspicionMult * max(1, log10(n)) * interval, log10 cut to a thousandth: memberlist util.go
/// suspicionTimeout. The minimum is used at once: with four members or more, the other probers'
/// confirmations arrive within it.
Duration suspicion_timeout(std::size_t nodes);

/// One daemon's part in spreading who serves what: libnetwork's NetworkDB over memberlist, reduced
/// to the nodes where it matters.
///
/// A node announces its own tasks to the watchers; other nodes would never use the records. An
/// announcement reaches a watcher after as many gossip intervals as a rumour of fan-out 3 needs to
/// reach a random one of the swarm's nodes, but goes there directly, so it costs watchers x
/// changes. A watcher probes the nodes it holds records of: together the watchers probe each such
/// node about once per interval, as the whole swarm would.
class Gossip {
  public:
    struct Place {
        ProcessId owner;     ///< The daemon.
        HostId host;
        NameId name;         ///< The host's.
    };
    /// Timer tags used: tag_first .. tag_first + 6. `backends` is kept only on watchers.
    Gossip(kernel::Kernel& kernel, const Group& group, const Place& place, std::uint32_t tag_first,
           Backends& backends);

    static bool watches(const Group& group, HostId host);
    /// Answers a probe; needs no state, so an idle daemon has no Gossip.
    static void answer_ping(kernel::Kernel& kernel, HostId host, const kernel::Message& ping);
    static void relay(kernel::Kernel& kernel, const Group& group, const kernel::Message& message);

    /// This node's task may be sent requests from now on.
    void announce(Record record);
    /// No new connections to the task. Does nothing when it was not announced.
    void withdraw(TaskId task);

    void on_message(const kernel::Message& message);
    void on_timer(std::uint32_t tag, std::uint64_t argument);
    /// A new incarnation of the daemon after a stop: knows nothing, announces nothing.
    void on_reboot();

  private:
    enum class State : std::uint8_t { alive, suspect, failed };
    struct Peer {
        std::shared_ptr<const HostRecords> records;
        State state = State::alive;
        std::uint32_t nonce = 0;                            // Of the probe under way; 0: none.
        kernel::TimerId probe = kernel::TimerId::none;
        kernel::TimerId suspicion = kernel::TimerId::none;
    };
    /// One announcement on its way: watcher i is told in rounds due[i] .. due[i] + copies - 1.
    struct Rumour {
        std::vector<std::uint8_t> due;
        std::uint8_t round = 0;
        std::uint8_t last = 0;
    };

    // gossip.cpp: announcements, the table, bulk sync
    void changed();
    void spread();
    void send_records(ProcessId to);
    void apply(const std::shared_ptr<const HostRecords>& news);
    void replace_backends(const HostRecords* before, const HostRecords* after, const char* why);
    void say_removed(const Record& record, const char* why);
    void send_table(ProcessId to, bool answer);
    void merge(const Table& table, ProcessId from, bool answer);
    void sync();
    void ask_for_table();
    std::uint64_t digest() const;

    // membership.cpp: probes, suspicion, return
    void probe_next();
    void rearm_probes();
    bool is_probed(HostId host, const Peer& peer) const;
    void count_probed(bool before, bool after);
    void probe(HostId host, Peer& peer);
    void probe_late(HostId host, std::uint32_t stage);
    void on_ack(const kernel::Message& message);
    void suspect(HostId host, Peer& peer, bool tell);
    void fail(HostId host, Peer& peer, bool tell);
    void on_accused(const kernel::Message& message);
    void on_join(const kernel::Message& message);
    void refute(std::uint32_t incarnation);
    void reconnect(bool all);
    Duration reconnect_period() const;
    void tell_watchers(GossipMessage type, HostId host, std::uint32_t incarnation);

    void datagram(ProcessId to, GossipMessage type, std::uint64_t a, std::uint64_t b, Bytes size);
    ProcessId daemon_of(HostId host) const { return group_.daemons[host.index()]; }
    kernel::TimerId after(Duration delay, std::uint32_t tag, std::uint64_t argument = 0,
                          ProcessId awaits = {});

    kernel::Kernel& kernel_;
    const Group& group_;
    const Place place_;
    const std::uint32_t tag_first_;
    const bool watcher_;
    Backends& backends_;
    kernel::Rng rng_;

    std::shared_ptr<const HostRecords> own_;
    bool announced_ = false;                       // Ever, in any incarnation.
    bool syncing_ = false;                         // The sync timer runs.
    bool has_table_ = true;                        // False after a reboot until a table has come.
    int asked_ = 0;                                // How often, since that reboot.
    std::vector<Rumour> rumours_;
    std::map<HostId, Peer> peers_;                 // Watchers only; this node too, never probed.
    std::size_t probed_ = 0;                       // Peers for which is_probed holds.
    std::vector<HostId> probe_order_;              // Shuffled; taken from the back.
    kernel::TimerId probe_timer_ = kernel::TimerId::none;
    kernel::TimerId reconnect_timer_ = kernel::TimerId::none;
    std::uint32_t nonce_ = 0;
};

}   // namespace glasshive::swarm::discovery
