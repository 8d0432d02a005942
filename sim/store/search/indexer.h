#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel/kernel.h"
#include "store/db/validator.h"
#include "store/quorum/gatherer.h"
#include "store/quorum/replica.h"
#include "store/search/design_guard.h"
#include "store/search/index_files.h"
#include "store/search/messages.h"
#include "store/search/scripts.h"

namespace glasshive::store::search {

/// What an indexer works with, all of its own node; all of it outlives the indexer.
struct IndexerPlace {
    NodeFiles& files;
    IndexFiles& indexes;
    const Replica& replica;     ///< In maintenance nobody is answered.
    Gatherer& gatherer;         ///< Reads the databases' design documents.
    ReplicaMachine machine{};   ///< The replica's: they share processor and disk.
};

/// Figures of indexing: choices of the model, as CostModel's.
struct IndexerOptions {
    view::IndexCosts costs{};
    /// Documents in one step: so much work is lost when the node dies under it
    /// (couch_index: commits every 5 s).
    std::size_t step = 10'000;
};

/// The process of a node that keeps the indexes of its copies and answers queries from them.
///
/// An index is made when it is first asked for, and brought up to the copy's place of then before
/// the query is answered (`update=true`), behind it (`lazy`), or not at all. Steps of one index
/// follow one another; processor and disk are the replica's. A step counts when the disk has it.
///
/// It also is the node's Validator: give it to Replica::set_validator. It knows the functions of
/// all design documents of a database, wherever their copies are, from the last time that one was
/// written anywhere, and checks design documents before they are written.
/// Source: couch_index.erl, couch_index_server.erl, couch_mrview.erl, fabric_rpc.erl, ddoc_cache.
class Indexer final : public kernel::Process, public Validator {
  public:
    /// `indexers`: processes of all members' indexers, in their order; outlives this.
    Indexer(kernel::Kernel& kernel, Scripts& scripts, const IndexerPlace& place,
            const std::vector<ProcessId>& indexers, const IndexerOptions& options = {});

    /// All indexes of the database's design documents over this copy, though nobody has asked for
    /// them; then whether they know all that it holds. Shard splitting's.
    /// Source: mem3_reshard_index.erl.
    void build(const std::string& shard, std::function<void(bool)> then);

    std::optional<Refusal> refuses(const EditWriter& writer, const EditSeen& edit) override;
    bool ready(std::string_view shard, std::function<void(bool)> then) override;
    void design_changed(std::string_view shard) override;

    void on_message(const kernel::Message& message) override;
    void on_channel_closed(ChannelId channel, kernel::CloseReason reason) override;
    void on_work_done(std::uint32_t tag, std::uint64_t argument) override {
        work_.on_work_done(id(), tag, argument);
    }
    void on_stop() override;

  private:
    using Key = std::pair<std::string, std::string>;   // Shard and signature.
    struct Waiting {
        kernel::Message message;
        std::uint64_t seq;   // What the index must know.
    };
    /// What goes on with an index; dies with the process.
    struct Builder {
        bool updating = false;
        bool compacting = false;
        std::vector<Waiting> waiting;
        std::vector<std::function<void(bool)>> built;   // Told when it is up to date.
    };
    static const IndexRequest& request_of(const kernel::Message& message) {
        return static_cast<const IndexRequest&>(*message.body);
    }
    void pay(const Cost& cost, std::function<void()> then) {
        work_.pay(id(), cost, std::move(then));
    }
    void query(const kernel::Message& message);
    void query_index(const kernel::Message& message);
    void tell_info(const kernel::Message& message);
    void compact(const kernel::Message& message);
    void cleanup(const IndexRequest& request);
    /// Null, and `refusal` says why, when its functions do not compile.
    CopyIndex* open(const IndexRequest& request, std::optional<Refusal>& refusal);
    CopyIndex* find(const Key& key);
    void drop_orphans();
    void update(const Key& key);
    void stepped(const Key& key, view::Index::Planned& planned, std::uint64_t made);
    void tell_step(const Key& key, std::size_t documents);
    void tell_built(const Key& key, bool good);
    void answer_waiting(const Key& key);
    void tell(const kernel::Message& to, SearchMessage type,
              std::shared_ptr<const IndexReply> reply = {});
    void refuse(const kernel::Message& to, const Refusal& refusal);
    /// Answers from what there is, once the host has read it.
    void read(const kernel::Message& message, const CopyIndex* index);

    kernel::Kernel& kernel_;
    Scripts& scripts_;
    IndexerPlace place_;
    const std::vector<ProcessId>& indexers_;
    IndexerOptions options_;
    DesignGuard guard_;
    std::map<Key, Builder> builders_;
    HostWork work_;
    std::vector<ChannelId> channels_;   // To other indexers, by member.
};

}   // namespace glasshive::store::search
