#include "store/db/copy.h"

#include <catch2/catch.hpp>

#include <algorithm>

#include "store/json/parse.h"
#include "store/json/print.h"

namespace glasshive::test {

using namespace store;

ContentPtr content(std::string_view body, bool deleted) {
    json::Parsed parsed = json::parse(body);
    REQUIRE(parsed.ok());
    return ContentPtr({.body = parsed.value, .deleted = deleted});
}

Revision rev(std::string_view text) {
    const auto revision = Revision::parse(text);
    CAPTURE(text);
    REQUIRE(revision);
    return *revision;
}

namespace {

std::string text_of(const Updated& result) {
    switch (result.outcome) {
        case Updated::Outcome::stored: return result.revision.text();
        case Updated::Outcome::conflict: return "409";
        case Updated::Outcome::known: return "known";
        case Updated::Outcome::refused: return "403 " + result.refusal->reason;
    }
    return "";
}

}   // namespace

void Client::check() const {
    for (const std::string& broken : violations(copy)) FAIL(broken);
}

std::vector<std::string> Client::bulk(const std::vector<Edit>& edits) {
    std::vector<std::string> texts;
    for (const Updated& result : copy.update(edits, rules)) texts.push_back(text_of(result));
    check();
    return texts;
}

std::string Client::put(std::string_view id, std::string_view body, std::string_view parent) {
    return bulk({{.id = json::SharedBytes::copy_of(id),
                  .parent = parent.empty() ? std::nullopt : std::optional(rev(parent)),
                  .content = content(body)}})[0];
}

std::string Client::remove(std::string_view id, std::string_view parent, std::string_view body) {
    return bulk({{.id = json::SharedBytes::copy_of(id),
                  .parent = parent.empty() ? std::nullopt : std::optional(rev(parent)),
                  .content = content(body, true)}})[0];
}

std::string Client::replicate(std::string_view id, std::uint32_t position,
                              const std::vector<std::string_view>& newest_first,
                              std::string_view body, bool deleted) {
    const std::vector<ReplicatedEdit> edits{
        {json::SharedBytes::copy_of(id), path_of(position, newest_first, content(body, deleted))}};
    const Updated result = copy.update_replicated(edits, rules)[0];
    check();
    return result.outcome == Updated::Outcome::stored ? "stored" : text_of(result);
}

std::string Client::winner(std::string_view id) const {
    const Document* document = copy.find(id);
    if (document == nullptr) return "missing";
    const Tree& tree = document->tree;
    return tree.node(tree.winner()).revision.text() + (tree.deleted() ? "!" : "");
}

std::string Client::leaves(std::string_view id) const {
    std::string out;
    const Tree& tree = copy.find(id)->tree;
    for (const Tree::Index leaf : tree.leaves()) {
        out += (out.empty() ? "" : " ") + tree.node(leaf).revision.text();
        if (tree.node(leaf).content->deleted) out += "!";
    }
    return out;
}

std::string Client::changes(std::uint64_t since, bool descending) const {
    std::string out;
    copy.changes(since, descending, [&](const Document& document) {
        out += (out.empty() ? "" : " ") + std::to_string(document.seq) + ":" +
               std::string(document.id.view());
        return true;
    });
    return out;
}

std::vector<ReplicatedEdit> everything(const Database& from) {
    std::vector<ReplicatedEdit> edits;
    for (const DocumentTable::Slot slot : from.documents().order()) {
        const Document& document = from.documents().at(slot);
        for (const Tree::Index leaf : document.tree.leaves()) {
            std::vector<Step> path;
            for (const Tree::Index at : document.tree.history(leaf)) {
                path.push_back({document.tree.node(at).revision, {}});
            }
            path.front().content = document.tree.node(leaf).content;
            std::reverse(path.begin(), path.end());
            edits.push_back({document.id, std::move(path)});
        }
    }
    return edits;
}

std::string describe(const Database& copy) {
    std::string out;
    for (const DocumentTable::Slot slot : copy.documents().order()) {
        const Document& document = copy.documents().at(slot);
        out += std::string(document.id.view()) + ":";
        for (const Tree::Index leaf : document.tree.leaves()) {
            const Tree::Node& node = document.tree.node(leaf);
            out += " " + node.revision.text() + (node.content->deleted ? "!" : "") + " ";
            json::print(node.content->body.view(), out);
        }
        out += "\n";
    }
    return out;
}

}   // namespace glasshive::test
