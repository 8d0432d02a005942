#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/kernel.h"
#include "store/db/validator.h"
#include "store/quorum/copy_report.h"
#include "store/quorum/host_work.h"
#include "store/quorum/messages.h"
#include "store/quorum/node_files.h"
#include "store/shard/node_state.h"

namespace glasshive::store {

/// Sees what commits change on any node: an onlooker that stands outside the simulated world.
class CommitWatch {
  public:
    virtual ~CommitWatch() = default;
    /// A copy holds other revisions of the document than before.
    virtual void changed(const std::string& node, const std::string& shard,
                         std::string_view id) = 0;
    /// A copy has forgotten what inner revisions held.
    virtual void compacted(const std::string& node, const std::string& shard) = 0;
    /// The node has another map of the database than before, or its first one.
    virtual void map_changed(const std::string& database) = 0;
    /// The node's copies of a database are gone, and its map.
    virtual void dropped(const std::string& node, const std::string& database) = 0;
};

/// The process of a node that answers for its copies (rexi_server, fabric_rpc, couch_db_updater).
/// Updates of one copy that wait while a commit is under way share the next one. An update changes
/// the copy when the disk has it, and is answered then: a crash loses what waits, nothing else.
class Replica final : public kernel::Process {
  public:
    Replica(kernel::Kernel& kernel, NodeFiles& files, ReplicaMachine machine)
        : kernel_(kernel),
          files_(files),
          machine_(std::move(machine)),
          report_(kernel_, files_, machine_.node) {}

    /// In maintenance it serves no shard to coordinators, but takes part in internal replication.
    void set_maintenance(Maintenance mode) { maintenance_ = mode; }
    Maintenance maintenance() const { return maintenance_; }
    /// Null: all is allowed. Outlives the replica.
    void set_validator(Validator* validator) { validator_ = validator; }
    /// Told of every shard that a commit changed (couch_event's `updated`), and of "" when `_dbs`
    /// did.
    void set_listener(std::function<void(const std::string& shard)> listener) {
        listener_ = std::move(listener);
    }

    /// Null: nobody looks. Outlives the replica.
    void set_watch(CommitWatch* watch) { watch_ = watch; }

    // --- What is done on the node itself ---------------------------------------------------------
    /// An edit of `_dbs`: an operator's, or a split's. Copies that the map gives to this node are
    /// made, empty ones; copies that it takes away stay on the disk, and nobody asks them.
    /// Requires a map of a database that the node knows. Source: mem3_shards.erl, its changes feed.
    void store_map(const ShardMap& map);
    /// An edit of `_nodes`: a node joins, leaves, or is described anew. Nothing moves.
    void store_member(const std::string& node, const MemberDocument& document);
    /// Another node's `_dbs` and `_nodes`. The younger database of a name wins, and being deleted
    /// before being there; of one database the map with the greater revision, and likewise of
    /// members' documents.
    void merge_maps(const DatabaseList& other);
    /// Shard splitting's: a file that no map names yet, under a name of its own; or its end.
    void add_copy(const std::string& shard, Database copy);
    void drop_copy(const std::string& shard);
    /// Requests for the copy wait or are under way (couch_db:monitored_by/1 names somebody).
    bool is_busy(const std::string& shard) const;

    void on_start() override;
    void on_timer(std::uint32_t tag, std::uint64_t argument) override;
    void on_message(const kernel::Message& message) override;
    void on_channel_closed(ChannelId channel, kernel::CloseReason reason) override;
    void on_work_done(std::uint32_t tag, std::uint64_t argument) override;
    void on_stop() override;

  private:
    using Batch = std::vector<kernel::Message>;
    struct Job {
        std::string shard;
        Batch batch;
        Cost cost;
    };
    struct Queue {
        Batch waiting;
        bool busy = false;
    };
    static const ShardRequest& request_of(const kernel::Message& message) {
        return static_cast<const ShardRequest&>(*message.body);
    }
    Cost cost_of(const Database& copy, const kernel::Message& message) const;
    void commit_next(const std::string& shard);
    void start(Job job);
    std::uint64_t seq_of(const std::string& shard) const;
    void carry_out(const kernel::Message& message);
    void change_files(const kernel::Message& message);
    bool other_message(const kernel::Message& message);
    void tell_listeners(const std::string& shard);
    void add_database(const ShardMap& map);
    void make_copies(const ShardMap& map);
    void drop_database(const std::string& database);
    void update(const ShardRequest& request, Database& copy, ShardReply& reply);
    bool may_start(const kernel::Message& message);
    void tell_validator(const ShardRequest& request, const ShardReply& reply);
    void tell_watch(const ShardRequest& request) const;
    void answer(const kernel::Message& to, QuorumMessage type,
                std::shared_ptr<const ShardReply> body = {}, Bytes size = reply_bytes);

    kernel::Kernel& kernel_;
    NodeFiles& files_;
    ReplicaMachine machine_;
    CopyReport report_;
    std::map<std::string, Queue, std::less<>> queues_;   // By shard.
    std::map<std::uint64_t, Job> jobs_;
    /// Feeds, by database: where they are, and their number there.
    std::map<std::string, std::vector<std::pair<ChannelId, std::uint64_t>>, std::less<>> feeds_;
    std::uint64_t next_job_ = 0;
    std::set<std::string, std::less<>> made_by_request_;   // Databases; others were told of.
    Maintenance maintenance_ = Maintenance::off;
    Validator* validator_ = nullptr;
    CommitWatch* watch_ = nullptr;
    std::map<std::string, Batch, std::less<>> held_;   // By shard: edits until it is ready.
    std::function<void(const std::string& shard)> listener_;
};

}   // namespace glasshive::store
