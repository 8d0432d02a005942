#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "store/db/cost.h"
#include "store/db/database.h"
#include "store/view/definition.h"
#include "store/view/mapper.h"
#include "store/view/row_tree.h"

namespace glasshive::store::view {

/// What keeping an index up to date costs: choices of the model, as CostModel's.
struct IndexCosts {
    double index_rate = 10'000;   ///< Documents a second on a core that does nothing else.
    Bytes append_per_row{128};    ///< Beside key and value: nodes of B-trees written anew.
};

/// The rows of all views of a design document over one copy of one shard.
///
/// State is what the last update left; it knows changes up to update_seq() and purges up to
/// purge_seq(). Whoever owns it decides when to update (`update=true|false|lazy`).
/// Source: couch_mrview_index.erl, couch_mrview_updater.erl, couch_index_updater.erl.
class Index {
  public:
    /// `reducers`: for each map function, one per reduce function (make_reducers). `partitioned`:
    /// each partition (what stands before ':' in ids) has rows of its own.
    Index(const Definition& definition, std::vector<std::vector<std::unique_ptr<Reducer>>> reducers,
          const IndexCosts& costs = {}, bool partitioned = false);
    ~Index();
    Index(Index&&) noexcept;
    Index& operator=(Index&&) = delete;

    struct Progress {
        Cost cost;
        std::size_t documents = 0;   ///< Changes looked at.
        bool finished = false;       ///< It knows all of the copy's changes.
        std::optional<Refusal>
            refusal{};   ///< A function never ended; nothing of this step is kept.
    };
    /// Takes in what changed in the copy, at most so many documents, oldest changes first: rows
    /// that a changed document had go, what it emits now comes. Deleted documents emit nothing;
    /// design documents neither, unless `options.include_design`.
    Progress update(const Database& copy, SharedMapper& mapper,
                    std::size_t documents_max = SIZE_MAX);

    /// The same in two: what an update would do, and doing it once somebody paid for it. Nobody
    /// else may update the index between; the copy may change.
    struct Step;
    struct Planned {
        Progress progress;
        std::unique_ptr<Step> step;   ///< Null when refused.
        Planned();
        Planned(Planned&&) noexcept;
        Planned& operator=(Planned&&) noexcept;
        ~Planned();
    };
    Planned plan(const Database& copy, SharedMapper& mapper,
                 std::size_t documents_max = SIZE_MAX) const;
    /// Requires one that was not refused.
    void apply(Planned planned);

    std::uint64_t update_seq() const { return update_seq_; }
    std::uint64_t purge_seq() const { return purge_seq_; }
    bool partitioned() const { return partitioned_; }
    /// Of one partition when there are some.
    const RowTree& rows(std::size_t map, std::string_view partition = "") const;
    /// Of all rows' keys and values.
    Bytes external_size() const { return external_; }

  private:
    void forget(std::string_view id, Step& step) const;
    void forget_gone(const Database& copy, Step& step) const;
    bool remember(const Document& document, SharedMapper& mapper, Step& step) const;
    std::string_view partition_of(std::string_view id) const;
    std::vector<RowTree> new_trees() const;

    /// What a document emitted: the back-index.
    struct Emissions {
        json::SharedBytes id;
        std::vector<std::pair<std::size_t, json::Value>> keys;
        std::int64_t bytes = 0;
    };
    bool include_design_;
    IndexCosts costs_;
    bool partitioned_;
    std::vector<collate::Order> orders_;                               // By map function.
    std::vector<std::vector<std::shared_ptr<Reducer>>> reducers_;      // Ditto.
    std::vector<RowTree> nothing_;                                     // A partition without rows.
    std::map<std::string, std::vector<RowTree>, std::less<>> trees_;   // By partition.
    std::unordered_map<std::string_view, Emissions> emissions_;        // Looked up, never walked.
    std::uint64_t update_seq_ = 0;
    std::uint64_t purge_seq_ = 0;
    Bytes external_{};
};

/// The reducers an Index needs. `program` may be null when all reduce functions are built in.
std::variant<std::vector<std::vector<std::unique_ptr<Reducer>>>, Refusal>
make_reducers(const Definition& definition, javascript::Program* program);

}   // namespace glasshive::store::view
