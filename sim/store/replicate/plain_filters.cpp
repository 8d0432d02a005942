#include "store/replicate/plain_filters.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "store/document/print.h"
#include "store/mango/selector.h"

namespace glasshive::store::replicate {

namespace {

class DocIdsFilter final : public ChangeFilter {
  public:
    explicit DocIdsFilter(std::vector<std::string> ids) : ids_(std::move(ids)) {
        std::sort(ids_.begin(), ids_.end());
    }
    bool passes(const Document& document, Tree::Index) const override {
        const std::string_view id = document.id.view();
        const auto at = std::lower_bound(ids_.begin(), ids_.end(), id);
        return at != ids_.end() && *at == id;
    }

  private:
    std::vector<std::string> ids_;
};

class DesignFilter final : public ChangeFilter {
  public:
    bool passes(const Document& document, Tree::Index) const override {
        return document.id.view().starts_with("_design/");
    }
};

/// Of a leaf, a deleted one too, with `_id`, `_rev` and `_deleted`.
class SelectorFilter final : public ChangeFilter {
  public:
    explicit SelectorFilter(mango::Selector selector) : selector_(std::move(selector)) {}
    bool passes(const Document& document, Tree::Index leaf) const override {
        const json::Value value = document_json(document.id.view(), document.tree, leaf);
        return selector_.matches(value.view());
    }

  private:
    mango::Selector selector_;
};

}   // namespace

std::optional<PeerAnswer<std::shared_ptr<const ChangeFilter>>>
plain_filter(const ChangesFilter& filter) {
    using Made = std::shared_ptr<const ChangeFilter>;
    if (filter.doc_ids) return Made(std::make_shared<DocIdsFilter>(*filter.doc_ids));
    if (filter.selector) {
        auto selector = mango::Selector::parse(filter.selector.view());
        if (const auto* refusal = std::get_if<Refusal>(&selector)) {
            return PeerError{400, refusal->error, refusal->reason};
        }
        return Made(
            std::make_shared<SelectorFilter>(std::get<mango::Selector>(std::move(selector))));
    }
    if (filter.name == "_design") return Made(std::make_shared<DesignFilter>());
    if (filter.name.empty()) return Made();
    return {};
}

}   // namespace glasshive::store::replicate
