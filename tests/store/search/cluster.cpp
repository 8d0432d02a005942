#include "store/search/cluster.h"

#include <catch2/catch.hpp>

#include <algorithm>

#include "store/document/print.h"
#include "store/edit.h"
#include "store/json/print.h"
#include "store/view/all_docs.h"
#include "store/view/merge.h"

namespace glasshive::test {

using namespace store;

namespace {

std::string words_of(const Refusal& refusal) {
    return SearchCluster::words(search::failure(refusal));
}

}   // namespace

view::Query query_of(std::string_view parameters) {
    auto parsed = view::parse_query(parameters_of(parameters));
    if (const auto* refusal = std::get_if<Refusal>(&parsed)) FAIL(refusal->reason);
    return std::get<view::Query>(parsed);
}

// --- The cluster ---------------------------------------------------------------------------------

SearchCluster::SearchCluster(std::size_t nodes, std::uint64_t seed,
                             const search::ScriptOptions& options,
                             const search::IndexerOptions& indexing)
    : StoreCluster(nodes, seed),
      scripts(kernel, options),
      search(nodes) {
    for (std::size_t i = 0; i < nodes; ++i) {
        search[i].indexer = std::make_unique<search::Indexer>(
            kernel, scripts,
            search::IndexerPlace{all[i].files, search[i].indexes, *all[i].replica, *all[i].gatherer,
                                 all[i].machine},
            indexers, indexing);
        indexers.push_back(kernel.add_process(host(i), *search[i].indexer));
        all[i].replica->set_validator(search[i].indexer.get());
    }
    for (std::size_t i = 0; i < nodes; ++i) {
        search[i].searcher = std::make_unique<search::Searcher>(
            kernel, all[i].files, scripts, *all[i].coordinator, *all[i].gatherer, members[i].node,
            members, indexers, 60s);
        kernel.add_process(host(i), *search[i].searcher);
        start(i);
    }
}

void SearchCluster::start(std::size_t i) {
    StoreCluster::start(i);
    if (kernel.is_running(indexers[i])) return;
    kernel.start(indexers[i]);
    kernel.start(search[i].searcher->id());
}

void SearchCluster::kill(std::size_t i) {
    StoreCluster::kill(i);
    if (!kernel.is_running(indexers[i])) return;
    kernel.kill(indexers[i], scenario_cause);
    kernel.kill(search[i].searcher->id(), scenario_cause);
}

std::string SearchCluster::words(const search::Reply& reply) {
    if (!reply.ok()) return std::to_string(reply.status) + " " + reply.error + ": " + reply.reason;
    std::string text = reply.body;
    std::erase_if(text, [](char c) { return c == '\r' || c == '\n'; });
    return text;
}

std::string SearchCluster::answer_of(const std::function<void(Then)>& ask) {
    auto answer = std::make_shared<std::optional<search::Reply>>();
    ask([answer](const search::Reply& reply) { *answer = reply; });
    for (int i = 0; i < 12'000 && !*answer; ++i) driver.run_for(5ms);
    return *answer ? words(**answer) : "";
}

std::string SearchCluster::view(std::size_t via, std::string_view design, std::string_view name,
                                std::string_view parameters) {
    return answer_of([&](Then then) {
        search[via].searcher->view("orders", design, name, query_of(parameters), then);
    });
}

std::string SearchCluster::all_docs(std::size_t via, std::string_view parameters) {
    return answer_of([&](Then then) {
        search[via].searcher->all_docs("orders", query_of(parameters), view::Listing::all_docs,
                                       then);
    });
}

std::string SearchCluster::find(std::size_t via, std::string_view body) {
    return answer_of(
        [&](Then then) { search[via].searcher->find("orders", json_value(body), "", then); });
}

std::string SearchCluster::index(std::size_t via, std::string_view body) {
    return answer_of([&](Then then) {
        search[via].searcher->create_index("orders", json_value(body), {}, then);
    });
}

std::string SearchCluster::write(std::size_t via, std::string_view id, std::string_view body,
                                 std::string_view parent, std::string_view user, bool deleted) {
    auto answer = awaited<WriteAnswer>();
    Edit one = edit(id, body, parent);
    one.content = content(body, deleted);
    all[via].coordinator->write("orders", {one},
                                WriteOptions(0, user.empty() ? json::Value() : json_value(user)),
                                keep(answer));
    for (int i = 0; i < 12'000 && !*answer; ++i) driver.run_for(5ms);
    if (!*answer) return "";
    std::string text = std::to_string((*answer)->status);
    if ((*answer)->decisions.empty()) return text;
    const Decision& decision = (*answer)->decisions.front();
    if (decision.refusal) text += " " + decision.refusal->error + ": " + decision.refusal->reason;
    return text;
}

std::string SearchCluster::put_on_top(std::size_t via, std::string_view id, std::string_view body,
                                      bool deleted) {
    const std::string now = get(via, id, 0, 50ms);
    const bool there = now.starts_with("200 ");
    return write(via, id, body, there ? now.substr(4) : "", "", deleted);
}

std::uint64_t SearchCluster::index_seq(std::size_t node) const {
    std::uint64_t seq = 0;
    for (const auto& [key, index] : search[node].indexes.indexes) seq += index.index.update_seq();
    return seq;
}

// --- The model -----------------------------------------------------------------------------------

Model::Model(SearchCluster& cluster, std::string_view design) {
    auto defined = view::define(json_value(design).view());
    REQUIRE(std::holds_alternative<view::Definition>(defined));
    auto code = cluster.scripts.code_of(
        "model", std::make_shared<const view::Definition>(std::get<view::Definition>(defined)), 1);
    REQUIRE(std::holds_alternative<std::shared_ptr<search::ViewCode>>(code));
    code_ = std::get<std::shared_ptr<search::ViewCode>>(code);
    auto reducers = view::make_reducers(*code_->definition, code_->program.get());
    index_ = std::make_unique<view::Index>(*code_->definition, std::move(std::get<0>(reducers)));
}

void Model::put(std::string_view id, std::string_view body, bool deleted) {
    edit_on_top(copy_, id, json_value(body), deleted);
}

json::Value Model::find(std::string_view id) const {
    const Document* document = copy_.find(id);
    if (document == nullptr || document->tree.deleted()) return {};
    return document_json(id, document->tree, document->tree.winner());
}

namespace {

std::string page_text(const view::MapPage& page, bool documents) {
    std::string text = "{\"total_rows\":" + std::to_string(page.total_rows) +
                       ",\"offset\":" + (page.offset ? std::to_string(*page.offset) : "null") +
                       ",\"rows\":[";
    for (const view::MapRow& row : page.rows) {
        if (&row != &page.rows.front()) text += ',';
        documents ? view::print_document_row(row, text) : view::print_row(row, text);
    }
    return text + "]}";
}

}   // namespace

std::string Model::view(std::string_view name, std::string_view parameters) {
    REQUIRE(index_->update(copy_, *code_->shared).finished);
    view::Query query = query_of(parameters);
    const auto place = code_->definition->find(name);
    REQUIRE(place);
    const collate::Order order = code_->definition->maps[place->map].order;
    if (const auto refusal = view::check(query, place->reduce.has_value(), order))
        return words_of(*refusal);
    const view::RowTree& rows = index_->rows(place->map);
    if (!query.reduces) {
        std::vector<view::MapPage> pages{read_rows(
            rows, query.for_shard(),
            [this](std::string_view id, const std::optional<Revision>&) { return find(id); })};
        return page_text(view::merge_rows(std::move(pages), query, order), false);
    }
    auto groups = view::read_groups(rows, *place->reduce, query.for_shard());
    if (const auto* refusal = std::get_if<Refusal>(&groups)) return words_of(*refusal);
    auto merged =
        view::merge_groups({std::get<0>(groups)}, query, rows.reducer(*place->reduce), order);
    if (const auto* refusal = std::get_if<Refusal>(&merged)) return words_of(*refusal);
    std::string text = "{\"rows\":[";
    for (const view::Group& group : std::get<0>(merged)) {
        if (&group != &std::get<0>(merged).front()) text += ',';
        view::print_group(group, text);
    }
    return text + "]}";
}

std::string Model::all_docs(std::string_view parameters) {
    view::Query query = query_of(parameters);
    if (const auto refusal = view::check_listing(query)) return words_of(*refusal);
    std::vector<view::MapPage> pages{view::read_documents(
        copy_, query.for_shard(), view::Listing::all_docs, [](std::string_view) { return true; },
        [this](std::string_view id, const std::optional<Revision>&) { return find(id); })};
    return page_text(view::merge_rows(std::move(pages), query, collate::Order::raw), true);
}

}   // namespace glasshive::test
