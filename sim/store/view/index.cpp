#include "store/view/index.h"

#include <algorithm>
#include <set>

namespace glasshive::store::view {

/// What one update does to the trees.
struct Index::Step {
    struct Rows {
        std::vector<std::vector<RowTree::Key>> gone;   // By map function.
        std::vector<std::vector<Row>> added;
    };
    Rows& of(std::string_view partition, std::size_t maps) {
        auto at = rows.find(partition);
        if (at == rows.end()) {
            at = rows.emplace(partition, Rows{}).first;
            at->second.gone.resize(maps);
            at->second.added.resize(maps);
        }
        return at->second;
    }
    std::map<std::string, Rows, std::less<>> rows{};   // By partition.
    std::vector<Emissions> emitted{};
    std::vector<json::SharedBytes> forgotten{};
    Bytes read{};
    Bytes written{};
    std::size_t row_count = 0;
    std::uint64_t update_seq = 0;
    std::uint64_t purge_seq = 0;
    std::optional<Refusal> refusal{};
};

Index::Planned::Planned() = default;
Index::Planned::Planned(Planned&&) noexcept = default;
Index::Planned& Index::Planned::operator=(Planned&&) noexcept = default;
Index::Planned::~Planned() = default;

std::variant<std::vector<std::vector<std::unique_ptr<Reducer>>>, Refusal>
make_reducers(const Definition& definition, javascript::Program* program) {
    std::vector<std::vector<std::unique_ptr<Reducer>>> all;
    for (const MapDefinition& map : definition.maps) {
        auto& made = all.emplace_back();
        for (const MapDefinition::Reduce& reduce : map.reduces) {
            auto reducer = make_reducer(reduce.source, program);
            if (auto* refusal = std::get_if<Refusal>(&reducer)) return std::move(*refusal);
            made.push_back(std::get<std::unique_ptr<Reducer>>(std::move(reducer)));
        }
    }
    return all;
}

Index::Index(const Definition& definition,
             std::vector<std::vector<std::unique_ptr<Reducer>>> reducers, const IndexCosts& costs,
             bool partitioned)
    : include_design_(definition.include_design),
      costs_(costs),
      partitioned_(partitioned) {
    for (std::size_t i = 0; i < definition.maps.size(); ++i) {
        orders_.push_back(definition.maps[i].order);
        auto& shared = reducers_.emplace_back();
        for (std::unique_ptr<Reducer>& reducer : reducers[i]) shared.push_back(std::move(reducer));
    }
    nothing_ = new_trees();
}

Index::~Index() = default;
Index::Index(Index&&) noexcept = default;

std::vector<RowTree> Index::new_trees() const {
    std::vector<RowTree> trees;
    for (std::size_t i = 0; i < orders_.size(); ++i) trees.emplace_back(orders_[i], reducers_[i]);
    return trees;
}

const RowTree& Index::rows(std::size_t map, std::string_view partition) const {
    const auto found = trees_.find(partition);
    return found == trees_.end() ? nothing_[map] : found->second[map];
}

std::string_view Index::partition_of(std::string_view id) const {
    return partitioned_ ? id.substr(0, id.find(':')) : std::string_view();
}

/// Plans to take out what the document emitted before.
void Index::forget(std::string_view id, Step& step) const {
    const auto known = emissions_.find(id);
    if (known == emissions_.end()) return;
    Step::Rows& rows = step.of(partition_of(id), orders_.size());
    for (const auto& [map, key] : known->second.keys) {
        rows.gone[map].push_back({key, known->second.id});
    }
    step.forgotten.push_back(known->second.id);
}

/// Plans to put in what the document emits now. False when a function never ended.
bool Index::remember(const Document& document, SharedMapper& mapper, Step& step) const {
    const Tree& tree = document.tree;
    const Tree::Node& winner = tree.node(tree.winner());
    if (!winner.content || winner.content->deleted) return true;
    if (!include_design_ && document.id.view().starts_with("_design/")) return true;
    step.read += winner.content->size();
    auto mapped = mapper.map(document);
    if (auto* refusal = std::get_if<Refusal>(&mapped)) {
        step.refusal = std::move(*refusal);
        return false;
    }
    Emissions emissions{document.id, {}};
    const Mapping& mapping = *std::get<SharedMapper::MappingPtr>(mapped);
    Step::Rows& rows = step.of(partition_of(document.id.view()), orders_.size());
    for (std::size_t map = 0; map < mapping.size(); ++map) {
        for (const Emitted& row : mapping[map]) {
            rows.added[map].push_back({row.key, document.id, row.value});
            emissions.keys.emplace_back(map, row.key);
            emissions.bytes +=
                static_cast<std::int64_t>(row.key.bytes().size() + row.value.bytes().size());
            ++step.row_count;
        }
    }
    step.written += Bytes{emissions.bytes};
    if (!emissions.keys.empty()) step.emitted.push_back(std::move(emissions));
    return true;
}

/// Purges that a compaction dropped before they were seen: whatever is gone is forgotten.
/// couch_index_updater:purge_index/4 begins anew then, which comes to the same rows.
void Index::forget_gone(const Database& copy, Step& step) const {
    const auto& left = copy.purges();
    const std::uint64_t first = left.empty() ? copy.info().purge_seq + 1 : left.front().first;
    if (first <= purge_seq_ + 1) return;
    std::set<std::string_view> gone;
    for (const auto& [partition, trees] : trees_) {
        for (const RowTree& tree : trees) {
            for (auto at = tree.begin(); at != tree.end(); at = tree.next(at)) {
                const std::string_view id = tree.at(at).id.view();
                if (copy.find(id) == nullptr) gone.insert(id);
            }
        }
    }
    for (const std::string_view id : gone) forget(id, step);
    step.purge_seq = first - 1;
}

Index::Planned Index::plan(const Database& copy, SharedMapper& mapper,
                           std::size_t documents_max) const {
    Planned planned;
    auto made = std::make_unique<Step>();
    Step& step = *made;
    Progress& progress = planned.progress;
    step.purge_seq = purge_seq_;
    forget_gone(copy, step);
    for (const auto& [seq, request] : copy.purges()) {
        if (seq <= purge_seq_) continue;
        step.purge_seq = seq;
        // One that lost leaves but lives on is among the changes.
        if (copy.find(request.id) == nullptr) forget(request.id, step);
    }
    step.update_seq = update_seq_;
    bool all = true;
    copy.changes(update_seq_, false, [&](const Document& document) {
        if (progress.documents == documents_max) return all = false;
        ++progress.documents;
        step.update_seq = document.seq;
        forget(document.id.view(), step);
        return all = remember(document, mapper, step);
    });
    if (step.refusal) {
        progress.refusal = std::move(step.refusal);
        return planned;
    }
    if (all) step.update_seq = copy.update_seq();
    progress.finished = all;
    const double seconds = static_cast<double>(progress.documents) / costs_.index_rate;
    progress.cost.cpu = Duration(static_cast<std::int64_t>(seconds * 1e9));
    progress.cost.read = step.read;
    progress.cost.append =
        step.written + costs_.append_per_row * static_cast<std::int64_t>(step.row_count);
    planned.step = std::move(made);
    return planned;
}

void Index::apply(Planned planned) {
    Step& step = *planned.step;
    for (const json::SharedBytes& id : step.forgotten) {
        const auto known = emissions_.find(id.view());
        if (known == emissions_.end()) continue;   // Purged twice.
        external_ -= Bytes{known->second.bytes};
        emissions_.erase(known);
    }
    for (Emissions& emissions : step.emitted) {
        external_ += Bytes{emissions.bytes};
        const std::string_view id = emissions.id.view();
        emissions_.emplace(id, std::move(emissions));
    }
    for (auto& [partition, rows] : step.rows) {
        auto trees = trees_.find(partition);
        if (trees == trees_.end()) trees = trees_.emplace(partition, new_trees()).first;
        for (std::size_t map = 0; map < orders_.size(); ++map) {
            if (!rows.gone[map].empty() || !rows.added[map].empty())
                trees->second[map].update(std::move(rows.gone[map]), std::move(rows.added[map]));
        }
    }
    update_seq_ = step.update_seq;
    purge_seq_ = step.purge_seq;
}

Index::Progress Index::update(const Database& copy, SharedMapper& mapper,
                              std::size_t documents_max) {
    Planned planned = plan(copy, mapper, documents_max);
    const Progress progress = planned.progress;
    if (planned.step) apply(std::move(planned));
    return progress;
}

}   // namespace glasshive::store::view
