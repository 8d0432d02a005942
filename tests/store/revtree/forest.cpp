#include "store/revtree/forest.h"

#include <algorithm>
#include <sstream>

#include "base/assert.h"
#include "store/json/builder.h"

namespace glasshive::test {

using namespace store;

ContentPtr held(std::string_view name, bool deleted) {
    json::Builder body;
    body.begin_object();
    body.key("name");
    body.text(name);
    body.end_object();
    return ContentPtr({.body = body.take(), .deleted = deleted});
}

std::vector<Step> path(std::string_view words) {
    std::vector<Step> steps;
    std::istringstream in{std::string(words)};
    for (std::string word; in >> word;) {
        const bool missing = word.ends_with('?');
        const bool deleted = word.ends_with('!');
        if (missing || deleted) word.pop_back();
        const auto revision = Revision::parse(word);
        SIM_ASSERT(revision.has_value());
        steps.push_back({*revision, missing ? ContentPtr() : held(word, deleted)});
    }
    return steps;
}

namespace {

void print(const Tree& tree, Tree::Index& at, std::string& out) {
    const Tree::Node& node = tree.node(at);
    out += node.revision.text();
    if (!node.content) out += '?';
    if (node.content && node.content->deleted) out += '!';
    const std::uint32_t position = node.revision.position();
    bool first = true;
    for (++at; at < tree.nodes().size();) {
        const Tree::Node& next = tree.node(at);
        if (next.root || next.revision.position() <= position) break;
        out += first ? '(' : ' ';
        first = false;
        print(tree, at, out);
    }
    if (!first) out += ')';
}

}   // namespace

std::string shape(const Tree& tree) {
    std::string out;
    for (Tree::Index at = 0; at < tree.nodes().size();) {
        if (at > 0) out += '|';
        print(tree, at, out);
    }
    return out;
}

Tree tree_of(const std::vector<std::string>& paths) {
    Tree tree;
    for (const std::string& words : paths) tree.merge(path(words));
    return tree;
}

World::World(std::uint64_t seed, std::size_t edits) : random_(seed, "revtree") {
    for (std::size_t i = 0; i < edits; ++i) {
        // Mostly on from the newest, so that histories are long; now and then anywhere or anew.
        std::size_t parent = none;
        const std::uint64_t kind = random_.below(10);
        if (i > 0 && kind < 6) parent = i - 1;
        if (i > 0 && kind >= 6 && kind < 9) parent = random_.below(i);
        const std::uint32_t before = parent == none ? 0 : edits_[parent].revision.position();
        const Revision revision(before + 1, "r" + std::to_string(random_.below(1000)) + "." +
                                                std::to_string(i));
        edits_.push_back({parent, revision, held(revision.text(), random_.below(4) == 0)});
    }
}

std::vector<Step> World::some_path() {
    std::vector<Step> steps;
    std::size_t at = random_.below(edits_.size());
    const bool with_content = random_.below(2) == 0;
    const std::uint64_t length = 1 + random_.below(8);
    for (std::uint64_t left = length; left > 0 && at != none; --left, at = edits_[at].parent) {
        const bool keep = steps.empty() || (with_content && random_.below(2) == 0);
        steps.push_back({edits_[at].revision, keep ? edits_[at].content : ContentPtr()});
    }
    std::reverse(steps.begin(), steps.end());
    return steps;
}

std::vector<std::vector<Step>> World::paths(std::size_t count) {
    std::vector<std::vector<Step>> paths;
    for (std::size_t i = 0; i < count; ++i) paths.push_back(some_path());
    return paths;
}

}   // namespace glasshive::test
