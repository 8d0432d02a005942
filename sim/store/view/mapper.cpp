#include "store/view/mapper.h"

#include "store/document/print.h"
#include "store/json/builder.h"

namespace glasshive::store::view {

namespace {

class ScriptMapper final : public Mapper {
  public:
    explicit ScriptMapper(javascript::Program& program) : program_(program) {}
    std::variant<Mapping, Refusal> map(json::View document) override {
        return program_.map(document);
    }

  private:
    javascript::Program& program_;
};

/// couch_query_servers:try_compile/4 says in which view it is.
Refusal named(Refusal refusal, std::string_view kind, std::string_view view) {
    const std::string words = "Compilation of the " + std::string(kind) + " function";
    const std::string general = words + " failed: ";
    if (refusal.reason.starts_with(general)) {
        refusal.reason.replace(0, general.size(),
                               words + " in the '" + std::string(view) + "' view failed: ");
    }
    return refusal;
}

std::string_view name_of(const MapDefinition& map) {
    return map.map_only.empty() ? map.reduces.back().name : map.map_only.back();
}

/// What a map function can see beside the winner's content: its id and all leaves.
std::string name_of(const Document& document) {
    std::string name(document.id.view());
    for (const Tree::Index leaf : document.tree.leaves()) {
        const Tree::Node& node = document.tree.node(leaf);
        name += '\0';
        name += std::to_string(node.revision.position());
        name += node.content && node.content->deleted ? '!' : '-';
        name += node.revision.id();
    }
    return name;
}

}   // namespace

std::variant<std::unique_ptr<Mapper>, Refusal> script_mapper(const Definition& definition,
                                                             javascript::Program& program) {
    if (!is_of_scripts(definition.language))
        return Refusal{"unknown_query_language", definition.language};
    for (const MapDefinition& map : definition.maps) {
        auto added = program.add_map(map.map.view().text());
        if (auto* refusal = std::get_if<Refusal>(&added))
            return named(std::move(*refusal), "map", name_of(map));
    }
    return std::unique_ptr<Mapper>(new ScriptMapper(program));
}

std::optional<Refusal> check_functions(const Definition& definition, javascript::Program& program) {
    if (!is_of_scripts(definition.language)) return {};
    auto mapper = script_mapper(definition, program);
    if (auto* refusal = std::get_if<Refusal>(&mapper)) return std::move(*refusal);
    json::Builder out;
    out.begin_array();
    out.end_array();
    const json::Value no_rows = out.take();
    for (const MapDefinition& map : definition.maps) {
        for (const MapDefinition::Reduce& reduce : map.reduces) {
            if (reduce.source.starts_with('_')) continue;
            auto called = program.reduce({reduce.source}, no_rows.view());
            auto* refusal = std::get_if<Refusal>(&called);
            if (refusal != nullptr && refusal->error == "compilation_error")
                return named(std::move(*refusal), "reduce", reduce.name);
        }
    }
    return {};
}

SharedMapper::SharedMapper(Mapper& mapper, const Definition& definition, int copies,
                           std::size_t remembered_max)
    : mapper_(mapper),
      local_seq_(definition.local_seq),
      copies_(local_seq_ ? 1 : copies),   // Copies number their changes differently.
      remembered_max_(remembered_max) {}

std::variant<SharedMapper::MappingPtr, Refusal> SharedMapper::map(const Document& document) {
    const Tree::Index winner = document.tree.winner();
    const ContentPtr& content = document.tree.node(winner).content;
    const bool look = copies_ > 1 || !known_.empty();
    std::string name = look ? name_of(document) : std::string();
    if (look) {
        const auto found = known_.find(name);
        if (found != known_.end() && found->second.content == content) {
            std::variant<MappingPtr, Refusal> mapping = found->second.mapping;
            const bool refused = std::holds_alternative<Refusal>(mapping);
            if (!refused && --found->second.left == 0) known_.erase(found);
            return mapping;
        }
    }
    DocumentShown shown{.conflicts = true, .deleted_conflicts = true};
    if (local_seq_) shown.local_seq = document.seq;
    ++runs_;
    auto made = mapper_.map(document_json(document.id.view(), document.tree, winner, shown).view());
    std::variant<MappingPtr, Refusal> result;
    if (auto* refusal = std::get_if<Refusal>(&made)) {
        if (refusal->error != "timeout") return std::move(*refusal);   // Memory may come back.
        result = std::move(*refusal);
    } else {
        result = std::make_shared<const Mapping>(std::get<Mapping>(std::move(made)));
    }
    const bool refused = std::holds_alternative<Refusal>(result);
    if (copies_ > 1 || refused) {
        if (name.empty()) name = name_of(document);
        known_.insert_or_assign(name, Known{content, result, copies_ - 1, runs_});
        order_.emplace_back(runs_, std::move(name));
        while (order_.size() > remembered_max_) {
            const auto oldest = known_.find(order_.front().second);
            if (oldest != known_.end() && oldest->second.number == order_.front().first)
                known_.erase(oldest);
            order_.pop_front();
        }
    }
    return result;
}

}   // namespace glasshive::store::view
