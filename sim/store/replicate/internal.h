#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/units.h"
#include "kernel/kernel.h"
#include "store/db/database.h"
#include "store/quorum/gatherer.h"

namespace glasshive::store {

/// Source: default.ini and the defaults of mem3_sync.erl, mem3_rep.erl.
struct InternalOptions {
    Duration delay = std::chrono::seconds{5};              ///< [mem3] sync_delay
    Duration frequency = std::chrono::milliseconds{500};   ///< [mem3] sync_frequency
    std::size_t at_once = 10;                              ///< [mem3] sync_concurrency
    std::size_t leaves = 100;                              ///< Of one batch.
};

/// The process of a node that pushes its copies to the nodes that hold the others: some seconds
/// after an update, and everything once a node is seen. Nobody keeps hints for a node that is
/// down: what it missed, any copy that has it brings. `_dbs` goes the same way.
///
/// A push: learn what the target purged and tell it what we did; begin where both noted that the
/// last one ended; ask which revisions it misses, send those, note how far it came. While one copy
/// of a range is split and another is not, each copy is pushed to all whose range overlaps its own,
/// and only what belongs there.
/// Source: mem3_sync.erl, mem3_rep.erl; couchdb.md 4.
class InternalReplication final : public kernel::Process {
  public:
    /// `own`: which of the members this node is. All outlive this.
    InternalReplication(kernel::Kernel& kernel, NodeFiles& files, Gatherer& gatherer,
                        std::size_t own, const std::vector<QuorumMember>& members,
                        const InternalOptions& options = {});

    /// The replica's listener: a copy changed, or with "" `_dbs` did.
    void updated(const std::string& shard);
    void node_up(std::size_t member);
    void node_down(std::size_t member);
    /// At once, to a copy on this node that is a part of this one, what is there now: shard
    /// splitting. Then says how far it came, or nothing when it failed. `before`: no map names the
    /// target yet, so it holds nothing but this copy's, and readers of this one may go on there
    /// from where it stands.
    using ThenToppedOff = std::function<void(std::optional<std::uint64_t> seq)>;
    void top_off(const std::string& shard, const Range& target, bool before, ThenToppedOff then);
    /// Nothing waits and nothing is under way.
    bool idle() const { return due_.empty() && ready_.empty() && running_.empty(); }
    std::uint64_t documents_pushed() const { return documents_pushed_; }

    void on_timer(std::uint32_t tag, std::uint64_t argument) override;
    void on_stop() override;

  private:
    struct Key {
        std::string shard;   // "": `_dbs`.
        std::size_t member = 0;
        Range range{};   // Of the target.
        friend auto operator<=>(const Key&, const Key&) = default;
    };
    using Then = std::function<void(const ShardReply&)>;

    /// One push while it is under way.
    struct Push {
        Key key;
        ThenToppedOff topped_off{};
        bool before = false;    ///< As top_off() says.
        std::string target{};   ///< Shard.
        bool partial = false;   ///< The target's range is not all of ours.
        std::string target_uuid{};
        std::uint64_t target_purge_seq = 0;
        std::uint64_t until = UINT64_MAX;   ///< Of a topping off: where our copy was at its start.
        std::uint64_t seq = 0;       ///< Of our copy: the target has everything up to here.
        std::uint64_t next = 0;      ///< Where the batch under way ends.
        std::uint64_t pending = 0;   ///< Changes behind it.
    };
    using PushPtr = std::shared_ptr<Push>;

    void arm();
    void schedule(const Key& key, Duration delay);
    void start_some();
    void end(const PushPtr& push);
    void fail(const PushPtr& push);
    const Database* own_copy(const Push& push) const;
    bool belongs(const Push& push, const Range& range, std::string_view id) const;
    std::vector<Key> others(const std::string& shard) const;
    void begin(const PushPtr& push);
    /// Asks and goes on, or fails the push.
    void ask(const PushPtr& push, bool target, Query query, Then then);
    void push_maps(const PushPtr& push);
    void meet(const PushPtr& push);
    void pull_purges(const PushPtr& push);
    void push_purges(const PushPtr& push);
    void find_start(const PushPtr& push);
    void next_batch(const PushPtr& push);
    void offer(const PushPtr& push, std::shared_ptr<const ShardReply> changes);
    void send(const PushPtr& push, std::vector<ReplicatedEdit> edits);
    void note(const PushPtr& push);
    void write_note(const PushPtr& push, bool target, const std::string& id, json::Value body,
                    Then then);

    kernel::Kernel& kernel_;
    NodeFiles& files_;
    Gatherer& gatherer_;
    std::size_t own_;
    const std::vector<QuorumMember>& members_;
    InternalOptions options_;
    std::vector<bool> up_;
    // Shards of which `due_` knows for all that are up: whoever comes up is due for all of them at
    // once, and the first of a shard that is no longer due takes it out.
    std::set<std::string> changed_;
    std::map<Key, Time> due_;
    std::set<Key> ready_;
    std::set<Key> running_;
    bool armed_ = false;
    bool starting_ = false;
    std::uint64_t documents_pushed_ = 0;
};

}   // namespace glasshive::store
