#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/kernel.h"
#include "store/db/validator.h"
#include "store/quorum/gatherer.h"
#include "store/quorum/replica.h"
#include "store/search/index_files.h"
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
    /// A validation function of a node: one call over a pipe to couchjs.
    Duration validate_cpu = std::chrono::microseconds{100};
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
    Indexer(kernel::Kernel& kernel, Scripts& scripts, IndexerPlace place,
            const std::vector<ProcessId>& indexers, IndexerOptions options = {});
    ~Indexer() override;

    std::optional<Refusal> refuses(const EditWriter& writer, const EditSeen& edit) override;
    bool ready(std::string_view shard, std::function<void()> then) override;
    void design_changed(std::string_view shard) override;

    void on_message(const kernel::Message& message) override;
    void on_channel_closed(ChannelId channel, kernel::CloseReason reason) override;
    void on_work_done(std::uint32_t tag, std::uint64_t argument) override;
    void on_stop() override;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}   // namespace glasshive::store::search
