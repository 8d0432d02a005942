#include "store/view/index.h"

#include <algorithm>

namespace glasshive::store::view {

/// What one update does to the trees, before it does it.
struct Index::Step {
    std::vector<std::vector<RowTree::Key>> gone;
    std::vector<std::vector<Row>> added;
    std::vector<Emissions> emitted{};
    std::vector<json::SharedBytes> forgotten{};
    Bytes read{};
    Bytes written{};
    std::size_t rows = 0;
    std::optional<Refusal> refusal{};
};

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
             std::vector<std::vector<std::unique_ptr<Reducer>>> reducers, const IndexCosts& costs)
    : include_design_(definition.include_design),
      costs_(costs) {
    for (std::size_t i = 0; i < definition.maps.size(); ++i) {
        trees_.emplace_back(definition.maps[i].order, std::move(reducers[i]));
    }
}

/// Plans to take out what the document emitted before.
void Index::forget(std::string_view id, Step& step) {
    const auto known = emissions_.find(id);
    if (known == emissions_.end()) return;
    for (const auto& [map, key] : known->second.keys) {
        step.gone[map].push_back({key, known->second.id});
    }
    step.forgotten.push_back(known->second.id);
}

/// Plans to put in what the document emits now. False when a function never ended.
bool Index::remember(const Document& document, SharedMapper& mapper, Step& step) {
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
    for (std::size_t map = 0; map < mapping.size(); ++map) {
        for (const Emitted& row : mapping[map]) {
            step.added[map].push_back({row.key, document.id, row.value});
            emissions.keys.emplace_back(map, row.key);
            emissions.bytes +=
                static_cast<std::int64_t>(row.key.bytes().size() + row.value.bytes().size());
            ++step.rows;
        }
    }
    step.written += Bytes{emissions.bytes};
    if (!emissions.keys.empty()) step.emitted.push_back(std::move(emissions));
    return true;
}

Index::Progress Index::update(const Database& copy, SharedMapper& mapper,
                              std::size_t documents_max) {
    Step step;
    step.gone.resize(trees_.size());
    step.added.resize(trees_.size());
    Progress progress;
    std::uint64_t purge_seq = purge_seq_;
    for (const auto& [seq, request] : copy.purges()) {
        if (seq <= purge_seq_) continue;
        purge_seq = seq;
        // One that lost leaves but lives on is among the changes.
        if (copy.find(request.id) == nullptr) forget(request.id, step);
    }
    std::uint64_t update_seq = update_seq_;
    bool all = true;
    copy.changes(update_seq_, false, [&](const Document& document) {
        if (progress.documents == documents_max) return all = false;
        ++progress.documents;
        update_seq = document.seq;
        forget(document.id.view(), step);
        return all = remember(document, mapper, step);
    });
    if (step.refusal) {
        progress.refusal = std::move(step.refusal);
        return progress;
    }
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
    for (std::size_t map = 0; map < trees_.size(); ++map) {
        if (!step.gone[map].empty() || !step.added[map].empty())
            trees_[map].update(std::move(step.gone[map]), std::move(step.added[map]));
    }
    update_seq_ = all ? copy.update_seq() : update_seq;
    purge_seq_ = purge_seq;
    progress.finished = all;
    const double seconds = static_cast<double>(progress.documents) / costs_.index_rate;
    progress.cost.cpu = Duration(static_cast<std::int64_t>(seconds * 1e9));
    progress.cost.read = step.read;
    progress.cost.append =
        step.written + costs_.append_per_row * static_cast<std::int64_t>(step.rows);
    return progress;
}

}   // namespace glasshive::store::view
